"""Reviews: what people decided about matches. Only ever added to; `decisions` and `undoing` say what is added."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, FromClause, func, insert, select, update

from monitor.errors import StoreError
from monitor.model import MatchId, Review, Status
from monitor.store import tags
from monitor.store.connections import Transaction
from monitor.store.schema import matches, reviews
from monitor.store.statements import batches

_COLUMNS = tuple(one.name for one in fields(Review))


def next_decision(tx: Transaction) -> int:
    """The number of the decision to be recorded; nobody else takes it while this transaction writes."""
    return (tx.execute(select(func.max(reviews.c.decision))).scalar() or 0) + 1


def add(tx: Transaction, *made: Review) -> None:
    """Records decisions, and makes their matches what they say.

    Raises:
        StoreError: there is no such match.
    """
    alike: defaultdict[tuple[Status, str], list[MatchId]] = defaultdict(list)
    for one in made:
        alike[(one.status, one.assignee)].append(one.match_id)
    for (status, assignee), ids in alike.items():
        for batch in batches(ids):
            these = update(matches).where(matches.c.id.in_(batch))
            if tx.execute(these.values(status=status, assignee=assignee or None)).rowcount < len(set(batch)):
                raise StoreError(f"there is no match {_missing(tx, batch)}", hint="see `monitor matches`")
    tags.add(tx, {one.match_id: sorted({*one.tags} - {*one.tags_before}) for one in made})
    tags.remove(tx, {one.match_id: sorted({*one.tags_before} - {*one.tags}) for one in made})
    tx.execute(insert(reviews), [{name: getattr(one, name) for name in _COLUMNS} for one in made])


def of(tx: Transaction, match_id: MatchId) -> tuple[Review, ...]:
    """All decisions about a match, in the order in which they were recorded."""
    rows = select(reviews).where(reviews.c.match_id == match_id).order_by(reviews.c.id)
    return tuple(map(review_of, tx.execute(rows)))


def since(tx: Transaction, match_id: MatchId, number: int) -> tuple[Review, ...]:
    """The decisions about a match that were recorded after the review of this number."""
    later = select(reviews).where(reviews.c.match_id == match_id, reviews.c.id > number).order_by(reviews.c.id)
    return tuple(map(review_of, tx.execute(later)))


def review_of(row: Any) -> Review:
    """The review in a row of its table."""
    return Review(**{name: getattr(row, name) for name in _COLUMNS})


def tagged(of: FromClause, tag: str) -> ColumnElement[bool]:
    """The condition that a match `of` that table has a tag, spelt as `monitor.text.tags` spells it."""
    return tags.has_tag(of.c.id, tag)


def assigned(of: FromClause, name: str) -> ColumnElement[bool]:
    """The condition that somebody is to look after a match; "": nobody."""
    return of.c.assignee == name if name else of.c.assignee.is_(None)


def decided_by(of: FromClause, reviewer: str) -> ColumnElement[bool]:
    """The condition that the last decision about a match is this reviewer's."""
    last = select(reviews.c.reviewer).where(reviews.c.match_id == of.c.id).order_by(reviews.c.id.desc()).limit(1)
    return last.correlate(of).scalar_subquery() == reviewer


def _missing(tx: Transaction, ids: Sequence[MatchId]) -> str:
    there = set(tx.execute(select(matches.c.id).where(matches.c.id.in_(ids))).scalars())
    return next(one for one in ids if one not in there)
