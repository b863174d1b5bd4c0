"""Reports of one event: texts of different desks that share its names, numbers and rare words.

Real reports of one event have little wording in common (a Jaccard index of 0.12 to 0.5 over their words), but of what
is rare in the shorter one most stands in the other: the overlap coefficient (Szymkiewicz-Simpson), weighted by inverse
document frequency (Spärck Jones 1972).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from math import log

from monitor.rules.stop_words import stop_words
from monitor.text.forms import forms
from monitor.text.tokens import tokens

LEAD = 60
"""Words of the text that are looked at beside the title."""
STEM = 6
"""Letters of a word that count: inflected forms of a language mostly begin alike."""
OVERLAP = 0.45
FEWEST = 3
"""Words that two reports must share."""
FURTHEST_APART = timedelta(days=2)
"""Between two reports of one event."""
MOST_WORDS = 32
"""Of a report, its title's first."""
_TITLE = 2.0
_SHORTEST = 3
_LEAD_CHARACTERS = 1_000
"""More than LEAD words are, so that a long text is not cut into words whole."""

Frequency = Callable[[str], float]
"""Word → share of the articles of the time that hold it, above 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What tells of an article which event it reports."""

    words: Mapping[str, float]
    """Significant word → how much its place says, 2 in the title and 1 in the lead."""
    at: datetime
    """When it was published, or else first seen."""


def report(title: str, text: str, at: datetime) -> Report:
    """`text`: the article's, or else its feed's summary."""
    found: dict[str, float] = {}
    # Feeds word a headline again and again, a line each: the first is what the desk took for the news.
    for field, weight in ((title.partition("\n")[0], _TITLE), (text[:_LEAD_CHARACTERS], 1.0)):
        for token in islice(tokens(field), LEAD):
            if word := significant(field[token.start : token.end]):
                found.setdefault(word, weight)
    return Report(words=dict(islice(found.items(), MOST_WORDS)), at=at)


@lru_cache(50_000)
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


def overlap(one: Report, other: Report, frequency: Frequency) -> float:
    """How much of what is significant in the one that says less stands in the other, 0 to 1."""
    least = min(_weight(one, frequency), _weight(other, frequency))
    if not least:
        return 0.0
    both = (min(one.words[word], other.words[word]) * _rarity(word, frequency) for word in shared(one, other))
    return sum(both) / least


def is_same_event(one: Report, other: Report, frequency: Frequency) -> bool:
    """Do two articles report one event?"""
    near = abs(one.at - other.at) <= FURTHEST_APART
    return near and len(shared(one, other)) >= FEWEST and overlap(one, other, frequency) >= OVERLAP


def _weight(report: Report, frequency: Frequency) -> float:
    return sum(weight * _rarity(word, frequency) for word, weight in report.words.items())


def _rarity(word: str, frequency: Frequency) -> float:
    return -log(min(1.0, frequency(word)))
