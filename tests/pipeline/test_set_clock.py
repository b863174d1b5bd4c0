"""The clock is set while a daemon works: its schedule moves with it, and what cannot be is not believed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from monitor.clock import LASTING, Steady
from monitor.model import FeedId
from monitor.pipeline.network import PROBES_EVERY
from monitor.pipeline.set_clock import ClockWatch, said
from monitor.pipeline.tools import Tools
from monitor.store import polls
from tests.builders import NOON
from tests.pipeline.conftest import World

GAZETTE = FeedId("gazette-en")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Machine:
    """One whose clock is set."""

    def __init__(self) -> None:
        self.wall, self.passed = NOON, 0.0
        self.steady = Steady(lambda: self.wall, lambda: self.passed)

    @asynccontextmanager
    async def watch(self, world: World) -> AsyncIterator[tuple[ClockWatch, Tools]]:
        async with world.tools() as tools:
            tools.clock = self.steady
            yield ClockWatch(tools, self.steady), tools


@pytest.fixture
def machine() -> Machine:
    return Machine()


def next_poll(world: World) -> datetime:
    state = world.reading(polls.state, GAZETTE)
    assert state is not None
    return state.next_poll_at


@pytest.mark.parametrize("off", [timedelta(minutes=10), DAY, timedelta(minutes=-10), -DAY, -400 * DAY])
async def test_a_feed_is_polled_as_long_after_the_last_poll_as_ever(
    world: World, machine: Machine, off: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    if off < -300 * DAY:
        machine.wall = machine.steady._moment = NOON + 400 * DAY
    async with machine.watch(world) as (watch, tools):
        tools.network.missed("a.example", tools.clock())
        tools.network.probing(["a.example"], tools.clock())
        await tools.database.write(lambda tx: polls.make_due(tx, [GAZETTE], tools.clock() + HOUR))
        await watch.look()
        assert "clock" not in caplog.text
        machine.wall += off
        before = machine.wall - off
        assert tools.clock() == before
        await watch.look()
        assert tools.clock() == machine.wall
        assert next_poll(world) == machine.wall + HOUR
        assert tools.network.failing_since == machine.wall
        assert tools.network.may_probe(machine.wall + PROBES_EVERY)
        assert not tools.network.may_probe(machine.wall)
        await watch.look()
    assert caplog.text.count("what is due moves with it") == 1
    assert said(off) in caplog.text


async def test_a_clock_in_another_age_moves_nothing_and_is_said_once_until_it_is_right_again(
    world: World, machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    async with machine.watch(world) as (watch, tools):
        due_at = next_poll(world)
        for year in (1970, 2038):
            caplog.clear()
            machine.wall = datetime(year, 1, 19, tzinfo=UTC)
            for _ in range(3):
                await watch.look()
            assert (tools.clock(), next_poll(world)) == (NOON, due_at)
            assert caplog.text.count("not believed") == 1
            assert f"shows {year}-01-19 00:00 UTC" in caplog.text
            machine.wall = NOON
            await watch.look()
            await watch.look()
            assert caplog.text.count("the clock is right again") == 1


async def test_a_clock_that_was_behind_by_months_is_believed_after_a_day(world: World, machine: Machine) -> None:
    async with machine.watch(world) as (watch, tools):
        machine.wall += 90 * DAY
        await watch.look()
        machine.passed += LASTING.total_seconds()
        machine.wall += LASTING
        await watch.look()
        assert tools.clock() == machine.wall
