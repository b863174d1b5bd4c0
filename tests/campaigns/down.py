"""Down: a webhook takes nothing for six hours of a virtual clock, while matches come for it all the time.

    python -m tests.campaigns.down --alerts 10000     prints what it did and found; exit code 1 if anything is wrong

The store, the stages and the receivers are the real ones. What decides: while a try hangs at the receiver that is down,
feeds are polled, matches are stored and another channel is told of all of them; when it is up again, all is told once,
under its own key, in its order; meanwhile it was asked seldom.
"""

import argparse
import asyncio
import logging
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

from sqlalchemy import func, select

from monitor.demo.server import LoopbackServer
from monitor.pipeline.deliver import deliver_stage
from monitor.pipeline.poll import poll_stage
from monitor.pipeline.tools import Tools
from monitor.store.schema import matches
from tests.campaigns.alerted import Alerted, judge, waiting
from tests.pipeline.conftest import LISTS, MONITOR_YAML, WATCHLIST, World
from tests.receiver import Receiver, receiver

DOWN, STEP = timedelta(hours=6), timedelta(minutes=1)
MOST_TRIES = 25
"""Of a channel that is down for six hours: 5 s, twice as long each time, half an hour at least in the end."""
_STATUSES = (503, 500, 502, 429)
_PATIENCE = 60.0
"""Real seconds until something has happened that should."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What a campaign did, and what it found."""

    alerts: int
    steps: int = 0
    beside: int = 0
    """Polls that were carried out, and told elsewhere, while a try hung."""
    tries: int = 0
    """Of the channel, while it was down."""
    caught_up: timedelta = timedelta()
    """By the virtual clock, from the receiver's return until all was told."""
    seconds: float = 0
    """Real ones of that."""
    alerted: Alerted = field(default_factory=Alerted)
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(
            [
                f"down        six hours, {self.steps} polls with {self.alerts} matches in all;"
                f" asked {self.tries} times",
                f"beside      {self.beside} polls were stored, and told elsewhere, while a try hung",
                f"told        {self.alerted}",
                f"caught up   {self.caught_up} after it was back, in {self.seconds:.0f} s",
                *(f"WRONG       {fault}" for fault in self.faults),
            ]
        )


class Campaign:
    """A world whose channel "desk" is down, and "archive" is not; `every`: how long after another it is polled."""

    def __init__(self, world: World, alerts: int, *, every: timedelta = STEP) -> None:
        self._world = world
        self._every = every
        self._alerts = alerts
        self._offered = 0
        self._is_down = True
        self._hanging, self._let_go = Event(), Event()
        self.report = Report(alerts=alerts)

    async def run(self) -> Report:
        """Six hours of it, and what comes after them."""
        with receiver() as desk, receiver() as archive:
            desk.answer = self._answer
            self._configure({"desk": desk, "archive": archive})
            async with self._world.tools() as tools, _ticking(tools):
                steps = DOWN // self._every
                for step in range(1, steps + 1):
                    await self._step(tools, archive, self._alerts * step // steps)
                self.report.tries = len(desk.requests)
                await self._return(desk)
            self._judge({"desk": desk, "archive": archive})
        return self.report

    def _answer(self, number: int) -> tuple[int, dict[str, str]]:
        """Of the desk: while it is down, no answer before the step is over."""
        if not self._is_down:
            return 204, {}
        self._hanging.set()
        self._let_go.wait(_PATIENCE)
        return _STATUSES[number % len(_STATUSES)], {}

    def _configure(self, hooks: dict[str, Receiver]) -> None:
        channels = "".join(f"  {name}:\n    webhook: {{url: {hook.url}}}\n" for name, hook in hooks.items())
        alerts = "".join(f"  - {{channel: {name}, when: match}}\n" for name in hooks)
        self._world.write("monitor.yaml", f"{MONITOR_YAML}channels:\n{channels}")
        self._world.write("watchlists/rafah.yaml", f"{WATCHLIST}alerts:\n{alerts}")
        self._world.write("lists/words.yaml", LISTS)

    async def _step(self, tools: Tools, archive: Receiver, upto: int) -> None:
        """Some minutes pass, and what came in them is polled, stored and told elsewhere, whatever hangs."""
        self._let_go.clear()
        self._hanging.clear()
        self._world.now += self._every
        items = [
            self._world.item(f"Fighters in Rafah, report {n}", guid=str(n))
            for n in range(max(0, self._offered - 1), upto)
        ]
        self._offered = upto
        self._world.offer(*items)
        self._world.poll_again()
        await poll_stage(tools).work_off()
        if not await _eventually(lambda: len(archive.taken) == upto):
            self.report.faults.append(f"{upto} matches came, {len(archive.taken)} were told where nothing is down")
        stored = self._world.reading(lambda tx: tx.execute(select(func.count()).select_from(matches)).scalar_one())
        if stored != upto:
            self.report.faults.append(f"{upto} matches came, {stored} are stored")
        self.report.steps += 1
        self.report.beside += self._hanging.is_set()
        self._let_go.set()

    async def _return(self, desk: Receiver) -> None:
        """The receiver is back; it is asked within its longest wait, and then told all."""
        self._is_down = False
        back, begun = self._world.now, time.monotonic()
        # Not by what is asked: the answer to a try that hung may come only now, and is a refusal.
        while not desk.taken and self._world.now < back + DOWN:
            self._world.now += STEP
            await _eventually(lambda: desk.taken, 0.3)
        await _eventually(lambda: not waiting(self._world.environment["MONITOR_DATABASE_URL"]), 10 * _PATIENCE)
        self.report.caught_up, self.report.seconds = self._world.now - back, time.monotonic() - begun

    def _judge(self, ledgers: dict[str, Receiver]) -> None:
        self.report.alerted = judge(self._world.environment["MONITOR_DATABASE_URL"], ledgers)
        self.report.faults += self.report.alerted.wrong(0)
        if self.report.alerted.told != 2 * self._alerts:
            self.report.faults.append(f"{self.report.alerted.told} messages were taken, 2 × {self._alerts} are right")
        if self.report.tries > MOST_TRIES:
            self.report.faults.append(f"it was asked {self.report.tries} times while it was down")
        if not self.report.beside:
            self.report.faults.append("no try ever hung while a feed was polled: nothing was shown")


@asynccontextmanager
async def _ticking(tools: Tools) -> AsyncIterator[None]:
    """Meanwhile DELIVER looks for what is due, as the daemon has it look."""
    stage = deliver_stage(tools)

    async def tick() -> None:
        while True:
            await stage.work_off()
            await asyncio.sleep(0.01)

    ticking = asyncio.create_task(tick())
    yield
    ticking.cancel()
    with suppress(asyncio.CancelledError):
        await ticking
    await stage.stop(timedelta(seconds=10))


async def _eventually(condition: Callable[[], object], seconds: float = _PATIENCE) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.01)
    return True


@contextmanager
def _world(folder: Path, database: str) -> Iterator[World]:
    server = LoopbackServer(0)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield World(folder / "config", database or str(folder / "monitor.db"), server)
    server.shutdown()
    thread.join()
    server.server_close()


def main(arguments: list[str]) -> int:
    """The campaign as a command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.down", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--database", default="", help="a database URL; a new SQLite file without one")
    given = parser.parse_args(arguments)
    logging.getLogger("monitor").setLevel(logging.ERROR)
    with TemporaryDirectory(prefix="down-") as name, _world(Path(name), given.database) as world:
        report = asyncio.run(Campaign(world, given.alerts).run())
    print(report)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
