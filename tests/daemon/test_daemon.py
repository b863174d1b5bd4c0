"""The daemon: works, stops when told, says what it does, and is alone on its database."""

import json
import os
import pty
import re
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path

import httpcore
import pytest
from sqlalchemy import update

from monitor import app, daemon
from monitor.cli import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_LOCKED, EXIT_USAGE
from monitor.clock import now
from monitor.config.settings import NO_CONTACT
from monitor.errors import LockedError, StoreError
from monitor.fetch import guard
from monitor.model import FeedId, OutageKind
from monitor.pipeline.tally import NO_NETWORK
from monitor.store import daemon as daemon_record
from monitor.store import daemon as daemons
from monitor.store import outages, polls, readings
from monitor.store.lock import daemon_lock
from monitor.store.schema import articles
from monitor.store.store import Store
from tests.campaigns.processes import Running, eventually
from tests.conftest import Cluster
from tests.daemon.conftest import EVERY_SECOND, LONG, Command, Held, site
from tests.pipeline.conftest import MONITOR_YAML, World
from tests.store.test_locks import END_SESSIONS

Start = Callable[..., Running]
NOWHERE = "http://127.0.0.1:9/feed.xml"
BROKEN = "outlets: [this is no mapping]\n"


def a_story(world: World) -> None:
    """One article, which matches by the text of its page alone."""
    world.offer(world.item("Talks go on", "/1"))
    world.page("/1", f"{LONG}\nFighters are still held below Rafah.")


def attempts(world: World) -> list[int]:
    """How often each page that is due was asked for before."""
    with Store.open(world.environment["MONITOR_DATABASE_URL"]) as store, store.writing() as tx:
        return [reading.attempts - 1 for reading in readings.take(tx, now(), 10)]


def has_matched(world: World) -> bool:
    try:
        return len(world.matches()) == 1
    except Exception:  # noqa: BLE001 - its tables are being made
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_polls_and_reads_until_it_is_told_to_stop(world: World, start: Start, number: signal.Signals) -> None:
    a_story(world)
    running = start(world, "run")
    assert eventually(lambda: has_matched(world))
    running.send(number)
    assert running.wait(15) == 0
    lines = [json.loads(line) for line in running.errors.splitlines()]
    assert [line["message"] for line in lines if line["logger"] == "monitor.daemon"] == [
        "watching 1 feeds with 1 watchlists",
        NO_CONTACT,
        "stopping: work in hand has 10 s to finish",
        "stopped",
    ]
    assert eventually(lambda: not running.family(), 2)


def test_what_appears_later_is_polled_again(world: World, command: Command) -> None:
    world.write("monitor.yaml", EVERY_SECOND)
    world.offer(world.item("Football", "/2"))

    def second_story() -> bool:
        if world.asked("/gazette-en.xml") == 1:
            a_story(world)
        return has_matched(world)

    done = command(world, "run", until=second_story)
    assert (done.code, done.is_clean()) == (0, True)
    assert "Talks go on" in world.articles()


def test_a_page_in_flight_is_given_back_at_the_end_and_its_attempt_not_counted(
    world: World, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon, "GRACE", timedelta(seconds=0.1))
    a_story(world)
    held = world.server.answers = Held(world.server.answers, "/1")
    done = command(world, "run", until=held.asked.is_set)
    held.released.set()
    assert (done.code, done.is_clean()) == (0, True)
    assert attempts(world) == [0]


def test_work_that_ends_in_time_is_saved_before_the_end(world: World, command: Command) -> None:
    a_story(world)
    held = world.server.answers = Held(world.server.answers, "/1")

    def release() -> bool:
        asked = held.asked.is_set()
        if asked:
            held.released.set()
        return asked

    done = command(world, "run", until=release)
    assert (done.code, done.is_clean()) == (0, True)
    assert len(world.matches()) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_pass_that_is_interrupted_gives_back_what_is_in_hand(
    world: World, command: Command, number: signal.Signals
) -> None:
    a_story(world)
    held = world.server.answers = Held(world.server.answers, "/1")
    done = command(world, "run", "--once", until=held.asked.is_set, send=number)
    held.released.set()
    assert (done.code, done.is_clean()) == (EXIT_INTERRUPTED, True)
    assert "entries   1 offered = 1 new" in done.out
    assert attempts(world) == [0]


