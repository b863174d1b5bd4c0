"""How much memory the daemon holds as it reads: python bench/memory.py [--articles 5000] [--words 600] [--settled]

Starts `monitor run` on a generated site on loopback, watches it from outside until every article is read, and ends it.
Prints the daemon's resident memory, the largest worker's, and how many processes there have been: workers are replaced
after `workers.recycle` tasks. Goal: under 200 MB after 5,000 articles. Hints of the articles that joined a story in the
last two days stay in memory, which are all that this bench makes: --settled keeps fewer (bench/settled.py), so that it
tells what a daemon holds whose days are full.
"""

import argparse
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.configured import write_config
from bench.generated import GeneratedSite
from bench.meter import Cpu, Meter
from bench.site import served

_HOSTS = 8
_PAUSE = 0.2
_PATIENCE = 60.0
"""Seconds without a further article after which the daemon counts as stuck."""
_GOAL = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was seen at one moment; memory in MB."""

    read: int
    daemon: float
    worker_peak: float
    processes: int


def main() -> None:
    given = _arguments()
    generated = GeneratedSite(articles=given.articles, words=given.words)
    with tempfile.TemporaryDirectory() as folder, served(generated, _HOSTS) as site:
        hosts = [f"{address}:{site.port}" for address in site.addresses]
        feeds = {f"feed{n}": f"http://{hosts[n % _HOSTS]}{path}" for n, path in enumerate(generated.feeds)}
        config = write_config(Path(folder), feeds, per_host=8, more=f"workers: {{recycle: {given.recycle}}}\n")
        with _daemon(config, settled=given.settled) as daemon:
            began, meter = time.perf_counter(), Meter(daemon.pid)
            looks = list(_looks(daemon, meter, Path(folder) / "monitor.db", given.articles))
            cpu, wall = meter.cpu(), time.perf_counter() - began
    print("\n".join(report(looks, cpu, wall)))


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--articles", type=int, default=5_000)
    arguments.add_argument("--words", type=int, default=600, help="of each article")
    arguments.add_argument("--recycle", type=int, default=1_000, help="tasks after which a worker is replaced")
    arguments.add_argument("--settled", action="store_true", help="keep hints of few articles only")
    return arguments.parse_args()


@contextmanager
def _daemon(config: Path, *, settled: bool) -> Iterator[subprocess.Popen[bytes]]:
    """`monitor run`, told to stop when the block ends. Whatever it says is shown only when it fails."""
    monitor = [sys.executable, *([str(Path(__file__).with_name("settled.py"))] if settled else ["-m", "monitor"])]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen([*monitor, "run", "--config", config], stdout=said, stderr=said)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(60)
            if code:
                said.seek(0)
                sys.exit(f"monitor run ended with exit code {code}:\n{said.read().decode(errors='replace')[-2000:]}")


def _looks(daemon: subprocess.Popen[bytes], meter: Meter, database: Path, articles: int) -> Iterator[Look]:
    """Look until every article is read; ends early, with what there is, when nothing more comes."""
    read, moved = 0, time.monotonic()
    while read < articles and daemon.poll() is None and time.monotonic() - moved < _PATIENCE:
        time.sleep(_PAUSE)
        memory, now = meter.look(), _read_so_far(database)
        moved, read = (time.monotonic(), now) if now != read else (moved, read)
        yield Look(read=read, daemon=memory.daemon, worker_peak=memory.worker_peak, processes=len(memory.workers))


def _read_so_far(database: Path) -> int:
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as tables:
            return int(tables.execute("SELECT count(*) FROM articles WHERE read_at IS NOT NULL").fetchone()[0])
    except sqlite3.Error:
        return 0  # Not there yet.


def report(looks: Sequence[Look], cpu: Cpu, wall: float) -> list[str]:
    """A line for each tenth of the articles, then the end and the slope."""
    last = looks[-1]
    lines = ["articles  daemon MB  largest worker MB  processes beside the daemon so far"]
    for tenth in range(1, 11):
        look = next(look for look in looks if look.read >= last.read * tenth // 10)
        lines.append(f"{look.read:8,} {look.daemon:10.0f} {look.worker_peak:18.0f} {look.processes:11}")
    return [
        *lines,
        f"peak      {max(look.daemon for look in looks):.0f} MB (goal under {_GOAL})",
        f"slope     {slope(looks):+.1f} MB for 1,000 articles, over the second half",
        f"time      {wall:.0f} s; CPU {cpu.daemon:.0f} s of the daemon, {cpu.workers:.0f} s of its workers",
    ]


def slope(looks: Sequence[Look]) -> float:
    """MB of the daemon's memory for 1,000 further articles: a straight line through the second half (least squares)."""
    late = [look for look in looks if look.read >= looks[-1].read / 2]
    middle = sum(look.read for look in late) / len(late)
    spread = sum((look.read - middle) ** 2 for look in late)
    return 1e3 * sum((look.read - middle) * look.daemon for look in late) / spread if spread else 0.0


if __name__ == "__main__":
    main()
