"""What the rules as they are now make of the matches that an article has: gained, lost, kept. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model import Found, Hit, MatchId, Status, WatchlistId


class Fate(StrEnum):
    """What becomes of a match."""

    GAINED = "gained"
    """There was none, or it was lost."""
    LOST = "lost"
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A match as it is stored."""

    id: MatchId
    watchlist_id: WatchlistId
    version: str
    score: float
    hits: tuple[Hit, ...]
    status: Status
    matched_at: datetime
    lost_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the rules now say of an article and a watchlist that has a match there, or gets one."""

    fate: Fate
    watchlist_id: WatchlistId
    standing: Standing | None = None
    """None: it never matched before."""
    found: Found | None = None
    """None: it matches no more."""

    @property
    def is_written(self) -> bool:
        """Whether the stored match is not yet as the rules find it."""
        if self.found is None or self.standing is None or self.fate is Fate.GAINED:
            return True
        stored, found = self.standing, self.found
        return (stored.version, stored.score, stored.hits) != (found.version, found.score, found.hits)

    @property
    def is_rescored(self) -> bool:
        """Whether it stays with another score."""
        return self.fate is Fate.KEPT and bool(self.standing and self.found and self.standing.score != self.found.score)

    @property
    def is_reviewed_loss(self) -> bool:
        """Whether a match is lost on which a person has decided."""
        return self.fate is Fate.LOST and self.standing is not None and self.standing.status is not Status.NEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How many matches of a watchlist had which fate."""

    gained: int = 0
    lost: int = 0
    reviewed: int = 0
    """Of the lost ones: those on which a person has decided."""
    kept: int = 0
    rescored: int = 0
    """Of the kept ones."""

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            gained=self.gained + other.gained,
            lost=self.lost + other.lost,
            reviewed=self.reviewed + other.reviewed,
            kept=self.kept + other.kept,
            rescored=self.rescored + other.rescored,
        )


def decide(
    standing: Iterable[Standing], found: Sequence[Found], watchlists: Collection[WatchlistId]
) -> tuple[Change, ...]:
    """What becomes of an article's matches, by watchlist; `watchlists`: those that were asked, others stay as they are.

    A match that was lost before, and is not found now either, is nothing that changes.
    """
    before = {one.watchlist_id: one for one in standing if one.watchlist_id in watchlists}
    now = {one.watchlist_id: one for one in found}
    changes = (_change(one, before.get(one), now.get(one)) for one in sorted(before.keys() | now.keys()))
    return tuple(change for change in changes if change is not None)


def _change(watchlist_id: WatchlistId, standing: Standing | None, found: Found | None) -> Change | None:
    holds = standing is not None and standing.lost_at is None
    if found is None and not holds:
        return None
    fate = Fate.LOST if found is None else Fate.KEPT if holds else Fate.GAINED
    return Change(fate=fate, watchlist_id=watchlist_id, standing=standing, found=found)


def totals_of(changes: Iterable[Change]) -> dict[WatchlistId, Totals]:
    """What these changes add up to, by watchlist."""
    return _sums((change.watchlist_id, _one(change)) for change in changes)


def added(some: Mapping[WatchlistId, Totals], more: Mapping[WatchlistId, Totals]) -> dict[WatchlistId, Totals]:
    """The totals of both."""
    return _sums((*some.items(), *more.items()))


def _sums(counted: Iterable[tuple[WatchlistId, Totals]]) -> dict[WatchlistId, Totals]:
    found: dict[WatchlistId, Totals] = {}
    for watchlist_id, totals in counted:
        found[watchlist_id] = found.get(watchlist_id, Totals()) + totals
    return found


def _one(change: Change) -> Totals:
    return Totals(
        gained=int(change.fate is Fate.GAINED),
        lost=int(change.fate is Fate.LOST),
        reviewed=int(change.is_reviewed_loss),
        kept=int(change.fate is Fate.KEPT),
        rescored=int(change.is_rescored),
    )
