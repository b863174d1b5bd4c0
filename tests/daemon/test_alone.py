"""A daemon whose lock was lost with its server's session: it is taken anew, or the daemon ends and says who has it."""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from monitor import daemon
from monitor.cli import EXIT_FAILED, EXIT_LOCKED
from monitor.clock import EARLIEST
from monitor.daemon import Alone
from monitor.errors import LockedError
from monitor.store.lock import daemon_lock
from tests.campaigns.processes import eventually
from tests.conftest import Cluster
from tests.daemon.conftest import Command
from tests.pipeline.conftest import World
from tests.store.test_locks import end_sessions


async def look(keep: Callable[[], bool]) -> tuple[Alone, asyncio.Event]:
    stopping = asyncio.Event()
    alone = Alone(SimpleNamespace(keep_lock=keep), stopping)  # type: ignore[arg-type]
    await alone.make_sure()
    return alone, stopping


async def test_a_lock_that_is_kept_is_no_news(caplog: pytest.LogCaptureFixture) -> None:
    alone, stopping = await look(lambda: False)
    assert (alone.lost, stopping.is_set(), caplog.text) == (None, False, "")


async def test_a_lock_that_had_to_be_taken_anew_is_told(caplog: pytest.LogCaptureFixture) -> None:
    _, stopping = await look(lambda: True)
    assert not stopping.is_set()
    assert "the lock of the daemon is taken anew" in caplog.text


async def test_a_lock_that_another_has_ends_the_daemon() -> None:
    def lost() -> bool:
        raise LockedError("process 7 has it", pid=7)

    alone, stopping = await look(lost)
    assert stopping.is_set()
    assert alone.lost is not None


@pytest.mark.postgres
def test_a_daemon_that_was_succeeded_ends_and_says_by_whom(
    any_world: World, command: Command, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    url = any_world.environment["MONITOR_DATABASE_URL"]
    if not url.startswith("postgresql"):
        pytest.skip("only a server ends sessions")
    cluster: Cluster = request.getfixturevalue("postgres")
    monkeypatch.setattr(daemon, "KEEP", timedelta(seconds=0.2))
    any_world.offer()
    with ExitStack() as stack:

        def succeed() -> bool:
            if any_world.asked("/gazette-en.xml"):
                end_sessions(cluster)
                try:
                    stack.enter_context(daemon_lock(url, patience=0))
                except LockedError:
                    return False
                # It ends by itself; what comes next would only hasten it.
                eventually(lambda: False, 2)
                return True
            return False

        done = command(any_world, "run", until=succeed)
    assert (done.code, done.is_clean()) == (EXIT_LOCKED, True)
    assert "already has a daemon: process" in done.err


def test_a_clock_that_was_never_set_is_refused(world: World, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.clock.now", lambda: EARLIEST.replace(year=1970))
    done = command(world, "run")
    assert (done.code, done.is_clean()) == (EXIT_FAILED, True)
    assert "shows 1970-01-01 00:00 UTC: set it" in done.err


def test_a_database_taken_away_under_the_daemon_is_said_once_and_all_goes_on_when_it_is_back(
    world: World, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon, "TICK", timedelta(seconds=0.1))
    folder = Path(world.environment["MONITOR_DATABASE_URL"]).parent
    elsewhere = folder.with_name("elsewhere")
    world.offer()
    moved: list[float] = []

    def over() -> bool:
        if not world.asked("/gazette-en.xml"):
            return False
        if not moved:
            folder.rename(elsewhere)
            moved.append(time.monotonic())
        if time.monotonic() - moved[0] > 2 and elsewhere.exists():
            elsewhere.rename(folder)
            world.offer(world.item("Football", ""))
            world.poll_again()
        return not elsewhere.exists() and "Football" in world.articles()

    done = command(world, "run", until=over)
    assert (done.code, done.is_clean()) == (0, True)
    lines = [json.loads(line)["message"] for line in done.err.splitlines()]
    assert sum(line.startswith("page: ") and "is gone" in line for line in lines) == 1
    assert any(line.startswith("page: works again") for line in lines)
