"""A token → the words it may stand for: itself, what an apostrophe sets off, what remains without proclitics.

Refah'ta → Refahta, Refah      l’accord → laccord, accord      وبالأنفاق → وبالأنفاق, بالأنفاق, الأنفاق, أنفاق
"""

import re
from dataclasses import dataclass

from monitor.text.characters import APOSTROPHES, ARABIC, HEBREW
from monitor.text.fold import LONGEST, bare, fold

_APOSTROPHE = re.compile(f"[{re.escape(APOSTROPHES)}]+")
_FRENCH = ("l", "d", "j", "m", "n", "s", "t", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "presqu", "entr")
_ITALIAN = ("un", "dell", "nell", "sull", "dall", "all", "coll", "quell")
_ELISIONS = frozenset(_FRENCH + _ITALIAN)
_ARABIC = re.compile(f"[{ARABIC}]")
_HEBREW = re.compile(f"[{HEBREW}]")
# In the order in which they stand before a word, at most one of each.
_ARABIC_PROCLITICS = (("و", "ف"), ("لل", "ب", "ك", "ل"), ("ال", "ٱل"))
_HEBREW_PROCLITICS = (("ו",), ("לכש", "כש", "מש", "ש"), ("מ", "ב", "ל", "כ"), ("ה",))
_SHORTEST = 2
_BEFORE_APOSTROPHE = 2


@dataclass(frozen=True, slots=True)
class Form:
    """A word that a token may stand for."""

    bare: str
    """As `fold.bare` leaves it: case and hamzas still count."""
    key: str
    clipped: bool = False
    """Proclitics were taken away: the less remains, the likelier it is another word."""


def forms(token: str) -> tuple[Form, ...]:
    """What the token may stand for, itself first; no form twice."""
    token = token[:LONGEST]
    if token.isascii() and token.isalnum():
        return (Form(token, token.lower()),)
    found: dict[str, Form] = {}
    for word in _parts(token):
        for form in _clippings(bare(word)):
            if form.key:
                found.setdefault(form.bare, form)
    return tuple(found.values())


def without_article(word: str) -> str:
    """A bare Arabic word without ال, or "" where it has none or would be too short; إلغاء and ألمانيا have none."""
    return word[2:] if word.startswith(_ARABIC_PROCLITICS[2]) and len(word) >= 2 + _SHORTEST else ""


def _parts(token: str) -> list[str]:
    """The whole token, and what an apostrophe sets off in it."""
    parts = [token]
    # In Hebrew it is a letter's own sign: ג'נין.
    while (apostrophe := _APOSTROPHE.search(token)) and not _HEBREW.search(token):
        before, after = token[: apostrophe.start()], token[apostrophe.end() :]
        if fold(before) not in _ELISIONS:
            return [*parts, before] if len(before) >= _BEFORE_APOSTROPHE else parts
        parts.append(after)
        token = after
    return parts


def _clippings(word: str) -> list[Form]:
    """The bare word, and what remains of it without each run of proclitics."""
    starts = [0]
    steps = _ARABIC_PROCLITICS if _ARABIC.match(word) else _HEBREW_PROCLITICS if _HEBREW.match(word) else ()
    for step in steps:
        starts += [start + len(clitic) for start in starts for clitic in step if word.startswith(clitic, start)]
    lengths = (start for start in starts if not start or len(word) - start >= _SHORTEST)
    return [Form(word[start:], fold(word[start:]), start > 0) for start in lengths]
