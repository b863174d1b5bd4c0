"""What reading articles costs beside trafilatura alone: python bench/pipeline.py PAGES_DIR [...] [--rounds 3]

Reads *.html and *.html.gz, recursively. Each round extracts all pages with bare trafilatura and reads them with the
monitor's own pipeline (fetch from a site on loopback, extract, match with the shipped watchlists, store): CPU of the
daemon and of all its workers, the site's excluded. What pages say of themselves (dates, authors), stories and evidence
are told apart. The first round is a warm-up and is not counted. Goal: 1.4 or less.

--beside FOLDER: newspaper4k and news-please fetch and extract the same pages from the same site, one after the other;
they are installed into virtual environments in that folder, which are made if need be. --alone: as many rounds with one
worker, in turns with the others, to see what a second one brings. --cores 4: as on a machine of so many cores, each
slower than this one's: see bench/cores.py.
"""

import argparse
import asyncio
import gzip
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import cast

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.bare import Bare, Spent, bare
from bench.beside_extractors import NAMES, Extractor, extractor
from bench.configured import configured
from bench.cores import narrower
from bench.meter import Cpu, Meter, cpu_of_threads, lighten_workers, timed
from bench.site import Answer, Site, served
from monitor.app import at_work, stages
from monitor.config.load import Config
from monitor.model import Document, FeedId, Found, TextSource, WatchlistId
from monitor.pipeline import read as reading
from monitor.pipeline.stage import AnyStage
from monitor.pipeline.tools import Tools
from monitor.rules.matcher import Matcher

_HOSTS = 8
"""Addresses that the pages are spread over, so that politeness (two connections a host) leaves enough to do."""
_GOAL, _TIMES, _BESIDE = 1.4, 1.5, {"newspaper4k": 5, "news-please": 8}
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
        ExitStack() as stack,
    ):
        beside = [each for name in NAMES if given.beside and (each := _had(stack, name, given.beside))]
        configs = [
            configured(Path(folder, str(count)), _feeds(site, given.rounds + 1), more=f"workers: {{count: {count}}}\n")
            for count in ([given.workers, 1] if given.alone else [given.workers])
        ]
        lighten_workers()
        hold = stack.enter_context(narrower(given.cores)) if given.cores else None
        others = Others(bare=other, beside=beside, pages=len(pages), hold=hold)
        rounds, *alone = asyncio.run(_measured(configs, site, others, given.rounds))
    print(f"{len(pages)} pages, {sum(map(len, pages)) / len(pages) / 1e3:.0f} KB on average, {given.rounds} rounds")
    print("\n".join(report(rounds, len(pages))))
    print("\n".join(beside_report(rounds, len(pages))))
    for one in alone:
        print("\n".join(alone_report(rounds, one, given.workers, given.cores or len(os.sched_getaffinity(0)))))


