"""Runs the monitor's own pipeline on a corpus of feeds: python bench/replay.py CORPUS_DIR [...] [--pages DIR]

Every *.xml, *.json and *.gz (gzip) is served on loopback as a feed on a host of its own; a folder of files named after
moments is one feed, polled once a state. Articles lead to pages of --pages (html or html.gz), chosen by their address,
else to 404. Every feed is then polled a second time, which must bring nothing new. Prints what came of it all, what it
cost, and which feeds were refused; exits with 1 when anything that a feed offered is not accounted for.
"""

import argparse
import asyncio
import logging
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.balance import Balance, balance_of, faults
from bench.configured import configured
from bench.corpus import CorpusFeed, CorpusSite, feeds_in, offered_by
from bench.meter import Cpu, Memory, Meter, lighten_workers
from bench.pipeline import pages_in
from bench.routed import routed
from bench.site import served
from monitor import clock
from monitor.app import stages
from monitor.config.load import Config
from monitor.model import Feed, FeedId, Validators
from monitor.pipeline.poll import poll
from monitor.pipeline.tally import Tally
from monitor.pipeline.tools import Tools
from monitor.store import matches, polls


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What came of a replay."""

    tally: Tally
    matches: dict[str, int]
    wall: float
    cpu: Cpu
    memory: Memory


def main() -> None:
    given = _arguments()
    # What it says of each feed stands in the report, summed.
    logging.getLogger("monitor").setLevel(logging.ERROR)
    feeds = feeds_in(given.corpora, given.limit)
    if not feeds:
        sys.exit("no *.xml, *.json or *.gz in these folders")
    pages = tuple(pages_in([given.pages])) if given.pages else ()
    with (
        tempfile.TemporaryDirectory() as folder,
        served(CorpusSite(feeds={feed.host: feed.states for feed in feeds}, pages=pages)) as site,
    ):
        config = configured(Path(folder), {feed.id: feed.url for feed in feeds}, per_host=8)
        meter = Meter(os.getpid(), without={site.pid})
        lighten_workers()
        replayed = asyncio.run(_replay(config, feeds, site.port, meter, read=not given.no_read))
        balance = balance_of(Path(folder) / "monitor.db")
    print("\n".join(report(feeds, replayed, balance)))
    wrong = faults(feeds, balance, replayed.tally, {path: offered_by(path) for feed in feeds for path in feed.states})
    print(
        "\n".join(
            wrong or ["balance    everything that was offered is accounted for, and feedparser alone finds no more"]
        )
    )
    sys.exit(1 if wrong else 0)


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("corpora", type=Path, nargs="+")
    arguments.add_argument("--pages", type=Path, help="a folder of pages for the articles to lead to")
    arguments.add_argument("--limit", type=int, help="only so many feeds, spread over the corpora")
    arguments.add_argument("--no-read", action="store_true", help="poll only")
    return arguments.parse_args()


async def _replay(config: Config, feeds: Sequence[CorpusFeed], port: int, meter: Meter, *, read: bool) -> Replayed:
    # It stands still: a page that is not there is not asked for again.
    now = clock.now()
    with meter.watching():
        async with routed(config, port, lambda: now) as tools:
            before, began = meter.cpu(), time.perf_counter()
            for number in range(max(len(feed.states) for feed in feeds)):
                await _poll_state(number, feeds, tools)
            await _poll_again(tools)
            if read:
                await stages(tools)[1].work_off()
            wall, cpu = time.perf_counter() - began, meter.cpu() - before
            found = await tools.database.read(matches.counts)
    return Replayed(
        tally=tools.tally, matches={str(one): n for one, n in found.items()}, wall=wall, cpu=cpu, memory=meter.memory
    )


async def _poll_state(number: int, feeds: Sequence[CorpusFeed], tools: Tools) -> None:
    """Poll the feeds that have so many states; those that failed before, too."""
    wanted = [FeedId(feed.id) for feed in feeds if len(feed.states) > number]
    await tools.database.write(lambda tx: polls.make_due(tx, wanted, tools.clock()))
    await stages(tools, wanted)[0].work_off()


async def _poll_again(tools: Tools) -> None:
    """Poll every feed as if its bytes had changed, which they have not."""
    room = asyncio.Semaphore(tools.config.settings.fetch.concurrent)

    async def once_more(feed: Feed) -> None:
        async with room:
            state = await tools.database.read(lambda tx: polls.state(tx, feed.id))
            if state is not None:
                await poll(feed, replace(state, body_hash="", validators=Validators()), tools)

    await asyncio.gather(*map(once_more, tools.config.feeds))


def report(feeds: Sequence[CorpusFeed], replayed: Replayed, balance: Balance) -> list[str]:
    """Lines for a person."""
    tally, cpu, memory = replayed.tally, replayed.cpu, replayed.memory
    files, offered = sum(len(feed.states) for feed in feeds), balance.sums
    polled = sum(map(len, balance.polls.values()))
    skipped = ", ".join(f"{count} {reason}" for reason, count in sorted(balance.reasons.items()))
    refused = {feed.name: tally.failed[FeedId(feed.id)] for feed in feeds if feed.id in tally.failed}
    return [
        *(f"refused    {name}: {reason}" for name, reason in refused.items()),
        f"feeds      {len(feeds):,} in {files:,} files, polled {polled:,} times, {len(refused):,} feeds refused",
        f"entries    {offered.offered:,} offered = {offered.new:,} new + {offered.known:,} known"
        f" + {offered.repeated:,} repeated + {offered.skipped:,} skipped" + (f" ({skipped})" if skipped else ""),
        f"second     {balance.second.offered:,} offered by the second poll of each feed, {balance.second.new:,} new",
        f"articles   {balance.articles:,}, {tally.read:,} pages asked for",
        f"texts      {_counted(tally.text_sources)}",
        f"shortfalls {_counted(tally.shortfalls)}",
        f"matches    {_counted(replayed.matches)}",
        f"time       {replayed.wall:.0f} s; CPU {cpu.daemon:.0f} s of the daemon, {cpu.workers:.0f} s of its workers",
        f"memory     {memory.daemon_peak:.0f} MB daemon at most, {memory.worker_peak:.0f} MB the largest worker",
    ]


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items(), key=lambda each: -each[1])) or "none"


if __name__ == "__main__":
    main()
