"""What of an article says the same in every language: names as their consonants sound, codes, and figures.

A name is written as each language hears it: Kushner, Кушнер, كوشنر, כושנר. What remains through all of them are its
consonants, without those that languages mistake for each other (Soundex, Russell 1918, for more than English).
anyascii gives every script's letters in Latin ones.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from monitor.text.forms import forms

FEWEST_SOUNDS = 3
"""Of a name: what is shorter is too many names at once."""
MOST = 32
"""Marks of an article, its title's first."""
_MOST_FIGURES = 12
_LONGEST = 600
"""Characters of title and of text in which figures are looked for."""
_SHORTEST_WRITTEN = 4
HEAVIEST = 2.0
"""The weight of a mark: in the title. In the lead it is 1."""

# A figure, or a code at a word's beginning. It begins with one set of characters, for which a text is searched fastest.
_FIGURE = re.compile(r"[A-Z\d](?:(?<=\d)\d*(?:[.,٬]\d{3})*|(?<=[A-Z])(?<!\w.)[A-Z]{0,3}-?\d{1,4}\b)")
_DIGITS = range(2, 10)
"""Of a figure: single digits stand everywhere."""
_KATAKANA = re.compile("[\u30a1-\u30ff]{3,}")
# ו is a vowel as often as a consonant, which anyascii takes it for; of others it makes two sounds; and what stands
# before an h in Arabic and Hebrew is a letter of its own: sh is one letter there, too.
_BEFOREHAND = str.maketrans(
    {"ו": "", "כ": "k", "ך": "k", "פ": "p", "ף": "p", "ץ": "s", "צ": "s"} | dict.fromkeys("חהحه", "-h")
)
_SPELLINGS = (
    ("tsch", "s"),
    ("tch", "s"),
    ("sch", "s"),
    ("sh", "s"),
    ("ch", "s"),
    ("kh", "h"),
    ("gh", "g"),
    ("dj", "g"),
    ("dh", "d"),
    ("th", "t"),
    ("ph", "p"),
    ("zh", "s"),
    ("ck", "k"),
    ("qu", "k"),
    ("ts", "s"),
    ("tz", "s"),
    ("ng", "n"),
    ("x", "ks"),
)
_SOFT_C = re.compile("c(?=[eiy])")
_SOUND = dict(zip("bpvfdtkqcgjhlrmnsz", "ppppdtkkkgghlrmnss", strict=True))
_VOWELS = frozenset("aeiou'`עאع")
_SILENT_H = frozenset("ةهה")
_SPOKEN_H = frozenset("حخחו")
"""What stands at the end of a name whose h is heard: the last letters of Rafah and Netanyahu."""


class Mark(NamedTuple):
    """A name, a code or a figure in an article. A tuple: an article has dozens, and a frozen class is slow to make."""

    weight: float
    """How much its place says, 2 in the title and 1 in the lead."""
    written: str
    """As it stands there."""


def marks_of(title: str, text: str, words: Mapping[str, float], written: Mapping[str, str]) -> dict[str, Mark]:
    """Mark → where it stands; `words`, `written`: as in a report."""
    found: dict[str, Mark] = {}
    for part, weight in ((title[:_LONGEST], HEAVIEST), (text[:_LONGEST], 1.0)):
        for key, surface in islice(_figures(part), _MOST_FIGURES):
            found.setdefault(key, Mark(weight, surface))
        for surface in [] if part.isascii() else _KATAKANA.findall(part):
            for key in _names(surface):
                found.setdefault(key, Mark(weight, surface))
    for word, surface in written.items():
        for key in _names(surface):
            found.setdefault(key, Mark(words.get(word, 1.0), surface))
    return dict(islice(sorted(found.items(), key=_by_weight), MOST))


def tells_much(mark: str) -> bool:
    """Is it a figure of three digits or more, and no year? Two articles seldom share one by chance."""
    return mark.startswith("#") and len(mark) > _DIGITS[0] + 1 and not re.fullmatch("#(?:19|20)..", mark)


def _by_weight(found: tuple[str, Mark]) -> float:
    return -found[1].weight


def _figures(part: str) -> Iterator[tuple[str, str]]:
    """(mark, as written): 1,234 and ١٢٣٤ are one; so are E1 and E-1."""
    for match in _FIGURE.finditer(part):
        surface = match[0]
        if surface[0].isdecimal():
            digits = "".join(str(int(one)) for one in surface if one.isdecimal()).lstrip("0")
            if len(digits) in _DIGITS:
                yield f"#{digits}", surface
        else:
            yield f"={surface.replace('-', '').lower()}", surface


@lru_cache(50_000)
def _names(token: str) -> tuple[str, ...]:
    """The marks of a word that may be a name: of scripts with capitals only of a capital one."""
    spellings = forms(token)
    if not spellings or any(one.isdecimal() for one in token):
        return ()
    first = spellings[0].bare[:1]
    cased = first.upper() != first.lower()
    if cased and not first.isupper():
        return ()
    found = dict.fromkeys(sounds for form in spellings if len(sounds := _sounds(form.bare)) >= FEWEST_SOUNDS)
    key = spellings[0].key
    return tuple(found) or ((f"~{key}",) if cased and len(key) >= _SHORTEST_WRITTEN else ())


def _sounds(name: str) -> str:
    """The consonants of a name, behind "a" where it begins with a vowel."""
    from anyascii import anyascii  # costs 20 ms, which commands that only list stories need not pay

    latin = _SOFT_C.sub("s", anyascii(name.translate(_BEFOREHAND)).lower())
    for spelling, sound in _SPELLINGS:
        latin = latin.replace(spelling, sound)
    begins = "a" if name[:1] in _VOWELS or latin[:1] in _VOWELS else ""
    found = begins + "".join(_once(latin))
    silent = name[-1:] in _SILENT_H or (name[-1:] not in _SPOKEN_H and len(found) > FEWEST_SOUNDS)
    if not latin.endswith("h") or not silent:
        return found
    return found[:-1]


def _once(latin: str) -> Iterator[str]:
    """The sounds of the consonants, doubled ones once."""
    before = ""
    for letter in latin:
        sound = _SOUND.get(letter, "")
        if sound != before:
            yield sound
        if letter.isalpha():
            before = sound
