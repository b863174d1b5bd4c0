"""Hostile feeds and pages through real worker processes: python -m tests.campaigns.hostile_documents [--size 1.0]

Whatever a document does, it is read or refused with a reason, the next sound job is done as ever, and of a feed with
one poisoned item all others are there. Prints what came of each kind; exits with 1 when anything is wrong.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from monitor.errors import ParseError
from monitor.model import ParsedFeed
from monitor.pipeline.parsing import parse
from monitor.workers.pool import Workers
from monitor.workers.settings import WorkerSettings
from monitor.workers.tasks import extract_page, parse_feed
from tests.builders import NOON
from tests.campaigns.hostile_catalogue import SOUND, Hostile, catalogue, feed_with

URL = "https://gazette.example/feed.xml"


@dataclass(slots=True)
class Report:
    """What came of a run."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    """Seconds and name."""

    def __str__(self) -> str:
        counts = ", ".join(f"{number:,} {what}" for what, number in sorted(self.counts.items()))
        slow = ", ".join(f"{name} {seconds:.1f} s" for seconds, name in sorted(self.slowest, reverse=True)[:5])
        return "\n".join([f"documents: {counts}", f"slowest: {slow}", *self.faults])


class Campaign:
    """Sends documents to one pool, a few at a time."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self.report = Report()

    async def run(self, feeds: Sequence[Hostile], pages: Sequence[Hostile]) -> Report:
        """All of them, one after the other: after each a sound feed is read."""
        for each in feeds:
            await self._judge(each, self._feed(each))
        for each in pages:
            await self._judge(each, self._page(each))
        return self.report

    async def _judge(self, hostile: Hostile, attempt: Awaitable[str]) -> None:
        began = time.perf_counter()
        try:
            outcome = await attempt
        except ParseError as error:
            outcome = "refused" if hostile.is_refused else f"failed ({error.kind})"
            if not hostile.is_refused and (hostile.found or not str(error)):
                self.report.faults.append(f"WRONG {hostile.name}: {error}")
        else:
            if hostile.is_refused:
                self.report.faults.append(f"WRONG {hostile.name}: not refused")
        self.report.counts[outcome] += 1
        self.report.slowest.append((time.perf_counter() - began, hostile.name))
        sound = await self._workers.run(parse_feed, feed_with(""), "text/xml", URL, NOON)
        if [entry.title for entry in sound.entries] != [*SOUND]:
            self.report.faults.append(f"WRONG {hostile.name}: the next sound feed is not read")

    async def _feed(self, hostile: Hostile) -> str:
        feed = await parse(hostile.make(), hostile.content_type, URL, NOON, self._workers)
        said = "\n".join(f"{entry.title}\n{entry.text}" for entry in feed.entries)
        self._look(hostile, said)
        if feed.offered != len(feed.entries) + feed.repeated + len(feed.skipped) or feed.offered < hostile.offered:
            self.report.faults.append(f"WRONG {hostile.name}: {_balance(feed)}")
        return "feeds read" if not feed.skipped else "feeds read but for an item"

    async def _page(self, hostile: Hostile) -> str:
        page = await self._workers.run(extract_page, hostile.make(), hostile.content_type, "https://gazette.example/1")
        self._look(hostile, f"{page.title}\n{page.text}")
        return "pages read cheaply" if page.degraded else "pages read"

    def _look(self, hostile: Hostile, said: str) -> None:
        missing = [words for words in hostile.found if words not in said]
        if missing:
            self.report.faults.append(f"WRONG {hostile.name}: {missing} not found")


def _balance(feed: ParsedFeed) -> str:
    return f"{feed.offered} offered, {len(feed.entries)} entries, {feed.repeated} repeated, {len(feed.skipped)} skipped"


async def campaign(size: float, patience: timedelta) -> Report:
    """The whole catalogue; `patience`: how long a worker may take for one document."""
    async with Workers(WorkerSettings(count=1, timeout=patience)) as workers:
        return await Campaign(workers).run(*catalogue(size))


def main(arguments: list[str]) -> int:
    """By hand."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=float, default=1.0, help="how much of each flood, 1.0 for all")
    parser.add_argument("--timeout", type=float, default=20, help="seconds a worker has, as workers: timeout")
    asked = parser.parse_args(arguments)
    report = asyncio.run(campaign(asked.size, timedelta(seconds=asked.timeout)))
    print(report)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
