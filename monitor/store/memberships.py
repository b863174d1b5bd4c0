"""The places of articles in stories, and the hints by which they are found there: see `neighbours`."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, exists, select, text, update

from monitor.model import ArticleId, Belonging, StoryId
from monitor.store import lately
from monitor.store.connections import Transaction
from monitor.store.direct import Direct
from monitor.store.recent import Said, hints_of
from monitor.store.schema import members, stories
from monitor.store.statements import listed_values
from monitor.stories.copies import SAMPLE, Wording
from monitor.stories.events import Report
from monitor.stories.said import sample_of
from monitor.stories.story import Membership

_SPARSE = (4, 2)
"""One in so many of a text's sampled shingles is in the table, where that leaves enough of them."""
_ENOUGH_ROWS = 6


def membership(tx: Transaction, article_id: ArticleId) -> Membership | None:
    """The article's place; None where it has none."""
    row = tx.execute(_OWN, {"article": article_id}).one_or_none()
    return None if row is None else membership_of(row)


_OWN = select(members).where(members.c.article_id == bindparam("article"))


def membership_of(row: Any) -> Membership:
    """The place in a row of members."""
    return Membership(
        story_id=StoryId(row.story_id),
        how=row.how,
        like=ArticleId(row.like_id) if row.like_id else None,
        overlap=row.overlap,
        shared=row.shared,
        origin=row.origin,
        note=row.note,
    )


def grown_at(tx: Transaction, story_id: StoryId) -> datetime | None:
    """When the last article joined the story; None where there is none of this id."""
    return tx.execute(select(stories.c.grown_at).where(stories.c.id == story_id)).scalar()


def set_grown(tx: Transaction, story_id: StoryId, at: datetime) -> None:
    """Makes a story one that grew last at that moment."""
    tx.execute(update(stories).where(stories.c.id == story_id).values(grown_at=at))


def dissolve(tx: Transaction, article_id: ArticleId) -> bool:
    """Dissolves the story of an article that is its only one; False, and nothing is done, where others are in it."""
    story = select(members.c.story_id).where(members.c.article_id == article_id).scalar_subquery()
    found = tx.execute(select(members).where(members.c.story_id == story).limit(2)).all()
    if len(found) != 1:
        return False
    _remove(tx, found[0])
    tx.execute(delete(stories).where(stories.c.id == found[0].story_id))
    return True


def _remove(tx: Transaction, member: Any) -> None:
    tx.execute(delete(members).where(members.c.number == member.number))
    lately.recent(tx).remove(lately.said(member))


def merge(tx: Transaction, younger: ArticleId, older: ArticleId) -> None:
    """Gives an article the place of one that turned out to be the same, unless it has one; both must still be there."""
    left = tx.execute(_OWN, {"article": younger}).one_or_none()
    if left is None:
        return
    if membership(tx, older) is None:
        tx.execute(update(members).where(members.c.article_id == younger).values(article_id=older))
        return
    _remove(tx, left)
    inhabited = exists().where(members.c.story_id == stories.c.id)
    tx.execute(delete(stories).where(stories.c.id == left.story_id, ~inhabited))


def add(
    tx: Transaction,
    article_id: ArticleId,
    membership: Membership,
    told: Report,
    own: Wording,
    now: datetime,
    *,
    credit: str = "",
) -> bool:
    """Gives an article its place; False, and nothing is done, where it has one. `own`: as it is worded; `credit`: the
    agency whose text it is.
    """
    row = {**_row(article_id, membership, told, own, now), "credit": credit}
    number = _put(tx, row, sample_of(own), founds=membership.how is Belonging.FIRST)
    recent = lately.recent(tx)
    if number and recent.is_caught_up:
        recent.add(_said(number, now, told, own))
    return number is not None


def _put(tx: Transaction, row: dict[str, Any], sample: Sequence[int], *, founds: bool) -> int | None:
    """Save a new member, its story and its hints; the member's number, None where the article is one already."""
    hints = json.dumps(sparse(sample))
    if tx.dialect.name == "sqlite":
        _story(founds)(tx, {name: row[name] for name in ("story_id", "reported_at", "joined_at", "article_id")})
        found = _MEMBER(tx, row)
        if found:
            _HINTS(tx, {"number": found[0][0], "hints": hints})
    else:
        # Its server is asked once: that costs more than what it does.
        found = _together(founds)(tx, {**row, "hints": hints})
    return int(found[0][0]) if found else None