def _had(stack: ExitStack, name: str, folder: Path) -> Extractor | None:
    try:
        return stack.enter_context(extractor(name, folder))
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"{name}  left out: it cannot be installed ({error})")
        return None


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folders", type=Path, nargs="+")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--limit", type=int, help="read only so many pages")
    arguments.add_argument("--workers", type=int, default=2, help="worker processes, on both sides")
    arguments.add_argument("--beside", type=Path, help="a folder of virtual environments with other programs")
    arguments.add_argument("--alone", action="store_true", help="measure one worker as well")
    arguments.add_argument("--cores", type=int, help="hold each process to one of so many cores that this machine is")
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
        if not parts[-1].isdecimal():
            return Answer(status=404)  # robots.txt
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
    texts: int
    """Pages in which a text was found."""
    apart: Mapping[str, float]
    """CPU of stories and evidence, parts of the database thread's."""
    beside: Mapping[str, float]
    """CPU of other programs."""
    found: Mapping[str, int]
    """Pages in which they found a text."""

    @property
    def core(self) -> float:
        """CPU of fetch, extraction, match and store, without what is told apart."""
        return self.reading - self.bare.metadata

    @property
    def reading(self) -> float:
        """The same with dates and authors, which other programs find, too."""
        return self.cpu.both - sum(self.apart.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """The other sides of a round."""

    bare: Bare
    beside: Sequence[Extractor]
    pages: int
    hold: Callable[[Iterable[int]], None] | None
    """Where processes of ours, and the site's, are held to a core each."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A pipeline of our own, and what is measured beside it."""

    tools: Tools
    matcher: TimedMatcher
    read: AnyStage
    """Of all rounds: it begins with one page at once, and widens with each that is done."""
    others: Others


async def _measured(configs: Sequence[Config], site: Site, others: Others, rounds: int) -> list[list[Round]]:
    """The rounds of each configuration, which take turns; only beside the first one the other programs read."""
    without = {site.pid, *others.bare.pids, *(each.pid for each in others.beside)}
    meter = Meter(os.getpid(), without=without)
    async with AsyncExitStack() as stack:
        with timed({"stories": (reading, "join"), "evidence": (reading, "keep_page")}) as apart:
            sides = [
                await _side(stack, config, others if not number else replace(others, beside=()))
                for number, config in enumerate(configs)
            ]
            found: list[list[Round]] = [[] for _ in sides]
            for number in range(rounds + 1):
                for side, ours in zip(sides, found, strict=True):
                    ours.append(await _round(number, side, meter, apart, site))
    return [ours[1:] for ours in found]


async def _side(stack: AsyncExitStack, config: Config, others: Others) -> Side:
    matcher = TimedMatcher(config.matcher)
    tools = await stack.enter_async_context(at_work(replace(config, matcher=cast("Matcher", matcher))))
    _, read, *_ = stages(tools)
    return Side(tools=tools, matcher=matcher, read=read, others=others)


async def _round(number: int, side: Side, meter: Meter, apart: Mapping[str, float], site: Site) -> Round:
    tools, others = side.tools, side.others
    poll, *_ = stages(tools, _of_round(number))
    await poll.work_off()
    if others.hold:
        others.hold({os.getpid(), site.pid, *meter.descendants()})
    # Who comes first may find the machine cooler: they take turns.
    spent = others.bare.extract() if number % 2 else None
    before, threads, matched, done = meter.cpu(), cpu_of_threads(), side.matcher.spent, tools.tally.read
    texts, told_apart = tools.tally.text_sources[TextSource.PAGE], dict(apart)
    began = time.perf_counter()
    await side.read.work_off()
    wall, cpu = time.perf_counter() - began, meter.cpu() - before
    after = cpu_of_threads()
    return Round(
        bare=spent or others.bare.extract(),
        cpu=cpu,
        wall=wall,
        threads={name: after[name] - threads.get(name, 0.0) for name in after},
        match=side.matcher.spent - matched,
        read=tools.tally.read - done,
        texts=tools.tally.text_sources[TextSource.PAGE] - texts,
        apart={part: apart[part] - told_apart[part] for part in apart},
        # The first round is not counted.
        beside={each.name: each.read(_urls(site, number, others.pages)) for each in others.beside if number},
        found={each.name: each.found for each in others.beside},
    )


def _urls(site: Site, number: int, pages: int) -> list[str]:
    hosts = [f"{address}:{site.port}" for address in site.addresses]
    return [f"http://{hosts[each % _HOSTS]}/{number}/{each}" for each in range(pages)]


# ── the report ───────────────────────────────────────────────────────────────────────────────────────────────────────


def report(rounds: Sequence[Round], pages: int) -> list[str]:
    """Lines for a person: the ratio, the speed, and where an article's milliseconds go."""
    ratios = sorted(one.core / one.bare.bare for one in rounds)
    whole = sorted(one.cpu.both / one.bare.bare for one in rounds)
    texts = sum(one.texts for one in rounds)
    lines = [
        f"read             {sum(one.read for one in rounds)} pages, {_rate(rounds):.0f} a second; a text in {texts}",
        f"fetch, extract, match, store / bare   {median(ratios):.2f}   (goal {_GOAL}; {_shown(ratios)})",
        f"with metadata, stories and evidence   {median(whole):.2f}   ({_shown(whole)})",
        "",
        "CPU of an article      ms   of bare",
    ]
    bare_ms = median(one.bare.bare for one in rounds) / pages * 1e3
    for name, seconds in _parts(rounds).items():
        milliseconds = seconds / pages * 1e3
        lines.append(f"{name:18} {milliseconds:6.2f}   {milliseconds / bare_ms:6.2f}")
    return lines


def beside_report(rounds: Sequence[Round], pages: int) -> list[str]:
    """Lines for a person: what it costs other programs to fetch the same pages and extract text, date and authors."""
    lines = []
    for name in rounds[0].beside:
        ratios = sorted(one.beside[name] / one.reading for one in rounds)
        whole = median(one.beside[name] / one.cpu.both for one in rounds)
        spent, found = median(one.beside[name] for one in rounds) / pages * 1e3, rounds[-1].found[name]
        lines.append(
            f"{name:18} {spent:6.2f}   {median(ratios):.1f} × fetch, extract, match, store (goal {_BESIDE[name]};"
            f" {_shown(ratios)}), {whole:.1f} × the whole pipeline; a text in {found} of {pages}"
        )
    return lines


def alone_report(rounds: Sequence[Round], alone: Sequence[Round], workers: int, cores: int) -> list[str]:
    """Lines for a person: what further workers bring, and could bring on this machine.

    At best one worker is never idle, and with more of them no core is, or the daemon, which carries these pages too.
    """
    ours, daemon = (median(getattr(one.cpu, part) for one in rounds) for part in ("workers", "daemon"))
    best = min(workers, cores * ours / (ours + daemon), ours / daemon)
    return [
        "",
        f"{workers} workers   {_rate(rounds) / _rate(alone):.2f} × the articles a second of one, {_rate(alone):.0f}"
        f" (goal {_TIMES}); at best {best:.2f} × on {cores} cores",
        f"cores busy  {_busy(rounds):.2f}, with one worker {_busy(alone):.2f}",
    ]


def _shown(ratios: Sequence[float]) -> str:
    return "rounds " + " ".join(f"{ratio:.2f}" for ratio in ratios)


def _rate(rounds: Sequence[Round]) -> float:
    """Articles a second."""
    return median(one.read / one.wall for one in rounds)


def _busy(rounds: Sequence[Round]) -> float:
    """Cores that the daemon and its workers keep busy."""
    return median(one.cpu.both / one.wall for one in rounds)


def _parts(rounds: Sequence[Round]) -> dict[str, float]:
    """Part of the work → seconds a round."""
    ours, workers = median(one.bare.ours for one in rounds), median(one.cpu.workers for one in rounds)
    found, daemon = median(one.bare.metadata for one in rounds), median(one.cpu.daemon for one in rounds)
    loop, database = _of_thread(rounds, "MainThread"), _of_thread(rounds, "database")
    match = median(one.match for one in rounds)
    apart = {part: median(one.apart[part] for one in rounds) for part in rounds[0].apart}
    return {
        "bare trafilatura": median(one.bare.bare for one in rounds),
        "the pipeline": median(one.cpu.both for one in rounds),
        "  the workers": workers,
        "    extraction": ours - found,
        "    dates, authors": found,
        "    all else": workers - ours,
        "  the daemon": daemon,
        "    fetch, loop": loop,
        "    match": match,
        "    store": database - match - sum(apart.values()),
        **{f"    {part}": spent for part, spent in apart.items()},
        "    hand-over": daemon - loop - database,
    }


def _of_thread(rounds: Sequence[Round], name: str) -> float:
    return median(sum(cpu for thread, cpu in one.threads.items() if thread.startswith(name)) for one in rounds)


def _unzipped(body: bytes) -> bytes:
    return gzip.decompress(body) if body.startswith(_GZIP) else body


if __name__ == "__main__":
    main()
