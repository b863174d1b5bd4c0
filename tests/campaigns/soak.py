"""Soak: a real daemon polls, reads, matches and delivers for an hour, as fast as it may; it must not grow.

    python -m tests.campaigns.soak --seconds 3600       prints what it measured; exit code 1 if anything grows

The feeds are the polling sequences of real ones (../shared/corpora/feeds/sequences), each state for a second, then from
the beginning; now and then all that they hold is news again, under new addresses. Where they are not there, a newsroom
is made up. An hour makes as many articles as a week elsewhere: the hints of stories, which are kept for two days, are
kept for seconds (bench/settled.py), else all that could be seen would be their coming. Beyond a warm-up of a third, the
slope of the memory, the handles, the size of the write-ahead log and of what is logged are held against bounds.
"""

import argparse
import re
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import linear_regression
from tempfile import TemporaryDirectory

from bench import settled
from bench.corpus import document
from monitor.store import counts
from tests.campaigns.processes import PROJECT, Running, eventually
from tests.daemon.conftest import site
from tests.pipeline.conftest import RSS, World

SEQUENCES = PROJECT.parent / "shared" / "corpora" / "feeds" / "sequences"
MEMORY = 20.0
"""MB an hour of the daemon's own process, measured after the warm-up, at most."""
LEAST_TOLD = 8.0
"""MB: less growth in a whole run is no slope, but what comes and goes."""
HANDLES = 10
"""More open files and sockets than after the warm-up, at most."""
LOG = 64 * 2**20 + 2**20
"""Bytes of the write-ahead log: it is cut back to 64 MB."""
LINES = 40.0
"""Bytes logged for each entry that was new."""
_SETTLED = (sys.executable, str(Path(settled.__file__)))
_SETTINGS = """\
revisit: []
poll: {every: 1s, fastest: 1s, slowest: 1s}
fetch: {allow_addresses: [127.0.0.0/8], delay: 0s, per_host: 16, timeout: 20s}
channels:
  desk: {file: {path: told.xml, format: rss}}
"""
_WATCHLIST = """\
title: Russia or Gaza
query: "@places"
alerts:
  - {channel: desk, when: story}
"""
_LISTS = "places:\n  en: [Russia*, Gaza, Rafah, China, Singapore]\n"
_GUID = re.compile(rb"(<guid[^>]*>)")
_LINK = re.compile(rb"(<link>)\s*(?:<!\[CDATA\[)?https?://([^<\]]*)(?:\]\]>)?(?=\s*</link>)")
_EACH, _NEWS_AFTER = 6, 8
"""Feeds of a sequence, and states after which all that they hold is news again."""


@dataclass(frozen=True, slots=True)
class Sample:
    """How large the daemon was."""

    at: float
    memory: float
    """MB."""
    handles: int
    wal: int
    logged: int


