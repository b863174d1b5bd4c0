"""What an article resembles among those that are stored.

It is found by hints: for each sampled shingle and each significant word the last few members that hold it. So an
article costs the same beside a thousand stored ones and beside a million; a word that many hold says little. Hints of
the last members are in memory (see `lately`); in the table stand few of each, for what is read long after it was
published.
"""

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain, cycle
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import TextClause, bindparam, func, select, text

from monitor.model import ArticleId, StoryId
from monitor.store import articles, lately
from monitor.store.connections import Transaction
from monitor.store.direct import Direct
from monitor.store.recent import BACKGROUND, HOLDERS, Recent, hints_of
from monitor.store.schema import articles as articles_table
from monitor.store.schema import members, stories
from monitor.store.statements import listed_values
from monitor.stories.copies import Wording, contained, estimate, is_short
from monitor.stories.events import FEWEST, HEAVIEST, Rarity, Report, may_overlap, rarity
from monitor.stories.said import sample_of, wording_of
from monitor.stories.story import REPRINTED, Neighbour, Size
from monitor.text.language_tags import primary

_COMPARED = 12
"""Members whose words are compared."""
_READ = 4
"""Members whose texts are compared."""
MOST_NEIGHBOURS = _COMPARED + _READ


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbourhood:
    """What is stored around an article."""

    neighbours: tuple[Neighbour, ...]
    sizes: Mapping[StoryId, Size]
    """How far their stories have grown."""
    says: Rarity


def neighbourhood(tx: Transaction, told: Report, own: Wording, asked: lately.Window) -> Neighbourhood:
    """Members that an article may resemble; `own`: as it is worded; `asked`: among which they are looked for."""
    sample, recent = sample_of(own), lately.recent(tx)
    hints = hints_of(told.words)
    holders = {hint: recent.terms.last(hint, asked.lately) for hint in hints}
    unheard_of = rarity(0.5 / (asked.known + BACKGROUND))
    words = [_word(weight, hint, holders[hint], asked) for weight, hint in zip(told.words.values(), hints, strict=True)]
    rarities = {word: one.says for word, one in zip(told.words, words, strict=True)}

    times = Counter(chain.from_iterable(holders.values()))
    often = [(number, held) for number, held in times.items() if held >= FEWEST]
    compared = _likeliest(often, _COMPARED)
    times = Counter(chain.from_iterable(recent.shingles.last(shingle, asked.first) for shingle in sample))
    if asked.has_older and (told.at - REPRINTED).timestamp() < recent.joined_at(asked.first):
        times.update(_older(tx, sample, asked.first))
    numbers = {*compared, *_likeliest(times.items(), _READ)}

    rows = _members(tx, _promising(numbers, words, recent, unheard_of))
    shares = _shares(tx, rows, own, sample)
    neighbours = tuple(_neighbour(row, *shares[row.number]) for row in rows)
    sizes = {StoryId(row.story_id): Size(articles=row.articles, began_at=row.began_at) for row in rows}
    return Neighbourhood(neighbours=neighbours, sizes=sizes, says=lambda word: rarities.get(word, unheard_of))


def _likeliest(times: Iterable[tuple[int, int]], most: int) -> list[int]:
    """The numbers that were found most often; of those that were as often, the ones found first."""
    return [number for number, _ in sorted(times, key=itemgetter(1), reverse=True)[:most]]


class _Word(NamedTuple):
    """A significant word of a report."""

    hint: int
    holders: Sequence[int]
    """The last ones."""
    since: int
    """The member from which on these are all."""
    weight: float
    says: float


def _word(weight: float, hint: int, holders: Sequence[int], asked: lately.Window) -> _Word:
    since = holders[-1] if len(holders) == HOLDERS else asked.lately
    share = (len(holders) + 0.5) / (asked.last - since + 1 + BACKGROUND)
    return _Word(hint, holders, since, weight, rarity(share))


def _promising(numbers: set[int], words: Sequence[_Word], recent: Recent, unheard_of: float) -> list[int]:
    """Those of these members that may resemble a report with these words enough, by what is in memory of them."""
    own, both = 0.0, dict.fromkeys(numbers, 0.0)
    other = {number: recent.weight(number) * unheard_of for number in numbers}
    ascending = sorted(numbers)
    for hint, holders, since, weight, says in words:
        own += weight * says
        held = numbers.intersection(holders)
        before = [number for number in ascending[: bisect_left(ascending, since)] if recent.terms.has(hint, number)]
        for number in chain(held, before):
            both[number] += weight * says
            other[number] -= HEAVIEST * (unheard_of - says)
    return [number for number in ascending if may_overlap(both[number], own, other[number])]


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
    """What is compared of a member, and how far its story has grown."""

    number: int
    article_id: str
    story_id: str
    reported_at: datetime
    origin: str
    words: str
    sample: tuple[int, ...]
    language: str
    began_at: datetime
    articles: int


def _members(tx: Transaction, numbers: Sequence[int]) -> list[_Told]:
    """The members with these numbers, oldest first."""
    return [_Told(*row) for row in _TOLD(tx, dict(zip(_PLACES, cycle(numbers), strict=False)))] if numbers else []


# Always as many numbers, so that it is one statement, and prepared once.
_PLACES = [f"n{place}" for place in range(MOST_NEIGHBOURS)]


def _told() -> Direct:
    own = (members.c[name] for name in _Told._fields[:7])
    found = (
        select(*own, articles_table.c.language, stories.c.began_at)
        .join_from(members, articles_table)
        .join(stories, stories.c.id == members.c.story_id)
        .where(members.c.number.in_([bindparam(place, type_=members.c.number.type) for place in _PLACES]))
        .cte("found")
    )
    # Each story once: a large one is that of many.
    size = (
        select(members.c.story_id, func.count().label("articles"))
        .where(members.c.story_id.in_(select(found.c.story_id)))
        .group_by(members.c.story_id)
        .subquery("size")
    )
    columns = [*found.c, size.c.articles]
    return Direct(
        select(*columns).join_from(found, size, size.c.story_id == found.c.story_id).order_by(found.c.number), columns
    )


_TOLD = _told()


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
