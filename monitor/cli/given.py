"""Files that a person names on the command line; - is standard input."""

import sys
from pathlib import Path

import click


def given_bytes(given: str, most: int = -1, *, hint: str = "name a file, or - for standard input") -> bytes:
    """What the file holds, its first `most` bytes if a number is given. Raises: click.UsageError with the hint."""
    try:
        if given == "-":
            return sys.stdin.buffer.read(most)
        with Path(given).open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise click.UsageError(f"{given} cannot be read ({error.strerror}): {hint}") from error


def as_text(content: bytes, given: str) -> str:
    """The bytes of a file as text. Raises: click.UsageError."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{given} is not UTF-8: save it as UTF-8") from error
