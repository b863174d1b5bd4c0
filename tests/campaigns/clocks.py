"""Clocks: the wall clock is set, back and forth and to other ages, while the real daemon polls, reads and delivers; and
the daemon is stopped for a while, as by a suspended machine.

    python -m tests.campaigns.clocks --stay 20      prints what it did and found; exit code 1 if anything is wrong

What decides: no feed waits longer than twice its interval for its next poll, and none is polled sooner than its
interval; after a stop each feed is polled once for all that it missed; whatever the site offered is stored once, and
told once; nothing is stored with a date of another age.
"""

import argparse
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select

from monitor.demo.server import Answer
from monitor.store.schema import articles, deliveries, matches
from monitor.store.store import Store
from tests.campaigns.newsroom import LISTS
from tests.campaigns.processes import Running, eventually
from tests.daemon.conftest import site
from tests.pipeline.conftest import World
from tests.receiver import Receiver, receiver

EVERY = 4.0
"""Seconds between two polls of a feed."""
SPREAD = 0.1
"""By so much of the interval polls are moved, so that they do not come together."""
_SETTINGS = """\
revisit: []
poll: {every: 4s, fastest: 4s, slowest: 4s}
fetch: {allow_addresses: [127.0.0.0/8], delay: 0s, per_host: 16, timeout: 20s}
"""
_WATCHLIST = """\
title: Fighters in Rafah
query: "@rafah AND @fighters"
alerts:
  - {channel: hook, when: match}
"""
AGES = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2038, 1, 19, tzinfo=UTC))
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def settings_of_clock() -> Iterator[tuple[str, timedelta]]:
    """What the clock is set to, one after the other: a name, and how far it is off then."""
    right = timedelta()
    for name, off in (("10 min", 10 * _MINUTE), ("an hour (DST)", _HOUR), ("a day", _DAY)):
        yield f"forward by {name}", off
        yield "right", right
        yield f"back by {name}", -off
        yield "right", right
    for age in AGES:
        yield f"{age.year}", age - datetime.now(UTC)
        yield "right", right


@dataclass(slots=True, kw_only=True)
class Report:
    """What a campaign did, and what it found."""

    settings: int = 0
    polls: int = 0
    longest: float = 0
    """Seconds between two polls of a feed, while the daemon was not stopped; likewise the shortest."""
    shortest: float = float("inf")
    stopped: float = 0
    after_stop: dict[str, int] = field(default_factory=dict)
    """Feed → polls within its interval after the stop."""
    offered: int = 0
    stored: int = 0
    matched: int = 0
    told: int = 0
    told_twice: int = 0
    misdated: int = 0
    warnings: int = 0
    complaints: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """All that is wrong, a line each."""
        found = list(self.complaints)
        if self.longest > 2 * EVERY:
            found.append(f"a feed waited {self.longest:.1f} s, its interval is {EVERY:g} s")
        if self.shortest < EVERY * (1 - SPREAD) - 0.5:
            found.append(f"a feed was polled after {self.shortest:.1f} s, its interval is {EVERY:g} s")
        if set(self.after_stop.values()) - {1}:
            found.append(f"polls after the stop: {self.after_stop}")
        if not self.offered == self.stored == self.matched == self.told:
            found.append("offered, stored, matched and told are not the same")
        found += [f"{self.told_twice} were told twice"] if self.told_twice else []
        found += [f"{self.misdated} rows are dated in another age"] if self.misdated else []
        return found

    def __str__(self) -> str:
        return "\n".join(
            [
                f"clock       set {self.settings} times, said {self.warnings} times; stopped for {self.stopped:.0f} s",
                f"polls       {self.polls}, {self.shortest:.1f} to {self.longest:.1f} s apart, every {EVERY:g} s",
                f"after stop  {sorted(self.after_stop.values())} polls of each feed in its interval",
                f"articles    {self.offered} offered, {self.stored} stored, {self.matched} matched",
                f"deliveries  {self.told} told, {self.told_twice} twice; {self.misdated} rows of another age",
                *(f"WRONG       {fault}" for fault in self.faults),
            ]
        )


