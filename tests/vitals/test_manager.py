"""What the service manager hears, on real sockets of either kind."""

import os
import socket
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.vitals.manager import READY, STOPPING, Manager


@pytest.fixture(params=["path", "abstract"])
def listening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    name = str(tmp_path / "notify") if request.param == "path" else f"@monitor-{uuid.uuid4().hex}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.settimeout(5)
        receiver.bind(name.replace("@", "\0") if request.param == "abstract" else name)
        yield name, receiver


def test_it_is_told_line_by_line(listening: tuple[str, socket.socket]) -> None:
    name, receiver = listening
    manager = Manager({"NOTIFY_SOCKET": name})
    manager.tell(READY, manager.status("watching 3 feeds\nSTOPPING=1"))
    assert receiver.recv(4096) == b"READY=1\nSTATUS=watching 3 feeds STOPPING=1"
    manager.tell(STOPPING)
    assert receiver.recv(4096) == b"STOPPING=1"


def test_a_reload_says_when_it_began() -> None:
    before = time.monotonic()
    state, moment = Manager({}).reloading()
    assert state == "RELOADING=1"
    assert before - 1 < int(moment.removeprefix("MONOTONIC_USEC=")) / 1_000_000 < time.monotonic() + 1


def test_a_manager_that_does_not_listen_is_no_fault(tmp_path: Path) -> None:
    Manager({"NOTIFY_SOCKET": str(tmp_path / "gone")}).tell(READY)
    Manager({"NOTIFY_SOCKET": "vsock:2:1234"}).tell(READY)
    Manager({}).tell(READY)


def test_a_manager_that_does_not_read_keeps_nobody_waiting(tmp_path: Path) -> None:
    name = str(tmp_path / "deaf")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(name)
        manager = Manager({"NOTIFY_SOCKET": name})
        for _ in range(2000):
            manager.tell("WATCHDOG=1")


@pytest.mark.parametrize(
    ("environment", "watchdog"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, timedelta(seconds=30)),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, timedelta(seconds=30)),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_whether_it_waits_for_signs_of_life(environment: dict[str, str], watchdog: timedelta | None) -> None:
    assert Manager(environment).watchdog == watchdog
