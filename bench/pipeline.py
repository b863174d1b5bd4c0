"""What reading articles costs beside trafilatura alone: python bench/pipeline.py PAGES_DIR [...] [--rounds 3]

Reads *.html and *.html.gz, recursively. Each round extracts all pages with bare trafilatura and reads them with the
monitor's own pipeline (fetch from a site on loopback, extract, match with the shipped watchlists, store): CPU of the
daemon and of all its workers, the site's excluded. The first round is a warm-up and is not counted. Goal: 1.5 or less.
"""

import argparse
import asyncio
import gzip
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import cast

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.bare import Bare, Spent, bare
from bench.configured import configured
from bench.meter import Cpu, Meter, cpu_of_threads, lighten_workers
from bench.site import Answer, Site, served
from monitor.app import at_work, stages
from monitor.config.load import Config
from monitor.model import Document, FeedId, Found, WatchlistId
from monitor.pipeline.tools import Tools
from monitor.rules.matcher import Matcher

_HOSTS = 8
"""Addresses that the pages are spread over, so that politeness (two connections a host) leaves enough to do."""
_GZIP = b"\x1f\x8b"


def main() -> None:
    given = _arguments()
    paths = pages_in(given.folders)[: given.limit]
    if not paths:
        sys.exit("no *.html or *.html.gz in these folders")
    pages = [_unzipped(path.read_bytes()) for path in paths]
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Pages(paths=tuple(paths)), _HOSTS) as site,
        bare(pages, given.workers) as other,
    ):
        config = configured(Path(folder), _feeds(site, given.rounds + 1), more=f"workers: {{count: {given.workers}}}\n")
        lighten_workers()
        rounds = asyncio.run(_measured(config, site, other, given.rounds))
    print(f"{len(pages)} pages, {sum(map(len, pages)) / len(pages) / 1e3:.0f} KB on average, {given.rounds} rounds")
    print("\n".join(report(rounds, len(pages))))


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folders", type=Path, nargs="+")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--limit", type=int, help="read only so many pages")
    arguments.add_argument("--workers", type=int, default=2, help="worker processes, on both sides")
    return arguments.parse_args()


def pages_in(folders: Iterable[Path]) -> list[Path]:
    """The pages in these folders, in the order of their names."""
    return sorted(path for folder in folders for path in folder.rglob("*") if path.name.endswith((".html", ".html.gz")))


# ── the site ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Pages from files, once a round, each under an address of its own: /ROUND/NUMBER; and a feed a round and host."""

    paths: tuple[Path, ...]

    def answer(self, host: str, target: str) -> Answer:
        """A feed (/feed/ROUND/SHARE) or a page."""
        parts = target.strip("/").split("/")
        if parts[0] == "feed":
            return Answer(
                body=self._feed(host, parts[1], int(parts[2])), headers={"Content-Type": "application/rss+xml"}
            )
        body = self.paths[int(parts[1])].read_bytes()
        headers = {"Content-Type": "text/html"} | ({"Content-Encoding": "gzip"} if body.startswith(_GZIP) else {})
        return Answer(body=body, headers=headers)

    def _feed(self, host: str, number: str, share: int) -> bytes:
        items = [
            f"<item><title>Page {each} of round {number}</title><link>http://{host}/{number}/{each}</link></item>"
            for each in range(share, len(self.paths), _HOSTS)
        ]
        return f'<rss version="2.0"><channel><title>Pages</title>{"".join(items)}</channel></rss>'.encode()


def _feeds(site: Site, rounds: int) -> dict[str, str]:
    return {
        feed: f"http://{address}:{site.port}/feed/{number}/{share}"
        for number in range(rounds)
        for share, (feed, address) in enumerate(zip(_of_round(number), site.addresses, strict=True))
    }


def _of_round(number: int) -> list[FeedId]:
    return [FeedId(f"round{number}-share{share}") for share in range(_HOSTS)]


