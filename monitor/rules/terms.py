"""A term as written → the words to look for. "tunnel*", "=Refah", "safe passage", "cease-fire", "/tunnels?/"."""

import re
from dataclasses import dataclass

from monitor.rules.syntax import is_pattern
from monitor.text.fold import fold
from monitor.text.patterns import fault_of_pattern
from monitor.text.tokens import Token, tokens
from monitor.text.words import Word, pattern_word, word

WEIGHT = r"\^([0-9]{1,3}(?:\.[0-9]{1,3})?)"
"""A term's own weight, as it stands behind it."""
_WEIGHTED = re.compile(rf"(.*\S)\s*{WEIGHT}\Z", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong in a query or a term."""

    at: int = 0
    """Offset in characters in the query or the term."""
    what: str
    hint: str = ""


Phrase = tuple[Word, ...]
"""Words that must stand one after the other."""


def phrases(term: str, language: str = "") -> tuple[Phrase, ...]:
    """The phrases any of which is a term without fault: one, or with a hyphen two (cease fire, ceasefire).

    With a `language` its words are also found by their dictionary forms.
    """
    if is_pattern(term):
        return ((pattern_word(_pattern(term)),),)
    text, exact, prefix = _parts(term)
    found = tokens(text)
    alternatives = {_separate(text, found), _joined(text, found)}
    return tuple(_phrase(pieces, language, exact=exact, prefix=prefix) for pieces in sorted(alternatives))


def weighted(term: str) -> tuple[str, float]:
    """A list's term as written → the term and its weight: "tunnel*^2"."""
    found = _WEIGHTED.match(term)
    return (found[1], float(found[2])) if found else (term, 1.0)


def fault_of(term: str) -> Fault | None:
    """What is wrong with a term without its weight; None: nothing."""
    if is_pattern(term):
        wrong = fault_of_pattern(_pattern(term))
        return Fault(what=f"{term}: {wrong[0]}", hint=wrong[1]) if wrong else None
    text, _, prefix = _parts(term)
    found = tokens(text)
    shown = f'"{term}"'
    if not term.strip():
        return Fault(what="a term is empty", hint="write a word, or take the line out")
    if term.startswith("@"):
        hint = "to take another list's terms in, write include: [name] beside its languages"
        return Fault(what=f"{shown} is no term", hint=hint)
    if not found or not all(fold(piece) for piece in _separate(text, found)):
        return Fault(what=f"{shown} holds no word", hint="a term needs a letter or a digit")
    if "*" in text:
        hint = "a * ends the term's last word: tunnel*"
        return Fault(at=term.index("*"), what=f"{shown} has a * before its end", hint=hint)
    if "^" in text:
        hint = "a weight is a number from 0 to 999.999 at the end: tunnel*^2, Kushner^0.5"
        return Fault(at=term.index("^"), what=f"{shown} has a ^ without a weight", hint=hint)
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


def _pattern(term: str) -> str:
    return term[1:-1].replace("\\/", "/")


def _phrase(pieces: tuple[str, ...], language: str, *, exact: bool, prefix: bool) -> Phrase:
    alone = len(pieces) == 1
    last = len(pieces) - 1
    return tuple(
        word(piece, exact=exact, prefix=prefix and number == last, alone=alone, language=language)
        for number, piece in enumerate(pieces)
    )
