"""Rematches: stored articles matched again by other rules, how far that is, and what came of it.

What one batch of articles brings and how far the rematch is are saved together. So one that was interrupted goes on
where it stopped, and nothing of it is done, or counted, twice.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from monitor.errors import StoreError
from monitor.model import ArticleId, Clause, MatchId, WatchlistId
from monitor.rules.rematching import Standing, Totals
from monitor.store.codec import clause_from_json, hits_from_json
from monitor.store.connections import Transaction
from monitor.store.history import BEGINNING, Place
from monitor.store.schema import matches, rematches
from monitor.store.statements import batches

_STANDING = select(
    matches.c.article_id,
    matches.c.id,
    matches.c.watchlist_id,
    matches.c.version,
    matches.c.score,
    matches.c.hits,
    matches.c.status,
    matches.c.matched_at,
    matches.c.lost_at,
).where(matches.c.article_id.in_(bindparam("these", expanding=True)))
_EXPLANATIONS = select(matches.c.id, matches.c.hits, matches.c.explanation).where(
    matches.c.id.in_(bindparam("these", expanding=True))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rematch:
    """One rematch, and how far it is."""

    id: int
    began_at: datetime
    finished_at: datetime | None = None
    versions: Mapping[WatchlistId, str]
    """Of the watchlists that were asked."""
    outlets: str
    """A hash of what rules ask of outlets."""
    since: datetime | None = None
    """Of articles first seen then or later; likewise `until`: before."""
    until: datetime | None = None
    place: Place = BEGINNING
    """Of the last article that was looked at."""
    articles: int = 0
    """That were looked at so far."""
    pruned: int = 0
    """Of these, those whose text is kept no more: matched by what is left."""
    totals: Mapping[WatchlistId, Totals] = field(default_factory=dict)


def add(tx: Transaction, new: Rematch) -> int:
    """Saves one that has looked at nothing yet; its number."""
    row = {
        "began_at": new.began_at,
        "versions": _versions_to_json(new.versions),
        "outlets": new.outlets,
        "since": new.since,
        "seen_id": "",
        **_progress(new),
    }
    return int(tx.execute(insert(rematches).values(row).returning(rematches.c.id)).scalar_one())


def last(tx: Transaction, versions: Mapping[WatchlistId, str], outlets: str) -> Rematch | None:
    """The last one with these versions of these watchlists, and the same outlets, finished or not."""
    same = (rematches.c.versions == _versions_to_json(versions), rematches.c.outlets == outlets)
    row = tx.execute(select(rematches).where(*same).order_by(rematches.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _rematch_of(row)


def advance(tx: Transaction, before: Rematch, after: Rematch) -> None:
    """Saves how far it is, with the transaction that saves what came of it.

    Raises: StoreError, when it is not where it was `before`: somebody else goes on with it.
    """
    same = (rematches.c.id == before.id, rematches.c.articles == before.articles, rematches.c.finished_at.is_(None))
    seen_at, seen_id = after.place
    values = {**_progress(after), "seen_at": seen_at, "seen_id": seen_id, "finished_at": after.finished_at}
    if not tx.execute(update(rematches).where(*same).values(values)).rowcount:
        hint = "let that one end, or end it, and run this again"
        raise StoreError("another `monitor rematch --apply` does the same at this moment", hint=hint, temporary=True)


def finished(tx: Transaction) -> tuple[Rematch, ...]:
    """Those that looked at all articles there were, and came to their end."""
    whole = (rematches.c.finished_at.is_not(None), rematches.c.since.is_(None), rematches.c.until.is_(None))
    return tuple(map(_rematch_of, tx.execute(select(rematches).where(*whole).order_by(rematches.c.id))))


def standing(tx: Transaction, ids: Sequence[ArticleId]) -> dict[ArticleId, list[Standing]]:
    """The matches that these articles have, lost ones too; articles without any are left out."""
    found: dict[ArticleId, list[Standing]] = {}
    for batch in batches(ids):
        for row in tx.execute(_STANDING, {"these": batch}):
            found.setdefault(ArticleId(row.article_id), []).append(_standing_of(row))
    return found


def explanations(tx: Transaction, ids: Sequence[MatchId]) -> dict[MatchId, Clause]:
    """Why these matches were made."""
    rows = (row for batch in batches(ids) for row in tx.execute(_EXPLANATIONS, {"these": batch}))
    return {MatchId(row.id): clause_from_json(row.explanation, hits_from_json(row.hits)) for row in rows}


def _standing_of(row: Any) -> Standing:
    return Standing(
        id=row.id,
        watchlist_id=WatchlistId(row.watchlist_id),
        version=row.version,
        score=row.score,
        hits=hits_from_json(row.hits),
        status=row.status,
        matched_at=row.matched_at,
        lost_at=row.lost_at,
    )


def _rematch_of(row: Any) -> Rematch:
    return Rematch(
        id=row.id,
        began_at=row.began_at,
        finished_at=row.finished_at,
        versions={WatchlistId(one): version for one, version in json.loads(row.versions).items()},
        outlets=row.outlets,
        since=row.since,
        until=row.until,
        place=(row.seen_at, row.seen_id) if row.seen_at else BEGINNING,
        articles=row.articles,
        pruned=row.pruned,
        totals={WatchlistId(one): Totals(**given) for one, given in json.loads(row.totals).items()},
    )


def _progress(rematch: Rematch) -> dict[str, Any]:
    totals = {one: asdict(given) for one, given in rematch.totals.items()}
    return {
        "until": rematch.until,
        "articles": rematch.articles,
        "pruned": rematch.pruned,
        "totals": json.dumps(totals),
    }


def _versions_to_json(versions: Mapping[WatchlistId, str]) -> str:
    return json.dumps(dict(sorted(versions.items())))
