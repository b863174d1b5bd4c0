"""A machine of more, slower cores than this one has: each process is held to its share of one (cgroup v1, as root).

Two workers and the daemon that feeds them want three cores. On two, what a second worker brings is what the daemon
leaves of them, however the work is parted.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_CONTROLLER = Path("/sys/fs/cgroup/cpu")
_PERIOD = 10_000
"""Microseconds: shorter than an article takes, so that none waits long for its process to go on."""


@contextmanager
def narrower(count: int) -> Iterator[Callable[[Iterable[int]], None]]:
    """Where processes are held, by their ids, to one of `count` cores each, until the block ends.

    Raises:
        OSError: this system or user cannot.
    """
    cores = len(os.sched_getaffinity(0))
    groups: dict[int, Path] = {}

    def hold(pids: Iterable[int]) -> None:
        for pid in {*pids} - groups.keys():
            group = groups[pid] = _CONTROLLER / f"bench-{os.getpid()}-{pid}"
            group.mkdir()
            (group / "cpu.cfs_period_us").write_text(f"{_PERIOD}")
            (group / "cpu.cfs_quota_us").write_text(f"{_PERIOD * cores // count}")
            (group / "cgroup.procs").write_text(f"{pid}")

    try:
        yield hold
    finally:
        for group in groups.values():
            for pid in (group / "cgroup.procs").read_text().split():
                (_CONTROLLER / "cgroup.procs").write_text(pid)
            group.rmdir()