# ── measuring ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round, in seconds."""

    bare: Spent
    cpu: Cpu
    wall: float
    threads: Mapping[str, float]
    """CPU of the daemon's threads."""
    match: float
    """CPU of the matcher, a part of the database thread's."""
    read: int


class TimedMatcher:
    """A matcher that adds up the CPU it takes."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self.spent = 0.0

    @property
    def versions(self) -> Mapping[WatchlistId, str]:
        """Those of the matcher."""
        return self._matcher.versions

    def match(self, document: Document) -> tuple[Found, ...]:
        """What the matcher says."""
        began = time.thread_time()
        found = self._matcher.match(document)
        self.spent += time.thread_time() - began
        return found


async def _measured(config: Config, site: Site, other: Bare, rounds: int) -> list[Round]:
    meter = Meter(os.getpid(), without={site.pid, *other.pids})
    matcher = TimedMatcher(config.matcher)
    async with at_work(replace(config, matcher=cast("Matcher", matcher))) as tools:
        return [await _round(number, tools, meter, matcher, other) for number in range(rounds + 1)][1:]


async def _round(number: int, tools: Tools, meter: Meter, matcher: TimedMatcher, other: Bare) -> Round:
    poll, read, _ = stages(tools, _of_round(number))
    await poll.work_off()
    # Who comes first may find the machine cooler: they take turns.
    spent = other.extract() if number % 2 else None
    before, threads, matched, done = meter.cpu(), cpu_of_threads(), matcher.spent, tools.tally.read
    began = time.perf_counter()
    await read.work_off()
    wall, cpu = time.perf_counter() - began, meter.cpu() - before
    after = cpu_of_threads()
    return Round(
        bare=spent or other.extract(),
        cpu=cpu,
        wall=wall,
        threads={name: after[name] - threads.get(name, 0.0) for name in after},
        match=matcher.spent - matched,
        read=tools.tally.read - done,
    )


# ── the report ───────────────────────────────────────────────────────────────────────────────────────────────────────


def report(rounds: Sequence[Round], pages: int) -> list[str]:
    """Lines for a person: the ratio, the speed, and where an article's milliseconds go."""
    ratios = sorted(one.cpu.both / one.bare.bare for one in rounds)
    rates = [one.read / one.wall for one in rounds]
    lines = [
        f"read             {sum(one.read for one in rounds)} pages, {median(rates):.0f} a second",
        f"pipeline / bare  {median(ratios):.2f}   (goal 1.50; rounds {' '.join(f'{ratio:.2f}' for ratio in ratios)})",
        "",
        "CPU of an article      ms   of bare",
    ]
    bare_ms = median(one.bare.bare for one in rounds) / pages * 1e3
    for name, seconds in _parts(rounds).items():
        milliseconds = seconds / pages * 1e3
        lines.append(f"{name:18} {milliseconds:6.2f}   {milliseconds / bare_ms:6.2f}")
    return lines


def _parts(rounds: Sequence[Round]) -> dict[str, float]:
    """Part of the work → seconds a round."""
    ours, workers = median(one.bare.ours for one in rounds), median(one.cpu.workers for one in rounds)
    daemon = median(one.cpu.daemon for one in rounds)
    loop, database = _of_thread(rounds, "MainThread"), _of_thread(rounds, "database")
    match = median(one.match for one in rounds)
    return {
        "bare trafilatura": median(one.bare.bare for one in rounds),
        "the pipeline": median(one.cpu.both for one in rounds),
        "  the workers": workers,
        "    extraction": ours,
        "    all else": workers - ours,
        "  the daemon": daemon,
        "    fetch, loop": loop,
        "    match": match,
        "    store": database - match,
        "    hand-over": daemon - loop - database,
    }


def _of_thread(rounds: Sequence[Round], name: str) -> float:
    return median(sum(cpu for thread, cpu in one.threads.items() if thread.startswith(name)) for one in rounds)


def _unzipped(body: bytes) -> bytes:
    return gzip.decompress(body) if body.startswith(_GZIP) else body


if __name__ == "__main__":
    main()
