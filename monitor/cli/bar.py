"""How far long work on the database is, as a bar on a terminal; and what ends such work in good order."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

Told = Callable[[str, int, int], None]
"""To be told what is done, and how much of how much; of 0 where that is not known."""


@contextmanager
def bar() -> Iterator[Told]:
    """What draws it; SIGTERM ends the work as Ctrl-C does, so that nothing half done is left."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        if sys.stderr.isatty():
            with _drawn() as told:
                yield told
        else:
            yield _unseen
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _unseen(_what: str, _done: int, _total: int) -> None:
    pass


@contextmanager
def _drawn() -> Iterator[Told]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=None)

        def told(what: str, done: int, total: int) -> None:
            bars.update(task, description=what, completed=done, total=total or None)

        yield told
