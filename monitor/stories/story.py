"""Where an article belongs: to the story of the text it copies, to that of the event it reports, or to one of its own.

A story only grows. Nothing is moved out of it, so what a reader was told of it stays true.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NewType

from monitor.model import ArticleId
from monitor.stories.copies import CONTAINED
from monitor.stories.events import Frequency, Report, is_same_event, overlap, shared

StoryId = NewType("StoryId", str)
"""32 hexadecimal digits: see `story_key`."""

MOST_ARTICLES = 1_000
"""In a story: one that goes on growing is a subject, and would swallow everything."""
LONGEST = timedelta(days=14)
"""From a story's first report to its last, for the same reason."""
WITNESSES = 2
"""Members of a story of several that a report must agree with: one alone makes chains that share nothing in the end."""
FEW = 4
"""A story with fewer members needs one."""


class How(StrEnum):
    """Why an article belongs to its story."""

    FIRST = "first"
    """It founded it."""
    COPY = "copy"
    """Most of the shorter text stands in the other."""
    EVENT = "event"
    """It shares names, numbers and rare words with another report of the same days."""


def story_key(founder: ArticleId) -> StoryId:
    """The key of the story that an article founds, so that work repeated after a crash makes the same one."""
    return StoryId(sha256(f"story\n{founder}".encode()).hexdigest()[:32])


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How far a story has grown."""

    articles: int
    began_at: datetime

    def refusal(self, at: datetime) -> str:
        """Why an article of then is not taken in; "" if it is."""
        if self.articles >= MOST_ARTICLES:
            return f"the story is full: it has {self.articles} articles"
        if at - self.began_at > LONGEST:
            return f"the story is closed: it began more than {LONGEST.days} days before"
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A member of a story that an article resembles."""

    article_id: ArticleId
    story_id: StoryId
    report: Report
    origin: str
    contained: float = 0.0
    """Share of the shorter text that stands in the longer one, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """An article's place in a story, and why."""

    story_id: StoryId
    how: How
    like: ArticleId | None = None
    """The member that it resembles most; None for the first."""
    overlap: float = 0.0
    """How much of the shorter stands in the other, 0 to 1: of its text for a copy, else of its significant words."""
    shared: tuple[str, ...] = ()
    """The significant words in common, the rarest first."""
    origin: str = ""
    """The same of copies, and of all that is credited to one agency: the first article's id, or the agency's."""
    note: str = ""
    """Why it is in no story that it resembles; "" where there is nothing to say."""


def place(
    article_id: ArticleId,
    report: Report,
    neighbours: Sequence[Neighbour],
    sizes: Mapping[StoryId, Size],
    frequency: Frequency,
    *,
    credit: str = "",
) -> Membership:
    """Where a new article belongs.

    `neighbours`: members of stories that it may resemble; `sizes`: of their stories; `credit`: the agency that it
    names as its source, "" where it names none.
    """
    own = Membership(story_id=story_key(article_id), how=How.FIRST, origin=credit or article_id)
    note = ""
    for found in (
        _as_copy(neighbours, credit),
        _as_report(report, neighbours, sizes, frequency, credit or article_id),
    ):
        if found:
            refusal = sizes[found.story_id].refusal(report.at)
            if not refusal:
                return found
            note = note or f"like {found.like}, but {refusal}"
    return Membership(story_id=own.story_id, how=own.how, origin=own.origin, note=note)


def _as_copy(neighbours: Sequence[Neighbour], credit: str) -> Membership | None:
    best = max(neighbours, key=lambda one: one.contained, default=None)
    if best is None or best.contained < CONTAINED:
        return None
    origin = credit or best.origin
    return Membership(story_id=best.story_id, how=How.COPY, like=best.article_id, overlap=best.contained, origin=origin)


def _as_report(
    report: Report,
    neighbours: Sequence[Neighbour],
    sizes: Mapping[StoryId, Size],
    frequency: Frequency,
    origin: str,
) -> Membership | None:
    alike = [one for one in neighbours if is_same_event(report, one.report, frequency)]
    stories = [one.story_id for one in alike]
    wanted = {story: WITNESSES if sizes[story].articles >= FEW else 1 for story in stories}
    alike = [one for one in alike if stories.count(one.story_id) >= wanted[one.story_id]]
    if not alike:
        return None
    best = max(alike, key=lambda one: overlap(report, one.report, frequency))
    words = sorted(shared(report, best.report), key=lambda word: (frequency(word), word))
    return Membership(
        story_id=best.story_id,
        how=How.EVENT,
        like=best.article_id,
        overlap=overlap(report, best.report, frequency),
        shared=tuple(words),
        origin=origin,
    )
