"""A term as written → the words to look for. "tunnel*", "=Refah", "safe passage", "cease-fire"."""

from dataclasses import dataclass

from monitor.text.fold import fold
from monitor.text.tokens import Token, tokens
from monitor.text.words import Word, word


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong in a query or a term."""

    at: int = 0
    """Offset in characters in the query or the term."""
    what: str
    hint: str = ""


Phrase = tuple[Word, ...]
"""Words that must stand one after the other."""


def phrases(term: str) -> tuple[Phrase, ...]:
    """The phrases any of which is a term without fault: one, or with a hyphen two (cease fire, ceasefire)."""
    text, exact, prefix = _parts(term)
    found = tokens(text)
    alternatives = {_separate(text, found), _joined(text, found)}
    return tuple(_phrase(pieces, exact=exact, prefix=prefix) for pieces in sorted(alternatives))


def fault_of(term: str) -> Fault | None:
    """What is wrong with a term; None: nothing."""
    text, _, prefix = _parts(term)
    found = tokens(text)
    shown = f'"{term}"'
    if not term.strip():
        return Fault(what="a term is empty", hint="write a word, or take the line out")
    if term.startswith("@"):
        return Fault(what=f"{shown} is no term", hint="a list holds words and phrases; @name stands in queries only")
    if not found or not all(fold(piece) for piece in _separate(text, found)):
        return Fault(what=f"{shown} holds no word", hint="a term needs a letter or a digit")
    if "*" in text:
        hint = "a * ends the term's last word: tunnel*"
        return Fault(at=term.index("*"), what=f"{shown} has a * before its end", hint=hint)
    if prefix and found[-1].end != len(text):
        return Fault(at=len(term) - 1, what=f"the * in {shown} follows no word", hint="write it right after the word")
    return None


def _parts(term: str) -> tuple[str, bool, bool]:
    """(the words, must they be exact, may the last go on)"""
    exact = term.startswith("=")
    text = term[1:] if exact else term
    return text.removesuffix("*"), exact, text.endswith("*")


def _separate(text: str, found: list[Token]) -> tuple[str, ...]:
    return tuple(text[token.start : token.end] for token in found)


def _joined(text: str, found: list[Token]) -> tuple[str, ...]:
    """The same with what hyphens hold together as one word."""
    starts = [token for before, token in zip([None, *found], found, strict=False) if not (before and before.hyphenated)]
    ends = [token for token in found if not token.hyphenated]
    return tuple(text[first.start : last.end] for first, last in zip(starts, ends, strict=True))


def _phrase(pieces: tuple[str, ...], *, exact: bool, prefix: bool) -> Phrase:
    alone = len(pieces) == 1
    last = len(pieces) - 1
    return tuple(
        word(piece, exact=exact, prefix=prefix and number == last, alone=alone) for number, piece in enumerate(pieces)
    )
