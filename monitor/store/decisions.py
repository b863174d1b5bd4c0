"""Decisions: a change that a reviewer wants, and matches as they saw them → what is recorded, or has changed since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from monitor.errors import StoreError
from monitor.model import Manner, MatchId, Review, Status, TextSource
from monitor.store import reviews
from monitor.store.connections import Transaction
from monitor.store.match_places import now_called
from monitor.store.match_query import MatchQuery, conditions
from monitor.store.schema import articles, matches, members, revisions
from monitor.store.schema import reviews as reviews_table
from monitor.store.statements import batches
from monitor.store.tags import tags_of, told_tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A match as a reviewer had it before them: what their decision is about."""

    match_id: MatchId
    status: Status
    tags: tuple[str, ...]
    assignee: str
    last: int
    """The number of the last review of it that they know of; 0: none."""
    version: str
    score: float
    lost: bool
    text_source: TextSource
    revision: int
    """How often its article had been revised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is decided about a match."""

    status: Status | None = None
    """None: it stays, and likewise below."""
    tags: tuple[str, ...] = ()
    """To be added."""
    untags: tuple[str, ...] = ()
    assignee: str | None = None
    """ "": nobody any more."""
    note: str = ""

    def on(self, seen: Seen) -> tuple[Status, tuple[str, ...], str]:
        """Status, tags and assignee of a match after it."""
        tags = tuple(sorted({*seen.tags, *self.tags} - {*self.untags}))
        return self.status or seen.status, tags, seen.assignee if self.assignee is None else self.assignee

    def changes(self, seen: Seen) -> bool:
        """Whether the match is another one afterwards."""
        return self.on(seen) != (seen.status, seen.tags, seen.assignee)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A match that is not what the reviewer saw."""

    seen: Seen
    now: Seen
    since: tuple[Review, ...]
    """Decisions that they do not know of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """Who decides, when and how."""

    reviewer: str
    now: datetime
    manner: Manner = Manner.HAND
    anyway: bool = False
    """Whatever has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What came of a decision: either recorded, with its number, or nothing is, because of the conflicts."""

    number: int = 0
    conflicts: tuple[Conflict, ...] = ()


def look(tx: Transaction, ids: Sequence[MatchId]) -> dict[MatchId, Seen]:
    """Matches as they are now; those that are none are left out."""
    found = (row for batch in batches(ids) for row in tx.execute(_standing().where(matches.c.id.in_(batch))))
    return {MatchId(row.id): _seen(row) for row in found}


def last_own(tx: Transaction, ids: Sequence[MatchId], reviewer: str) -> dict[MatchId, int]:
    """The number of the reviewer's last review of each match; those without one are left out."""
    own = select(reviews_table.c.match_id, func.max(reviews_table.c.id)).where(reviews_table.c.reviewer == reviewer)
    own = own.group_by(reviews_table.c.match_id)
    return {
        MatchId(match_id): number
        for batch in batches(ids)
        for match_id, number in tx.execute(own.where(reviews_table.c.match_id.in_(batch)))
    }


def asked(tx: Transaction, query: MatchQuery) -> tuple[MatchId, ...]:
    """The matches that a query finds, newest first."""
    source = matches.join(articles, matches.c.article_id == articles.c.id)
    rows = select(matches.c.id).select_from(source).where(*conditions(query))
    rows = rows.order_by(matches.c.matched_at.desc(), matches.c.id.desc()).limit(query.limit)
    return tuple(map(MatchId, tx.execute(rows).scalars()))


def alike(tx: Transaction, match_id: MatchId, query: MatchQuery) -> tuple[MatchId, ...]:
    """The match, and those of its watchlist in its story that the query finds."""
    own = select(matches.c.watchlist_id, members.c.story_id).where(matches.c.id == match_id)
    own = own.join_from(matches, members, members.c.article_id == matches.c.article_id)
    place = tx.execute(own).one_or_none()
    if place is None:
        return (match_id,)
    source = matches.join(articles, matches.c.article_id == articles.c.id)
    rows = select(matches.c.id).select_from(source.join(members, members.c.article_id == articles.c.id))
    rows = rows.where(members.c.story_id == place.story_id, matches.c.watchlist_id == place.watchlist_id)
    others = tx.execute(rows.where(matches.c.id != match_id, *conditions(query)).order_by(matches.c.id)).scalars()
    return (match_id, *map(MatchId, others))


