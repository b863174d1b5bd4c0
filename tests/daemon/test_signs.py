"""What the daemon tells its service manager and whoever asks over HTTP, from its start to its end."""

import http.client
import os
import re
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from monitor import daemon
from monitor.cli import EXIT_FAILED
from monitor.errors import StoreError
from monitor.store import daemon as daemon_record
from monitor.vitals.signs import Signs
from tests.campaigns.processes import Running, eventually
from tests.daemon.conftest import Command
from tests.pipeline.conftest import MONITOR_YAML, World

Start = Callable[..., Running]
STUCK = "STATUS=the database's thread has given no sign of life"
HANGING = """
from datetime import timedelta
from threading import Event
from monitor import daemon
from monitor.cli import main
from monitor.store import daemon as record
daemon.LIMIT = timedelta(seconds=0.5)
daemon.BEAT = timedelta(seconds=0.1)
def hang(*_):
    print("it hangs", flush=True)
    Event().wait()
record.beat = hang
main()
"""


class Manager:
    """A service manager that waits for signs of life, and hears what it is told."""

    def __init__(self, address: str, receiver: socket.socket) -> None:
        self.address = address
        self.said: list[str] = []
        self._receiver = receiver

    def heard(self, *beginnings: str, since: int = 0) -> bool:
        """Whether each of these has been said since, one after the other."""
        while True:
            try:
                self.said += self._receiver.recv(4096, socket.MSG_DONTWAIT).decode().splitlines()
            except BlockingIOError:
                break
        lines = iter(self.said[since:])
        return all(any(line.startswith(wanted) for line in lines) for wanted in beginnings)


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Manager]:
    address = str(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    monkeypatch.setenv("WATCHDOG_USEC", "2000000")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(address)
        yield Manager(address, receiver)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def status_of(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_writer_that_hangs_ends_the_signs_of_life_and_one_that_goes_on_begins_them_again(
    world: World, command: Command, manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    world.write("monitor.yaml", MONITOR_YAML.replace("listen: off", f"listen: 127.0.0.1:{port}"))
    world.offer(world.item("Football", ""))
    hanging, released, begun = Event(), Event(), daemon_record.beat
    seen: list[tuple[int, int]] = []
    at: list[int] = []

    def beat(*arguments: object) -> None:
        if hanging.is_set():
            released.wait(60)
        begun(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(daemon_record, "beat", beat)

    def steps() -> Iterator[bool]:
        yield from until(lambda: manager.heard("READY=1", "STATUS=watching 1 feeds", "WATCHDOG=1", "WATCHDOG=1"))
        seen.append((status_of(port, "/healthz"), status_of(port, "/readyz")))
        hanging.set()
        yield from until(lambda: manager.heard(STUCK))
        at.append(next(n for n, line in enumerate(manager.said) if line.startswith(STUCK)))
        seen.append((status_of(port, "/healthz"), status_of(port, "/readyz")))
        manager.heard()
        assert "WATCHDOG=1" not in manager.said[at[0] :]
        hanging.clear()
        released.set()
        yield from until(lambda: manager.heard("WATCHDOG=1", "STATUS=watching", since=at[0]))
        os.kill(os.getpid(), signal.SIGHUP)
        yield from until(lambda: manager.heard("RELOADING=1", "MONOTONIC_USEC=", "READY=1", "STATUS=", since=at[0]))

    walk = steps()
    done = command(world, "run", until=lambda: next(walk, True))
    released.set()
    assert (done.code, done.is_clean()) == (0, True)
    assert seen == [(200, 200), (503, 503)]
    assert manager.heard("STOPPING=1", "STATUS=stopping", since=at[0])


def until(condition: Callable[[], bool]) -> Iterator[bool]:
    while not condition():
        yield False


def test_a_database_that_cannot_be_written_makes_it_unready_and_keeps_it_alive(
    world: World, command: Command, manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(daemon_record, "beat", full)
    world.offer(world.item("Football", ""))
    failing = "STATUS=the database cannot be written: the disk is full"
    done = command(world, "run", until=lambda: manager.heard(failing, "WATCHDOG=1", "WATCHDOG=1"))
    assert (done.code, done.is_clean()) == (0, True)
    assert manager.heard(failing, "WATCHDOG=1", "WATCHDOG=1")


def test_an_edited_configuration_is_told_without_a_reload(world: World, command: Command, manager: Manager) -> None:
    world.offer(world.item("Football", ""))

    def told() -> bool:
        if manager.heard("READY=1") and not (world.folder / "watchlists" / "olives.yaml").exists():
            world.write("watchlists/olives.yaml", 'title: Olives\nquery: "olives"\n')
        return manager.heard("STATUS=watching 1 feeds with 2 watchlists")

    assert command(world, "run", until=told).code == 0
    assert sum(line.startswith("READY=1") for line in manager.said) == 1


def test_a_reload_is_over_when_the_files_were_read(manager: Manager) -> None:
    class Waiting:
        is_demanded = True

    signs = Signs({"NOTIFY_SOCKET": manager.address})
    signs.reload()
    daemon._reloaded(Waiting(), None, signs)  # type: ignore[arg-type]
    assert manager.heard("RELOADING=1")
    assert not manager.heard("READY=1")
    signs.reloaded("watching 3 feeds")
    assert manager.heard("RELOADING=1", "READY=1", "STATUS=watching 3 feeds")


def test_what_hangs_at_the_end_is_left_in_time(world: World, start: Start) -> None:
    world.offer(world.item("Football", ""))
    running = start(world, "run", program=(sys.executable, "-c", HANGING))
    assert eventually(lambda: "it hangs" in running.output or running.is_over(), 120)
    running.send(signal.SIGTERM)
    assert running.wait(120) == EXIT_FAILED
    assert re.search(r"something hangs: left after 0 s, as if killed", running.errors)
    assert eventually(lambda: not running.family(), 60)


def test_an_end_in_time_is_not_cut_short() -> None:
    left: list[int] = []
    with daemon.ending_within(timedelta(hours=1), left.append) as end:
        end()
    assert left == []


def test_an_end_that_lasts_too_long_is(caplog: pytest.LogCaptureFixture) -> None:
    left = Event()
    codes: list[int] = []

    def leave(code: int) -> None:
        codes.append(code)
        left.set()

    with daemon.ending_within(timedelta(0), leave) as end:
        end()
        assert left.wait(60)
    assert codes == [1]
    assert "something hangs" in caplog.text
