"""XML read piece by piece, where little of a document is of interest. The only module that knows expat.

No DTD is taken: chained entities kill CPython with expat before 2.7. Depth is bounded; time and memory are the
worker's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from xml.parsers import expat

DEEPEST = 100
"""Elements within each other."""

Names = tuple[str, ...]
"""The names of an element and of those around it, the outermost first, without namespaces' prefixes."""


class Reader(Protocol):
    """What is told of a document, in its order."""

    def start(self, names: Names, attributes: Mapping[str, str], line: int) -> None:
        """An element begins; its attributes' names are as written, `line` counts from 1."""

    def end(self, names: Names, text: str) -> None:
        """An element ends; `text` is what stands in it outside of its children."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Where a document is no XML any more, and why."""

    line: int
    """From 1."""
    column: int
    """From 1, in characters."""
    what: str


def walk(document: bytes, reader: Reader) -> Fault | None:
    """Tell the reader of everything up to the document's first fault; returns that, None where it is whole.

    A DTD is a fault, and so are elements nested deeper than anybody means.
    """
    walker = _Walker(reader)
    try:
        walker.parser.Parse(document, True)  # noqa: FBT003 - expat takes no keywords
    except expat.ExpatError as error:
        return Fault(line=error.lineno, column=error.offset + 1, what=expat.ErrorString(error.code))
    except _Refused as refused:
        at = walker.parser
        return Fault(line=at.CurrentLineNumber, column=at.CurrentColumnNumber + 1, what=str(refused))
    return None


class _Refused(Exception):  # noqa: N818 - never leaves this module
    """Well-formed, and not taken."""


class _Walker:
    """Knows where in the document it is."""

    def __init__(self, reader: Reader) -> None:
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse
        self._reader = reader
        self._names: Names = ()
        self._texts: list[list[str]] = []

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._names) == DEEPEST:
            raise _Refused(f"elements nested more than {DEEPEST} deep")
        self._names = (*self._names, name.rpartition(":")[2])
        self._texts.append([])
        self._reader.start(self._names, attributes, self.parser.CurrentLineNumber)

    def _end(self, _: str) -> None:
        self._reader.end(self._names, "".join(self._texts.pop()))
        self._names = self._names[:-1]

    def _text(self, text: str) -> None:
        self._texts[-1].append(text)

    def _refuse(self, *_: object) -> None:
        raise _Refused("a DTD, which may make a document explode")
