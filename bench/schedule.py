"""Polling many feeds by the clock: python bench/schedule.py [--feeds 10000] [--minutes 3] [--idle]

Runs the daemon, with the stage POLL alone, on feeds of which each is due once in 15 minutes, one after the other, on a
site of 200 hosts; for some minutes of these 15, at their rate. All feeds that are asked were polled before.
Prints what it takes of one core and of memory, how late the site saw each request after its feed was due, and from the
site's log whether any host got more connections, or requests in shorter order, than it is to get.
--idle: the whole daemon (`monitor run`), for which there is nothing new in 1,000 feeds, and no page to read; each is
due once in 30 minutes, as the schedule has feeds that bring nothing.
"""

import argparse
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import quantiles

from sqlalchemy import bindparam, delete, update

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.configured import write_config
from bench.feed_site import FeedSite, addresses, be
from bench.meter import Cpu, Meter
from bench.site import Event, Logged, read_log, served
from monitor import clock
from monitor.config.load import load_config
from monitor.model import FeedId
from monitor.store import polls
from monitor.store.schema import feeds as table
from monitor.store.schema import readings, unsearched
from monitor.store.store import Store

_ROUND, _IDLE_ROUND = timedelta(minutes=15), timedelta(minutes=30)
_END = 60.0
"""Seconds that the last feed is waited for."""
_PATIENCE = 600.0
_PER_HOST, _DELAY = 2, 1.0
_JITTER = 0.1
"""Seconds by which two requests may come closer than they were sent: one had to wait for a core."""
_GOALS = {"core": 25, "memory": 150, "late": 60}
_IDLE_GOALS = {"core": 1, "memory": 120, "late": 60}
_POLLING = (str(Path(__file__).with_name("polling.py")),)
_WHOLE = ("-m", "monitor", "run", "--config")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What the daemon took in the minutes that were measured."""

    cpu: Cpu
    wall: float
    daemon: float
    """MB at most; likewise the largest worker, and all processes together, what they share counted once."""
    worker: float
    together: float


def main() -> None:
    given = _arguments()
    round_ = _IDLE_ROUND if given.idle else _ROUND
    asked = max(1, round(given.feeds * timedelta(minutes=given.minutes) / round_))
    with tempfile.TemporaryDirectory() as name:
        folder, log = Path(name), Path(name) / "site.log"
        with served(FeedSite(wait=given.wait), given.hosts, log) as site:
            feeds = addresses(site, given.feeds)
            config = write_config(folder, feeds, per_host=_PER_HOST, delay=f"{_DELAY:g}s")
            order = random.Random(0).sample([FeedId(feed) for feed in feeds], len(feeds))
            be(site, version=0, validated=given.validated)
            _poll_once(config, order[:asked])
            be(site, version=1, changing=given.changing, validated=given.validated)
            if given.idle:
                _leave_pages(config)
            program = _WHOLE if given.idle else _POLLING
            due, spent = _measured(config, order, asked, timedelta(seconds=given.start), log, program, round_)
        logged = _since(log, due)
    late = lateness(logged, due)
    if not late:
        sys.exit("no feed was asked for")
    every = round_ // timedelta(minutes=1)
    print(f"{given.feeds:,} feeds due in {every} minutes on {given.hosts} hosts;", end=" ")
    print(f"{given.minutes:g} minutes, {asked:,} of them")
    print(f"{given.changing} % of them have a new entry, {given.validated} % know validators")
    print("\n".join(report(spent, late, logged, asked, _IDLE_GOALS if given.idle else _GOALS)))


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--feeds", type=int, default=10_000)
    arguments.add_argument("--minutes", type=float, default=3.0)
    arguments.add_argument("--hosts", type=int, default=200)
    arguments.add_argument("--changing", type=int, default=25, help="of a hundred feeds so many have a new entry")
    arguments.add_argument("--validated", type=int, default=50, help="of a hundred feeds so many know validators")
    arguments.add_argument("--start", type=float, default=10.0, help="seconds before the first is due")
    arguments.add_argument("--wait", type=float, default=0.2, help="seconds that the site takes to answer")
    arguments.add_argument("--idle", action="store_true", help="the whole daemon; 1,000 feeds, no new entries")
    given = arguments.parse_args()
    if given.idle:
        given.feeds, given.changing, given.validated = min(given.feeds, 1_000), 0, 100
    return given


# ── running ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _poll_once(config: Path, feeds: Sequence[FeedId]) -> None:
    """Poll these feeds, no others, as fast as it goes."""
    now = clock.now()
    _schedule(config, dict.fromkeys(feeds, now), rest=now + timedelta(days=1))
    with _daemon(config, _POLLING):
        _await(lambda: _polled(config) >= len(feeds), f"not all of {len(feeds)} feeds were polled")


def _measured(
    config: Path,
    order: Sequence[FeedId],
    asked: int,
    grace: timedelta,
    log: Path,
    program: Sequence[str],
    round_: timedelta,
) -> tuple[dict[str, datetime], Spent]:
    """When each feed (its number) was due that was to be asked, and what the daemon took from the first to the last."""
    _schedule(config, {}, rest=clock.now() + timedelta(days=1))
    with _daemon(config, program) as daemon:
        meter = Meter(daemon.pid)
        start = clock.now() + grace
        moments = {feed: start + number * round_ / len(order) for number, feed in enumerate(order)}
        _schedule(config, moments, rest=start + round_)
        due = {feed.removeprefix("feed"): moments[feed] for feed in order[:asked]}
        _sleep_until(start)
        with meter.watching():
            began, before = time.perf_counter(), meter.cpu()
            _sleep_until(max(due.values()))
            wall, cpu = time.perf_counter() - began, meter.cpu() - before
        memory = meter.memory
        deadline = time.monotonic() + _END
        while len(lateness(_since(log, due), due)) < asked and time.monotonic() < deadline:
            time.sleep(0.2)
    spent = Spent(
        cpu=cpu, wall=wall, daemon=memory.daemon_peak, worker=memory.worker_peak, together=memory.together_peak
    )
    return due, spent


def _since(log: Path, due: Mapping[str, datetime]) -> list[Logged]:
    """What the site saw after the first feed was due."""
    first = min(due.values()).timestamp()
    return [each for each in read_log(log) if each.moment >= first]


def _sleep_until(moment: datetime) -> None:
    time.sleep(max(0.0, (moment - clock.now()).total_seconds()))


def _schedule(config: Path, due: Mapping[FeedId, datetime], *, rest: datetime) -> None:
    """Make these feeds due then, the rest of them later; the daemon may be there already."""
    loaded = load_config(config, {})
    rows = [{"at": feed.id, "due": due.get(feed.id, rest)} for feed in loaded.feeds]
    with Store.open(loaded.settings.database_url) as store, store.writing() as tx:
        polls.sync(tx, loaded.feeds, clock.now())
        tx.execute(update(table).where(table.c.id == bindparam("at")).values(next_poll_at=bindparam("due")), rows)


def _leave_pages(config: Path) -> None:
    """As if all pages were read, and their words in the index: nothing is left that needs a worker."""
    with Store.open(load_config(config, {}).settings.database_url) as store, store.writing() as tx:
        tx.execute(update(readings).values(next_read_at=None))
        tx.execute(delete(unsearched))


def _polled(config: Path) -> int:
    return _asked(config, "SELECT count(*) FROM feeds WHERE last_success_at IS NOT NULL")


def _asked(config: Path, question: str) -> int:
    with sqlite3.connect(f"file:{config.parent / 'monitor.db'}?mode=ro", uri=True) as tables:
        return int((tables.execute(question).fetchone() or (0,))[0])


def _await(told: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not told():
        if time.monotonic() > deadline:
            sys.exit(f"{what} in {_PATIENCE:g} s")
        time.sleep(0.2)


@contextmanager
def _daemon(config: Path, program: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """The daemon, told to stop when the block ends. Whatever it says is shown only when it fails."""
    with tempfile.TemporaryFile() as said:
        command = [sys.executable, *program, str(config)]
        process = subprocess.Popen(command, stdout=said, stderr=said)
        try:
            _await(
                lambda: process.poll() is not None or _asked(config, "SELECT pid FROM daemon") == process.pid,
                "the daemon did not start",
            )
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(60)
            if code:
                said.seek(0)
                sys.exit(f"the daemon ended with exit code {code}:\n{said.read().decode(errors='replace')[-2000:]}")


# ── the report ───────────────────────────────────────────────────────────────────────────────────────────────────────


def lateness(logged: Sequence[Logged], due: Mapping[str, datetime]) -> list[float]:
    """Seconds between the moment at which each feed (its number) was due and the first request for it; feeds that were
    not asked for at all are left out.
    """
    asked: dict[str, float] = {}
    for each in logged:
        if each.event is Event.ASKED:
            asked.setdefault(each.target.rpartition("/")[2], each.moment)
    return sorted(asked[number] - moment.timestamp() for number, moment in due.items() if number in asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """What the hosts saw."""

    connections: int
    """Open to one host at most; likewise requests in flight."""
    in_flight: int
    closest: float
    """Seconds between two requests to one host, at least; infinite where no host was asked twice."""
    hasty: int
    """Requests that came sooner than they should."""


def hosts(logged: Sequence[Logged]) -> Hosts:
    """The worst of all hosts."""
    opened, flying = Counter[str](), Counter[str]()
    connections = in_flight = 0
    moments = defaultdict[str, list[float]](list)
    for each in logged:
        opened[each.host] += {Event.OPENED: 1, Event.CLOSED: -1}.get(each.event, 0)
        flying[each.host] += {Event.ASKED: 1, Event.ANSWERED: -1}.get(each.event, 0)
        connections, in_flight = max(connections, opened[each.host]), max(in_flight, flying[each.host])
        if each.event is Event.ASKED and each.target.startswith("/feed/"):
            moments[each.host].append(each.moment)
    gaps = [later - earlier for seen in moments.values() for earlier, later in pairwise(seen)]
    return Hosts(
        connections=connections,
        in_flight=in_flight,
        closest=min(gaps, default=float("inf")),
        hasty=sum(gap < _DELAY - _JITTER for gap in gaps),
    )


def report(
    spent: Spent, late: Sequence[float], logged: Sequence[Logged], asked: int, goals: Mapping[str, int]
) -> list[str]:
    """Lines for a person."""
    seen, cpu = hosts(logged), spent.cpu
    marks = quantiles([*late, *late], n=100, method="inclusive")
    answers = Counter(each.status for each in logged if each.event is Event.ANSWERED and "/feed/" in each.target)
    kinds = ", ".join(f"{number:,} × {status}" for status, number in sorted(answers.items()))
    return [
        f"answers  {kinds}; {asked - len(late)} feeds were not asked for",
        f"core     {100 * cpu.both / spent.wall:.1f} % of one (goal under {goals['core']}): daemon"
        f" {100 * cpu.daemon / spent.wall:.1f}, workers {100 * cpu.workers / spent.wall:.1f};"
        f" {1e3 * cpu.both / asked:.1f} ms a feed",
        f"memory   {spent.together:.0f} MB in all at most (goal under {goals['memory']}): daemon {spent.daemon:.0f},"
        f" the largest worker {spent.worker:.0f}, what they share counted once in all",
        f"late     {marks[49]:.1f} s in the middle, {marks[98]:.1f} s p99 (goal under {goals['late']}),"
        f" {late[-1]:.1f} s at most",
        f"hosts    {seen.connections} connections, {seen.in_flight} requests at a time (limit {_PER_HOST});"
        f" {seen.closest:.2f} s between two, {seen.hasty} too soon (limit {_DELAY:g} s)",
    ]


if __name__ == "__main__":
    main()
