"""The places of articles in stories: what an article resembles among those that are stored, and where it belongs.

What resembles is found by hints: for each sampled shingle and each significant word the last few members that hold it.
So an article costs the same beside a thousand stored ones and beside a million; a word that many hold says little.
Hints of the last members are in memory (see `lately`); in the table stand few of each, for what is read long after it
was published.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from itertools import chain, cycle
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import TextClause, bindparam, delete, exists, func, select, text, update

from monitor.model import Article, ArticleId, Belonging
from monitor.store import articles, lately
from monitor.store.connections import Transaction
from monitor.store.direct import Direct
from monitor.store.recent import BACKGROUND, HOLDERS, Recent, Said, hint_of
from monitor.store.schema import articles as articles_table
from monitor.store.schema import members, stories
from monitor.store.statements import listed_values
from monitor.stories.copies import SAMPLE, Wording, contained, estimate, is_short, sampled, wording
from monitor.stories.events import FEWEST, HEAVIEST, Rarity, Report, may_overlap, rarity, report
from monitor.stories.story import REPRINTED, Membership, Neighbour, Size, StoryId
from monitor.text.language_tags import primary

_MOST_SHINGLES = 256
"""Sampled shingles of a text that are kept and looked up: those of 4,000 words."""
_SPARSE = (4, 2)
"""One in so many of them is in the table, where that leaves enough of them."""
_ENOUGH_ROWS = 6
_COMPARED = 12
"""Members whose words are compared."""
_READ = 4
"""Members whose texts are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbourhood:
    """What is stored around an article."""

    neighbours: tuple[Neighbour, ...]
    says: Rarity


def neighbourhood(tx: Transaction, told: Report, own: Wording, asked: lately.Window) -> Neighbourhood:
    """Members that an article may resemble; `own`: as it is worded; `asked`: among which they are looked for."""
    sample, recent = _sample(own), lately.caught_up(tx, asked)
    hints = {word: hint_of(word) for word in told.words}
    holders = {hint: recent.terms.last(hint, asked.lately) for hint in hints.values()}
    unheard_of = rarity(0.5 / (asked.known + BACKGROUND))
    rarities = {word: rarity(_share(holders[hint], asked)) for word, hint in hints.items()}

    alike = Counter(chain.from_iterable(holders.values()))
    often = [(number, times) for number, times in alike.items() if times >= FEWEST]
    compared = [number for number, _ in sorted(often, key=itemgetter(1), reverse=True)[:_COMPARED]]
    copies = Counter(chain.from_iterable(recent.shingles.last(shingle, asked.first) for shingle in sample))
    if asked.has_older and (told.at - REPRINTED).timestamp() < recent.joined_at(asked.first):
        copies.update(_older(tx, sample, asked.first))
    likeliest = [number for number, _ in copies.most_common(_READ)]

    words = [
        _Word(hint, frozenset(held := holders[hint]), _since(held, asked), told.words[word], rarities[word])
        for word, hint in hints.items()
    ]
    rows = _members(tx, _promising({*compared, *likeliest}, words, recent, unheard_of))
    shares = _shares(tx, rows, own, sample)
    neighbours = tuple(_neighbour(row, *shares[row.number]) for row in rows)
    return Neighbourhood(neighbours=neighbours, says=lambda word: rarities.get(word, unheard_of))


def _share(holders: Sequence[int], asked: lately.Window) -> float:
    """Of the articles of the time, of those that hold a word."""
    return (len(holders) + 0.5) / (asked.last - _since(holders, asked) + 1 + BACKGROUND)


def _since(holders: Sequence[int], asked: lately.Window) -> int:
    return holders[-1] if len(holders) == HOLDERS else asked.lately


class _Word(NamedTuple):
    """A significant word of a report."""

    hint: int
    holders: Set[int]
    """The last ones."""
    since: int
    """The member from which on these are all."""
    weight: float
    says: float


def _promising(numbers: Set[int], words: Sequence[_Word], recent: Recent, unheard_of: float) -> list[int]:
    """Those of these members that may resemble a report with these words enough, by what is in memory of them."""
    own = sum(word.weight * word.says for word in words)
    told = [(word, word.weight * word.says, HEAVIEST * (unheard_of - word.says)) for word in words]
    found: list[int] = []
    for number in numbers:
        both, other = 0.0, recent.weight(number) * unheard_of
        for (hint, holders, since, _, _), says, less in told:
            if number in holders or (number < since and recent.terms.has(hint, number)):
                both += says
                other -= less
        if may_overlap(both, own, other):
            found.append(number)
    return found


