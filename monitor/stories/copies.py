"""Near copies: texts most of which is the same, whoever printed them.

A text is cut into overlapping runs of three words (shingles, Broder 1997: "On the resemblance and containment of
documents"). Copies are found by a sample of them that depends on the run alone, so that two texts sample the same.
"""

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, groupby
from zlib import crc32

from monitor.text.characters import APOSTROPHES
from monitor.text.fold import LONGEST, fold
from monitor.text.tokens import lone_word, tokens

RUN = 3
"""Words in a shingle."""
SAMPLE = 16
"""One shingle in so many is kept for finding copies."""
FEWEST = 6
"""Shingles of a text that can be told a copy: of shorter ones a formula would make strangers one."""
SHORT = 100
"""Shingles below which the figures of a text count: a form that is filled every day is the same but for them."""
MOST_CHARACTERS = 200_000
"""Of a text that are compared: those of 30,000 words. A longer one takes the database's thread too long."""
SAME = 0.8
"""Containment of short texts that are the same whatever their figures: a toll that has risen."""
ENOUGH = 16
"""Sampled shingles that tell: of 16 the estimate's standard deviation is at most an eighth."""
ENOUGH_FOR_NONE = 6
"""Sampled shingles of which a copy would have one in common, but for one copy in sixty."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What of a text is compared with other texts."""

    shingles: frozenset[int]
    """The 32-bit hashes of all runs of three words."""
    figures: frozenset[bytes]
    """The numbers in it."""


def wording(title: str, text: str) -> Wording:
    """`text`: the article's, or else its feed's summary. Case, accents, vowel points and punctuation do not count."""
    words = _words(f"{title} {text[:MOST_CHARACTERS]}")
    # Six hundred words: so no step of this is one of Python's.
    runs = map(b" ".join, zip(words, words[1:], words[2:], strict=False))
    return Wording(shingles=frozenset(map(crc32, runs)), figures=frozenset(filter(bytes.isdigit, words)))


def _words(text: str) -> list[bytes]:
    """Folded, so that digits of all scripts are ASCII's."""
    if not text.isascii():
        for typographic, plain in _TYPOGRAPHIC:
            text = text.replace(typographic, plain)
    if text.isascii():
        return _plain(text)
    # A text's words are those of its pieces between white space: see tokens.
    words: list[bytes] = []
    for is_plain, pieces in groupby(text.split(), str.isascii):
        run = " ".join(pieces)
        words += _plain(run) if is_plain else _each(run)
    return words


_TYPOGRAPHIC = (("’", "`"), ("‘", "`"), ("“", " "), ("”", '"'), ("–", " "), ("—", " "), ("…", " "), ("\xa0", " "))
"""What else stands in English texts, as ASCII that tokens take for the same, in Hebrew too."""


def _plain(text: str) -> list[bytes]:
    """The words of ASCII, without looking at each."""
    found = text.encode().translate(_PLAIN)
    if b"'" in found:
        found = _INNER.sub(b"", found).replace(b"'", b" ")
    words = found.split()
    if max(map(len, words), default=0) > LONGEST:
        return _each(text)
    return words


def _letter(code: int) -> int:
    letter = chr(code).lower()
    return ord(letter) if letter.isalnum() else ord("'") if letter in APOSTROPHES else ord(" ")


_PLAIN = bytes(map(_letter, range(128))).ljust(256)
"""For `bytes.translate`: letters and digits as they are folded, one apostrophe for all, a space for the others."""
_INNER = re.compile(rb"'(?<=[a-z0-9]')(?=[a-z0-9])")
"""An apostrophe that belongs to a word; it comes first, for what begins with a letter is looked for much faster."""


def _each(text: str) -> list[bytes]:
    """The words of any text: most of its pieces have been met before."""
    return list(chain.from_iterable(map(_words_of, text.split())))


def _words_of(piece: str) -> tuple[bytes, ...]:
    return _known(piece) if len(piece) <= _LONGEST else _read(piece)


def _read(piece: str) -> tuple[bytes, ...]:
    if word := lone_word(piece):
        return (fold(word).encode(),)
    return tuple(fold(piece[token.start : token.end]).encode() for token in tokens(piece))


_known = lru_cache(30_000)(_read)
_LONGEST = 40
"""Characters of a piece that is remembered: longer ones are addresses, and whole sentences of Chinese."""


def sampled(shingles: Iterable[int]) -> frozenset[int]:
    """Those that are kept for finding copies: the same of the same text, wherever it stands."""
    return frozenset([shingle for shingle in shingles if not shingle % SAMPLE])


def contained(one: Wording, other: Wording) -> float:
    """Share of the shorter text that stands in the longer one, 0 to 1.

    0 where a text is too short to tell, and where each of two short ones that are not all the same has a figure of its
    own.
    """
    shorter = min(len(one.shingles), len(other.shingles))
    if shorter < FEWEST:
        return 0.0
    share = len(one.shingles & other.shingles) / shorter
    is_form = is_short(one, other) and share < SAME and _contradict(one.figures, other.figures)
    return 0.0 if is_form else share


def is_short(one: Wording, other: Wording) -> bool:
    """Is either text a short one?"""
    return min(len(one.shingles), len(other.shingles)) < SHORT


def _contradict(one: Set[bytes], other: Set[bytes]) -> bool:
    return bool(one - other and other - one)


def estimate(common: int, one: int, other: int) -> float | None:
    """What `contained` is, as samples tell it that are so large and have so many in common; None where texts must."""
    shorter = min(one, other)
    if shorter >= ENOUGH:
        return common / shorter
    return None if common or shorter < ENOUGH_FOR_NONE else 0.0