def decide(tx: Transaction, change: Change, seen: Sequence[Seen], deciding: Deciding) -> Decided:
    """Records a change of all these matches; where one is not as it was seen, and not anyway, nothing.

    Who wants what somebody else has made of it meanwhile is in no conflict with them.

    Raises:
        StoreError: one of the matches is none.
    """
    now = _now(tx, [one.match_id for one in seen])
    for one in seen:
        if one.match_id not in now:
            raise StoreError(f"there is no match {one.match_id}", hint="see `monitor matches`")
    if not deciding.anyway and (found := _conflicts(tx, change, seen, now)):
        return Decided(conflicts=found)
    number = reviews.next_decision(tx)
    # Once, where two of those that were seen have become one.
    these = {now[one.match_id].match_id: now[one.match_id] for one in seen}
    reviews.add(tx, *(_review(change, one, deciding, number) for one in these.values()))
    return Decided(number=number)


def _now(tx: Transaction, ids: Sequence[MatchId]) -> dict[MatchId, Seen]:
    """Matches as they are now; under an id that one had before its article was merged, that one."""
    now = look(tx, ids)
    moved = now_called(tx, [one for one in ids if one not in now])
    there = look(tx, list(moved.values()))
    return now | {before: there[after] for before, after in moved.items()}


def _conflicts(tx: Transaction, change: Change, seen: Sequence[Seen], now: dict[MatchId, Seen]) -> tuple[Conflict, ...]:
    pairs = ((one, now[one.match_id]) for one in seen)
    return tuple(
        Conflict(seen=one, now=other, since=reviews.since(tx, other.match_id, one.last))
        for one, other in pairs
        if is_of_another(one, other) or ((one.last, one.status) != (other.last, other.status) and change.changes(other))
    )


def is_of_another(seen: Seen, now: Seen) -> bool:
    """Whether the rules or the article say something else than they did, or it is another article."""
    parts = [(one.match_id, one.version, one.score, one.lost, one.text_source, one.revision) for one in (seen, now)]
    return parts[0] != parts[1]


def _review(change: Change, now: Seen, deciding: Deciding, number: int) -> Review:
    status, tags, assignee = change.on(now)
    return Review(
        match_id=now.match_id,
        status=status,
        note=change.note,
        reviewer=deciding.reviewer,
        reviewed_at=deciding.now,
        before=now.status,
        tags=tags,
        tags_before=now.tags,
        assignee=assignee,
        assignee_before=now.assignee,
        manner=deciding.manner,
        decision=number,
        version=now.version,
        score=now.score,
        text_source=now.text_source,
        revision=now.revision,
    )


def _standing() -> Select[Any]:
    revised = select(func.count()).select_from(revisions).where(revisions.c.article_id == matches.c.article_id)
    last = select(func.max(reviews_table.c.id)).where(reviews_table.c.match_id == matches.c.id)
    return select(
        *(matches.c[name] for name in ("id", "status", "assignee", "version", "score", "lost_at")),
        articles.c.text_source,
        tags_of(matches.c.id).label("tags"),
        revised.scalar_subquery().label("revision"),
        last.scalar_subquery().label("last"),
    ).join_from(matches, articles)


def _seen(row: Any) -> Seen:
    return Seen(
        match_id=MatchId(row.id),
        status=row.status,
        tags=told_tags(row.tags),
        assignee=row.assignee or "",
        last=row.last or 0,
        version=row.version,
        score=row.score,
        lost=row.lost_at is not None,
        text_source=row.text_source,
        revision=row.revision,
    )
