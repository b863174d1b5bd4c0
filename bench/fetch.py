"""What polling a feed costs: python bench/fetch.py [--feeds 500] [--hosts 200] [--reader VENV] [--rounds 3]

Polls a site of made-up feeds of 20 entries on loopback with the monitor's own pipeline (fetch, parse, match with the
shipped watchlists, store), and prints the CPU of a feed, the daemon's and that of all its workers, for

    first      the first poll: every entry is new
    304        the server says that nothing changed
    changed    one entry of twenty is new
    changed8   eight of them are
    same       the server knows no validators, and sends the same document again

beside lemon24's `reader` (installed into the folder VENV, which is made if need be) and newsboat (if it is there), on
the same site in the same run; the sides take turns at going first. `same` is also compared with fetching alone.
"""

import argparse
import asyncio
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import cast

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.beside_readers import Newsboat, Side, newsboat_missing, reader, reader_python
from bench.configured import configured
from bench.feed_site import PER_FEED, FeedSite, addresses, be, feed
from bench.meter import Cpu, Meter, cpu_of_threads, lighten_workers
from bench.pipeline import TimedMatcher
from bench.site import Site, served
from monitor.app import at_work
from monitor.config.load import Config
from monitor.fetch.request import Request
from monitor.model import FeedId, FeedState, Validators
from monitor.pipeline.poll import ACCEPT, poll_stage
from monitor.pipeline.tools import Tools
from monitor.rules.matcher import Matcher
from monitor.store import polls
from monitor.store.store import Transaction

_WARM = 8
"""Feeds that are polled before anything is measured, so that the workers have started."""
_GOALS = {("first", "reader"): 0.6, ("304", "reader"): 0.7, ("first", "newsboat"): 1.0}
_BEYOND = 0.2
"""Milliseconds that an unchanged document may cost beyond its download."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One poll of every feed."""

    name: str
    version: int
    validated: int = 100


