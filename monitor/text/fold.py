"""A word as written → the key it is compared by.

Two steps, because case and letters still count for `=Exact` and for the check of hamzas: `bare` takes away what no
reader sees and what a writer may leave out; `fold` makes the spellings of a letter equal.
Only single words go through here, never a text: İ, ß and ﷺ change its length, and with it every offset.
"""

import re
import unicodedata

from monitor.text.characters import APOSTROPHES, GERSHAYIM, HYPHENS, INVISIBLE, POINTS, TATWEEL

LONGEST = 256
"""Characters of a word that count. No word of any language is longer; normalising one endless word takes minutes."""

_INNER = re.compile(f"[{INVISIBLE}{re.escape(APOSTROPHES + GERSHAYIM + HYPHENS)}]+")
_OPTIONAL = re.compile(rf"[{INVISIBLE}{POINTS}{TATWEEL}{re.escape(APOSTROPHES)}\s]+")
_ACCENT = re.compile("[\u0300-\u036f]")
_SPELLINGS = {
    "ا": "أإآٱٲٳ",
    "ي": "ىیېےۓ",
    "ه": "ةەۀہۂۃھ",
    "ك": "کڪ",
    **dict(zip("כמנפצ", "ךםןףץ", strict=True)),
    "i": "ı",
    "l": "ł",
    "d": "đð",
    "o": "ø",
    "h": "ħ",
    "ae": "æ",
    "oe": "œ",
    "е": "ё",
}


class _Letters(dict[int, str]):
    """Casefolded letter → its common spelling, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        letter = self[code] = _common_spelling(chr(code))
        return letter


def _common_spelling(letter: str) -> str:
    if _ACCENT.match(letter):
        return ""
    if unicodedata.name(letter, "").startswith(("LATIN", "GREEK")):
        return _ACCENT.sub("", unicodedata.normalize("NFD", letter))
    digit = unicodedata.decimal(letter, None)
    return letter if digit is None else str(digit)


_LETTERS = _Letters({ord(letter): common for common, letters in _SPELLINGS.items() for letter in letters})


def bare(word: str) -> str:
    """The word without what may be left out: vowel points, tatweel, apostrophes, hyphens, what is invisible."""
    inner = _INNER.sub("", word[:LONGEST])
    return inner if inner.isascii() else _OPTIONAL.sub("", unicodedata.normalize("NFKC", inner))


def fold(word: str) -> str:
    """The word's key: bare, without case, accents and variant letters; İ, I, ı and i are one."""
    return bare(word).casefold().translate(_LETTERS)
