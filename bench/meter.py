"""CPU and memory of a process and of all it starts, read from /proc (Linux): the daemon and its workers apart."""

import os
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

_TICK = os.sysconf("SC_CLK_TCK")
_MB = 1024
"""Kilobytes."""
_EVERY = 0.5
"""Seconds between two looks at the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cpu:
    """Seconds of CPU, user and system."""

    daemon: float
    workers: float
    """All that the daemon started: the fork server and its workers, those that have ended included."""

    @property
    def both(self) -> float:
        """The sum."""
        return self.daemon + self.workers

    def __sub__(self, before: "Cpu") -> "Cpu":
        return Cpu(daemon=self.daemon - before.daemon, workers=self.workers - before.workers)


@dataclass(slots=True)
class Memory:
    """Resident memory in MB."""

    daemon: float = 0
    daemon_peak: float = 0
    worker_peak: float = 0
    """Of the largest worker so far."""
    together_peak: float = 0
    """Of all of them at one time; what processes share is counted once."""
    workers: set[int] = field(default_factory=set)
    """Processes seen so far beside the daemon: the workers, the fork server and its tracker."""


class Meter:
    """Watches a process and its descendants, those `without` excepted."""

    def __init__(self, pid: int, *, without: Collection[int] = ()) -> None:
        self.memory = Memory()
        self._pid = pid
        self._without = frozenset(without)

    def cpu(self) -> Cpu:
        """What was used so far."""
        workers = sum(sum(_times(pid)) for pid in self.descendants())
        return Cpu(daemon=sum(_times(self._pid)[:2]), workers=workers)

    def look(self) -> Memory:
        """Update `memory`, and return it."""
        memory, own = self.memory, _status(self._pid)
        memory.daemon = own.get("VmRSS", 0) / _MB
        memory.daemon_peak = max(memory.daemon_peak, own.get("VmHWM", 0) / _MB)
        for pid in self.descendants():
            memory.workers.add(pid)
            memory.worker_peak = max(memory.worker_peak, _status(pid).get("VmHWM", 0) / _MB)
        together = sum(_proportional(pid) for pid in (self._pid, *self.descendants())) / _MB
        memory.together_peak = max(memory.together_peak, together)
        return memory

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look at the memory twice a second while the block runs."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(_EVERY):
                self.look()

        thread = threading.Thread(target=watch, name="meter")
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            self.look()

    def descendants(self) -> list[int]:
        """The processes that it started, and those that these did."""
        children: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and (fields := _stat(int(entry.name))):
                children.setdefault(int(fields[1]), []).append(int(entry.name))
        found: list[int] = []
        new = [self._pid]
        while new:
            new = [child for pid in new for child in children.get(pid, []) if child not in self._without]
            found += new
        return found


def cpu_of_threads() -> dict[str, float]:
    """Name of each living thread of this process → seconds of CPU."""
    found: dict[str, float] = {}
    for thread in threading.enumerate():
        stat = _read(Path(f"/proc/self/task/{thread.native_id}/schedstat")).split()
        found[thread.name] = found.get(thread.name, 0.0) + (int(stat[0]) / 1e9 if stat else 0.0)
    return found


def cpu_of(pid: int | None) -> float:
    """Seconds of CPU of another process's first thread, to the microsecond; 0 of none."""
    spent = _read(Path(f"/proc/{pid}/schedstat")).split()
    return int(spent[0]) / 1e9 if spent else 0.0


@contextmanager
def timed(parts: Mapping[str, tuple[Any, str]]) -> Iterator[dict[str, float]]:
    """Part → seconds of CPU, added up while the block runs, that a function took in the threads that called it; it is
    replaced where its callers find it: in this module or class, under this name.
    """
    spent = dict.fromkeys(parts, 0.0)

    def measured(part: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **named: Any) -> Any:
            began = time.thread_time()
            try:
                return work(*given, **named)
            finally:
                spent[part] += time.thread_time() - began

        return run

    with ExitStack() as stack:
        for part, (place, name) in parts.items():
            stack.enter_context(patch.object(place, name, measured(part, getattr(place, name))))
        yield spent


def lighten_workers() -> None:
    """Keep worker processes from loading this program's main script, as multiprocessing makes them do: the daemon's is
    three lines long, a bench's loads much that would count as theirs. For when the bench's own processes have started.
    """
    sys.modules["__main__"].__file__ = None


def _times(pid: int) -> tuple[float, ...]:
    """Seconds: user, system, and those of children that it has waited for."""
    fields = _stat(pid)
    return tuple(int(ticks) / _TICK for ticks in fields[11:15]) if fields else (0.0,) * 4


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on, the parent being the second; [] when the process has ended."""
    return _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()


def _status(pid: int) -> dict[str, int]:
    """The memory lines of /proc/PID/status, in kilobytes."""
    lines = (line.split() for line in _read(Path(f"/proc/{pid}/status")).splitlines() if line.startswith("Vm"))
    return {name.rstrip(":"): int(kilobytes) for name, kilobytes, _ in lines}


def _proportional(pid: int) -> int:
    """Kilobytes; of a page that n processes share an nth part."""
    lines = (line.split() for line in _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines())
    return next((int(line[1]) for line in lines if line[0] == "Pss:"), 0)


def _read(path: Path) -> str:
    """What a file of /proc says; "" when its process has ended."""
    try:
        return path.read_text()
    except OSError:
        return ""