def test_one_pass_over_everything_due(world: World, command: Command) -> None:
    a_story(world)
    done = command(world, "run", "--once")
    assert (done.code, done.err) == (0, "")
    assert "feeds     1 polled: 1 read, 0 unchanged, 0 failed" in done.out
    assert "matches   1 new" in done.out
    again = command(world, "run", "--once")
    assert (again.code, again.err) == (0, "")
    assert "No feed was due" in again.out


def test_a_port_where_nothing_listens_fails_its_feed_alone(world: World, command: Command) -> None:
    world.feeds("gazette-en", "dead-en", urls={"dead-en": NOWHERE})
    a_story(world)
    done = command(world, "run", "--once")
    assert (done.code, done.is_clean()) == (EXIT_FAILED, True)
    assert re.search(r"^failed    dead-en: .*(refused|nothing listens)", done.out, re.MULTILINE)
    assert NO_NETWORK not in done.out
    assert len(world.matches()) == 1


def test_without_any_network_one_pass_names_the_demo(world: World, command: Command) -> None:
    world.feeds("gazette-en", "dead-en", urls={"gazette-en": NOWHERE, "dead-en": NOWHERE + "?2"})
    done = command(world, "run", "--once")
    assert (done.code, done.is_clean()) == (EXIT_FAILED, True)
    assert done.out.count(NO_NETWORK) == 1


