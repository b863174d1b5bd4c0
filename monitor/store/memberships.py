"""The places of articles in stories: what an article resembles among those that are stored, and where it belongs.

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

from sqlalchemy import TextClause, case, delete, exists, func, insert, select, text, update

from monitor.model import Article, ArticleId, Belonging
from monitor.store import articles
from monitor.store.connections import Transaction
from monitor.store.schema import articles as articles_table
from monitor.store.schema import marks, members, shingles, stories, terms
from monitor.store.statements import upsert
from monitor.stories.copies import Wording, contained, estimate, is_short, sampled, wording
from monitor.stories.events import FEWEST, FURTHEST_APART, Frequency, Report, report
from monitor.stories.story import Membership, Neighbour, Size, StoryId
from monitor.text.language_tags import primary

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


def neighbourhood(tx: Transaction, told: Report, own: Wording, now: datetime) -> Neighbourhood:
    """Members that an article may resemble; `own`: as it is worded."""
    first, last = _window(tx, now)
    holders = _holders(tx, terms.name, [_hash(word) for word in told.words], first)
    known = last - first + 1 if last else 0

    @cache
    def frequency(word: str) -> float:
        found = holders.get(_hash(word), ())
        span = last - found[-1] + 1 if len(found) == _HOLDERS else known
        return min(1.0, (len(found) + 0.5) / (span + _BACKGROUND))

    alike = Counter(number for found in holders.values() for number in found)
    compared = [number for number, times in alike.most_common(_COMPARED) if times >= FEWEST]
    sample = _sample(own)
    copies = Counter(number for found in _holders(tx, shingles.name, sample, 0).values() for number in found)
    likeliest = [number for number, _ in copies.most_common(_READ)]
    rows = _members(tx, {*compared, *likeliest})
    shares = _shares(tx, rows, own, len(sample), {number: copies[number] for number in likeliest})
    neighbours = tuple(_neighbour(row, *shares[row.number]) for row in rows)
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
    rows = select(members, articles_table.c.language).join_from(members, articles_table)
    return tx.execute(rows.where(members.c.number.in_(numbers)).order_by(members.c.number)).all()


def _neighbour(row: Any, share: float, short: bool) -> Neighbour:  # noqa: FBT001
    return Neighbour(
        article_id=ArticleId(row.article_id),
        story_id=StoryId(row.story_id),
        report=Report(words=json.loads(row.words), at=row.reported_at, language=primary(row.language)),
        origin=row.origin,
        contained=share,
        is_short=short,
    )


def _shares(
    tx: Transaction, rows: Sequence[Any], own: Wording, sample: int, common: Mapping[int, int]
) -> dict[int, tuple[float, bool]]:
    """Number → (share of the shorter text that stands in the longer one, is that short): by samples or by the texts."""
    found: dict[int, tuple[float, bool]] = {}
    short: dict[ArticleId, int] = {}
    for row in rows:
        share = estimate(common.get(row.number, 0), sample, row.sampled)
        if share is None:
            short[ArticleId(row.article_id)] = row.number
        else:
            found[row.number] = (share, False)
    for key, article in articles.at(tx, short.keys()).items():
        other = wording_of(article)
        found[short[key]] = (contained(own, other), is_short(own, other))
    return found


def membership(tx: Transaction, article_id: ArticleId) -> Membership | None:
    """The article's place; None where it has none."""
    row = tx.execute(select(members).where(members.c.article_id == article_id)).one_or_none()
    return None if row is None else membership_of(row)


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


def dissolve(tx: Transaction, article_id: ArticleId) -> bool:
    """Dissolves the story of an article that is its only one; False, and nothing is done, where others are in it."""
    story = select(members.c.story_id).where(members.c.article_id == article_id).scalar_subquery()
    found = tx.execute(select(members.c.story_id).where(members.c.story_id == story).limit(2)).scalars().all()
    if len(found) != 1:
        return False
    tx.execute(delete(members).where(members.c.article_id == article_id))
    tx.execute(delete(stories).where(stories.c.id == found[0]))
    return True


