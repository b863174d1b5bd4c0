"""Secrets that a configuration names: an environment variable or a file, of which the secret is read.

No message holds anything of a secret, nor of what stands where the name of one should.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from monitor.config.shape import Given, JsonSchema, Wrong
from monitor.config.source import Place, Source
from monitor.config.yaml import Node, Text

T = TypeVar("T")

LARGEST = 4096
"""Bytes of a secret: what every server takes in a header."""

_NAMED = re.compile(r"(env):([A-Za-z_][A-Za-z0-9_]*)\Z|(file):(\S(?:.*\S)?)\Z")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class SecretName:
    """Where a secret is."""

    kind: str
    """"env" or "file"."""
    name: str

    def path(self, home: Path) -> str:
        """The file, absolute; "" where it is none. home: the folder that relative paths begin at."""
        return str(home.absolute() / self.name) if self.kind == "file" else ""

    def __str__(self) -> str:
        return f"the variable {self.name}" if self.kind == "env" else f"the file {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unshown(Generic[T]):
    """Reads a text with `parse`, which raises `Wrong`; shows nothing of what does not fit: it may be the secret."""

    expected: str
    parse: Callable[[str], T]
    pattern: str

    def read(self, node: Node, source: Source, name: str) -> Given[T] | None:
        """What it stands for, with its place."""
        try:
            return Given(self.parse(node.value.strip() if isinstance(node, Text) else ""), node.place)
        except Wrong as wrong:
            source.report(node.place, f"{name}: expected {self.expected}", str(wrong))
            return None

    def schema(self) -> JsonSchema:
        """A text that fits."""
        return {"description": f"Expected: {self.expected}", "type": "string", "pattern": f"^(?:{self.pattern})$"}


def named(text: str) -> SecretName:
    """Where a secret is. Raises: Wrong, where a text does not say."""
    found = _NAMED.match(text)
    if found is None:
        raise Wrong("the secret itself stays out of the file: put it into an environment variable or a file of its own")
    return SecretName(found[1] or found[3], found[2] or found[4])


SECRET = Unshown(expected="env:NAME or file:PATH", parse=named, pattern="env:[A-Za-z_][A-Za-z0-9_]*|file:.+")
"""The name of a secret."""


def missing(source: Source, place: Place, what: str, name: SecretName) -> None:
    """Report that a secret cannot be had."""
    where = "where the monitor is started" if name.kind == "env" else "relative to the folder that holds config/"
    source.report(place, what, f"it is looked for {where}")


def content(name: SecretName, environment: Mapping[str, str], home: Path) -> str:
    """The secret. Raises: Wrong, with what follows the name of the variable or file."""
    if name.kind == "file":
        text = _file(home / name.name)
    elif name.name in environment:
        text = environment[name.name]
    else:
        raise Wrong("is not set")
    if not text:
        raise Wrong("is empty")
    if len(text) > LARGEST:
        raise Wrong(f"holds more than {LARGEST:,} characters")
    if _CONTROLS.search(text):
        raise Wrong("holds a control character, or more than one line")
    return text


def _file(path: Path) -> str:
    if path.suffix in (".yaml", ".yml"):
        raise Wrong("has the ending of a configuration file, which the database keeps: give it another name")
    try:
        if not path.is_file():
            raise Wrong("is no file" if path.exists() else "does not exist")
        with path.open("rb") as file:
            # A few more than may be, so that it shows; an editor ends the line.
            return file.read(LARGEST + 9).decode().rstrip("\r\n")
    except OSError as error:
        raise Wrong(f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Wrong("is not UTF-8") from error
