"""Watchlists against labelled articles: how much of what they find is right, how much of what is right they find."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from monitor.model import WatchlistId
from monitor.rules.labelled import Labelled
from monitor.rules.matcher import Matcher
from monitor.rules.misses import why, why_not


class ErrorKind(StrEnum):
    """How a watchlist may be wrong about an article."""

    MISSED = "missed"
    """It belongs to the watchlist, and was not found."""
    FALSE = "false"
    """It was found, and does not belong to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How the articles that a person judged for a watchlist came out."""

    right: int = 0
    """Found, and to be found."""
    false: int = 0
    missed: int = 0
    left: int = 0
    """Not found, and not to be found."""

    @property
    def positives(self) -> int:
        """How many were to be found."""
        return self.right + self.missed

    @property
    def precision(self) -> float | None:
        """Of what was found, the share that is right; None where nothing was found."""
        return _share(self.right, self.right + self.false)

    @property
    def recall(self) -> float | None:
        """Of what was to be found, the share that was; None where nothing was to be found."""
        return _share(self.right, self.positives)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; None where there was nothing to find and nothing was found."""
        return _share(2 * self.right, 2 * self.right + self.false + self.missed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """A watchlist that is wrong about an article."""

    watchlist_id: WatchlistId
    kind: ErrorKind
    item: Labelled
    reason: str
    """What is missing, or which terms matched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Every watchlist's counts, over all languages and by language, and each of its errors."""

    overall: dict[WatchlistId, Counts]
    by_language: dict[tuple[WatchlistId, str], Counts]
    errors: tuple[Error, ...]
    """By watchlist, then in the order of the articles."""


def score(items: Sequence[Labelled], matcher: Matcher) -> Scores:
    """Run every watchlist of the matcher over the articles."""
    counts: defaultdict[tuple[WatchlistId, str], Counter[str]] = defaultdict(Counter)
    errors: list[Error] = []
    for item in items:
        found = frozenset(matcher.matching(item.document))
        for watchlist_id in filter(item.speaks_of, matcher.versions):
            wanted = watchlist_id in item.labels
            counts[watchlist_id, item.document.language][_OUTCOMES[wanted, watchlist_id in found]] += 1
            if wanted != (watchlist_id in found):
                errors.append(_error(item, watchlist_id, matcher))
    overall: defaultdict[WatchlistId, Counter[str]] = defaultdict(Counter)
    for (watchlist_id, _), some in sorted(counts.items()):
        overall[watchlist_id] += some
    return Scores(
        overall={watchlist_id: Counts(**some) for watchlist_id, some in overall.items()},
        by_language={key: Counts(**some) for key, some in sorted(counts.items())},
        errors=tuple(sorted(errors, key=lambda error: error.watchlist_id)),
    )


_OUTCOMES = {(True, True): "right", (False, True): "false", (True, False): "missed", (False, False): "left"}
"""(to be found, found) → the count that it adds to."""


def _error(item: Labelled, watchlist_id: WatchlistId, matcher: Matcher) -> Error:
    clause = matcher.explain(item.document, watchlist_id)
    kind = ErrorKind.FALSE if clause.held else ErrorKind.MISSED
    reason = why(clause) if clause.held else why_not(clause)
    return Error(watchlist_id=watchlist_id, kind=kind, item=item, reason=reason)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
