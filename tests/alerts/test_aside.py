"""Blocking calls beside the loop: what they raise arrives, and none that hangs is waited for."""

import asyncio
import threading
from functools import partial

import pytest

from monitor.alerts.aside import Aside, BusyError


def wait_for(event: threading.Event) -> None:
    event.wait(5)


async def test_a_call_is_waited_for_and_what_it_raises_is_raised() -> None:
    aside, seen = Aside("test"), []
    await aside.run(lambda: seen.append(threading.current_thread().name))
    assert seen == ["test"]

    def fail() -> None:
        raise KeyError("word")

    with pytest.raises(KeyError, match="word"):
        await aside.run(fail)
    await aside.run(lambda: seen.append("again"))
    assert seen[-1] == "again"


async def test_one_that_was_left_behind_keeps_the_next_from_starting() -> None:
    aside, go_on = Aside("test"), threading.Event()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await aside.run(partial(wait_for, go_on))
    with pytest.raises(BusyError):
        await aside.run(lambda: None)
    left = next(one for one in threading.enumerate() if one.name == "test")
    assert left.daemon
    go_on.set()
    left.join(5)
    # Its end is told now, to nobody.
    await asyncio.sleep(0)
    await aside.run(lambda: None)


def test_one_that_ends_after_the_loop_disturbs_nobody() -> None:
    go_on = threading.Event()

    async def leave() -> None:
        async with asyncio.timeout(0.05):
            await Aside("late").run(partial(wait_for, go_on))

    with pytest.raises(TimeoutError):
        asyncio.run(leave())
    left = next(one for one in threading.enumerate() if one.name == "late")
    go_on.set()
    left.join(5)
    assert not left.is_alive()
