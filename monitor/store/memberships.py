"""The places of articles in stories: what an article resembles among those that are stored, and where it belongs.

What resembles is found by hints: for each sampled shingle and each significant word the last few members that hold it.
So an article costs the same beside a thousand stored ones and beside a million; a word that many hold says little.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from itertools import chain, cycle
from typing import Any
from zlib import crc32

from sqlalchemy import Table, TextClause, bindparam, case, delete, exists, func, insert, select, text, update

from monitor.model import Article, ArticleId, Belonging
from monitor.store import articles
from monitor.store.connections import Transaction
from monitor.store.hints import BACKGROUND, HOLDERS, looked_up
from monitor.store.schema import articles as articles_table
from monitor.store.schema import marks, members, shingles, stories, terms
from monitor.store.statements import listed_values, upsert
from monitor.stories.copies import Wording, contained, estimate, is_short, sampled, wording
from monitor.stories.events import FEWEST, FURTHEST_APART, Rarity, Report, rarity, report
from monitor.stories.story import Membership, Neighbour, Size, StoryId
from monitor.text.language_tags import primary

_MOST_SHINGLES = 256
"""Sampled shingles of a text that are kept and looked up: those of 4,000 words."""
_COMPARED = 12
"""Members whose words are compared."""
_READ = 4
"""Members whose texts are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbourhood:
    """What is stored around an article."""

    neighbours: tuple[Neighbour, ...]
    says: Rarity


def neighbourhood(tx: Transaction, told: Report, own: Wording, now: datetime) -> Neighbourhood:
    """Members that an article may resemble; `own`: as it is worded."""
    hashes, sample = {word: _hash(word) for word in told.words}, _sample(own)
    found = _holders(tx, list(hashes.values()), sample, now - FURTHEST_APART)
    known = found.last - found.first + 1 if found.first else 0

    def share(word: str) -> float:
        holders = found.terms.get(hashes[word], ())
        span = found.last - int(holders[-1]) + 1 if len(holders) == HOLDERS else known
        return (len(holders) + 0.5) / (span + BACKGROUND)

    unheard_of = rarity(0.5 / (known + BACKGROUND))
    rarities = {word: rarity(share(word)) for word in told.words}

    alike = Counter(chain.from_iterable(found.terms.values()))
    often = Counter({number: times for number, times in alike.items() if times >= FEWEST})
    compared = [int(number) for number, _ in often.most_common(_COMPARED)]
    copies = Counter(map(int, chain.from_iterable(found.shingles.values())))
    likeliest = [number for number, _ in copies.most_common(_READ)]
    rows = _members(tx, {*compared, *likeliest})
    shares = _shares(tx, rows, own, len(sample), {number: copies[number] for number in likeliest})
    neighbours = tuple(_neighbour(row, *shares[row.number]) for row in rows)
    return Neighbourhood(neighbours=neighbours, says=lambda word: rarities.get(word, unheard_of))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holders:
    """Hint → the numbers of the last members that hold it, latest first; hints that nobody holds are left out."""

    first: int
    """The first member that joined lately, 0 where none did: terms are those of members from this one on."""
    last: int
    """The last member."""
    terms: Mapping[int, Sequence[str]]
    shingles: Mapping[int, Sequence[str]]


def _holders(tx: Transaction, words: Sequence[int], sample: Sequence[int], since: datetime) -> _Holders:
    """Who holds these hints, and who joined since then."""
    asked = {"words": json.dumps(words), "sample": json.dumps(sample), "since": since, "most": HOLDERS}
    found: dict[str, dict[int, list[str]]] = {terms.name: {}, shingles.name: {}, members.name: {}}
    for table, hint, numbers in tx.execute(_asking(tx.dialect.name), asked):
        if numbers:
            found[table][hint] = numbers.split(",")
    lately = found[members.name]
    first, (last,) = next(iter(lately.items())) if lately else (0, ("0",))
    return _Holders(first=first, last=int(last), terms=found[terms.name], shingles=found[shingles.name])


