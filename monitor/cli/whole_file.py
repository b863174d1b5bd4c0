"""Files that are there whole or not at all, whatever happens while they are written."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

import click

from monitor import whole_file

STDOUT = "-"


@contextmanager
def new(path: Path) -> Iterator[Path]:
    """Where to write what becomes `path` in one step when it is whole, if it is there.

    Raises: click.UsageError, when something is at `path`, or it cannot be written.
    """
    try:
        _refuse_taken(path)
        with TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
            unfinished = Path(folder, path.name)
            yield unfinished
            if unfinished.exists():
                _refuse_taken(path)
                unfinished.replace(path)
    except OSError as error:
        raise _unwritten(path, error) from error


@contextmanager
def new_text(given: str) -> Iterator[TextIO]:
    """A new text file, in UTF-8, under the name given; - is standard output. Raises: as `new`."""
    if given == STDOUT:
        as_document(sys.stdout)
        yield sys.stdout
        sys.stdout.flush()
        return
    with new(Path(given)) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        yield file


def as_document(stream: object) -> None:
    """Let a stream take documents, which are UTF-8 and have line ends of their own, whatever the terminal's are."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(encoding="utf-8", newline="")


def replace_changed(path: Path, content: bytes) -> bool:
    """Makes a file hold this, in one step; False: it does already, and is not touched, so that who asks for it by its
    date or its ETag need not read it again.

    Raises: click.UsageError, when it cannot be written.
    """
    try:
        return whole_file.replace_changed(path, content)
    except OSError as error:
        raise _unwritten(path, error) from error


def _refuse_taken(path: Path) -> None:
    if path.is_dir() and not any(path.iterdir()):
        return
    if path.exists():
        raise click.UsageError(f"{path} exists already and is not overwritten: name another")


def _unwritten(path: Path, error: OSError) -> click.UsageError:
    return click.UsageError(f"{path} cannot be written ({error.strerror})")