class Campaign:
    """A site with feeds that bring something new at every setting of the clock."""

    def __init__(self, world: World, hook: Receiver, folder: Path, *, feeds: int, program: str = "set_clock") -> None:
        self._world, self._hook, self._folder = world, hook, folder
        self._feeds = [f"feed{number}" for number in range(feeds)]
        self._off = folder / "off"
        self._program = (sys.executable, "-m", f"tests.campaigns.{program}", str(self._off))
        self._items: defaultdict[str, list[str]] = defaultdict(list)
        self._polled: list[tuple[str, float]] = []
        self.report = Report()
        world.feeds(*self._feeds)
        world.write("monitor.yaml", f"{_SETTINGS}channels:\n  hook:\n    webhook: {{url: {hook.url}}}\n")
        world.write("watchlists/rafah.yaml", _WATCHLIST)
        world.write("lists/words.yaml", LISTS)
        world.server.answers = _Heard(world.server.answers, self._polled)

    def run(
        self, settings: Sequence[tuple[str, timedelta]], *, stay: float, suspend: float, last: float = 60
    ) -> Report:
        """`stay`: seconds for which each setting of the clock lasts; `last`: for what has not been told then."""
        self._set(timedelta())
        self._offer()
        where = ["--config", str(self._world.folder), "--database", self._world.environment["MONITOR_DATABASE_URL"]]
        with Running(["run", *where], self._folder, program=self._program) as running:
            if not eventually(lambda: len({feed for feed, _ in self._polled}) == len(self._feeds), 60):
                self.report.complaints.append(f"it never polled: {running.errors[-2000:]}")
                return self.report
            for _, off in settings:
                self._set(off)
                self.report.settings += 1
                self._offer()
                time.sleep(stay)
            self._measure()
            self._suspend(running, suspend)
            eventually(lambda: len(self._hook.taken) >= self.report.offered, last)
            running.send(signal.SIGTERM)
            if running.wait(30):
                self.report.complaints.append(f"it ended badly: {running.errors[-2000:]}")
            self.report.warnings = running.errors.count("the clock was set")
        self._judge()
        return self.report

    def _set(self, off: timedelta) -> None:
        fresh = self._off.with_suffix(".new")
        fresh.write_text(str(off.total_seconds()), encoding="ascii")
        fresh.replace(self._off)

    def _offer(self) -> None:
        for feed in self._feeds:
            number = self.report.offered
            self.report.offered += 1
            title, path = f"Fighters leave Rafah, report {number} of {feed}", f"/{number}"
            self._items[feed].append(self._world.item(title, path, guid=path))
            words = " ".join(f"word{number}x{place}" for place in range(80))
            self._world.page(path, f"What was seen in place {number} is told here. {words}")
            self._world.offer(*self._items[feed], feed=feed)

    def _measure(self) -> None:
        now = time.monotonic()
        self.report.polls = len(self._polled)
        for feed in self._feeds:
            moments = [at for one, at in self._polled if one == feed]
            gaps = [after - before for before, after in pairwise(moments)]
            self.report.longest = max(self.report.longest, now - moments[-1], *gaps)
            self.report.shortest = min(self.report.shortest, *gaps)

    def _suspend(self, running: Running, seconds: float) -> None:
        # Between two rounds: of a poll that is stopped midway the interval begins with its end.
        eventually(lambda: time.monotonic() - self._polled[-1][1] > 1, 10)
        running.send(signal.SIGSTOP)
        time.sleep(seconds)
        self.report.stopped = seconds
        running.send(signal.SIGCONT)
        woken = time.monotonic()
        time.sleep(EVERY * (1 - SPREAD))
        heard = [feed for feed, at in self._polled if woken <= at < woken + EVERY * (1 - SPREAD)]
        self.report.after_stop = {feed: heard.count(feed) for feed in self._feeds}

    def _judge(self) -> None:
        keys = [one.key for one in self._hook.taken]
        self.report.told, self.report.told_twice = len(set(keys)), len(keys) - len(set(keys))
        # A minute in the past for what was stored before the clock was set; a day either way is believed.
        first, last = datetime.now(UTC) - 3 * _DAY, datetime.now(UTC) + 3 * _DAY
        columns = (articles.c.first_seen_at, articles.c.published_at, matches.c.matched_at, deliveries.c.settled_at)
        with Store.open(self._world.environment["MONITOR_DATABASE_URL"]) as store, store.reading() as tx:
            stored = tx.execute(select(articles.c.id)).all()
            matched = tx.execute(select(matches.c.id)).all()
            moments = [row[0] for column in columns for row in tx.execute(select(column)) if row[0]]
        self.report.stored, self.report.matched = len(stored), len(matched)
        self.report.misdated = sum(not first < moment < last for moment in moments)


class _Heard(dict[str, Answer]):
    """A server's answers; when each feed was asked for is written down."""

    def __init__(self, answers: dict[str, Answer], polled: list[tuple[str, float]]) -> None:
        super().__init__(answers)
        self._polled = polled

    def get(self, path: str, default: Any = None) -> Any:
        if path.endswith(".xml"):
            self._polled.append((path.removeprefix("/").removesuffix(".xml"), time.monotonic()))
        return super().get(path, default)


def main(arguments: list[str]) -> int:
    """The campaign as a command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.campaigns.clocks", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--feeds", type=int, default=12)
    parser.add_argument("--stay", type=float, default=20, help="seconds for which each setting lasts")
    parser.add_argument("--suspend", type=float, default=30, help="seconds for which the daemon is stopped")
    given = parser.parse_args(arguments)
    with (
        TemporaryDirectory(prefix="clocks-") as name,
        receiver() as hook,
        site(Path(name, "config"), str(Path(name, "monitor.db"))) as world,
    ):
        campaign = Campaign(world, hook, Path(name), feeds=given.feeds)
        report = campaign.run(tuple(settings_of_clock()), stay=given.stay, suspend=given.suspend)
    print(report)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
