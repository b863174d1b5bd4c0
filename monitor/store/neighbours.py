"""What an article resembles among those that are stored.

It is found by hints: for each sampled shingle and each significant word the last few members that hold it. So an
article costs the same beside a thousand stored ones and beside a million; a word that many hold says little. Hints of
the last members are in memory (see `lately`); in the table stand few of each, for what is read long after it was
published.
"""

import json
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain, cycle
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import TextClause, bindparam, select, text

from monitor.model import ArticleId
from monitor.store import articles, lately
from monitor.store.connections import Transaction
from monitor.store.direct import Direct
from monitor.store.recent import BACKGROUND, HOLDERS, Recent, hint_of
from monitor.store.schema import articles as articles_table
from monitor.store.schema import members
from monitor.store.statements import listed_values
from monitor.stories.copies import Wording, contained, estimate, is_short
from monitor.stories.events import FEWEST, HEAVIEST, Rarity, Report, may_overlap, rarity
from monitor.stories.said import sample_of, wording_of
from monitor.stories.story import REPRINTED, Neighbour, StoryId
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
    says: Rarity


def neighbourhood(tx: Transaction, told: Report, own: Wording, asked: lately.Window) -> Neighbourhood:
    """Members that an article may resemble; `own`: as it is worded; `asked`: among which they are looked for."""
    sample, recent = sample_of(own), lately.caught_up(tx, asked)
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
_PLACES = [f"n{place}" for place in range(MOST_NEIGHBOURS)]
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
