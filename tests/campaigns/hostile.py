"""Hostile servers: very many fetches at once from servers that do everything wrong, and a healthy host beside them.

    python -m tests.campaigns.hostile --fetches 900     prints what it did and found; exit code 1 if anything is wrong

What decides: every fetch ends in an answer or a FetchError, none later than its deadline and two seconds; the process
stays below 150 MB, whatever is sent to it; the healthy host, asked ten times a second meanwhile, is always fetched in
time.
The hostile servers and the healthy one run in processes of their own, so that what is measured is the fetcher.
"""

import argparse
import asyncio
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

from monitor.errors import FetchError
from monitor.fetch.fetcher import Fetcher
from monitor.fetch.request import Request
from monitor.fetch.settings import FetchSettings
from tests.fetch.server import BEHAVIOURS, INTERNET, serve

MOST_MEMORY = 150.0
"""MB of the whole process, its libraries included."""
GRACE = 2.0
"""Seconds past its deadline by which a fetch must have ended."""
_FEED = 5_000_000
_HOSTS = 300
_REST = {
    "status": ["204", "304", "404", "503"],
    "slow": ["0.5"],
    "to": ["302//ok", "307//bomb", "301/http://127.0.0.1:9/", "302/file:///etc/passwd", "302/http://[::1/"],
    "cookie-to": ["302//echo"],
    "hops": ["5/301", "6/302"],
    "slow-hops": ["3/0.2"],
    "circle": ["a"],
    "large": [str(_FEED)],
    "hints": ["100/50", "103/5000"],
    "later": ["429/120", "503/99999999999"],
    "stall-before-the-end": [str(_FEED - 1000)],
    "stall-in-a-bomb": [str(_FEED - 1000)],
}
PATHS = [f"{name}/{rest}" for name in sorted(BEHAVIOURS) for rest in _REST.get(name, [""])]
"""Each behaviour of the fault server at least once."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What a campaign did, and what it found."""

    fetches: int = 0
    deadline: float
    """Seconds."""
    endings: Counter[str] = field(default_factory=Counter)
    """How often fetches were answered, or failed with which kind."""
    untyped: list[str] = field(default_factory=list)
    """Whatever else came out of a fetch, with its path."""
    slowest: float = 0
    """Seconds of the longest fetch."""
    healthy: list[float] = field(default_factory=list)
    """Seconds of each fetch from the healthy host."""
    unserved: list[str] = field(default_factory=list)
    """Why it could not be fetched from."""
    memory_before: float = 0
    """MB that the process took before the first fetch, and at most."""
    memory: float = 0
    seconds: float = 0
    cpu: float = 0

    @property
    def faults(self) -> list[str]:
        """All that is wrong, a line each."""
        found = [f"untyped: {error}" for error in self.untyped]
        if self.slowest > self.deadline + GRACE:
            found.append(f"a fetch took {self.slowest:.1f} s, its deadline was {self.deadline:g} s")
        if self.memory > MOST_MEMORY:
            found.append(f"{self.memory:.0f} MB of memory, more than {MOST_MEMORY:g} MB")
        if self.unserved or not self.healthy:
            found.append(f"the healthy host was not fetched in time: {', '.join(self.unserved) or 'never'}")
        if sum(self.endings.values()) + len(self.untyped) != self.fetches:
            found.append(f"{sum(self.endings.values())} of {self.fetches} fetches ended")
        return found

    def __str__(self) -> str:
        endings = ", ".join(f"{count} {name}" for name, count in self.endings.most_common())
        late = sorted(self.healthy) or [0]
        return "\n".join(
            [
                f"fetches     {self.fetches} at once of {len(PATHS)} kinds in {self.seconds:.1f} s"
                f" ({self.cpu:.1f} s of CPU)",
                f"endings     {endings}",
                f"untyped     {len(self.untyped)}",
                f"slowest     {self.slowest:.1f} s (deadline {self.deadline:g} s)",
                f"healthy     {len(self.healthy)} fetches, {late[len(late) // 2]:.3f} s (median),"
                f" {late[-1]:.3f} s (longest)",
                f"memory      {self.memory:.0f} MB at most, {self.memory_before:.0f} MB before",
                *(f"WRONG       {fault}" for fault in self.faults),
            ]
        )


@contextmanager
def server() -> Iterator[int]:
    """A fault server in a process of its own; its port. It ends with its standard input."""
    command = [sys.executable, "-m", "tests.campaigns.hostile", "--serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()
            process.wait()


async def _serve() -> None:
    async with serve(INTERNET) as running:
        print(running.port, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def campaign(paths: list[str], deadline: float, *, hostile: int, healthy: int) -> Report:
    """Fetch all of these paths at once from the hostile server at this port, and from the healthy one meanwhile."""
    report = Report(fetches=len(paths), deadline=deadline, memory_before=_peak())
    settings = FetchSettings(
        user_agent="monitor-test/1 (+https://monitor.example)",
        timeout=timedelta(seconds=deadline),
        per_host=len(paths),
        delay=timedelta(0),
        concurrent=len(paths) + 1,
        allow_addresses=(ip_network(INTERNET),),
    )
    begun, cpu = time.monotonic(), time.process_time()
    async with Fetcher(settings) as fetcher:
        beside = asyncio.create_task(_ask_the_healthy(fetcher, healthy, report))
        urls = [f"http://host{number % _HOSTS}.example:{hostile}/{path}" for number, path in enumerate(paths)]
        await asyncio.gather(*(_fetch(fetcher, url, report) for url in urls))
        beside.cancel()
        await asyncio.gather(beside, return_exceptions=True)
    report.memory, report.seconds, report.cpu = _peak(), time.monotonic() - begun, time.process_time() - cpu
    return report


async def _fetch(fetcher: Fetcher, url: str, report: Report) -> None:
    started = time.monotonic()
    try:
        await fetcher.fetch(Request(url=url, accept="*/*", max_bytes=_FEED))
        report.endings["answered"] += 1
    except FetchError as error:
        report.endings[error.kind] += 1
    except Exception as error:  # noqa: BLE001 - what must not be
        report.untyped.append(f"{url}: {error!r}")
    report.slowest = max(report.slowest, time.monotonic() - started)


async def _ask_the_healthy(fetcher: Fetcher, port: int, report: Report) -> None:
    while True:
        started = time.monotonic()
        try:
            await fetcher.fetch(Request(url=f"http://healthy.example:{port}/ok", accept="*/*", max_bytes=_FEED))
            report.healthy.append(time.monotonic() - started)
        except FetchError as error:
            report.unserved.append(str(error))
        await asyncio.sleep(0.1)


def _peak() -> float:
    """The most memory that this process has taken, in MB; getrusage's figure would be that of who started it, too."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024 / 1e6


def _resolve(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (INTERNET, port))]


def main(arguments: list[str]) -> int:
    """The campaign as a command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.campaigns.hostile", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--fetches", type=int, default=900)
    parser.add_argument("--deadline", type=float, default=10, help="seconds of each fetch")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="one behaviour, such as stall-in-a-bomb/4900000, in place of all")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.serve:
        asyncio.run(_serve())
        return 0
    # Every name is of the tests' Internet.
    setattr(socket, "getaddrinfo", _resolve)  # noqa: B010 - mypy knows what a function of a module is
    kinds = [given.only] if given.only else PATHS
    paths = [kinds[number % len(kinds)] for number in range(given.fetches)]
    random.Random(given.seed).shuffle(paths)
    with server() as hostile, server() as healthy:
        report = asyncio.run(campaign(paths, given.deadline, hostile=hostile, healthy=healthy))
    print(report)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
