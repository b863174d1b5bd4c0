"""What an article says, with the words marked for which it was found."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.text.harmless import harmless


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a quote, harmless."""

    text: str
    is_hit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A sentence, as pieces in its order."""

    pieces: tuple[Piece, ...]

    @property
    def marked(self) -> str:
        """As plain text, the hits in ⟦ ⟧."""
        return "".join(f"⟦{piece.text}⟧" if piece.is_hit else piece.text for piece in self.pieces)


def quote(text: str, hits: Sequence[tuple[int, int]]) -> Quote:
    """The quote of a text; `hits`: where they stand in it, in order, none over another."""
    pieces: list[Piece] = []
    at = 0
    for start, end in hits:
        pieces += [Piece(text=text[at:start], is_hit=False), Piece(text=text[start:end], is_hit=True)]
        at = end
    pieces.append(Piece(text=text[at:], is_hit=False))
    lines = (Piece(text=harmless(one.text).replace("\n", " "), is_hit=one.is_hit) for one in pieces)
    return Quote(pieces=tuple(one for one in lines if one.text))
