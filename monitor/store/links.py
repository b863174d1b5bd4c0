"""Stories of other languages that report the same event, looked for when somebody asks.

What may agree is found by hints: for each mark of a story's members the last members of its time that hold it. Nothing
of a link is stored: it costs its readers a few milliseconds, and the joining of an article nothing.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from zlib import crc32

from sqlalchemy import Select, TextClause, func, select, text

from monitor.model import ArticleId
from monitor.store.connections import Transaction
from monitor.store.hints import BACKGROUND, HOLDERS, looked_up
from monitor.store.schema import articles, marks, members
from monitor.stories.events import FURTHEST_APART, Report
from monitor.stories.links import ENOUGH, Agreement, agreement, may_agree, rarity
from monitor.stories.marks import HEAVIEST, Mark
from monitor.stories.story import StoryId
from monitor.text.language_tags import primary

_MEMBERS = 16
"""Of a story that are compared: the first ones, for they tell what it is about."""
_COMPARED = 48
"""Members of other stories that are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A story of another language that reports the same, and which two articles say so."""

    story_id: StoryId
    article_id: ArticleId
    """In this story."""
    like: ArticleId
    """In the other."""
    agreement: Agreement
    """As this article writes what they share, and as the other does."""


class _Times:
    """The members that joined when a story grew, and what they hold."""

    def __init__(self, tx: Transaction, first: int, last: int) -> None:
        self._tx, self._first, self._last = tx, first, last
        self._holders: dict[str, tuple[int, ...]] = {}

    def learn(self, asked_for: Iterable[str]) -> None:
        """Asks who holds the marks, unless it is known."""
        hints = {mark: crc32(mark.encode()) for mark in set(asked_for) - self._holders.keys()}
        asked = {"hints": json.dumps(sorted(set(hints.values()))), "most": HOLDERS}
        asking = _asking(self._tx.dialect.name)
        found = {
            hint: tuple(map(int, numbers.split(",")))
            for _, hint, numbers in self._tx.execute(asking, {**asked, "first": self._first, "last": self._last})
            if numbers
        }
        self._holders |= {mark: found.get(hint, ()) for mark, hint in hints.items()}

    def holders(self, mark: str) -> tuple[int, ...]:
        """The last members that hold a mark that is known, latest first."""
        return self._holders[mark]

    def frequency(self, mark: str) -> float:
        """The share of the articles of the time that hold a mark that is known."""
        found = self._holders[mark]
        first = found[-1] if len(found) == HOLDERS else self._first
        return min(1.0, (len(found) + 0.5) / (self._last - first + 1 + BACKGROUND))


def links_of(tx: Transaction, story_id: StoryId) -> tuple[Link, ...]:
    """The stories that a story is linked to, what agrees most first."""
    own = tx.execute(_marked().where(members.c.story_id == story_id).order_by(members.c.number).limit(_MEMBERS)).all()
    times = _times(tx, own)
    reports = {ArticleId(row.article_id): _report(row) for row in own}
    times.learn(mark for report in reports.values() for mark in report.marks)
    best: dict[StoryId, Link] = {}
    for row in _candidates(tx, story_id, reports, times):
        for link in _links(reports, row, times):
            if link.story_id not in best or link.agreement.overlap > best[link.story_id].agreement.overlap:
                best[link.story_id] = link
    return tuple(sorted(best.values(), key=lambda link: (-link.agreement.overlap, link.story_id)))


def _links(reports: Mapping[ArticleId, Report], row: Any, times: _Times) -> Iterator[Link]:
    """What a member of another story has in common with those of this."""
    other = _report(row)
    for article_id, report in reports.items():
        if may_agree(report, other, times.frequency):
            times.learn(other.marks)
            if found := agreement(report, other, times.frequency):
                like = ArticleId(row.article_id)
                yield Link(story_id=StoryId(row.story_id), article_id=article_id, like=like, agreement=found)


def _times(tx: Transaction, own: Sequence[Any]) -> _Times:
    joined = [row.joined_at for row in own]
    around = select(func.min(members.c.number), func.max(members.c.number)).where(
        members.c.joined_at >= min(joined) - FURTHEST_APART, members.c.joined_at <= max(joined) + FURTHEST_APART
    )
    return _Times(tx, *tx.execute(around).one())


def _candidates(
    tx: Transaction, story_id: StoryId, reports: Mapping[ArticleId, Report], times: _Times
) -> Sequence[Any]:
    """Members of other stories that may share enough with one of this, the likeliest first."""
    held: dict[int, float] = {}
    for report in reports.values():
        shared: defaultdict[int, float] = defaultdict(float)
        for mark in report.marks:
            if says := rarity(mark, times.frequency):
                for number in times.holders(mark):
                    shared[number] += says
        held |= {
            number: max(says, held.get(number, 0.0)) for number, says in shared.items() if says >= ENOUGH / HEAVIEST
        }
    likeliest = sorted(held, key=lambda number: (-held[number], number))[:_COMPARED]
    rows = _marked().where(members.c.number.in_(likeliest), members.c.story_id != story_id)
    return tx.execute(rows.order_by(members.c.number)).all() if likeliest else ()


def _marked() -> Select[Any]:
    own = (members.c.number, members.c.story_id, members.c.article_id, members.c.joined_at)
    rows = select(*own, members.c.reported_at, members.c.marks, articles.c.language)
    return rows.join_from(members, articles)


@lru_cache(1_000)
def _parsed(marks: str) -> dict[str, Mark]:
    return {mark: Mark(*told) for mark, told in json.loads(marks).items()}


def _report(row: Any) -> Report:
    return Report(words={}, at=row.reported_at, language=primary(row.language), marks=_parsed(row.marks))


@cache
def _asking(dialect: str) -> TextClause:
    return text(looked_up(dialect, marks, "hints", "BETWEEN :first AND :last"))