def _changed(founds: bool, where: str) -> str:  # noqa: FBT001
    """The statement that founds a story, or lets it grow, if this holds."""
    if founds:
        values = f"SELECT :story_id, :reported_at, :joined_at WHERE {where}"
        return f"INSERT INTO stories (id, began_at, grown_at) {values} ON CONFLICT DO NOTHING"
    began_at = "CASE WHEN began_at > :reported_at THEN :reported_at ELSE began_at END"
    return f"UPDATE stories SET grown_at = :joined_at, began_at = {began_at} WHERE id = :story_id AND {where}"  # noqa: S608


_GIVEN = [column for column in members.c if column is not members.c.number]
_NAMES, _VALUES = (", ".join(f"{sign}{column.name}" for column in _GIVEN) for sign in ("", ":"))
_ABSENT = "ON CONFLICT (article_id) DO NOTHING"
_ADDED = f"INSERT INTO members ({_NAMES}) VALUES ({_VALUES}) {_ABSENT} RETURNING number"  # noqa: S608


def _hinted(dialect: str, number: str, source: str = "") -> str:
    held = f"SELECT asked.value, {number} FROM {source}{listed_values(dialect, 'hints')} AS asked"  # noqa: S608
    # SQLite takes "ON" for that of a join, unless there is a WHERE.
    return f"INSERT INTO shingles (shingle, number) {held} WHERE true ON CONFLICT DO NOTHING"


def _direct(statement: str) -> Direct:
    of = {column.name: bindparam(column.name, type_=column.type) for column in _GIVEN}
    return Direct(text(statement).bindparams(*(given for name, given in of.items() if f":{name}" in statement)))


@cache
def _story(founds: bool) -> Direct:  # noqa: FBT001
    return _direct(_changed(founds, "NOT EXISTS (SELECT 1 FROM members WHERE article_id = :article_id)"))


_MEMBER = _direct(_ADDED)
_HINTS = _direct(_hinted("sqlite", ":number"))


@cache
def _together(founds: bool) -> Direct:  # noqa: FBT001
    story = _changed(founds, "EXISTS (SELECT FROM member)")
    hinted = _hinted("postgresql", "member.number", "member, ")
    return _direct(f"WITH member AS ({_ADDED}), story AS ({story}), hinted AS ({hinted}) SELECT number FROM member")  # noqa: S608


def reword(tx: Transaction, article_id: ArticleId, told: Report, own: Wording, *, credit: str = "") -> None:
    """Makes an article that has its place be found by what it says now, and whose text it is by what it names now."""
    before = tx.execute(_OWN, {"article": article_id}).one()
    these = update(members).where(members.c.number == before.number)
    tx.execute(these.values({**_written(told, own), "credit": credit}))
    hints = {"hints": json.dumps(sparse(sample_of(own))), "number": before.number}
    tx.execute(text(_hinted(tx.dialect.name, ":number")), hints)
    lately.recent(tx).change(lately.said(before), _said(before.number, before.joined_at, told, own))


def _said(number: int, joined_at: datetime, told: Report, own: Wording) -> Said:
    terms = frozenset(hints_of(told.words))
    return Said(number, joined_at.timestamp(), terms, sum(told.words.values()), sample_of(own))


def _written(told: Report, own: Wording) -> dict[str, Any]:
    return {
        "words": json.dumps(told.words, ensure_ascii=False),
        "sample": sample_of(own),
        "marks": json.dumps(told.marks, ensure_ascii=False),
    }


def _row(article_id: ArticleId, membership: Membership, told: Report, own: Wording, now: datetime) -> dict[str, Any]:
    return {
        "article_id": article_id,
        "story_id": membership.story_id,
        "joined_at": now,
        "reported_at": told.at,
        "how": membership.how,
        "like_id": membership.like or "",
        "overlap": membership.overlap,
        "shared": membership.shared,
        "origin": membership.origin,
        "note": membership.note,
        **_written(told, own),
    }


def sparse(sample: Sequence[int]) -> list[int]:
    """The shingles of a sample that are in the table: the same of the same text, and all where they are few."""
    for one_in in _SPARSE:
        found = [shingle for shingle in sample if not shingle // SAMPLE % one_in]
        if len(found) >= _ENOUGH_ROWS:
            return found
    return list(sample)
