"""Stories: what an article resembles among those that are stored, and the places that articles have in them.

What resembles is found by hints: for each sampled shingle and each significant word the last few members that hold it.
So an article costs the same beside a thousand stored ones and beside a million; a word that many hold says little.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zlib import crc32

from sqlalchemy import TextClause, func, insert, select, text, update

from monitor.model import ArticleId
from monitor.store.connections import Transaction
from monitor.store.schema import members, shingles, stories, terms, texts
from monitor.store.statements import upsert
from monitor.stories.copies import containment, estimate, sampled
from monitor.stories.copies import shingles as shingles_of
from monitor.stories.events import FEWEST, FURTHEST_APART, Frequency, Report
from monitor.stories.story import How, Membership, Neighbour, Size, StoryId

_HOLDERS = 64
"""Members that a hint leads to: the last ones."""
_ASKED, _NO_HINT = 16, -1
"""Hints in one statement, always as many: so it is prepared once."""
_MOST_SHINGLES = 256
"""Sampled shingles of a text that are kept and looked up: those of 4,000 words."""
_COMPARED = 12
"""Members whose words are compared."""
_READ = 4
"""Members whose texts are compared."""
_BACKGROUND = 1_000
"""Articles that are taken for known when little is stored: a first report would make its own words look common."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbourhood:
    """What is stored around an article."""

    neighbours: tuple[Neighbour, ...]
    sizes: Mapping[StoryId, Size]
    frequency: Frequency


def neighbourhood(tx: Transaction, report: Report, own: Set[int], now: datetime) -> Neighbourhood:
    """Members that an article may resemble; `own`: its text's shingles, all of them."""
    first, last = _window(tx, now)
    holders = _holders(tx, terms.name, [_hash(word) for word in report.words], first)
    known = last - first + 1 if last else 0

    @cache
    def frequency(word: str) -> float:
        found = holders.get(_hash(word), ())
        span = last - found[-1] + 1 if len(found) == _HOLDERS else known
        return min(1.0, (len(found) + 0.5) / (span + _BACKGROUND))

    alike = Counter(number for found in holders.values() for number in found)
    compared = [number for number, times in alike.most_common(_COMPARED) if times >= FEWEST]
    sample = sorted(sampled(own))[:_MOST_SHINGLES]
    copies = Counter(number for found in _holders(tx, shingles.name, sample, 0).values() for number in found)
    likeliest = [number for number, _ in copies.most_common(_READ)]
    rows = _members(tx, {*compared, *likeliest})
    contained = _contained(tx, rows, own, len(sample), {number: copies[number] for number in likeliest})
    neighbours = tuple(_neighbour(row, contained.get(row.number, 0.0)) for row in rows)
    return Neighbourhood(
        neighbours=neighbours, sizes=_sizes(tx, {one.story_id for one in neighbours}), frequency=frequency
    )


def _window(tx: Transaction, now: datetime) -> tuple[int, int]:
    """The first and the last member that joined lately; (0, 0) where none did."""
    lately = select(func.min(members.c.number), func.max(members.c.number))
    first, last = tx.execute(lately.where(members.c.joined_at >= now - FURTHEST_APART)).one()
    return first or 0, last or 0


def _holders(tx: Transaction, table: str, hints: Sequence[int], first: int) -> dict[int, tuple[int, ...]]:
    """Hint → the numbers of the last members that hold it, from `first` on, latest first."""
    found: dict[int, list[int]] = {}
    for start in range(0, len(hints), _ASKED):
        some = [*hints[start : start + _ASKED], *[_NO_HINT] * _ASKED][:_ASKED]
        asked = {f"h{place}": hint for place, hint in enumerate(some)}
        for hint, number in tx.execute(_asking(table), {**asked, "first": first, "most": _HOLDERS}):
            found.setdefault(hint, []).append(number)
    return {hint: tuple(numbers) for hint, numbers in found.items()}


