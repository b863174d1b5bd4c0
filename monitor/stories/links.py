"""Reports of one event in two languages: their names, codes and figures agree.

Such reports are linked, and stay in stories of their own: fewer words tell than within a language, so a link may be
wrong, and copies and witnesses cannot be told across languages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from math import log

from monitor.stories.events import FURTHEST_APART, Report
from monitor.stories.marks import tells_much

COMMON = 0.05
"""Share of the articles of the time beyond which a mark says nothing: a name that is in all the news."""
ENOUGH = 7.0
"""How much two reports of the same moment must share: the logarithms of how much rarer than that each mark is."""
ENOUGH_A_DAY = 3.5
"""With each day between them more."""
OVERLAP = 0.28
"""How much of the marks of the one that has less of them must stand in the other."""
OVERLAP_A_DAY = 0.1
FEWEST = 3
"""Marks that must be shared; one that tells much counts twice."""
_DAY = timedelta(days=1)
Frequency = Callable[[str], float]
"""Mark → share of the articles of the time that hold it, above 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What two reports in two languages have in common."""

    overlap: float
    """How much of the marks of the one that has less of them stands in the other, 0 to 1."""
    shared: tuple[tuple[str, str], ...]
    """The rarest first, as the one writes it and as the other does."""


def agreement(one: Report, other: Report, frequency: Frequency) -> Agreement | None:
    """What makes two articles reports of one event; None where they are not, or are in one language."""
    if not may_agree(one, other, frequency):
        return None
    days = abs(one.at - other.at) / _DAY
    overlap = _both(one, other, frequency) / min(_weight(one, frequency), _weight(other, frequency))
    if overlap < OVERLAP + OVERLAP_A_DAY * days:
        return None
    rarest = sorted(one.marks.keys() & other.marks.keys(), key=lambda mark: (frequency(mark), mark))
    return Agreement(
        overlap=overlap, shared=tuple((one.marks[mark].written, other.marks[mark].written) for mark in rarest)
    )


def may_agree(one: Report, other: Report, frequency: Frequency) -> bool:
    """Do they share enough? Asks only for the frequency of what they share."""
    apart = abs(one.at - other.at)
    strangers = one.language and other.language and one.language != other.language
    if not strangers or apart > FURTHEST_APART:
        return False
    shared = one.marks.keys() & other.marks.keys()
    if len(shared) + any(map(tells_much, shared)) < FEWEST:
        return False
    return _both(one, other, frequency) >= ENOUGH + ENOUGH_A_DAY * (apart / _DAY)


def _both(one: Report, other: Report, frequency: Frequency) -> float:
    shared = one.marks.keys() & other.marks.keys()
    return sum(min(one.marks[mark].weight, other.marks[mark].weight) * rarity(mark, frequency) for mark in shared)


def _weight(report: Report, frequency: Frequency) -> float:
    return sum(mark.weight * rarity(name, frequency) for name, mark in report.marks.items())


def rarity(mark: str, frequency: Frequency) -> float:
    """How much it says that two articles share a mark; 0 of a common one."""
    return max(0.0, log(COMMON / frequency(mark)))
