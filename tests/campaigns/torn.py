"""Torn: write-ahead logs as they are after a power cut: cut off, half-written, garbled.

    python -m tests.campaigns.torn --logs 1000     prints what it did and found; exit code 1 if anything is wrong

A run of the stages (polls, readings, matches, messages to a webhook) is copied at moments of chance, in the midst of
its transactions; each copy's log is damaged and opened. What decides: SQLite calls it whole; it holds exactly what some
commit of the run left, no earlier one than is in the file itself, no later one than the copy's; and after the monitor
has gone on with it, nothing is missing or double, and the receiver has seen no key but those of the run.
"""

import argparse
import asyncio
import logging
import random
import shutil
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from monitor.errors import StoreError
from monitor.store.check import check
from monitor.store.schema import deliveries
from monitor.store.store import Store
from tests.builders import NOON
from tests.campaigns.contents import compare, contents, integrity
from tests.campaigns.recording import Copy, Recording, Site, record, state
from tests.receiver import Receiver, receiver

_SECTOR, _PAGE = 512, 4096
_LATER = timedelta(days=1)
"""After the run: whatever was taken has come back, and nothing rests."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What a campaign did, and what it found."""

    states: int = 0
    copies: int = 0
    damages: Counter[str] = field(default_factory=Counter)
    kept: int = 0
    """Logs whose damage lay behind the last commit: nothing was lost."""
    back: int = 0
    """Commits that were lost, of all logs together."""
    resumed: int = 0
    told: int = 0
    """Messages that it sent."""
    seconds: float = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(self.damages.items()))
        return "\n".join(
            [
                f"run         {self.states} commits, copied {self.copies} times",
                f"logs        {self.damages.total()} damaged: {kinds}; in {self.seconds:.0f} s",
                f"opened      {self.kept} had lost nothing, the others {self.back} commits; {len(self.faults)} faults",
                f"resumed     {self.resumed}; {self.told} messages were sent, under the keys of the run",
                *(f"WRONG       {fault}" for fault in self.faults[:9]),
            ]
        )


def cut(log: bytearray, since: int, chance: random.Random) -> bytearray:
    """It ends early."""
    return log[: chance.randint(since, len(log))]


def flip(log: bytearray, since: int, chance: random.Random) -> bytearray:
    """Some bits are others."""
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(since, len(log))
        log[place] ^= 1 << chance.randrange(8)
    return log


def blank(log: bytearray, since: int, chance: random.Random) -> bytearray:
    """Some sectors were never written: they are zeros."""
    for _ in range(chance.randint(1, 20)):
        begin = chance.randrange(since, len(log)) // _SECTOR * _SECTOR
        for place in range(max(since, begin), min(len(log), begin + _SECTOR)):
            log[place] = 0
    return log


def garble(log: bytearray, since: int, chance: random.Random) -> bytearray:
    """A stretch of it is noise."""
    begin = chance.randrange(since, len(log))
    length = min(chance.randint(1, 2 * _PAGE), len(log) - begin)
    log[begin : begin + length] = chance.randbytes(length)
    return log


def swap(log: bytearray, since: int, chance: random.Random) -> bytearray:
    """Two sectors stand in each other's places."""
    if len(log) - since < 2 * _SECTOR:
        return cut(log, since, chance)
    one, other = (chance.randrange(since, len(log) - _SECTOR) for _ in range(2))
    first, second = log[one : one + _SECTOR], log[other : other + _SECTOR]
    log[one : one + _SECTOR] = second
    log[other : other + _SECTOR] = first
    return log


DAMAGES = (cut, flip, blank, garble, swap)


class Campaign:
    """A recorded run, and what becomes of its copies. `folder`: for everything it writes."""

    def __init__(self, folder: Path, *, seed: int, rounds: int = 8, items: int = 4, copies: int = 40) -> None:
        self._folder = folder
        self._chance = random.Random(seed)
        self._seed = seed
        self._size = {"rounds": rounds, "items": items, "copies": copies}
        self.recording = Recording()
        self._keys: set[str] = set()
        """Those of the run."""
        self.report = Report()

    async def run(self, logs: int) -> Report:
        """Record, then damage so many logs."""
        begun = time.monotonic()
        with receiver() as hook, Site(self._folder, hook) as site:
            self.recording = await record(site, self._folder, seed=self._seed, **self._size)
            self._keys = {one.key for one in hook.taken}
            self.report.states, self.report.copies = len(self.recording.states) - 1, len(self.recording.copies)
            for number in range(logs):
                await self._one(site, hook, number)
        self.report.seconds = time.monotonic() - begun
        return self.report

    async def _one(self, site: Site, hook: Receiver, number: int) -> None:
        copy, damage = self._chance.choice(self.recording.copies), DAMAGES[number % len(DAMAGES)]
        log = bytearray((copy.folder / "monitor.db-wal").read_bytes())
        if copy.since < len(log):
            log = damage(log, copy.since, self._chance)
        self.report.damages[damage.__name__] += 1
        database = _opened(copy, self._folder / "torn", bytes(log))
        faults = self.judge(database, copy) or await self._resume(site, hook, database)
        self.report.faults += [f"log {number} ({damage.__name__} of {copy.folder.name}): {one}" for one in faults]

    def judge(self, database: Path, copy: Copy) -> list[str]:
        """What is wrong with a database as it is opened, which was this copy."""
        earliest = self.recording.states.index(state(_opened(copy, self._folder / "bare", b"")))
        within = self.recording.states[earliest : copy.last + 1]
        try:
            Store.open(str(database)).close()
        except StoreError as error:
            return [f"it cannot be opened: {error}"]
        said, found = integrity(database), state(database)
        if found not in within:
            return [f"it holds what no commit left; integrity: {said}"]
        lost = within[::-1].index(found)
        self.report.kept += not lost
        self.report.back += lost
        broken = [fault.what for fault in check(str(database), lambda *_: None)]
        return [said, *broken] if said != "ok" else broken

    async def _resume(self, site: Site, hook: Receiver, database: Path) -> list[str]:
        """The monitor goes on, with all that is offered by now."""
        hook.requests.clear()
        world = site.world(database)
        world.now = NOON + _LATER
        world.poll_again()
        await world.run()
        self.report.resumed += 1
        self.report.told += len(hook.taken)
        difference = compare(self.recording.right, contents(str(database)))
        faults = [str(difference)] if difference else []
        with Store.open(str(database), read_only=True) as store, store.reading() as tx:
            known = set(tx.execute(select(deliveries.c.key)).scalars())
        if known != self._keys:
            faults.append(f"{len(known - self._keys)} keys are new, {len(self._keys - known)} are missing")
        if unknown := {one.key for one in hook.taken} - self._keys:
            faults.append(f"the receiver saw {len(unknown)} new keys")
        return faults


def _opened(copy: Copy, folder: Path, log: bytes) -> Path:
    """The copy with this log, in a folder of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copyfile(copy.folder / "monitor.db", folder / "monitor.db")
    if log:
        (folder / "monitor.db-wal").write_bytes(log)
    return folder / "monitor.db"


def main(arguments: list[str]) -> int:
    """The campaign as a command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.torn", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--logs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    logging.getLogger("monitor").setLevel(logging.CRITICAL)
    with TemporaryDirectory(prefix="torn-") as name:
        report = asyncio.run(Campaign(Path(name), seed=given.seed).run(given.logs))
    print(report)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
