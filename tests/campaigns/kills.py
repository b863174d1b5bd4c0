"""Kills: the monitor is killed again and again in the middle of its work, then left alone; nothing may be missing.

    python -m tests.campaigns.kills --kills 200     prints what it did and found; exit code 1 if anything is wrong

What decides: the database afterwards holds what that of an undisturbed run holds, no more and no less, and as much as
the site offered; its ledger adds up; SQLite calls it whole; nothing is in quarantine; no process outlives the daemon
that started it. Two webhooks are told of every match, one of which fails 30 % of its requests: by their receivers'
ledgers every match has come, under one key, in its order, and no more messages twice than were being sent at a kill.
"""

import argparse
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.pipeline.deliver import AT_ONCE
from tests.campaigns.alerted import Alerted, Ledgers, judge, now_and_then, waiting
from tests.campaigns.contents import Contents, Difference, compare, contents, imbalance, integrity, quarantined, totals
from tests.campaigns.newsroom import Newsroom, Truth
from tests.campaigns.processes import Running, eventually
from tests.receiver import receiver

HURRIED = (sys.executable, "-m", "tests.campaigns.hurried")
_FAILING = 0.3
_PATIENCE, _AN_ENTRY = 120.0, 0.1
"""Seconds for a pass over everything, and for each entry that is offered."""
ORPHANS_DIE_WITHIN = 10.0
"""Seconds after the daemon. Workers end at once; a fork server that was loading the parsers notices when it has."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What a campaign did, and what it found."""

    kills: int = 0
    in_start: int = 0
    """Of these, before the first request; the others in the middle of polls and readings."""
    finished: int = 0
    """Runs that were over before their kill came."""
    requests: int = 0
    orphans: int = 0
    slowest_end: float = 0
    """Seconds by which the last process outlived its daemon."""
    quarantined: int = 0
    integrity: str = "ok"
    stored: Truth | None = None
    truth: Truth | None = None
    difference: Difference | None = None
    alerted: Alerted = field(default_factory=Alerted)
    channels: int = 0
    complaints: list[str] = field(default_factory=list)
    """Of the last, undisturbed run, and of the ledger."""
    seconds: float = 0

    @property
    def faults(self) -> list[str]:
        """All that is wrong, a line each; nothing where nothing was lost."""
        found = [f"{self.orphans} processes outlived their daemon by {ORPHANS_DIE_WITHIN:g} s"] if self.orphans else []
        found += [f"{self.quarantined} pages are in quarantine"] if self.quarantined else []
        found += [f"integrity_check: {self.integrity}"] if self.integrity != "ok" else []
        found += [f"stored {self.stored}, offered {self.truth}"] if self.stored != self.truth else []
        found += [str(self.difference)] if self.difference else []
        return found + self.alerted.wrong(self.may_come_again) + self.complaints

    @property
    def may_come_again(self) -> int:
        """Messages: those that were being sent when the daemon was killed."""
        return self.kills * self.channels * AT_ONCE

    def __str__(self) -> str:
        found = self.difference or Difference(lost=(), extra=(), changed=())
        stored = self.stored or Truth(entries=0, articles=0, texts=0, matches=0)
        return "\n".join(
            [
                f"kills       {self.kills}: {self.in_start} while starting, {self.kills - self.in_start} at work;"
                f" {self.finished} runs ended before their kill",
                f"requests    {self.requests} in {self.seconds:.0f} s, {stored.entries / max(1.0, self.seconds):.0f}"
                " entries a second",
                f"stored      {stored.entries} entries, {stored.articles} articles, {stored.texts} texts,"
                f" {stored.matches} matches",
                f"told        {self.alerted} (at most {self.may_come_again} may be)",
                f"difference  {len(found.lost)} lost, {len(found.extra)} extra, {len(found.changed)} changed",
                f"orphans     {self.orphans} (the last process ended {self.slowest_end:.1f} s after its daemon)",
                f"quarantine  {self.quarantined}",
                f"integrity   {self.integrity}",
                *(f"WRONG       {fault}" for fault in self.faults),
            ]
        )


