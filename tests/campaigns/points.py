"""Crash points: one pass of the monitor is killed, or its disk fails or is full, at its n-th write or sync.

    python -m tests.campaigns.points --points 40     prints what it did and found; exit code 1 if anything is wrong

strace counts the writes and syncs of the database's file and of its log, each on its own, and at the n-th sends
SIGKILL, or lets the call fail with ENOSPC or EIO, once or from then on. What decides: the database is whole at once, in
its pages and in what must be true of its rows; and after a pass that nothing disturbs, nothing is missing or double, in
it and at the webhook.
"""

import argparse
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.pipeline.deliver import AT_ONCE
from monitor.store.check import check
from monitor.store.store import Store
from tests.campaigns.alerted import judge
from tests.campaigns.contents import Contents, compare, contents, integrity
from tests.campaigns.kills import HURRIED
from tests.campaigns.processes import Running
from tests.campaigns.recording import Site
from tests.receiver import Receiver, receiver

_ITEMS = 4
"""Of each of the three feeds."""
_CALLS = {"write": "pwrite64", "sync": "fdatasync"}
_FAULTS = {
    "SIGKILL": "signal=SIGKILL:when={}",
    "ENOSPC": "error=ENOSPC:when={}+",
    "EIO once": "error=EIO:when={}",
    "EIO": "error=EIO:when={}+",
}
_FILES = {"file": "monitor.db", "log": "monitor.db-wal"}
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where a pass is disturbed, and how."""

    file: str
    call: str
    number: int
    fault: str

    def __str__(self) -> str:
        return f"{self.fault} at {self.call} {self.number} of the {self.file}"


@dataclass(slots=True, kw_only=True)
class Report:
    """What a campaign did, and what it found."""

    counted: dict[tuple[str, str], int] = field(default_factory=dict)
    """(file, call) → how often one thread made it in a pass that nothing disturbs."""
    hit: Counter[str] = field(default_factory=Counter)
    """By fault."""
    codes: Counter[int] = field(default_factory=Counter)
    """Of the passes that were disturbed, below zero for a signal."""
    missed: int = 0
    """Points that a pass did not come to."""
    again: int = 0
    """Messages that came again."""
    seconds: float = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counted = ", ".join(f"{number} {call}s of the {file}" for (file, call), number in self.counted.items())
        hit = ", ".join(f"{number} {fault}" for fault, number in self.hit.items())
        codes = ", ".join(f"{number} with {code}" for code, number in sorted(self.codes.items()))
        return "\n".join(
            [
                f"a pass      {counted}",
                f"disturbed   {self.hit.total()} passes: {hit}; {self.missed} points were not reached;"
                f" in {self.seconds:.0f} s",
                f"ended       {codes}",
                f"resumed     {len(self.faults)} faults; {self.again} messages came again",
                *(f"WRONG       {fault}" for fault in self.faults[:9]),
            ]
        )


def why_not() -> str:
    """Why strace can disturb nothing here; "" where it can."""
    program = shutil.which("strace")
    if program is None:
        return "strace is not installed"
    inject = "inject=getppid:error=EIO"
    command = [program, "-f", "-o", "/dev/null", "-e", "trace=getppid", "-e", inject]
    asked = [sys.executable, "-c", "import os; os.getppid()"]
    done = subprocess.run([*command, *asked], capture_output=True, text=True, check=False)
    return f"strace may not trace here: {done.stderr.strip()}" if done.returncode else ""


class Campaign:
    """A site, and a database for each point. `folder`: for everything it writes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._trace = folder / "trace"
        self.report = Report()

    def run(self, points: int, *, one_in: int = 1) -> Report:
        """Count, then disturb so many passes for each file, call and fault, spread over its calls; or one in some."""
        begun = time.monotonic()
        with receiver() as hook, Site(self._folder, hook) as site:
            right = self._count(site)
            for point in [*self._points(points)][::one_in]:
                self._one(site, hook, point, right)
        self.report.seconds = time.monotonic() - begun
        return self.report

    def _count(self, site: Site) -> Contents:
        """One pass that is only watched."""
        database = self._new("counted")
        code, errors = self._pass(site, database, ["-y"])
        if code:
            raise RuntimeError(f"the pass that is only watched ended with {code}: {errors}")
        for (file, name), (call, function) in ((f, c) for f in _FILES.items() for c in _CALLS.items()):
            made = re.compile(rf"^(\d+) +{function}\(\d+<[^>]*/{re.escape(name)}>", re.MULTILINE)
            by_thread = Counter(made.findall(self._trace.read_text(errors="replace")))
            self.report.counted[file, call] = max(by_thread.values(), default=0)
        return contents(str(database))

    def _points(self, points: int) -> Iterator[Point]:
        for (file, call), number in self.report.counted.items():
            each = max(1, number // points)
            for fault in _FAULTS:
                if call == "sync" and fault == "ENOSPC":
                    continue
                for n in range(1, number + 1, each):
                    yield Point(file=file, call=call, number=n, fault=fault)

    def _one(self, site: Site, hook: Receiver, point: Point, right: Contents) -> None:
        hook.requests.clear()
        database = self._new("disturbed")
        inject = f"inject={_CALLS[point.call]}:{_FAULTS[point.fault].format(point.number)}"
        code, errors = self._pass(site, database, ["-P", str(database.parent / _FILES[point.file]), "-e", inject])
        is_hit = code == -9 if point.fault == "SIGKILL" else "(INJECTED)" in self._trace.read_text(errors="replace")
        self.report.hit[point.fault] += is_hit
        self.report.missed += not is_hit
        self.report.codes[code] += 1
        faults = [f"it showed how it looks inside: {errors[-500:]}"] if "Traceback" in errors else []
        said = integrity(database)
        faults += [f"integrity_check: {said}"] if said != "ok" else []
        faults += [f"broken: {fault.what}" for fault in check(str(database), lambda *_: None)]
        with Running(["poll", *self._where(site, database)], self._folder, program=HURRIED) as resumed:
            if resumed.wait(_PATIENCE) or resumed.errors:
                faults.append(f"the pass after it failed: {resumed.errors[-500:]}")
        difference = compare(right, contents(str(database)))
        faults += [str(difference)] if difference else []
        alerted = judge(str(database), {"desk": hook})
        faults += alerted.wrong(AT_ONCE)
        self.report.again += alerted.again
        self.report.faults += [f"{point}: {fault}" for fault in faults]

    def _new(self, name: str) -> Path:
        database = self._folder / name / "monitor.db"
        shutil.rmtree(database.parent, ignore_errors=True)
        database.parent.mkdir()
        Store.open(str(database)).close()
        return database

    def _where(self, site: Site, database: Path) -> list[str]:
        world = site.world(database)
        site.grow(world, _ITEMS)
        return ["--config", str(world.folder), "--database", str(database)]

    def _pass(self, site: Site, database: Path, how: list[str]) -> tuple[int, str]:
        """One pass under strace; its exit code and what it said."""
        calls = f"trace={','.join(_CALLS.values())}"
        program = ("strace", "-f", "-qq", "-o", str(self._trace), "-e", calls, *how, *HURRIED)
        with Running(["run", "--once", *self._where(site, database)], self._folder, program=program) as running:
            code = running.wait(_PATIENCE)
            return code, running.errors


def main(arguments: list[str]) -> int:
    """The campaign as a command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.campaigns.points", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--points", type=int, default=40, help="of each file, call and fault")
    given = parser.parse_args(arguments)
    if no := why_not():
        print(f"skipped: {no}")
        return 0
    with TemporaryDirectory(prefix="points-") as name:
        report = Campaign(Path(name)).run(given.points)
    print(report)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