PHASES = (
    Phase(name="first", version=0),
    Phase(name="304", version=0),
    Phase(name="changed", version=1),
    Phase(name="changed8", version=9),
    # The document is known, and so are validators: asked with them, the server sends all of it.
    Phase(name="same", version=9, validated=0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Seconds of CPU for all feeds in one phase of one round."""

    sides: Mapping[str, float]
    parts: Mapping[str, float]
    """Ours, by who used it."""
    fetching: float
    """Fetching the same addresses with nothing done about it."""


def main() -> None:
    given = _arguments()
    logging.getLogger("monitor").setLevel(logging.ERROR)
    python = _reader_python(given.reader)
    if why := newsboat_missing():
        print(f"newsboat   left out: {why}")
    with served(FeedSite(words=given.words), given.hosts) as site:
        feeds = addresses(site, given.feeds + _WARM)
        lighten_workers()
        rounds = [_round(number, site, feeds, python) for number in range(given.rounds)]
    print(
        f"{given.feeds} feeds of {PER_FEED} entries on {given.hosts} hosts, {_size(given.words):.1f} KB each, "
        f"{given.rounds} rounds"
    )
    print("\n".join(report(rounds, given.feeds)))


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--feeds", type=int, default=500)
    arguments.add_argument("--hosts", type=int, default=200)
    arguments.add_argument("--words", type=int, default=60, help="of an entry's text")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--reader", type=Path, help="a virtual environment with reader, made if it is not there")
    return arguments.parse_args()


def _reader_python(folder: Path | None) -> Path | None:
    if folder is None:
        print("reader     left out: --reader VENV says where to install it")
        return None
    try:
        return reader_python(folder)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"reader     left out: it cannot be installed ({error})")
        return None


# ── measuring ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Monitor:
    """The monitor's own stage POLL, in this process and its workers."""

    name = "monitor"

    def __init__(
        self, runner: asyncio.Runner, tools: Tools, meter: Meter, matcher: TimedMatcher, measured: Sequence[FeedId]
    ) -> None:
        self._runner = runner
        self._tools = tools
        self._meter = meter
        self._matcher = matcher
        self._measured = measured
        self.parts: dict[str, float] = {}

    def poll(self) -> float:
        """Poll every feed; seconds of CPU."""
        self._poll_now(self._measured)
        return sum(self.parts.values())

    def _poll_now(self, feeds: Sequence[FeedId]) -> None:
        tools = self._tools
        self._runner.run(tools.database.write(lambda tx: polls.make_due(tx, feeds, tools.clock())))
        before, threads, matched = self._meter.cpu(), cpu_of_threads(), self._matcher.spent
        self._runner.run(poll_stage(tools, feeds).work_off())
        self.parts = _parts(self._meter.cpu() - before, threads, cpu_of_threads(), self._matcher.spent - matched)

    def warm_up(self, feeds: Sequence[FeedId]) -> None:
        """Poll other feeds, so that the workers have started."""
        self._poll_now(feeds)

    def entries(self) -> int:
        """How many entries it has by now."""
        return self._tools.tally.new

    def fetch(self, *, asked: Mapping[str, Validators]) -> float:
        """Only fetch these addresses; seconds of CPU."""
        before = self._meter.cpu()
        self._runner.run(self._fetched(asked))
        return (self._meter.cpu() - before).both

    async def _fetched(self, asked: Mapping[str, Validators]) -> None:
        room = asyncio.Semaphore(self._tools.config.settings.fetch.concurrent)

        async def one(url: str, validators: Validators) -> None:
            async with room:
                request = Request(url=url, accept=ACCEPT, max_bytes=10**7, validators=validators)
                await self._tools.fetcher.fetch(request)

        await asyncio.gather(*(one(url, validators) for url, validators in asked.items()))

    def validators(self) -> dict[str, Validators]:
        """Address → what it is asked with at the next poll."""
        tools = self._tools

        def known(tx: Transaction) -> list[FeedState]:
            return [state for feed in self._measured if (state := polls.state(tx, feed))]

        states = self._runner.run(tools.database.read(known))
        return {tools.feeds[state.feed_id].url: state.validators for state in states}


@contextmanager
def _monitor(config: Config, meter: Meter, measured: Sequence[FeedId]) -> Iterator[Monitor]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        matcher = TimedMatcher(config.matcher)
        timed = replace(config, matcher=cast("Matcher", matcher))
        tools = runner.run(stack.enter_async_context(at_work(timed)))
        try:
            yield Monitor(runner, tools, meter, matcher, measured)
        finally:
            runner.run(stack.aclose())


def _parts(cpu: Cpu, before: Mapping[str, float], after: Mapping[str, float], match: float) -> dict[str, float]:
    """Who used it: the loop's thread, the database's, the others of this process, the workers."""

    def of(name: str) -> float:
        return sum(after[each] - before.get(each, 0.0) for each in after if each.startswith(name))

    loop, database = of("MainThread"), of("database")
    rest = max(0.0, cpu.daemon - loop - database)
    return {"fetch": loop, "parse": cpu.workers, "hand-over": rest, "match": match, "store": database - match}


def _round(number: int, site: Site, feeds: Mapping[str, str], python: Path | None) -> dict[str, Spent]:
    """Phase → what every side spent; all of them begin with nothing."""
    ids = [FeedId(feed) for feed in feeds]
    measured, urls = ids[_WARM:], list(feeds.values())[_WARM:]
    be(site, version=0)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        others: list[Side] = []
        without = {site.pid}
        if python:
            one = stack.enter_context(reader(python, folder, urls, workers=4))
            without.add(one.pid)
            others.append(one)
        if not newsboat_missing():
            others.append(Newsboat(folder, urls))
        config = configured(folder, feeds)
        ours = stack.enter_context(_monitor(config, Meter(os.getpid(), without=without), measured))
        ours.warm_up(ids[:_WARM])
        sides = [ours, *others]
        spent = {phase.name: _phase(phase, site, ours, _turned(sides, number + n)) for n, phase in enumerate(PHASES)}
        counts = {side.name: side.entries() for side in sides}
        counts["monitor"] -= _WARM * PER_FEED
        expected = len(measured) * (PER_FEED + PHASES[-1].version)
        if any(count != expected for count in counts.values()):
            sys.exit(f"{expected} entries were offered; found {counts}")
        return spent


def _turned(sides: Sequence[Side], by: int) -> list[Side]:
    """The sides in the order of this phase: who comes first finds another machine than who comes last."""
    first = by % len(sides)
    return [*sides[first:], *sides[:first]]


def _phase(phase: Phase, site: Site, ours: Monitor, sides: Sequence[Side]) -> Spent:
    be(site, version=phase.version, validated=phase.validated)
    asked = ours.validators()
    spent = {side.name: side.poll() for side in sides}
    return Spent(sides=spent, parts=dict(ours.parts), fetching=ours.fetch(asked=asked))


# ── the report ───────────────────────────────────────────────────────────────────────────────────────────────────────


def report(rounds: Sequence[Mapping[str, Spent]], feeds: int) -> list[str]:
    """Lines for a person: milliseconds of CPU a feed, and the ratios."""
    first = rounds[0][PHASES[0].name]
    others = [name for name in first.sides if name != Monitor.name]
    lines = [
        "ms of CPU a feed   monitor  = " + " + ".join(f"{part:>9}" for part in first.parts) + "   fetch alone",
        *(_costs(phase.name, [each[phase.name] for each in rounds], feeds) for phase in PHASES),
    ]
    for other in others:
        lines += ["", f"beside {other:8}  ms a feed   monitor / {other}, without matching (rounds)"]
        lines += [_beside(phase.name, other, [each[phase.name] for each in rounds], feeds) for phase in PHASES]
    beyond = median(_beyond(each) for each in rounds) / feeds * 1e3
    goal = f"(goal {_BEYOND})"
    return [*lines, "", f"the same document again, beyond fetching it: {beyond:.2f} ms a feed {goal}"]


def _costs(name: str, rounds: Sequence[Spent], feeds: int) -> str:
    def middle(values: Iterator[float]) -> float:
        return median(values) / feeds * 1e3

    parts = [middle(each.parts[part] for each in rounds) for part in rounds[0].parts]
    whole, fetching = middle(each.sides[Monitor.name] for each in rounds), middle(each.fetching for each in rounds)
    return f"{name:18} {whole:7.2f}    " + "   ".join(f"{part:9.2f}" for part in parts) + f"       {fetching:7.2f}"


def _beside(name: str, other: str, rounds: Sequence[Spent], feeds: int) -> str:
    spent = median(each.sides[other] for each in rounds) / feeds * 1e3
    ratios = sorted(each.sides[Monitor.name] / each.sides[other] for each in rounds)
    unmatched = median((each.sides[Monitor.name] - each.parts["match"]) / each.sides[other] for each in rounds)
    goal = f"goal {_GOALS[name, other]}; " if (name, other) in _GOALS else ""
    shown = " ".join(f"{ratio:.2f}" for ratio in ratios)
    return f"{name:15}   {spent:9.2f}   {median(ratios):.2f}   {unmatched:12.2f}   ({goal}{shown})"


def _beyond(phases: Mapping[str, Spent]) -> float:
    same = phases["same"]
    return same.sides[Monitor.name] - same.fetching


def _size(words: int) -> float:
    """Kilobytes of a feed."""
    return len(feed("http://127.0.0.1:12345", 0, 0, words).encode()) / 1e3


if __name__ == "__main__":
    main()