@cache
def _asking(table: str) -> TextClause:
    """One statement for several hints, each of which reads at most so many rows at one place of the key.

    As text: SQLAlchemy takes longer to put so many selects together than the database to answer them.
    """
    column = "shingle" if table == shingles.name else "term"
    one = (
        f"SELECT * FROM (SELECT {column}, number FROM {table} WHERE {column} = :h{{0}} AND number >= :first"  # noqa: S608
        " ORDER BY number DESC LIMIT :most) AS s{0}"
    )
    return text(" UNION ALL ".join(map(one.format, range(_ASKED))))


def _members(tx: Transaction, numbers: Set[int]) -> Sequence[Any]:
    """The members with these numbers, oldest first."""
    return tx.execute(select(members).where(members.c.number.in_(numbers)).order_by(members.c.number)).all()


def _neighbour(row: Any, contained: float) -> Neighbour:
    return Neighbour(
        article_id=ArticleId(row.article_id),
        story_id=StoryId(row.story_id),
        report=Report(words=json.loads(row.words), at=row.reported_at),
        origin=row.origin,
        contained=contained,
    )


def _contained(
    tx: Transaction, rows: Sequence[Any], own: Set[int], sample: int, common: Mapping[int, int]
) -> dict[int, float]:
    """Number → share of the shorter text that stands in the longer one: by their samples, or by the texts if short."""
    found: dict[int, float] = {}
    short: dict[ArticleId, int] = {}
    for row in rows:
        share = estimate(common.get(row.number, 0), sample, row.sampled)
        if share is None:
            short[ArticleId(row.article_id)] = row.number
        else:
            found[row.number] = share
    for row in tx.execute(select(texts).where(texts.c.article_id.in_(short))) if short else ():
        found[short[row.article_id]] = containment(own, shingles_of(row.text or row.summary))
    return found


def _sizes(tx: Transaction, these: Set[StoryId]) -> Mapping[StoryId, Size]:
    rows = select(stories.c.id, stories.c.began_at, func.count()).join_from(stories, members)
    rows = rows.where(stories.c.id.in_(these)).group_by(stories.c.id, stories.c.began_at)
    return {StoryId(story): Size(articles=number, began_at=began) for story, began, number in tx.execute(rows)}


def add(
    tx: Transaction, article_id: ArticleId, membership: Membership, report: Report, own: Set[int], now: datetime
) -> None:
    """Gives an article that is in no story its place; `own`: its text's shingles."""
    began = {"id": membership.story_id, "began_at": report.at, "grown_at": now}
    if membership.how is How.FIRST:
        tx.execute(upsert(tx, stories, ("id",)), began)
    else:
        tx.execute(update(stories).where(stories.c.id == membership.story_id).values(grown_at=now))
    number = tx.execute(
        insert(members).returning(members.c.number), _row(article_id, membership, report, own, now)
    ).scalar_one()
    _hint(tx, number, report, own)


def _row(article_id: ArticleId, membership: Membership, report: Report, own: Set[int], now: datetime) -> dict[str, Any]:
    return {
        "article_id": article_id,
        "story_id": membership.story_id,
        "joined_at": now,
        "reported_at": report.at,
        "how": membership.how,
        "like_id": membership.like or "",
        "overlap": membership.overlap,
        "shared": membership.shared,
        "origin": membership.origin,
        "words": json.dumps(report.words, ensure_ascii=False),
        "sampled": min(_MOST_SHINGLES, len(sampled(own))),
        "note": membership.note,
    }


def _hint(tx: Transaction, number: int, report: Report, own: Set[int]) -> None:
    rows = [{"term": hashed, "number": number} for hashed in {_hash(word) for word in report.words}]
    if rows:
        tx.execute(upsert(tx, terms, ("term", "number")), rows)
    kept = [{"shingle": shingle, "number": number} for shingle in sorted(sampled(own))[:_MOST_SHINGLES]]
    if kept:
        tx.execute(upsert(tx, shingles, ("shingle", "number")), kept)


def _hash(word: str) -> int:
    return crc32(word.encode())
