"""Matches one after the other, however many: for whoever writes them on."""

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.model import Match, StoryId
from monitor.store.connections import Transaction
from monitor.store.match_query import MatchQuery, conditions
from monitor.store.matches import match_of, selected_matches
from monitor.store.schema import matches, members

_AT_ONCE = 200
"""Rows in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A match, and the story that its article is in."""

    match: Match
    story_id: StoryId | None
    """None: in none yet."""


def stream(tx: Transaction, asked: MatchQuery) -> Iterator[Placed]:
    """The matches asked for, newest first, read as they are used; other things may be read meanwhile."""
    rows = selected_matches(full=asked.full).outerjoin(members, members.c.article_id == matches.c.article_id)
    rows = rows.add_columns(members.c.story_id).where(*conditions(asked))
    rows = rows.order_by(matches.c.matched_at.desc(), matches.c.id.desc()).limit(asked.limit)
    for row in tx.execute(rows, execution_options={"yield_per": _AT_ONCE}):
        match = match_of(row, full=asked.full)
        yield Placed(match=match, story_id=StoryId(row.story_id) if row.story_id else None)