def test_without_any_network_the_daemon_names_the_demo_once(
    world: World, command: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(daemon, "TICK", timedelta(seconds=0.05))
    world.write("monitor.yaml", EVERY_SECOND)
    nowhere = {f"dead-{n}": f"http://127.0.0.{n}:9/feed.xml" for n in range(2, 6)}
    world.feeds(*nowhere, urls=nowhere)
    begun = time.monotonic()

    def is_known() -> bool:
        return time.monotonic() - begun > 2.5 and bool(world.reading(outages.since, now() - timedelta(hours=1)))

    done = command(world, "run", until=is_known)
    assert (done.code, done.is_clean()) == (0, True)
    assert done.err.count(NO_NETWORK) == 1
    assert all(state and not state.failures for state in (world.reading(polls.state, FeedId(name)) for name in nowhere))


def test_a_run_that_outlasts_its_tick_is_no_news(
    world: World, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon, "TICK", timedelta(seconds=0.02))
    a_story(world)
    held = world.server.answers = Held(world.server.answers, "/1")
    begun = time.monotonic()

    def a_while() -> bool:
        if time.monotonic() - begun > 1:
            held.released.set()
        return held.released.is_set() and has_matched(world)

    done = command(world, "run", until=a_while)
    assert (done.code, done.is_clean()) == (0, True)
    assert "maximum number" not in done.err
    assert len(done.err.splitlines()) < 8


def test_a_second_daemon_is_refused_at_once_with_the_process_of_the_first(
    any_world: World, start: Start, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = start(any_world, "run")
    assert eventually(lambda: running.said("watching"))
    # Before it reads its configuration.
    monkeypatch.setattr(app, "load_or_last_good", lambda *_, **__: pytest.fail("it is not refused at once"))
    # A second more than reading the configuration takes, which is long where the machine is busy.
    begun = time.monotonic()
    any_world.config()
    usual = time.monotonic() - begun
    for arguments in (["run"], ["run", "--once"]):
        begun = time.monotonic()
        done = command(any_world, *arguments)
        assert (done.code, done.is_clean()) == (EXIT_LOCKED, True)
        assert f"already has a daemon: process {running.pid}" in done.err
        assert time.monotonic() - begun < usual + 1
    assert not running.is_over()


def test_a_killed_daemon_is_succeeded_while_its_workers_still_live(any_world: World, start: Start) -> None:
    a_story(any_world)
    first = start(any_world, "run")
    assert eventually(lambda: has_matched(any_world))
    children = [pid for pid in first.family() if pid != first.pid]
    for pid in children:
        os.kill(pid, signal.SIGSTOP)
    first.send(signal.SIGKILL)
    first.wait()
    second = start(any_world, "run")
    assert eventually(lambda: second.said("watching"))
    assert not second.is_over()
    assert set(first.family()) == set(children)
    for pid in children:
        os.kill(pid, signal.SIGCONT)
    assert eventually(lambda: not first.family(), 2)
    second.send(signal.SIGTERM)
    assert second.wait(15) == 0
    assert len(any_world.matches()) == 1


@pytest.mark.postgres
def test_a_daemon_whose_place_was_taken_ends_and_says_by_whom(
    tmp_path: Path, postgres: Cluster, command: Command
) -> None:
    database = postgres.url(postgres.create_ready())
    with site(tmp_path / "config", database) as world, ExitStack() as other:

        def take_over() -> bool:
            if world.reading(daemons.get) and not taken:
                postgres.sql(END_SESSIONS)
                with suppress(LockedError):  # before each write it takes it anew, and may be quicker
                    other.enter_context(daemon_lock(database, patience=0))
                    taken.append(True)
            return False

        taken: list[bool] = []
        done = command(world, "run", until=take_over)
    assert (done.code, done.is_clean()) == (EXIT_LOCKED, True)
    assert f"already has a daemon: process {os.getpid()}" in done.err


def test_the_pages_of_a_killed_daemon_are_read_by_the_next(world: World, start: Start, command: Command) -> None:
    a_story(world)
    held = world.server.answers = Held(world.server.answers, "/1")
    running = start(world, "run")
    assert eventually(held.asked.is_set)
    running.send(signal.SIGKILL)
    running.wait()
    held.released.set()
    done = command(world, "run", "--once")
    assert (done.code, done.err) == (0, "")
    assert len(world.matches()) == 1


@pytest.mark.parametrize("mode", [[], ["--once"]], ids=["daemon", "once"])
def test_it_does_not_start_where_the_guard_has_a_hole(
    world: World, command: Command, monkeypatch: pytest.MonkeyPatch, mode: list[str]
) -> None:
    async def dial(*_: object, **__: object) -> None:
        raise httpcore.ConnectError

    monkeypatch.setattr("monitor.fetch.guard.reason_against", lambda *_: "")
    monkeypatch.setattr(guard, "dial", dial)
    a_story(world)
    done = command(world, "run", *mode)
    assert done.code == EXIT_FAILED
    said = "monitor: the address guard let a connection to 169.254.169.254 through; nothing may be fetched."
    assert done.err.splitlines()[-1].startswith(said)
    assert done.is_clean()
    assert world.server.requests == []
    with Store.open(world.environment["MONITOR_DATABASE_URL"]) as store, store.reading() as tx:
        assert daemons.get(tx) is None


def test_with_a_contact_set_nobody_is_told_to_set_one(world: World, command: Command) -> None:
    world.write("monitor.yaml", f"{EVERY_SECOND}contact: desk@news.example\n")
    a_story(world)
    done = command(world, "run", until=lambda: has_matched(world))
    assert NO_CONTACT not in done.err
    assert "(+desk@news.example)" in world.server.requests[0].headers["user-agent"]


def test_a_broken_configuration_without_a_last_good_one_is_refused(world: World, command: Command) -> None:
    world.write("feeds.yaml", BROKEN)
    done = command(world, "run")
    assert (done.code, done.is_clean()) == (EXIT_USAGE, True)
    assert "feeds.yaml:1:10: " in done.err


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_broken_configuration_runs_the_last_good_one_and_says_so(world: World, command: Command, form: str) -> None:
    world.offer()
    assert command(world, "run", "--once").code == 0
    a_story(world)
    world.poll_again()
    world.write("feeds.yaml", BROKEN)
    done = command(world, "run", "--log-format", form, until=lambda: has_matched(world))
    assert (done.code, done.is_clean()) == (0, True)
    assert "feeds.yaml:1:10: " in done.err
    assert "running the last good one" in done.err
    if form == "json":
        assert all(json.loads(line)["level"] for line in done.err.splitlines())


def on_a_terminal(running: Running, master: int) -> str:
    """All that it writes on its terminal until it ends."""
    said = b""
    while True:
        try:
            said += os.read(master, 65536)
        except OSError:
            running.wait(15)
            return said.decode()


def test_on_a_terminal_a_person_reads_the_log(world: World, start: Start) -> None:
    a_story(world)
    master, slave = pty.openpty()
    running = start(world, "run", stderr=slave)
    os.close(slave)
    assert eventually(lambda: has_matched(world))
    running.send(signal.SIGINT)
    lines = on_a_terminal(running, master).splitlines()
    os.close(master)
    assert running.wait() == 0
    assert [line for line in lines if not re.match(r"\d\d:\d\d:\d\d (INFO|WARNING) +\S", line)] == []
    assert any("feed gazette-en: 1 entries offered, 1 new" in line for line in lines)


def test_on_a_terminal_one_pass_draws_its_progress(world: World, start: Start, tmp_path: Path) -> None:
    a_story(world)
    held = world.server.answers = Held(world.server.answers, "/1")
    master, slave = pty.openpty()
    running = start(world, "run", "--once", stderr=slave)
    os.close(slave)
    assert eventually(held.asked.is_set)
    time.sleep(0.2)
    held.released.set()
    said = on_a_terminal(running, master)
    os.close(master)
    assert running.wait() == 0
    assert re.search(r"feeds.*1/1", said)
    assert "articles" in said
    assert "matches   1 new" in running.output


def test_a_daemon_says_that_it_lives_and_its_absence_is_recorded(
    world: World, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon, "BEAT", timedelta(seconds=0.1))
    world.offer(world.item("Football", ""))
    assert command(world, "run", until=lambda: world.asked("/gazette-en.xml") > 0).code == 0
    first = world.reading(daemon_record.get)
    assert first is not None
    assert first.alive_at > first.started_at
    assert world.reading(outages.since, first.started_at) == ()
    long_ago = now() - timedelta(hours=2)
    with Store.open(world.environment["MONITOR_DATABASE_URL"]) as store, store.writing() as tx:
        daemon_record.beat(tx, long_ago)
        outages.begin(tx, OutageKind.NETWORK, long_ago - timedelta(hours=1))
    assert command(world, "run", "--once").code == 0
    network, absent = world.reading(outages.since, long_ago - timedelta(hours=1))
    assert (network.kind, network.ended_at) == (OutageKind.NETWORK, long_ago)
    assert (absent.kind, absent.began_at) == (OutageKind.MONITOR, long_ago)
    assert absent.ended_at is not None
    assert absent.ended_at > now() - timedelta(minutes=5)


def test_a_daemon_prunes_by_itself(world: World, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write("monitor.yaml", f"{MONITOR_YAML}retention: {{unmatched: 30d}}\n")
    world.offer(world.item("Football", "", text="A goal."))
    assert command(world, "run", "--once").code == 0
    (article,) = world.articles().values()
    assert article.summary == "A goal."
    with Store.open(world.environment["MONITOR_DATABASE_URL"]) as store, store.writing() as tx:
        tx.execute(update(articles).values(first_seen_at=now() - timedelta(days=31)))
    monkeypatch.setattr(daemon, "PRUNE_AFTER", timedelta())
    done = command(world, "run", until=lambda: world.articles()["Football"].summary == "")
    assert (done.code, done.is_clean()) == (0, True)


def test_a_daemon_whose_life_cannot_be_recorded_goes_on(
    world: World, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(daemon, "BEAT", timedelta(seconds=0.05))
    monkeypatch.setattr(daemon_record, "beat", full)
    world.offer(world.item("Football", ""))
    done = command(world, "run", until=lambda: world.asked("/gazette-en.xml") > 0)
    assert (done.code, done.is_clean()) == (0, True)


def test_a_daemon_that_was_suspended_says_so_when_it_wakes(
    world: World, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon, "BEAT", timedelta(seconds=0.2))
    world.offer(world.item("Football", ""))
    began = now() - timedelta(hours=8)

    def suspended() -> bool:
        if not world.asked("/gazette-en.xml"):
            return False
        with Store.open(world.environment["MONITOR_DATABASE_URL"]) as store, store.writing() as tx:
            if outages.since(tx, began):
                return True
            daemon_record.beat(tx, began)
        return False

    assert command(world, "run", until=suspended).code == 0
    outage = world.reading(outages.since, began)[0]
    assert (outage.kind, outage.began_at) == (OutageKind.MONITOR, began)


def test_a_secret_that_is_lost_costs_its_feed_and_no_other(world: World, command: Command) -> None:
    world.feeds("gazette-en", "closed-en")
    text = (world.folder / "feeds.yaml").read_text(encoding="utf-8")
    world.write("feeds.yaml", f"{text}        auth: {{bearer: file:token}}\n")
    (world.folder.parent / "token").write_text("c4n4ry", encoding="utf-8")
    world.offer(world.item("Football", ""))
    world.offer(world.item("Closed", ""), feed="closed-en")
    assert command(world, "run", "--once").code == 0
    world.poll_again()
    (world.folder.parent / "token").unlink()
    world.answer("/closed-en.xml", status=401)
    world.offer(world.item("Football", ""), world.item("Talks", ""))
    done = command(world, "run", "--once")
    assert (done.code, done.is_clean()) == (EXIT_FAILED, True)
    assert "token" in done.err
    assert world.articles().keys() >= {"Football", "Talks"}
    closed = world.reading(polls.state, FeedId("closed-en"))
    assert closed is not None
    assert closed.last_error.startswith("401")
