"""Matches as a digest tells them: of those of a watchlist that one story holds on one day, the newest."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from itertools import groupby
from typing import TYPE_CHECKING

from monitor.cli.publishers import Publishers
from monitor.cli.quotes import quoted

if TYPE_CHECKING:
    from monitor.outgoing.digest import Told
    from monitor.store.match_stream import Placed
    from monitor.store.store import Transaction


@dataclass(slots=True)
class _Fold:
    """The newest match, and those that it stands for."""

    head: "Placed"
    further: int = 0
    outlets: dict[str, None] = field(default_factory=dict)


def told(tx: "Transaction", placed: "Iterable[Placed]", known: Publishers, zone: tzinfo) -> "Iterator[Told]":
    """In the order of the matches, which are given by watchlist, of each the newest first."""
    from monitor.outgoing.digest import Told
    from monitor.store import rule_versions

    titles: dict[str, str] = {one.watchlist_id: one.title for one in rule_versions.active(tx)}
    for (watchlist, _), of_day in groupby(placed, lambda one: _day(one, zone)):
        folds = _folded(of_day)
        for one in quoted(tx, (fold.head for fold in folds.values())):
            match, fold = one.placed.match, folds[one.placed.story_id or one.placed.match.id]
            yield Told(
                id=match.id,
                watchlist=titles.get(watchlist, watchlist),
                at=match.matched_at.astimezone(zone),
                title=one.article.headline,
                url=one.article.url,
                outlet=known.outlet(one.article.outlet),
                language=one.article.language,
                status=str(match.status),
                quotes=one.quotes,
                further=fold.further,
                further_outlets=tuple(map(known.outlet, fold.outlets)),
            )


def _day(one: "Placed", zone: tzinfo) -> tuple[str, object]:
    return one.match.found.watchlist_id, one.match.matched_at.astimezone(zone).date()


def _folded(placed: "Iterable[Placed]") -> dict[str, _Fold]:
    """By story, else by match."""
    folds: dict[str, _Fold] = {}
    for one in placed:
        key = one.story_id or one.match.id
        if key not in folds:
            folds[key] = _Fold(one)
        else:
            folds[key].further += 1
            folds[key].outlets[one.match.article.outlet] = None
    return folds
