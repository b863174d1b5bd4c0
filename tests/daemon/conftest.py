"""A site, a configuration and a database for the command itself: in this process, or in one of its own."""

import logging
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from monitor.cli import execute
from monitor.demo.server import Answer, LoopbackServer
from tests.campaigns.processes import Running, eventually
from tests.pipeline.conftest import MONITOR_YAML, World

LONG = "\n".join(f"Paragraph {number} says what happened, who was there and what they said." for number in range(12))
EVERY_SECOND = f"{MONITOR_YAML}poll:\n  every: 1s\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of a command."""

    code: int
    out: str
    err: str

    def is_clean(self) -> bool:
        """Whether nobody was shown how the program looks inside."""
        clean = not any(word in self.out + self.err for word in ("Traceback", "Exception", "never retrieved"))
        if not clean:
            print(self.out, self.err)  # what a failed test shows
        return clean


class Held(dict[str, Answer]):
    """A server's answers, of which some wait until `released`."""

    def __init__(self, answers: dict[str, Answer], *paths: str) -> None:
        super().__init__(answers)
        self.paths = set(paths)
        self.asked, self.released = Event(), Event()

    def get(self, path: str, default: Any = None) -> Any:
        if path in self.paths:
            self.asked.set()
            self.released.wait(20)
        return super().get(path, default)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A site with one feed, and no database yet."""
    with site(tmp_path / "config", str(tmp_path / "data" / "monitor.db")) as made:
        yield made


@pytest.fixture
def any_world(tmp_path: Path, database_url: str) -> Iterator[World]:
    """The same on either kind of database."""
    with site(tmp_path / "config", database_url) as made:
        yield made


@contextmanager
def site(folder: Path, database_url: str) -> Iterator[World]:
    server = LoopbackServer(0)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield World(folder, database_url, server)
    server.shutdown()
    thread.join()
    server.server_close()


Command = Callable[..., Done]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    """Runs a command of the monitor in this process."""
    root = logging.getLogger()
    before = {
        logging.getLogger(name): logging.getLogger(name).level for name in ("", "monitor", "apscheduler", "trafilatura")
    }
    handlers = list(root.handlers)

    def act(world: World, *arguments: str, until: Callable[[], bool] | None = None, send: int = signal.SIGTERM) -> Done:
        """`until`: when to send the signal that ends it."""
        over = Event()
        ending = Thread(target=_end, args=(until, send, over))
        if until:
            ending.start()
        where = ["--config", str(world.folder), "--database", world.environment["MONITOR_DATABASE_URL"]]
        try:
            code = execute([*arguments, *where])
        finally:
            over.set()
        if until:
            ending.join()
        said = capsys.readouterr()
        return Done(code=code, out=said.out, err=said.err)

    yield act
    root.handlers[:] = handlers
    for logger, level in before.items():
        logger.setLevel(level)


def _end(until: Callable[[], bool], send: int, over: Event) -> None:
    eventually(lambda: over.is_set() or until())
    if not over.is_set():
        os.kill(os.getpid(), send)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts commands of the monitor in processes of their own, and ends what is left of them."""
    with ExitStack() as stack:

        def begin(world: World, *arguments: str, **options: Any) -> Running:
            where = ["--config", str(world.folder), "--database", world.environment["MONITOR_DATABASE_URL"]]
            return stack.enter_context(Running([*arguments, *where], tmp_path, **options))

        yield begin