def merge(tx: Transaction, younger: ArticleId, older: ArticleId) -> None:
    """Gives an article the place of one that turned out to be the same, unless it has one; both must still be there."""
    left = select(members.c.story_id).where(members.c.article_id == younger)
    story = tx.execute(left).scalar()
    if story is None:
        return
    if membership(tx, older) is None:
        tx.execute(update(members).where(members.c.article_id == younger).values(article_id=older))
        return
    tx.execute(delete(members).where(members.c.article_id == younger))
    inhabited = exists().where(members.c.story_id == stories.c.id)
    tx.execute(delete(stories).where(stories.c.id == story, ~inhabited))


def wording_of(article: Article) -> Wording:
    """What of an article is compared with other texts."""
    return wording(*_told(article))


def report_of(article: Article) -> Report:
    """What tells of an article which event it reports."""
    return report(*_told(article), article.published_at or article.first_seen_at, article.language)


def _told(article: Article) -> tuple[str, str]:
    return article.headline, article.text or article.summary


def _sizes(tx: Transaction, these: Set[StoryId]) -> Mapping[StoryId, Size]:
    rows = select(stories.c.id, stories.c.began_at, func.count()).join_from(stories, members)
    rows = rows.where(stories.c.id.in_(these)).group_by(stories.c.id, stories.c.began_at)
    return {StoryId(story): Size(articles=number, began_at=began) for story, began, number in tx.execute(rows)}


def add(
    tx: Transaction,
    article_id: ArticleId,
    membership: Membership,
    told: Report,
    own: Wording,
    now: datetime,
    *,
    credit: str = "",
) -> None:
    """Gives an article that is in no story its place; `own`: as it is worded; `credit`: the agency whose text it is."""
    began = {"id": membership.story_id, "began_at": told.at, "grown_at": now}
    if membership.how is Belonging.FIRST:
        tx.execute(upsert(tx, stories, ("id",)), began)
    else:
        earlier = case((stories.c.began_at > told.at, told.at), else_=stories.c.began_at)
        this = update(stories).where(stories.c.id == membership.story_id)
        tx.execute(this.values(grown_at=now, began_at=earlier))
    number = tx.execute(
        insert(members).returning(members.c.number),
        {**_row(article_id, membership, told, own, now), "credit": credit},
    ).scalar_one()
    _hint(tx, number, told, own)


def reword(tx: Transaction, article_id: ArticleId, told: Report, own: Wording, *, credit: str = "") -> None:
    """Makes an article that has its place be found by what it says now, and whose text it is by what it names now."""
    these = update(members).where(members.c.article_id == article_id)
    number = tx.execute(these.values({**_said(told, own), "credit": credit}).returning(members.c.number)).scalar_one()
    _hint(tx, number, told, own)


def _said(told: Report, own: Wording) -> dict[str, Any]:
    return {
        "words": json.dumps(told.words, ensure_ascii=False),
        "sampled": len(_sample(own)),
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
        **_said(told, own),
    }


def _hint(tx: Transaction, number: int, told: Report, own: Wording) -> None:
    rows = [{"term": hashed, "number": number} for hashed in {_hash(word) for word in told.words}]
    if rows:
        tx.execute(upsert(tx, terms, ("term", "number")), rows)
    kept = [{"shingle": shingle, "number": number} for shingle in _sample(own)]
    if kept:
        tx.execute(upsert(tx, shingles, ("shingle", "number")), kept)
    marked = [{"mark": hashed, "number": number} for hashed in {_hash(mark) for mark in told.marks}]
    if marked:
        tx.execute(upsert(tx, marks, ("mark", "number")), marked)


def _sample(own: Wording) -> list[int]:
    return sorted(sampled(own.shingles))[:_MOST_SHINGLES]


def _hash(word: str) -> int:
    return crc32(word.encode())
