"""Blocking calls beside the loop: in a thread that neither the loop nor the end of the program waits for."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress


class BusyError(Exception):
    """The call before has outlasted its deadline, and is not over yet."""


class Aside:
    """Runs one call at a time. A call that hangs (a dead network drive) costs one thread, not one for each try."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._over = threading.Event()
        self._over.set()

    async def run(self, call: Callable[[], None]) -> None:
        """Waits for the call; when cancelled, leaves it alone.

        Raises: what it raises; BusyError, when an earlier one is not over.
        """
        if not self._over.is_set():
            raise BusyError
        self._over = over = threading.Event()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        # A daemon: a pool's threads, asyncio's too, are waited for when the program ends.
        threading.Thread(target=_run, args=(call, over, loop, done), name=self._name, daemon=True).start()
        await done


def _run(
    call: Callable[[], None],
    over: threading.Event,
    loop: asyncio.AbstractEventLoop,
    done: "asyncio.Future[None]",
) -> None:
    error: BaseException | None = None
    try:
        call()
    except BaseException as raised:  # noqa: BLE001 - it is raised where it is waited for
        error = raised
    over.set()
    # The loop may be closed by now.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(_tell, done, error)


def _tell(done: "asyncio.Future[None]", error: BaseException | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