@dataclass(slots=True, kw_only=True)
class Report:
    """What was measured."""

    source: str = ""
    seconds: float = 0
    samples: list[Sample] = field(default_factory=list)
    stored: dict[str, int] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    @property
    def settled(self) -> list[Sample]:
        """Those after the warm-up."""
        return self.samples[len(self.samples) // 3 :]

    @property
    def slope(self) -> float:
        """MB an hour."""
        kept = self.settled
        return linear_regression([one.at for one in kept], [one.memory for one in kept]).slope * 3600

    @property
    def grown(self) -> float:
        """MB, by the slope, in the time that was measured."""
        return self.slope * (self.settled[-1].at - self.settled[0].at) / 3600

    @property
    def faults(self) -> list[str]:
        """All that is wrong, a line each."""
        if len(self.settled) < 3:
            return [*self.complaints, "too short to tell anything"]
        found, kept = list(self.complaints), self.settled
        if self.slope > MEMORY and self.grown > LEAST_TOLD:
            found.append(f"memory grows by {self.slope:.1f} MB an hour")
        if kept[-1].handles > kept[0].handles + HANDLES:
            found.append(f"handles grew from {kept[0].handles} to {kept[-1].handles}")
        if max(one.wal for one in kept) > LOG:
            found.append("the write-ahead log grows")
        if not self.stored.get("entries"):
            found.append("nothing was stored")
        elif kept[-1].logged > 100_000 + LINES * 20 * self.stored["entries"]:
            found.append("it logs too much")
        return found

    def __str__(self) -> str:
        kept = self.settled or [Sample(0, 0, 0, 0, 0)]
        slope = f"{self.slope:+.1f} MB/h" if len(kept) > 2 else "not told"
        return "\n".join(
            [
                f"source      {self.source}, for {self.seconds:.0f} s",
                "stored      " + ", ".join(f"{number:,} {name}" for name, number in self.stored.items()),
                f"memory      {kept[0].memory:.0f} MB after the warm-up, {kept[-1].memory:.0f} at the end, {slope}",
                f"handles     {kept[0].handles} after the warm-up, {kept[-1].handles} at the end,"
                f" {max(one.handles for one in kept)} at most",
                f"wal         {max(one.wal for one in kept) / 2**20:.1f} MB at most",
                f"log         {kept[-1].logged / 1000:.0f} kB",
                *(f"WRONG       {fault}" for fault in self.faults),
            ]
        )


def sequences() -> dict[str, list[Path]]:
    """Feed → its states in their order; none where the corpora are not there."""
    if not SEQUENCES.exists():
        return {}
    return {folder.name.removesuffix(".xml"): sorted(folder.glob("*.gz")) for folder in sorted(SEQUENCES.glob("*.xml"))}


class Soak:
    """A site that goes through its states again and again."""

    def __init__(self, world: World, folder: Path, states: dict[str, list[Path]]) -> None:
        self._world, self._folder = world, folder
        self._states = states
        self.report = Report(source="polling sequences of real feeds" if states else "a newsroom that is made up")
        self._feeds = {
            f"{name.replace('_', '-')}-{number}": self._bodies(f"{name}-{number}", states.get(name, ()), number)
            for name in states or ("made",)
            for number in range(_EACH)
        }
        world.feeds(*self._feeds)
        world.write("monitor.yaml", _SETTINGS)
        world.write("watchlists/rafah.yaml", _WATCHLIST)
        world.write("lists/words.yaml", _LISTS)
        self._next()

    def run(self, seconds: float) -> Report:
        """Let it work so long."""
        where = ["--config", str(self._world.folder), "--database", self._world.environment["MONITOR_DATABASE_URL"]]
        with Running(["run", *where], self._folder, program=_SETTLED) as running:
            if not eventually(lambda: self._world.server.requests or running.is_over(), 60):
                self.report.complaints.append("it never polled")
            begun = time.monotonic()
            while (passed := time.monotonic() - begun) < seconds and not running.is_over():
                self._next()
                self.report.samples.append(self._measure(running, passed))
                # What a test's server remembers of requests is no part of the daemon, but of this process.
                self._world.server.requests.clear()
                time.sleep(min(1.0, seconds / 15))
            self.report.seconds = time.monotonic() - begun
            running.send(signal.SIGTERM)
            if running.wait(60) or "Traceback" in running.errors:
                self.report.complaints.append(f"it ended badly: {running.errors[-1500:]}")
        self.report.stored = dict(self._world.reading(counts.totals))
        return self.report

    def _measure(self, running: Running, passed: float) -> Sample:
        status = Path(f"/proc/{running.pid}/status").read_text(encoding="ascii")
        resident = int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]
        wal = Path(f"{self._world.environment['MONITOR_DATABASE_URL']}-wal")
        return Sample(
            passed,
            resident,
            len(list(Path(f"/proc/{running.pid}/fd").iterdir())),
            wal.stat().st_size if wal.exists() else 0,
            len(running.errors),
        )

    def _next(self) -> None:
        for feed, bodies in self._feeds.items():
            self._world.answer(f"/{feed}.xml", body=next(bodies), headers={"Content-Type": "application/xml"})

    def _bodies(self, feed: str, states: Sequence[Path], begin: int) -> Iterator[bytes]:
        """`begin`: feeds of one sequence go through it at different places."""
        for number in count(begin * 20):
            turn = number // _NEWS_AFTER
            if not states:
                numbers = range(5 * number, 5 * number + 30)
                items = [self._world.item(f"Talks on Gaza, part {one}", "", guid=f"{feed}-{one}") for one in numbers]
                yield RSS.format("".join(items)).encode()
                continue
            body = _GUID.sub(rb"\g<1>" + f"{turn}-".encode(), document(states[number % len(states)]))
            # At these addresses the site says that there is nothing: those of strangers are asked by nobody.
            yield _LINK.sub(rb"\g<1>" + f"{self._world.base_url}/{feed}/{turn}/".encode() + rb"\g<2>", body)


def main(arguments: list[str]) -> int:
    """The campaign as a command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.soak", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--made-up", action="store_true", help="do without the corpora")
    given = parser.parse_args(arguments)
    with (
        TemporaryDirectory(prefix="soak-") as name,
        site(Path(name, "config"), str(Path(name, "monitor.db"))) as world,
    ):
        report = Soak(world, Path(name), {} if given.made_up else sequences()).run(given.seconds)
    print(report)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
