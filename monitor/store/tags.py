"""Tags of matches: short words of people's own, by which matches are found again."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Column, ColumnElement, ScalarSelect, func, select
from sqlalchemy import delete as delete_from

from monitor.model import MatchId
from monitor.store.connections import Transaction
from monitor.store.schema import match_tags
from monitor.store.statements import batches, upsert

_BETWEEN = " "
"""Between tags that are read as one value: no tag holds a blank."""


def tags_of(match_id: Column[str]) -> ScalarSelect[str]:
    """A column for statements that read matches; `told_tags` reads its value."""
    tags = select(func.aggregate_strings(match_tags.c.tag, _BETWEEN)).where(match_tags.c.match_id == match_id)
    return tags.scalar_subquery()


def told_tags(value: str | None) -> tuple[str, ...]:
    """The tags that a column of `tags_of` holds, in alphabetical order."""
    return tuple(sorted(value.split(_BETWEEN))) if value else ()


def has_tag(match_id: ColumnElement[str], tag: str) -> ColumnElement[bool]:
    """The condition that a match is called so."""
    return match_id.in_(select(match_tags.c.match_id).where(match_tags.c.tag == tag))


def add(tx: Transaction, added: Mapping[MatchId, Sequence[str]]) -> None:
    """Gives tags to matches; those that they have stay."""
    rows = [{"match_id": match_id, "tag": tag} for match_id, tags in added.items() for tag in tags]
    if rows:
        tx.execute(upsert(tx, match_tags, ("match_id", "tag")), rows)


def remove(tx: Transaction, removed: Mapping[MatchId, Sequence[str]]) -> None:
    """Takes tags from matches; those that they have not are passed over."""
    ids: defaultdict[str, list[MatchId]] = defaultdict(list)
    for match_id, tags in removed.items():
        for tag in tags:
            ids[tag].append(match_id)
    for tag, held in ids.items():
        for batch in batches(held):
            tx.execute(delete_from(match_tags).where(match_tags.c.tag == tag, match_tags.c.match_id.in_(batch)))


def move(tx: Transaction, goes: MatchId, stays: MatchId) -> None:
    """Gives one match's tags to another, where two become one."""
    held = tx.execute(select(match_tags.c.tag).where(match_tags.c.match_id == goes)).scalars().all()
    add(tx, {stays: held})
    tx.execute(delete_from(match_tags).where(match_tags.c.match_id == goes))
