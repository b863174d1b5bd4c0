"""What a report says of a period: gathered first, then shown as a page or as Markdown (`pages`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Generic, TypeVar

from monitor.outgoing.bars import Bars
from monitor.outgoing.quote import Quote

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Top(Generic[T]):
    """The first of many."""

    shown: tuple[T, ...] = ()
    more: int = 0
    """How many there are besides."""


LONGEST = 300
"""Characters of a line of a stranger's that a report shows."""


def cropped(text: str) -> str:
    """The text, with … where it is longer than a report shows."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def top(everything: Sequence[T], most: int) -> Top[T]:
    """The first `most` of all that there are."""
    return Top(shown=tuple(everything[:most]), more=max(0, len(everything) - most))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the matches of a period come to."""

    matches: int
    stories: int
    """That they tell; a match whose article is in none yet counts as one."""
    origins: int
    """Independent ones, of each story, added up."""
    outlets: int
    languages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """An article, as a line names it."""

    title: str
    url: str
    """Absolute http(s); "" for none."""
    outlet: str
    language: str
    at: datetime
    """When it was reported, or what the line is of happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedStory:
    """A story of which an article matched in the period."""

    id: str
    first: Headline
    origins: int
    articles: int
    copies: int
    """Of these: articles that print another's text."""
    matches: int
    """In the period."""
    outlets: Top[str]
    languages: tuple[str, ...]
    quote: Quote | None
    """The sentence for which its earliest match was found."""
    quoted: Headline
    """The article that it stands in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One of those that matches come from."""

    name: str
    number: int
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of an article that matched."""

    what: str
    """For a person, e.g. "started to match by revision 2"."""
    article: Headline
    id: str
    """Of the match or article, as `monitor show` takes it."""
    watchlist: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Matches that wait for a decision, whenever they were found."""

    status: str
    number: int
    oldest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedFeed:
    """A feed of which polls failed."""

    feed: str
    failed: int
    polls: int
    error: str
    """What it fails with now; "" where it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Downtime:
    """A while in which nothing was polled."""

    what: str
    began_at: datetime
    ended_at: datetime | None
    missed: int
    """Entries that may have passed unseen, about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What may have passed unseen."""

    failed: Top[FailedFeed] = Top()
    gaps: Top[Share] = Top()
    """Feed → polls at which entries may have been missed."""
    downtimes: Top[Downtime] = Top()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All of it. Text is as strangers wrote it: whoever shows it makes it harmless."""

    watchlists: Top[str]
    """Their titles."""
    since: datetime
    until: datetime
    made_at: datetime
    zone: tzinfo
    """In which times are shown."""
    figures: Figures
    before: Figures | None
    """Of as long a time before; None where it was not watched throughout."""
    timeline: Bars
    stories: Top[ReportedStory] = Top()
    loose: Top[Headline] = Top()
    """Matches whose articles are in no story yet."""
    outlets: Top[Share] = Top()
    affiliations: Top[Share] = Top()
    countries: Top[Share] = Top()
    languages: Top[Share] = Top()
    turned: Top[Change] = Top()
    removed: Top[Change] = Top()
    waiting: tuple[Waiting, ...] = ()
    coverage: Coverage = Coverage()
