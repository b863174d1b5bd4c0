"""What is longer than the screen, a screen at a time."""

import os
import shutil
import signal
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import chain
from typing import IO, TYPE_CHECKING, cast

import click

from monitor.cli.terminal import is_terminal, width

if TYPE_CHECKING:
    import subprocess

_LESS = {
    # Quit where one screen is enough, and leave what was shown. Not -R: it would show the marks that isolate
    # right-to-left words as codes; controls of strangers never come so far.
    "LESS": "-FrX",
    # The same for the marks in a newer less whose user has options of his own.
    "LESSUTFCHARDEF": "2066-2069:c",
}


def show(lines: Iterable[str], *, paged: bool) -> None:
    """Print the lines; on a terminal with fewer rows through the pager, where one is wanted (`paged`) and there."""
    command = pager(os.environ) if paged and is_terminal() else []
    if not command:
        _print(lines)
        return
    coming = iter(lines)
    first = _screenful(coming)
    if _rows(first) >= shutil.get_terminal_size().lines:
        _page(command, chain(first, coming))
    else:
        _print(first)


def pager(environment: Mapping[str, str]) -> list[str]:
    """The pager's command: $MONITOR_PAGER, else $PAGER, else less; [] where none is wanted, or it is not there."""
    import shlex

    names = [name for name in ("MONITOR_PAGER", "PAGER") if name in environment]
    said = environment[names[0]] if names else "less"
    try:
        command = shlex.split(said)
    except ValueError:
        return []
    if environment.get("TERM") == "dumb" or not command or command == ["cat"]:
        return []
    return command if shutil.which(command[0], path=environment.get("PATH")) else []


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _screenful(coming: Iterable[str]) -> list[str]:
    """The lines that fill a screen, and no more of them; all where they do not."""
    taken: list[str] = []
    rows = 0
    for line in coming:
        taken.append(line)
        rows += _rows([line])
        if rows >= shutil.get_terminal_size().lines:
            break
    return taken


def _rows(lines: Iterable[str]) -> int:
    columns = max(1, shutil.get_terminal_size().columns)
    return sum(max(1, -(-width(line) // columns)) for line in lines)


def _page(command: list[str], lines: Iterable[str]) -> None:
    """Hand the lines to the pager, until it has all or has seen enough; wait until it is left."""
    import subprocess  # rarely needed, and not free

    # Ctrl-C is its own affair: it stops a search in less, and must not end us before it. Not ignored, which it would
    # inherit.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env={**_LESS, **os.environ})  # noqa: S603
    except OSError:
        _print(lines)
    else:
        _feed(process, lines)
        process.communicate()
    finally:
        signal.signal(signal.SIGINT, before)


def _feed(process: "subprocess.Popen[bytes]", lines: Iterable[str]) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    pipe = cast("IO[bytes]", process.stdin)
    # Broken off: whoever reads has seen enough.
    with suppress(BrokenPipeError):
        for line in lines:
            pipe.write(f"{line}\n".encode(encoding, "backslashreplace"))