def _older(tx: Transaction, sample: Sequence[int], before: int) -> list[int]:
    """The last holders of each of these shingles among the members before this number."""
    asked = {"sample": json.dumps(sample), "before": before, "most": HOLDERS}
    found = tx.execute(_asking(tx.dialect.name), asked).scalars()
    return [int(number) for numbers in found if numbers for number in numbers.split(",")]


@cache
def _asking(dialect: str) -> TextClause:
    """One statement for all shingles; of each the holders as one text, for rows of their own would cost more than the
    database takes to find them.
    """
    listed = "group_concat(number)" if dialect == "sqlite" else "string_agg(CAST(number AS text), ',')"
    held = "shingle = asked.value AND number < :before ORDER BY number DESC LIMIT :most"
    numbers = f"SELECT {listed} FROM (SELECT number FROM shingles WHERE {held}) AS held"  # noqa: S608
    return text(f"SELECT ({numbers}) FROM {listed_values(dialect, 'sample')} AS asked")  # noqa: S608


class _Told(NamedTuple):
    """What is compared of a member."""

    number: int
    article_id: str
    story_id: str
    reported_at: datetime
    origin: str
    words: str
    sample: tuple[int, ...]
    language: str


def _members(tx: Transaction, numbers: Sequence[int]) -> list[_Told]:
    """The members with these numbers, oldest first."""
    return [_Told(*row) for row in _TOLD(tx, dict(zip(_PLACES, cycle(numbers), strict=False)))] if numbers else []


_TOLD_COLUMNS = [*(members.c[name] for name in _Told._fields[:-1]), articles_table.c.language]
# Always as many numbers, so that it is one statement, and prepared once.
_PLACES = [f"n{place}" for place in range(_COMPARED + _READ)]
_TOLD = Direct(
    select(*_TOLD_COLUMNS)
    .join_from(members, articles_table)
    .where(members.c.number.in_([bindparam(place, type_=members.c.number.type) for place in _PLACES]))
    .order_by(members.c.number),
    _TOLD_COLUMNS,
)


def _neighbour(row: _Told, share: float, short: bool) -> Neighbour:  # noqa: FBT001
    return Neighbour(
        article_id=ArticleId(row.article_id),
        story_id=StoryId(row.story_id),
        report=Report(words=json.loads(row.words), at=row.reported_at, language=primary(row.language)),
        origin=row.origin,
        contained=share,
        is_short=short,
    )


def _shares(
    tx: Transaction, rows: Sequence[_Told], own: Wording, sample: Sequence[int]
) -> dict[int, tuple[float, bool]]:
    """Number → (share of the shorter text that stands in the longer one, is that short): by samples or by the texts."""
    found: dict[int, tuple[float, bool]] = {}
    short: dict[ArticleId, int] = {}
    asked = frozenset(sample)
    for row in rows:
        share = estimate(len(asked.intersection(row.sample)), len(sample), len(row.sample))
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


def wording_of(article: Article) -> Wording:
    """What of an article is compared with other texts."""
    return wording(*_told(article))


def report_of(article: Article) -> Report:
    """What tells of an article which event it reports."""
    return report(*_told(article), article.published_at or article.first_seen_at, article.language)


def _told(article: Article) -> tuple[str, str]:
    return article.headline, article.text or article.summary


def sizes(tx: Transaction, these: Set[StoryId]) -> Mapping[StoryId, Size]:
    """How far these stories have grown, of as many as an article has neighbours."""
    rows = _SIZES(tx, dict(zip(_PLACES, cycle(these), strict=False))) if these else ()
    return {StoryId(story): Size(articles=number, began_at=began) for story, began, number in rows}


