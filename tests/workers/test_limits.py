"""The limits a worker sets itself."""

import fcntl
import logging
import multiprocessing
import os
import resource
import signal
import sys
from datetime import timedelta
from types import SimpleNamespace

import pytest

from monitor.workers import limits
from monitor.workers.pool import Workers
from monitor.workers.settings import WorkerSettings
from tests.workers import jobs

INFINITE = resource.RLIM_INFINITY


@pytest.fixture
def applied(monkeypatch: pytest.MonkeyPatch) -> dict[object, object]:
    """What would have been done to this process."""
    done: dict[object, object] = {}

    def fake_fcntl(_: int, what: int, value: int = 0) -> int:
        done["fcntl", what] = value
        return os.O_RDONLY

    monkeypatch.setattr(resource, "getrlimit", lambda _: (INFINITE, done.get("hard", INFINITE)))
    monkeypatch.setattr(resource, "setrlimit", done.__setitem__)
    monkeypatch.setattr(signal, "signal", done.__setitem__)
    monkeypatch.setattr(fcntl, "fcntl", fake_fcntl)
    monkeypatch.setattr(logging, "disable", lambda: done.__setitem__("logging", "off"))
    monkeypatch.setattr(os, "_exit", lambda code: done.__setitem__("exit", code))
    return done


def test_memory_is_bounded_and_no_core_is_written(
    applied: dict[object, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    limits.confine(1000)
    assert applied == {
        "logging": "off",
        signal.SIGTERM: signal.SIG_DFL,
        resource.RLIMIT_CORE: (0, INFINITE),
        resource.RLIMIT_AS: (1000, INFINITE),
    }


def test_elsewhere_than_on_linux_what_the_system_lacks_is_left_out(
    applied: dict[object, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    limits.confine(1000)
    assert applied == {"logging": "off", signal.SIGTERM: signal.SIG_DFL, resource.RLIMIT_CORE: (0, INFINITE)}


def test_a_limit_stays_below_the_hard_one(applied: dict[object, object]) -> None:
    applied["hard"] = 500
    limits.confine(1000)
    assert applied[resource.RLIMIT_AS] == (500, 500)


@pytest.mark.parametrize(("alive", "exit_code"), [(True, None), (False, 1)])
def test_a_worker_is_told_of_its_daemons_end_and_ends_at_once_where_it_comes_too_late(
    applied: dict[object, object], monkeypatch: pytest.MonkeyPatch, alive: bool, exit_code: int | None
) -> None:
    parent = SimpleNamespace(sentinel=-1, is_alive=lambda: alive)
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: parent)
    limits.confine(1000)
    assert applied.get("exit") == exit_code
    assert applied["fcntl", fcntl.F_SETOWN] == os.getpid()
    assert applied["fcntl", fcntl.F_SETFL] == os.O_ASYNC


def test_cpu_time_is_counted_from_now(applied: dict[object, object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrusage", lambda _: SimpleNamespace(ru_utime=100.5, ru_stime=20.0))
    limits.allow_cpu(timedelta(seconds=20))
    assert applied == {resource.RLIMIT_CPU: (100 + 41 + 5, INFINITE)}


@pytest.mark.skipif(sys.platform != "linux", reason="the memory limit is Linux only")
async def test_a_real_worker_has_its_limits() -> None:
    async with Workers(WorkerSettings(memory=2**30)) as workers:
        memory, cpu, core = await workers.run(jobs.limits)
    assert memory[0] == 2**30
    assert 25 <= cpu[0] <= 60
    assert core[0] == 0