@cache
def _asking(dialect: str) -> TextClause:
    """One statement for all hints, and for the first member that joined lately and the last one."""
    # Numbers rise with time. Asked for the least number since then, databases look at every member since, or before.
    lately = "SELECT number FROM members WHERE joined_at >= :since ORDER BY joined_at, number LIMIT 1"
    since = f"coalesce(({lately}), 0)"
    window = f"SELECT 'members', {since}, CAST((SELECT max(number) FROM members) AS text)"  # noqa: S608
    parts = [looked_up(dialect, terms, "words", f">= {since}"), looked_up(dialect, shingles, "sample", ">= 0"), window]
    return text(" UNION ALL ".join(parts)).bindparams(bindparam("since", type_=members.c.joined_at.type))


def _members(tx: Transaction, numbers: Set[int]) -> Sequence[Any]:
    """The members with these numbers, oldest first."""
    return tx.execute(_TOLD, dict(zip(_PLACES, cycle(numbers), strict=False))).all() if numbers else ()


# Always as many, so that it is one statement, and prepared once.
_PLACES = [f"n{place}" for place in range(_COMPARED + _READ)]
_TOLD = (
    select(
        members.c.number,
        members.c.article_id,
        members.c.story_id,
        members.c.reported_at,
        members.c.origin,
        members.c.words,
        members.c.sampled,
        articles_table.c.language,
    )
    .join_from(members, articles_table)
    .where(members.c.number.in_([bindparam(place, type_=members.c.number.type) for place in _PLACES]))
    .order_by(members.c.number)
)


def _neighbour(row: Any, share: float, short: bool) -> Neighbour:  # noqa: FBT001
    _, article_id, story_id, at, origin, words, _, language = row
    return Neighbour(
        article_id=ArticleId(article_id),
        story_id=StoryId(story_id),
        report=Report(words=json.loads(words), at=at, language=primary(language)),
        origin=origin,
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


def sizes(tx: Transaction, these: Set[StoryId]) -> Mapping[StoryId, Size]:
    """How far these stories have grown."""
    rows = tx.execute(_SIZES, {"these": sorted(these)}) if these else ()
    return {StoryId(story): Size(articles=number, began_at=began) for story, began, number in rows}


_SIZES = (
    select(stories.c.id, stories.c.began_at, func.count())
    .join_from(stories, members)
    .where(stories.c.id.in_(bindparam("these", expanding=True)))
    .group_by(stories.c.id, stories.c.began_at)
)


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
    if membership.how is Belonging.FIRST:
        began = {"id": membership.story_id, "began_at": told.at, "grown_at": now}
        tx.execute(upsert(tx, stories, ("id",)), began)
    else:
        tx.execute(_GROW, {"story": membership.story_id, "at": told.at, "now": now})
    number = tx.execute(_ADD, {**_row(article_id, membership, told, own, now), "credit": credit}).scalar_one()
    _hint(tx, number, told, own)


_AT = bindparam("at", type_=stories.c.began_at.type)
_GROW = (
    update(stories)
    .where(stories.c.id == bindparam("story"))
    .values(grown_at=bindparam("now"), began_at=case((stories.c.began_at > _AT, _AT), else_=stories.c.began_at))
)
_ADD = insert(members).returning(members.c.number)


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
    hints = ((terms, list(map(_hash, told.words))), (shingles, _sample(own)), (marks, list(map(_hash, told.marks))))
    for table, held in hints:
        tx.execute(_hinting(tx.dialect.name, table), {"hints": json.dumps(held), "number": number})


@cache
def _hinting(dialect: str, table: Table) -> TextClause:
    """One statement for all hints of a member."""
    # SQLite takes "ON" for that of a join, unless there is a WHERE.
    held = f"SELECT asked.value, :number FROM {listed_values(dialect, 'hints')} AS asked WHERE true"  # noqa: S608
    return text(f"INSERT INTO {table.name} ({table.c[0].name}, number) {held} ON CONFLICT DO NOTHING")


@lru_cache(1)
def _sample(own: Wording) -> list[int]:
    return sorted(sampled(own.shingles))[:_MOST_SHINGLES]


def _hash(word: str) -> int:
    return crc32(word.encode())
