"""Text → its pieces between white space."""

from collections.abc import Sequence
from functools import cached_property
from typing import Protocol


class Pieces(Protocol):
    """Pieces of a text between white space (`str.split()`), in order: all of them, or those of interest."""

    @property
    def numbers(self) -> Sequence[int]:
        """Which of all pieces of the text each is, from 0."""

    def text(self, index: int) -> str:
        """One as it stands in the text."""

    def start(self, index: int) -> int:
        """Its offset in the text."""

    def first_from(self, offset: int) -> int:
        """How many of these begin before an offset: which of them is the first that does not."""

    def before(self, offset: int) -> int:
        """How many pieces of the text do."""


class EveryPiece:
    """All pieces of a text; their offsets are worked out when they are asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.texts = text.split()
        self.numbers: Sequence[int] = range(len(self.texts))

    def text(self, index: int) -> str:
        """See `Pieces`."""
        return self.texts[index]

    def start(self, index: int) -> int:
        """See `Pieces`."""
        return self._starts[index]

    @cached_property
    def _starts(self) -> list[int]:
        starts: list[int] = []
        after = 0
        for piece in self.texts:
            starts.append(self._text.index(piece, after))
            after = starts[-1] + len(piece)
        return starts

    def first_from(self, offset: int) -> int:
        """See `Pieces`."""
        return len(self._text[:offset].split())

    before = first_from
