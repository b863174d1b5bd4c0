"""What is answered over HTTP, to clients of all kinds."""

import http.client
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.config.operation import OFF, Listen
from monitor.errors import StoreError
from monitor.model import Failed, FailureKind, FeedId, News
from monitor.pipeline.tally import Tally
from monitor.store import configurations, daemon, polls
from monitor.store.store import Store
from monitor.vitals import responder
from monitor.vitals.figures import Figures, figures
from monitor.vitals.metrics import Counts, Metrics
from monitor.vitals.pulse import Phase, Pulse
from monitor.vitals.responder import LARGEST, MOST, Responder
from tests.builders import NOON, a_feed

ANYWHERE = Listen(host="127.0.0.1", port=0)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """A responder, what it tells of, and a client."""

    def __init__(self, gather: Callable[[], Figures]) -> None:
        self.clock = Clock()
        self.pulse = Pulse(clock=self.clock)
        self.tally = Tally()
        counts = Counts(tally=self.tally, pulse=self.pulse, workers_lost=lambda: 3)
        self.responder = Responder(ANYWHERE, self.pulse, Metrics(counts), gather)

    def get(self, path: str, method: str = "GET") -> tuple[int, bytes, http.client.HTTPMessage]:
        connection = http.client.HTTPConnection("127.0.0.1", self.responder.port, timeout=30)
        connection.request(method, path)
        answer = connection.getresponse()
        found = answer.status, answer.read(), answer.headers
        connection.close()
        return found

    def json(self, path: str) -> tuple[int, Any]:
        status, body, _ = self.get(path)
        return status, json.loads(body)

    def dial(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.responder.port), timeout=30)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine may be busy."""
    for name in ("LIMIT", "GATHERING"):
        monkeypatch.setattr(responder, name, timedelta(seconds=60))


def nothing() -> Figures:
    raise StoreError("the database does not answer")


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk(nothing)
    with made.responder:
        yield made


def test_health_is_that_all_parts_live(desk: Desk) -> None:
    assert desk.json("/healthz") == (200, {"alive": True, "phase": "starting", "reasons": []})
    desk.pulse.work()
    desk.clock.now += 121
    status, said = desk.json("/healthz?verbose")
    assert (status, said["alive"]) == (503, False)
    assert said["reasons"] == [
        "the event loop has given no sign of life for 121 s",
        "the database's thread has given no sign of life for 121 s",
        "the scheduler's clock has given no sign of life for 121 s",
    ]


def test_ready_is_that_it_works_and_can_write(desk: Desk) -> None:
    assert desk.json("/readyz")[0] == 503
    desk.pulse.work()
    assert desk.json("/readyz") == (200, {"ready": True, "phase": "working", "reasons": []})
    desk.pulse.database = "der Datenträger ist voll \udcff"
    assert desk.json("/readyz")[0] == 503
    assert desk.json("/healthz")[0] == 200
    desk.pulse.phase = Phase.STOPPING
    assert "the daemon is stopping" in desk.json("/readyz")[1]["reasons"]


def test_it_can_only_be_read(desk: Desk) -> None:
    status, body, headers = desk.get("/metrics", "POST")
    assert (status, headers["Allow"]) == (405, "GET, HEAD")
    assert b"only GET and HEAD" in body
    status, body, headers = desk.get("/healthz", "HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 0
    assert desk.json("/secrets") == (404, {"error": "there are /healthz, /readyz and /metrics"})


@pytest.mark.parametrize(
    "sent", [b"\x16\x03\x01\r\n\r\n", b"GET /healthz\r\n\r\n", b"GET /healthz SPDY/3\r\n\r\n", b"\r\n\r\n"]
)
def test_what_is_no_request_is_told_so(desk: Desk, sent: bytes) -> None:
    with desk.dial() as client:
        client.sendall(sent)
        assert client.recv(4096).startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_a_head_without_end_is_not_read_to_its_end(desk: Desk) -> None:
    with desk.dial() as client:
        client.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * (LARGEST + 1) + b"\r\n\r\n")
        assert client.recv(12) == b"HTTP/1.1 400"


def test_slow_clients_are_left_and_keep_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responder, "LIMIT", timedelta(seconds=0.5))
    desk = Desk(nothing)
    with desk.responder, ExitStack() as stack:
        slow = [stack.enter_context(desk.dial()) for _ in range(5)]
        for client in slow:
            client.sendall(b"GET /healthz HT")
        assert desk.get("/healthz")[0] == 200
        for client in slow:
            assert gone(client)


def gone(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


def test_of_too_many_clients_the_last_are_sent_away_and_room_is_made_again(desk: Desk) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(desk.dial()) for _ in range(MOST + 5)]
        for client in clients[MOST:]:
            assert gone(client)
    deadline = time.monotonic() + 30
    while True:
        try:
            assert desk.get("/healthz")[0] == 200
            break
        except (ConnectionError, http.client.HTTPException):
            assert time.monotonic() < deadline


def test_a_client_that_leaves_is_no_fault(desk: Desk) -> None:
    desk.dial().close()
    with desk.dial() as client:
        client.sendall(b"GET /hea")
    assert desk.get("/healthz")[0] == 200


def test_a_client_that_is_still_there_at_the_end_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk(nothing)
    with desk.responder:
        client = desk.dial()
        client.sendall(b"GET /hea")
        assert desk.get("/healthz")[0] == 200
    with client:
        assert client.recv(100) == b""
    assert [record for record in caplog.records if record.name == "asyncio"] == []


def test_without_the_database_the_counts_of_the_process_are_told(desk: Desk) -> None:
    desk.tally.polled = 7
    for _ in range(2):
        desk.tally.add_poll(FeedId("dead-en"), Failed(reason="410", kind=FailureKind.GONE), News(), 0)
    text = desk.get("/metrics")[1].decode()
    assert 'monitor_polls_total{outcome="polled"} 7.0' in text
    assert 'monitor_polls_total{outcome="failed"} 2.0' in text
    assert "monitor_workers_lost_total 3.0" in text
    assert "monitor_database_answers 0.0" in text
    assert "monitor_feeds " not in text


def test_a_bug_while_figures_are_gathered_is_no_end_of_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[BaseException | None] = []
    monkeypatch.setattr(threading, "excepthook", lambda arguments: seen.append(arguments.exc_value))

    def broken() -> Figures:
        raise ValueError("a bug")

    desk = Desk(broken)
    with desk.responder:
        assert desk.get("/metrics")[0] == 200
    assert [str(error) for error in seen] == ["a bug"]


def test_a_database_that_hangs_is_not_waited_for_and_not_asked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responder, "GATHERING", timedelta(seconds=0.05))
    monkeypatch.setattr(responder, "FRESH", timedelta(0))
    released, asked = threading.Event(), []

    def hang() -> Figures:
        asked.append(threading.current_thread())
        released.wait(60)
        return nothing()

    desk = Desk(hang)
    with desk.responder:
        for _ in range(3):
            assert "monitor_database_answers 0.0" in desk.get("/metrics")[1].decode()
    assert len(asked) == 1
    released.set()
    asked[0].join()


def test_figures_stand_for_others_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def count() -> Figures:
        asked.append(1)
        return nothing()

    desk = Desk(count)
    with desk.responder:
        for _ in range(3):
            desk.get("/metrics")
        assert len(asked) == 1
        monkeypatch.setattr(responder, "FRESH", timedelta(0))
        desk.get("/metrics")
    assert len(asked) == 2


def test_a_port_in_use_is_said_and_keeps_nobody_from_working(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    taken = Listen(host="127.0.0.1", port=desk.responder.port)
    second = Responder(taken, desk.pulse, Metrics(Counts(tally=Tally(), pulse=desk.pulse, workers_lost=int)), nothing)
    with caplog.at_level(logging.WARNING), second:
        assert second.port == 0
    (said,) = [record.getMessage() for record in caplog.records]
    assert said.startswith(f"health and metrics are not served at 127.0.0.1:{taken.port}: Address already in use")
    assert "another daemon may have it" in said


def test_where_nobody_listens_nothing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    pulse = Pulse()
    off = Responder(OFF, pulse, Metrics(Counts(tally=Tally(), pulse=pulse, workers_lost=int)), nothing)
    with caplog.at_level(logging.DEBUG), off:
        assert off.port == 0
    assert caplog.records == []


def test_it_answers_on_the_other_loopback_too() -> None:
    pulse = Pulse()
    metrics = Metrics(Counts(tally=Tally(), pulse=pulse, workers_lost=int))
    with Responder(Listen(host="::1", port=0), pulse, metrics, nothing) as found:
        if not found.port:
            pytest.skip("no IPv6 here")
        with socket.create_connection(("::1", found.port), timeout=30) as client:
            client.sendall(b"GET /readyz HTTP/1.1\r\n\r\n")
            assert client.recv(4096).startswith(b"HTTP/1.1 503 ")


def test_of_a_database_that_no_daemon_used_no_rules_are_told(database_url: str) -> None:
    desk = Desk(lambda: replace(figures(database_url, NOON), disk_free=None))
    with desk.responder:
        text = desk.get("/metrics")[1].decode()
    assert "monitor_watchlists 0.0" in text
    assert "monitor_rules" not in text
    assert "monitor_disk_free_bytes" not in text


def test_figures_are_those_of_the_database(store: Store, database_url: str) -> None:
    later = NOON + timedelta(minutes=10)
    with store.writing() as tx:
        polls.sync(tx, (a_feed("gazette-en"), a_feed("safa-ar")), NOON)
        configurations.save(tx, "c" * 64, {"monitor.yaml": b""}, NOON)
        daemon.begin(
            tx,
            daemon.Daemon(
                pid=1, host="desk", started_at=NOON, configuration="c" * 64, in_force_since=NOON, alive_at=NOON
            ),
        )
    found = figures(database_url, later)
    assert (found.status.queues.feeds, found.lag.polls, found.latest.polled) == (2, timedelta(minutes=10), None)
    assert found.size.database > 0
    assert (found.disk_free is None) is database_url.startswith("postgresql")
    desk = Desk(lambda: found)
    with desk.responder:
        text = desk.get("/metrics")[1].decode()
    assert 'monitor_due{stage="poll"} 2.0' in text
    assert 'monitor_lag_seconds{stage="poll"} 600.0' in text
    assert 'monitor_rules_info{configuration="cccccccccccc"} 1.0' in text
    assert ("monitor_disk_free_bytes " in text) is not database_url.startswith("postgresql")
    assert "gazette-en" not in text
    assert Path(database_url).name not in text