_SIZES_COLUMNS = (stories.c.id, stories.c.began_at, func.count())
_SIZES = Direct(
    select(*_SIZES_COLUMNS)
    .join_from(stories, members)
    .where(stories.c.id.in_([bindparam(place, type_=stories.c.id.type) for place in _PLACES]))
    .group_by(stories.c.id, stories.c.began_at),
    _SIZES_COLUMNS,
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
    row = {**_row(article_id, membership, told, own, now), "credit": credit}
    number = _put(tx, row, _sample(own), founds=membership.how is Belonging.FIRST)
    recent = lately.recent(tx)
    if number == recent.last + 1:
        recent.add(_said(number, now, told, own))


def _put(tx: Transaction, row: dict[str, Any], sample: Sequence[int], *, founds: bool) -> int:
    """Save a new member, its story and its hints; the member's number."""
    hints = json.dumps(sparse(sample))
    if tx.dialect.name == "sqlite":
        _story(founds)(tx, {name: row[name] for name in ("story_id", "reported_at", "joined_at")})
        number = int(_MEMBER(tx, row)[0][0])
        _HINTS(tx, {"number": number, "hints": hints})
        return number
    # Its server is asked once: that costs more than what it does.
    return int(_together(founds)(tx, {**row, "hints": hints})[0][0])


_FOUNDED = (
    "INSERT INTO stories (id, began_at, grown_at) VALUES (:story_id, :reported_at, :joined_at) ON CONFLICT DO NOTHING"
)
_GROWN = (
    "UPDATE stories SET grown_at = :joined_at,"
    " began_at = CASE WHEN began_at > :reported_at THEN :reported_at ELSE began_at END WHERE id = :story_id"
)
_GIVEN = [column for column in members.c if column is not members.c.number]
_NAMES, _VALUES = (", ".join(f"{sign}{column.name}" for column in _GIVEN) for sign in ("", ":"))
_ADDED = f"INSERT INTO members ({_NAMES}) VALUES ({_VALUES}) RETURNING number"  # noqa: S608


def _hinted(dialect: str, number: str) -> str:
    held = f"SELECT asked.value, {number} FROM {listed_values(dialect, 'hints')} AS asked"  # noqa: S608
    # SQLite takes "ON" for that of a join, unless there is a WHERE.
    return f"INSERT INTO shingles (shingle, number) {held} WHERE true ON CONFLICT DO NOTHING"


def _direct(statement: str) -> Direct:
    of = {column.name: bindparam(column.name, type_=column.type) for column in _GIVEN}
    return Direct(text(statement).bindparams(*(given for name, given in of.items() if f":{name}" in statement)))


@cache
def _story(founds: bool) -> Direct:  # noqa: FBT001
    return _direct(_FOUNDED if founds else _GROWN)


_MEMBER = _direct(_ADDED)
_HINTS = _direct(_hinted("sqlite", ":number"))


@cache
def _together(founds: bool) -> Direct:  # noqa: FBT001
    hinted = _hinted("postgresql", "(SELECT number FROM member)")
    story = _FOUNDED if founds else _GROWN
    return _direct(f"WITH story AS ({story}), member AS ({_ADDED}), hinted AS ({hinted}) SELECT number FROM member")  # noqa: S608


def reword(tx: Transaction, article_id: ArticleId, told: Report, own: Wording, *, credit: str = "") -> None:
    """Makes an article that has its place be found by what it says now, and whose text it is by what it names now."""
    before = tx.execute(_OWN, {"article": article_id}).one()
    these = update(members).where(members.c.number == before.number)
    tx.execute(these.values({**_written(told, own), "credit": credit}))
    hints = {"hints": json.dumps(sparse(_sample(own))), "number": before.number}
    tx.execute(text(_hinted(tx.dialect.name, ":number")), hints)
    lately.recent(tx).change(lately.said(before), _said(before.number, before.joined_at, told, own))


def _said(number: int, joined_at: datetime, told: Report, own: Wording) -> Said:
    terms = frozenset(map(hint_of, told.words))
    return Said(number, joined_at.timestamp(), terms, sum(told.words.values()), _sample(own))


def _written(told: Report, own: Wording) -> dict[str, Any]:
    return {
        "words": json.dumps(told.words, ensure_ascii=False),
        "sample": _sample(own),
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


@lru_cache(1)
def _sample(own: Wording) -> tuple[int, ...]:
    return tuple(sorted(sampled(own.shingles))[:_MOST_SHINGLES])
