"""What came of a run, counted: for its summary, its progress bar and its exit code."""

from collections import Counter
from dataclasses import dataclass, field
from typing import assert_never

from monitor.model import (
    Failed,
    FeedId,
    News,
    Outcome,
    ParsedFeed,
    Polled,
    Postponed,
    Read,
    Removal,
    Revision,
    Unchanged,
)

NO_NETWORK = (
    "No host at all could be reached: is this machine online? Every feed is tried again later; nothing is lost. "
    "To see the monitor work without a network, try `monitor demo`."
)
"""What a person is told when `Tally.offline`."""


@dataclass(slots=True)
class Tally:
    """Counts since it was made. offered = new + known + repeated + skipped."""

    polled: int = 0
    """Polls that brought a feed; likewise `unchanged`."""
    unchanged: int = 0
    failed: dict[FeedId, str] = field(default_factory=dict)
    """Feed → why its poll failed."""
    failures: int = 0
    """Polls that failed, those of one feed counted each."""
    postponed: int = 0
    """Polls that were not made: their host rests, or our own network is down."""
    resting: set[FeedId] = field(default_factory=set)
    """Feeds whose last poll was not made, because their host is left alone for a while."""
    refused: int = 0
    """Failed polls that some server answered."""
    offered: int = 0
    new: int = 0
    known: int = 0
    repeated: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    """Reason → entries."""
    articles: int = 0
    """New articles."""
    read: int = 0
    """Pages that were asked for."""
    put_off: int = 0
    """Times that a page was not asked for, because its host is left alone for a while."""
    text_sources: Counter[str] = field(default_factory=Counter)
    shortfalls: Counter[str] = field(default_factory=Counter)
    revisited: int = 0
    """Visits to articles that were matched."""
    revised: int = 0
    """Of these, to articles that had changed; likewise those that had been removed."""
    removed: int = 0
    matches: int = 0
    """Matches that were not there before."""

    @property
    def polls(self) -> int:
        """All polls that were made, however they ended."""
        return self.polled + self.unchanged + len(self.failed)

    @property
    def offline(self) -> bool:
        """Whether no host at all could be reached, though it was tried."""
        return self.polls > 0 and not (self.polled or self.unchanged or self.refused)

    def add_poll(self, feed_id: FeedId, outcome: Outcome, news: News, new_matches: int) -> None:
        """Count one poll."""
        self.resting.discard(feed_id)
        match outcome:
            case Polled(parsed=parsed):
                self.polled += 1
                self._add_entries(parsed, news)
            case Unchanged():
                self.unchanged += 1
            case Failed(reason=reason, reached=reached):
                self.failed[feed_id] = reason
                self.failures += 1
                self.refused += reached
            case Postponed(wait=wait):
                self.postponed += 1
                self.resting |= {feed_id} if wait else set()
            case _:
                assert_never(outcome)
        self.matches += new_matches

    def _add_entries(self, parsed: ParsedFeed, news: News) -> None:
        self.offered += parsed.offered
        self.new += len(parsed.entries) - news.known
        self.known += news.known
        self.repeated += parsed.repeated
        self.skipped.update(str(skipped.reason) for skipped in parsed.skipped)
        self.articles += len(news.new_articles)

    def add_read(self, read: Read, new_matches: int) -> None:
        """Count one reading."""
        self.read += 1
        self.text_sources[str(read.article.text_source)] += 1
        if read.article.shortfall:
            self.shortfalls[str(read.article.shortfall)] += 1
        self.matches += new_matches

    def add_visit(self, revision: Revision | None, removal: Removal | None) -> None:
        """Count one visit to an article that was matched."""
        self.revisited += 1
        self.revised += revision is not None
        self.removed += removal is not None
