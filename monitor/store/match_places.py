"""Where matches stand: in which story, and since when. Read without their articles, for that of many matches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from monitor.model import MatchId, Status, StoryId, WatchlistId
from monitor.store.connections import Transaction
from monitor.store.schema import former_matches, matches, members
from monitor.store.statements import batches


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Of a match."""

    id: MatchId
    """As it is called now."""
    story_id: StoryId | None
    """None: its article is in none yet."""
    matched_at: datetime
    is_lost: bool
    is_irrelevant: bool
    """As somebody decided."""


def places(tx: Transaction, asked: Sequence[MatchId]) -> dict[MatchId, Place]:
    """Those of the matches with these ids, also with ones that they had before their articles were merged."""
    found = _of(tx, asked)
    former = now_called(tx, [one for one in asked if one not in found])
    now = _of(tx, list(former.values()))
    return found | {old: now[new] for old, new in former.items()}


def now_called(tx: Transaction, asked: Sequence[MatchId]) -> dict[MatchId, MatchId]:
    """Of those of these ids that matches had before their articles were merged, what the matches are called now."""
    rows = select(former_matches.c.id, former_matches.c.match_id)
    found = (row for batch in batches(asked) for row in tx.execute(rows.where(former_matches.c.id.in_(batch))))
    return {MatchId(row.id): MatchId(row.match_id) for row in found}


def made_between(tx: Transaction, watchlist: WatchlistId, since: datetime, until: datetime) -> list[MatchId]:
    """The matches of a watchlist that were made from then until before then; what a rematch found is no news."""
    within = matches.c.matched_at >= since, matches.c.matched_at < until, matches.c.rematch_id.is_(None)
    rows = select(matches.c.id).where(matches.c.watchlist_id == watchlist, *within)
    return [MatchId(row.id) for row in tx.execute(rows)]


def _of(tx: Transaction, asked: Sequence[MatchId]) -> dict[MatchId, Place]:
    source = matches.outerjoin(members, members.c.article_id == matches.c.article_id)
    own = (matches.c.id, matches.c.matched_at, matches.c.lost_at, matches.c.status)
    rows = select(*own, members.c.story_id).select_from(source)
    return {
        MatchId(row.id): Place(
            id=MatchId(row.id),
            story_id=StoryId(row.story_id) if row.story_id else None,
            matched_at=row.matched_at,
            is_lost=row.lost_at is not None,
            is_irrelevant=row.status is Status.IRRELEVANT,
        )
        for batch in batches(asked)
        for row in tx.execute(rows.where(matches.c.id.in_(batch)))
    }
