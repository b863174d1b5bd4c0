"""Stories of other languages that report the same event, looked for when somebody asks.

What may agree is found by hints: for each mark of a story's members the last members of its time that hold it. Nothing
of a link is stored: its readers read the marks of all members of that time, and it costs the joining of an article
nothing.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from monitor.model import ArticleId, StoryId
from monitor.store.connections import Transaction
from monitor.store.recent import BACKGROUND, HOLDERS, Holders, hint_of, hints_of
from monitor.store.schema import articles, members
from monitor.stories.events import FURTHEST_APART, Report
from monitor.stories.links import ENOUGH, Agreement, agreement, rarity
from monitor.stories.marks import HEAVIEST, Mark
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

    def __init__(self, held: Holders, first: int, last: int) -> None:
        self._held, self.first, self.last = held, first, last
        self._known: dict[str, Sequence[int]] = {}

    def holders(self, mark: str) -> Sequence[int]:
        """The last members that hold a mark, latest first."""
        if mark not in self._known:
            self._known[mark] = self._held.last(hint_of(mark), self.first, self.last)
        return self._known[mark]

    def frequency(self, mark: str) -> float:
        """The share of the articles of the time that hold a mark."""
        found = self.holders(mark)
        first = found[-1] if len(found) == HOLDERS else self.first
        return min(1.0, (len(found) + 0.5) / (self.last - first + 1 + BACKGROUND))


def links_of(tx: Transaction, these: Sequence[StoryId]) -> dict[StoryId, tuple[Link, ...]]:
    """The stories that each of these is linked to, what agrees most first; for all at once, for they share the time."""
    held = Holders()
    own = {story: _first_members(tx, story) for story in these}
    times = {story: _Times(held, *_around(tx, rows)) for story, rows in own.items()}
    for first, last in _united((one.first, one.last) for one in times.values()):
        for number, marks in tx.execute(_HELD, {"first": first, "last": last}):
            held.append(number, set(hints_of(json.loads(marks))))
    held.sort()
    return {story: _linked(tx, story, rows, times[story]) for story, rows in own.items()}


_HELD = select(members.c.number, members.c.marks).where(members.c.number.between(bindparam("first"), bindparam("last")))


def _united(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same numbers, each once."""
    after = 0
    for first, last in sorted(spans):
        if last >= after:
            yield max(first, after), last
            after = last + 1


def _first_members(tx: Transaction, story_id: StoryId) -> Sequence[Any]:
    return tx.execute(_marked().where(members.c.story_id == story_id).order_by(members.c.number).limit(_MEMBERS)).all()


def _around(tx: Transaction, own: Sequence[Any]) -> tuple[int, int]:
    """The first and the last member that joined when these did."""
    joined = [row.joined_at for row in own]
    around = select(func.min(members.c.number), func.max(members.c.number)).where(
        members.c.joined_at >= min(joined) - FURTHEST_APART, members.c.joined_at <= max(joined) + FURTHEST_APART
    )
    first, last = tx.execute(around).one()
    return first, last


def _linked(tx: Transaction, story_id: StoryId, own: Sequence[Any], times: _Times) -> tuple[Link, ...]:
    reports = {ArticleId(row.article_id): _report(row) for row in own}
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
        if found := agreement(report, other, times.frequency):
            like = ArticleId(row.article_id)
            yield Link(story_id=StoryId(row.story_id), article_id=article_id, like=like, agreement=found)


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
