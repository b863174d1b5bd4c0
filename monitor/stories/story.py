"""Where an article belongs: to the story of the text it copies, to that of the event it reports, or to one of its own.

A story only grows. Nothing is moved out of it, so what a reader was told of it stays true.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from monitor.model import ArticleId, Belonging, StoryId
from monitor.stories.events import Rarity, Report, is_same_event, overlap, shared

MOST_ARTICLES = 1_000
"""In a story: one that goes on growing is a subject, and would swallow everything."""
LONGEST = timedelta(days=14)
"""From a story's first report to its last, for the same reason."""
CONTAINED = 0.5
"""Of the shorter text more than this must stand in the longer one, of which it is then a copy."""
ALIKE = 0.34
"""So far the heads of copies agree in significant words; those of strangers with the same page furniture do not."""
REPRINTED = timedelta(days=3)
"""How long after a text its copies come; those of a short one sooner, for short news of one kind are worded alike."""
REPRINTED_SHORT = timedelta(days=2)
WITNESSES = 2
"""Members of a story of several that a report must agree with: one alone makes chains that share nothing in the end."""
FEW = 4
"""A story with fewer members needs one."""


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
    is_short: bool = False
    """The shorter text is short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Articles that tell the same."""

    id: StoryId
    title: str
    """Of its first report."""
    first: ArticleId
    """Whose report is the earliest by its own date."""
    first_outlet: str
    began_at: datetime
    """The date of the first report."""
    grown_at: datetime
    """When the last article joined."""
    articles: int
    lately: int
    """Articles that joined within the last day."""
    origins: int
    """Independent ones: see `monitor.stories.origins`."""
    outlets: tuple[str, ...]
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """An article's place in a story, and why."""

    story_id: StoryId
    how: Belonging
    like: ArticleId | None = None
    """The member that it resembles most; None for the first."""
    overlap: float = 0.0
    """How much of the shorter stands in the other, 0 to 1: of its text for a copy, else of its significant words."""
    shared: tuple[str, ...] = ()
    """The significant words in common, the rarest first, as the article writes them."""
    origin: str = ""
    """The first article of the same text: copies have one origin."""
    note: str = ""
    """Why it is in no story that it resembles; "" where there is nothing to say."""


def place(
    article_id: ArticleId,
    report: Report,
    neighbours: Sequence[Neighbour],
    sizes: Mapping[StoryId, Size],
    says: Rarity,
) -> Membership:
    """Where a new article belongs; `neighbours`: members of stories that it may resemble; `sizes`: of their stories."""

    def beside(these: Sequence[Neighbour]) -> Membership | None:
        return _as_copy(report, these, says) or _as_report(article_id, report, these, sizes, says)

    refusals = {one.story_id: sizes[one.story_id].refusal(report.at) for one in neighbours}
    # Only what takes it in: whatever stands in a full story is like it too, and would hide the one that goes on.
    if found := beside([one for one in neighbours if not refusals[one.story_id]]):
        return found
    missed = beside(neighbours)
    note = f"like {missed.like}, but {refusals[missed.story_id]}" if missed else ""
    return Membership(story_id=story_key(article_id), how=Belonging.FIRST, origin=article_id, note=note)


def _as_copy(report: Report, neighbours: Sequence[Neighbour], says: Rarity) -> Membership | None:
    best = max((one for one in neighbours if is_copy(report, one, says)), key=_contained, default=None)
    if best is None:
        return None
    return Membership(
        story_id=best.story_id, how=Belonging.COPY, like=best.article_id, overlap=best.contained, origin=best.origin
    )


def is_copy(report: Report, other: Neighbour, says: Rarity) -> bool:
    """Is an article with this head, as much of which stands in the other as that says, a copy of it, or it of this?"""
    apart = abs(report.at - other.report.at)
    if other.contained <= CONTAINED or apart > (REPRINTED_SHORT if other.is_short else REPRINTED):
        return False
    return overlap(report, other.report, says) >= ALIKE


def resembles(report: Report, other: Neighbour, says: Rarity) -> bool:
    """Is an article with this head a copy of the other, or a report of the same event?"""
    return is_copy(report, other, says) or is_same_event(report, other.report, says)


def _contained(one: Neighbour) -> float:
    return one.contained


def _as_report(
    article_id: ArticleId,
    report: Report,
    neighbours: Sequence[Neighbour],
    sizes: Mapping[StoryId, Size],
    says: Rarity,
) -> Membership | None:
    alike = [one for one in neighbours if is_same_event(report, one.report, says)]
    stories = [one.story_id for one in alike]
    wanted = {story: WITNESSES if sizes[story].articles >= FEW else 1 for story in stories}
    alike = [one for one in alike if stories.count(one.story_id) >= wanted[one.story_id]]
    if not alike:
        return None
    best = max(alike, key=lambda one: overlap(report, one.report, says))
    words = sorted(shared(report, best.report), key=lambda word: (-says(word), word))
    return Membership(
        story_id=best.story_id,
        how=Belonging.EVENT,
        like=best.article_id,
        overlap=overlap(report, best.report, says),
        shared=tuple(report.written.get(word, word) for word in words),
        origin=article_id,
    )
