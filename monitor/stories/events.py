"""Reports of one event: texts of different desks that share its names, numbers and rare words.

Real reports of one event have little wording in common (a Jaccard index of 0.12 to 0.5 over their words), but of what
is rare in the shorter one most stands in the other: the overlap coefficient (Szymkiewicz-Simpson), weighted by inverse
document frequency (Spärck Jones 1972).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain, islice
from math import log
from operator import mul

from monitor.rules.stop_words import stop_words
from monitor.stories.marks import Mark, marks_of
from monitor.text.characters import UNSPACED
from monitor.text.fold import fold
from monitor.text.forms import forms
from monitor.text.language_tags import primary
from monitor.text.tokens import Token, lone_word, tokens

LEAD = 60
"""Words of the text that are looked at beside the title."""
STEM = 6
"""Letters of a word that count: inflected forms of a language mostly begin alike."""
OVERLAP = 0.24
"""Of two reports of the same moment; of those further apart more, for what goes on is told in the same words."""
OVERLAP_A_DAY = 0.30
FEWEST = 3
"""Words that two reports must share."""
FURTHEST_APART = timedelta(days=2)
"""Between two reports of one event."""
MOST_WORDS = 32
"""Of a report, its title's first."""
_NEARLY = 1 - 1e-9
"""Sums in another order differ a little."""
_DAY = timedelta(days=1)
HEAVIEST = 2.0
"""What a word's place says: in the title. In the lead it is 1."""
_SHORTEST = 3
_LONGEST = 64
"""Letters of a word: of an endless one no more is remembered, nor shown."""
_REMEMBERED = 40
"""Characters of a piece of text that is remembered: see copies."""
_LEAD_CHARACTERS = 1_000
"""More than LEAD words are, so that a long text is not cut into words whole."""

_UNSPACED = re.compile(f"[{UNSPACED}]")

Rarity = Callable[[str], float]
"""Word → how much it says: `rarity` of the share of the articles of the time that hold it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What tells of an article which event it reports."""

    words: Mapping[str, float]
    """Significant word → how much its place says, 2 in the title and 1 in the lead."""
    at: datetime
    """When it was published, or else first seen."""
    language: str = ""
    """Without its region; "" where it is not known."""
    written: Mapping[str, str] = field(default_factory=dict)
    """Significant word → as it is written there, for people to read; left out of what is stored."""
    marks: Mapping[str, Mark] = field(default_factory=dict)
    """What says the same in every language."""


def report(title: str, text: str, at: datetime, language: str = "") -> Report:
    """`text`: the article's, or else its feed's summary; `language`: a tag such as "en-GB"."""
    words: dict[str, float] = {}
    written: dict[str, str] = {}
    for part, weight in ((title[:_LEAD_CHARACTERS], HEAVIEST), (text[:_LEAD_CHARACTERS], 1.0)):
        for word, surface in islice(_words(part), LEAD):
            if len(words) == MOST_WORDS:
                break
            words.setdefault(word, weight)
            written.setdefault(word, surface)
    return Report(
        words=words, at=at, language=primary(language), written=written, marks=marks_of(title, text, words, written)
    )


def _words(text: str) -> Iterator[tuple[str, str]]:
    """(significant word, as written), in order; of scripts that set no words apart pairs of characters (Han, Thai)."""
    # Like its tokens, those of its pieces between white space, most of which have been met before.
    return chain.from_iterable(map(_words_of, text.split()))


def _words_of(piece: str) -> tuple[tuple[str, str], ...]:
    return _known(piece) if len(piece) <= _REMEMBERED else tuple(_read(piece))


@lru_cache(20_000)
def _known(piece: str) -> tuple[tuple[str, str], ...]:
    return tuple(_read(piece))


def _read(piece: str) -> Iterator[tuple[str, str]]:
    if surface := lone_word(piece)[:_LONGEST]:
        if word := significant(surface):
            yield word, surface
        return
    before = Token(-1, -1, hyphenated=False)
    for token in tokens(piece):
        surface = piece[token.start : token.end]
        if _UNSPACED.fullmatch(surface):
            if before.end == token.start and _UNSPACED.fullmatch(piece[before.start : before.end]):
                pair = piece[before.start : token.end]
                yield fold(pair), pair
        elif word := significant(surface[:_LONGEST]):
            yield word, surface[:_LONGEST]
        before = token


@lru_cache(20_000)
def significant(token: str) -> str:
    """What of a word is compared with other articles' words: without proclitics and endings; "" of stop words."""
    keys = [form.key for form in forms(token)]
    if any(key in stop_words() for key in keys):
        return ""
    shortest = min((key for key in keys if len(key) >= _SHORTEST), key=len, default="")
    return shortest if shortest.isdecimal() else shortest[:STEM]


def shared(one: Report, other: Report) -> frozenset[str]:
    """The significant words that stand in both."""
    return frozenset(one.words.keys() & other.words.keys())


def rarity(share: float) -> float:
    """How much a word says that this share of articles holds, above 0: nothing if all do."""
    return -log(min(1.0, share))


def overlap(one: Report, other: Report, says: Rarity) -> float:
    """How much of what is significant in the one that says less stands in the other, 0 to 1."""
    least = min(_weight(one, says), _weight(other, says))
    if not least:
        return 0.0
    both: float = sum(min(one.words[word], other.words[word]) * says(word) for word in shared(one, other))
    return both / least


def may_overlap(both: float, one: float, other: float) -> bool:
    """Can two reports resemble each other, of whose significant words at most so much stands in both, and at least so
    much in each?
    """
    return both >= OVERLAP * min(one, other) * _NEARLY


def is_same_event(one: Report, other: Report, says: Rarity) -> bool:
    """Do two articles report one event?"""
    apart = abs(one.at - other.at)
    # Names alone agree across languages, of many events the same ones.
    strangers = one.language and other.language and one.language != other.language
    if strangers or apart > FURTHEST_APART or len(shared(one, other)) < FEWEST:
        return False
    return overlap(one, other, says) >= OVERLAP + OVERLAP_A_DAY * (apart / _DAY)


def _weight(report: Report, says: Rarity) -> float:
    weight: float = sum(map(mul, report.words.values(), map(says, report.words)))
    return weight