class Campaign:
    """A site, a configuration and a database under kills.

    `hooks`: receivers that outlive it; `folder`: for everything it writes; `latest`: seconds after its first request
    in which a run may be killed.
    """

    def __init__(
        self,
        site: Newsroom,
        hooks: Ledgers,
        folder: Path,
        *,
        seed: int,
        program: tuple[str, ...] = HURRIED,
        database: str = "",
        latest: float = 1.5,
    ) -> None:
        self._site = site
        self._folder = folder
        self._random = random.Random(seed)
        self._program = program
        self._latest = latest
        self._hooks = hooks
        self._config = site.write_config(folder / "config", {name: hook.url for name, hook in hooks.items()})
        self._file = folder / "data" / "monitor.db"
        self._database = database or str(self._file)
        self.report = Report(channels=len(hooks))

    def run(self, kills: int, right: Contents) -> Report:
        """Kill so often, then compare with what is `right`."""
        begun, before = time.monotonic(), self._site.answered
        while self.report.kills < kills:
            self._site.grow(self.report.kills / kills)
            self._kill_once()
        self._site.grow(1)
        self._leave_alone()
        self._judge(right)
        self.report.requests = self._site.answered - before
        self.report.seconds = time.monotonic() - begun
        return self.report

    def _start(self, *arguments: str, program: tuple[str, ...]) -> Running:
        where = ["--config", str(self._config), "--database", self._database]
        return Running([*arguments, *where], self._folder, program=program)

    def _kill_once(self) -> None:
        once = ["--once"] if self._random.random() < 0.3 else []
        with self._start("run", *once, program=self._program) as running:
            at_work = self._await_moment(running)
            if running.is_over():
                self.report.finished += 1
                return
            running.send(signal.SIGKILL)
            running.wait()
            self.report.kills += 1
            self.report.in_start += not at_work
            self._bury(running)

    def _bury(self, running: Running) -> None:
        died = time.monotonic()
        if not eventually(lambda: not running.family(), ORPHANS_DIE_WITHIN):
            self.report.orphans += len(running.family())
        self.report.slowest_end = max(self.report.slowest_end, time.monotonic() - died)

    def _await_moment(self, running: Running) -> bool:
        """Some moment of its start, some while after it began to ask, or after some request, or while it tells; whether
        it had asked.
        """
        before, kind = self._site.answered, self._random.random()
        if kind < 0.2:
            time.sleep(self._random.uniform(0, 1))
            return self._site.answered > before
        # However slow the machine: what is killed from here on is at work.
        eventually(lambda: self._site.answered > before or running.is_over(), _PATIENCE)
        if kind < 0.45:
            time.sleep(self._random.uniform(0, self._latest))
        elif kind < 0.7:
            wanted = before + self._random.randint(1, 60)
            eventually(lambda: self._site.answered >= wanted or running.is_over(), 10)
            time.sleep(self._random.uniform(0, 0.3))
        else:
            told = self._told() + self._random.randint(1, 40)
            eventually(lambda: self._told() >= told or running.is_over(), 5)
            time.sleep(self._random.uniform(0, 0.05))
        return self._site.answered > before

    def _told(self) -> int:
        """Messages that came to the receivers, whatever they answered."""
        return sum(len(hook.requests) for hook in self._hooks.values())

    def _leave_alone(self) -> None:
        with self._start("poll", program=self._program) as running:
            code = running.wait(patience(self._site))
            if code or running.errors:
                self.report.complaints.append(f"the last run ended with {code}: {running.errors[-2000:]}")
        with self._start("run", program=self._program) as running:
            eventually(lambda: running.said("watching"), _PATIENCE)
            if not eventually(lambda: running.is_over() or not waiting(self._database), patience(self._site)):
                self.report.complaints.append(f"{waiting(self._database)} deliveries wait for ever")
            running.send(signal.SIGTERM)
            if code := running.wait():
                self.report.complaints.append(f"the last daemon ended with {code}: {running.errors[-2000:]}")

    def _judge(self, right: Contents) -> None:
        found = contents(self._database)
        self.report.truth, self.report.stored = self._site.truth, totals(found)
        self.report.difference = compare(right, found)
        self.report.alerted = judge(self._database, self._hooks)
        self.report.quarantined = quarantined(self._database)
        self.report.complaints += [f"the ledger does not add up: {error}" for error in imbalance(self._database)]
        if self._file.exists():
            self.report.integrity = integrity(self._file)


def patience(site: Newsroom) -> float:
    """Seconds after which a pass over all that a site ever offers will not end any more."""
    return _PATIENCE + _AN_ENTRY * site.feeds * site.items


@contextmanager
def hooks(seed: int) -> Iterator[Ledgers]:
    """Two receivers; the first fails 30 % of its requests."""
    with receiver() as desk, receiver() as archive:
        desk.answer = now_and_then(_FAILING, seed)
        yield {"desk": desk, "archive": archive}


def undisturbed(site: Newsroom, folder: Path) -> Contents:
    """What a database holds after one run over everything the site ever offers, that nothing disturbs.

    Raises: RuntimeError when that alone went wrong.
    """
    site.grow(1)
    config = site.write_config(folder / "config")
    with Running(["run", "--once", "--config", str(config)], folder) as running:
        if running.wait(patience(site)) or running.errors:
            raise RuntimeError(f"the undisturbed run failed: {running.errors}")
    found = contents(str(folder / "data" / "monitor.db"))
    site.grow(0)
    return found


def main(arguments: list[str]) -> int:
    """The campaign as a command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.kills", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--feeds", type=int, default=60)
    parser.add_argument("--items", type=int, default=100, help="of each feed, in the end")
    given = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="kills-") as name, Newsroom(feeds=given.feeds, items=given.items) as site:
        folders = [Path(name, part) for part in ("undisturbed", "killed")]
        for folder in folders:
            folder.mkdir()
        right = undisturbed(site, folders[0])
        with hooks(given.seed) as ledgers:
            report = Campaign(site, ledgers, folders[1], seed=given.seed).run(given.kills, right)
    print(report)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
