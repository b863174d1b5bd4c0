"""Twins: a second daemon on a database is refused; the first is killed, its workers live on, the next takes over.

    python -m tests.campaigns.twins --rounds 20     prints what it did and found; exit code 1 if anything is wrong

What decides: each second daemon ends with its own exit code and names the first; each next one works while the workers
of the dead one still live (they are stopped, so that they do), and those end when they are let go; and in the end all
that kills must leave whole (`tests.campaigns.kills`) is whole, and everybody was told.
"""

import argparse
import os
import signal
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.cli import EXIT_LOCKED
from tests.campaigns.contents import Contents
from tests.campaigns.kills import Campaign, Report, hooks, undisturbed
from tests.campaigns.newsroom import Newsroom
from tests.campaigns.processes import MONITOR, Running, eventually


@dataclass(slots=True, kw_only=True)
class TwinsReport(Report):
    """What a campaign of twins did, and what it found."""

    refusals: list[float] = field(default_factory=list)
    """Seconds from the start of each second daemon to its end."""
    takeovers: list[float] = field(default_factory=list)
    """Seconds from the death of each daemon until the next one watched."""
    starts: list[float] = field(default_factory=list)
    """Seconds that a command takes that only says its version: what this machine needs to start any."""
    survivors: int = 0
    """Workers of dead daemons that lived while the next one began."""

    def late(self, within: float) -> list[str]:
        """What took longer than so many seconds, and than a command takes to start."""
        most = within + max(self.starts, default=0)
        return [f"it took {one:.2f} s" for one in (*self.refusals, *self.takeovers) if one > most]

    def __str__(self) -> str:
        return "\n".join(
            [
                f"a start     {_span(self.starts)} until a command has said its version",
                f"refused     {len(self.refusals)} second daemons, {_span(self.refusals)} after their start",
                f"taken over  {len(self.takeovers)} times, {_span(self.takeovers)} after the kill, while"
                f" {self.survivors} workers of the dead lived",
                Report.__str__(self),
            ]
        )


def _span(seconds: list[float]) -> str:
    return f"{min(seconds):.2f} to {max(seconds):.2f} s" if seconds else "-"


class Twins(Campaign):
    """Daemons that follow each other on one database."""

    def run(self, kills: int, right: Contents) -> TwinsReport:
        """So many rounds, then compare with what is `right`."""
        self.report: TwinsReport = TwinsReport(channels=self.report.channels)
        with ExitStack() as self._all:
            self._first = self._daemon()
            super().run(kills, right)
        return self.report

    def _daemon(self) -> Running:
        daemon = self._all.enter_context(self._start("run", program=self._program))
        if not eventually(lambda: daemon.said("watching")) or daemon.is_over():
            self.report.complaints.append(f"a daemon does not begin: {daemon.errors[-2000:]}")
        return daemon

    def _kill_once(self) -> None:
        """A second daemon, refused; then a death, and a takeover."""
        self._refuse()
        self._await_moment(self._first)
        dead, workers = self._first, self._stopped_workers()
        dead.send(signal.SIGKILL)
        dead.wait()
        died = time.monotonic()
        self._first = self._daemon()
        self.report.takeovers.append(time.monotonic() - died)
        self.report.kills += 1
        left = set(dead.family())
        self.report.survivors += len(left)
        if not left or left != workers:
            self.report.complaints.append(f"of the workers {workers} {left} lived: nothing was shown")
        _send(left, signal.SIGCONT)
        self._bury(dead)

    def _refuse(self) -> None:
        with Running(["--version"], self._folder) as idle:
            idle.wait()
            self.report.starts.append(time.monotonic() - idle.started)
        with self._start("run", program=MONITOR) as second:
            code = second.wait()
            self.report.refusals.append(time.monotonic() - second.started)
            if code != EXIT_LOCKED or f"already has a daemon: process {self._first.pid}" not in second.errors:
                self.report.complaints.append(f"a second daemon ended with {code}: {second.errors[-2000:]}")

    def _stopped_workers(self) -> set[int]:
        """They do not notice that their daemon is dead before they are let go. It has some from its first page on."""
        eventually(lambda: len(self._first.family()) > 1)
        workers = {pid for pid in self._first.family() if pid != self._first.pid}
        _send(workers, signal.SIGSTOP)
        return workers

    def _leave_alone(self) -> None:
        self._first.send(signal.SIGTERM)
        if code := self._first.wait():
            self.report.complaints.append(f"the last daemon ended with {code}: {self._first.errors[-2000:]}")
        super()._leave_alone()


def _send(pids: set[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def main(arguments: list[str]) -> int:
    """The campaign as a command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.twins", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="", help="a database URL; a new SQLite file without one")
    parser.add_argument("--within", type=float, default=1, help="seconds for each, beyond those of a start")
    given = parser.parse_args(arguments)
    with (
        TemporaryDirectory(prefix="twins-") as name,
        Newsroom(feeds=12, items=60, slowest="1s") as site,
        hooks(given.seed) as ledgers,
    ):
        folders = [Path(name, part) for part in ("undisturbed", "twins")]
        for folder in folders:
            folder.mkdir()
        right = undisturbed(site, folders[0])
        campaign = Twins(site, ledgers, folders[1], seed=given.seed, database=given.database)
        report = campaign.run(given.rounds, right)
    late = report.late(given.within)
    print(report, *(f"WRONG       {one}" for one in late), sep="\n")
    return 1 if report.faults or late else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
