"""Servers: PostgreSQL is restarted under the daemon, as after a crash, and its sessions are ended, again and again.

    python -m tests.campaigns.servers --restarts 10 --ends 10     prints what it did; exit code 1 if anything is wrong

What decides: the daemon goes on by itself, and stores new articles within seconds; a second daemon is refused again
then; and in the end all that kills must leave whole (`tests.campaigns.kills`) is whole, and everybody was told.
"""

import argparse
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select

from monitor.cli import EXIT_LOCKED
from monitor.errors import StoreError
from monitor.pipeline.deliver import AT_ONCE
from monitor.store import schema
from monitor.store.store import Store
from tests.campaigns.alerted import Ledgers
from tests.campaigns.contents import Contents
from tests.campaigns.kills import Campaign, Report, hooks, undisturbed
from tests.campaigns.newsroom import Newsroom
from tests.campaigns.processes import Running, eventually
from tests.conftest import Cluster, cluster, no_postgres

WITHIN = 5.0
"""Seconds after which it must work again."""
SLOWEST = "1s"
"""A feed that is asked more seldom, because it had no news for a while, would be what is waited for."""
_PATIENCE = 90.0
LASTING = {"fsync": "off", "full_page_writes": "off"}
"""Settings of a server of which nothing is lost when its processes are killed; a power cut is another matter."""
_END_ALL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name LIKE 'monitor%' AND pid <> pg_backend_pid()"
)


@dataclass(slots=True, kw_only=True)
class ServersReport(Report):
    """What was done to a server, and what came of it."""

    restarts: int = 0
    ends: int = 0
    """Times that every session of the daemon was ended."""
    again: list[float] = field(default_factory=list)
    """Seconds from when the server could be had again until something new was stored."""
    refused: int = 0
    """Second daemons, after each of them."""

    @property
    def may_come_again(self) -> int:
        """Messages: those that were being sent when the server went away."""
        return (self.restarts + self.ends) * self.channels * AT_ONCE

    def __str__(self) -> str:
        span = f"{min(self.again):.1f} to {max(self.again):.1f} s" if self.again else "-"
        return "\n".join(
            [
                f"server      {self.restarts} restarts, {self.ends} times all sessions ended; stored again in {span}",
                f"lock        {self.refused} second daemons refused after that",
                Report.__str__(self),
            ]
        )


class Servers(Campaign):
    """One daemon on a server that is not kind to it."""

    def __init__(self, site: Newsroom, hooks: Ledgers, folder: Path, *, seed: int, server: Cluster) -> None:
        self._server = server
        super().__init__(site, hooks, folder, seed=seed, database=server.url(server.create()))
        self.report: ServersReport = ServersReport(channels=len(hooks))

    def disturb(self, restarts: int, ends: int, right: Contents) -> ServersReport:
        """So many of each, in an order of chance, then compare with what is `right`."""
        ways = [self._restart] * restarts + [self._end_sessions] * ends
        self._random.shuffle(ways)
        begun, before = time.monotonic(), self._site.answered
        with self._start("run", program=self._program) as daemon:
            eventually(lambda: daemon.is_over() or self._stored())
            for number, way in enumerate(ways, 1):
                time.sleep(self._random.uniform(0, 1.5))
                stored = self._stored()
                way()
                self._site.grow(number / len(ways))
                self._await_work(stored)
                self._refuse_second(daemon)
            self._end(daemon)
        self._site.grow(1)
        self._leave_alone()
        self._judge(right)
        self.report.requests, self.report.seconds = self._site.answered - before, time.monotonic() - begun
        return self.report

    def _restart(self) -> None:
        self._server.stop()
        time.sleep(self._random.uniform(0, 2))
        self._server.start()
        self.report.restarts += 1

    def _end_sessions(self) -> None:
        self._server.sql(_END_ALL)
        self.report.ends += 1

    def _await_work(self, stored: int) -> None:
        """What the site offers since then is stored."""
        back = time.monotonic()
        if eventually(lambda: self._stored() > stored, _PATIENCE):
            self.report.again.append(time.monotonic() - back)
        else:
            self.report.complaints.append(f"nothing new was stored within {_PATIENCE:g} s")

    def _refuse_second(self, daemon: Running) -> None:
        """It has its lock again."""
        with self._start("run", program=self._program) as second:
            eventually(second.is_over, _PATIENCE)
            code = second.process.returncode
        if code == EXIT_LOCKED and f"process {daemon.pid}" in second.errors:
            self.report.refused += 1
        else:
            self.report.complaints.append(f"a second daemon ended with {code}: {second.errors[-500:]}")

    def _end(self, daemon: Running) -> None:
        daemon.send(signal.SIGTERM)
        code = daemon.wait()
        if code or "Traceback" in daemon.errors:
            self.report.complaints.append(f"the daemon ended with {code}: {daemon.errors[-5000:]}")

    def _stored(self) -> int:
        """Entries: articles become fewer where two turn out to be one. Ten times a second, it costs nobody much."""
        time.sleep(0.1)
        try:
            with Store.open(self._database, read_only=True) as store, store.reading() as tx:
                return tx.execute(select(func.count()).select_from(schema.entries)).scalar_one()
        except StoreError:
            return 0


def main(arguments: list[str]) -> int:
    """The campaign as a command; returns its exit code."""
    about = (__doc__ or "").split("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.servers", description=about)
    parser.add_argument("--restarts", type=int, default=10)
    parser.add_argument("--ends", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    if no := no_postgres():
        print(f"skipped: {no}")
        return 0
    with (
        TemporaryDirectory(prefix="servers-") as name,
        Newsroom(feeds=20, items=50, slowest=SLOWEST) as site,
        hooks(given.seed) as ledgers,
        cluster(LASTING) as server,
    ):
        folders = [Path(name, part) for part in ("undisturbed", "servers")]
        for folder in folders:
            folder.mkdir()
        right = undisturbed(site, folders[0])
        campaign = Servers(site, ledgers, folders[1], seed=given.seed, server=server)
        report = campaign.disturb(given.restarts, given.ends, right)
    late = [one for one in report.again if one > WITHIN]
    print(report, *(f"WRONG       it took {one:.1f} s" for one in late), sep="\n")
    return 1 if report.faults or late else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
