"""What `monitor status` says, to a person and to a program."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.cli.status import figures_lines, figures_record, status_lines, status_record
from monitor.errors import Problem
from monitor.feeds.rhythm import Silence
from monitor.model import FeedId, FeedState, Outage, OutageKind, WatchlistId
from monitor.store.daemon import Daemon
from monitor.store.lag import Lag
from monitor.store.latest import Latest
from monitor.store.lock import daemon_lock
from monitor.store.outbox import Outbox
from monitor.store.rule_versions import RuleVersion
from monitor.store.size import Size
from monitor.store.status import Queues, Status
from monitor.vitals.figures import Figures
from tests.builders import NOON
from tests.cli.conftest import Run

GAZA = ZoneInfo("Asia/Gaza")
LATER = NOON + timedelta(hours=1)
PROBLEM = Problem(file="lists/rafah.yaml", line=3, column=5, what="no term", hint="take it out")
STATUS = Status(
    daemon=Daemon(
        pid=7,
        host="desk",
        started_at=NOON,
        configuration="abcdef" * 10 + "abcd",
        in_force_since=LATER,
        needs_restart=("workers.count",),
        refused_at=LATER,
        refused=(PROBLEM,),
        alive_at=LATER,
    ),
    watchlists=(
        RuleVersion(
            watchlist_id=WatchlistId("rafah"),
            version="0" * 12,
            title="Rafah",
            file="watchlists/rafah.yaml",
            configuration="1",
            active=True,
            first_used_at=NOON,
            last_used_at=NOON,
        ),
    ),
    queues=Queues(
        feeds=5,
        feeds_due=2,
        feeds_failing=1,
        feeds_needing=1,
        pages_due=3,
        pages_quarantined=4,
        revisits_due=6,
        unsearched=1_200,
    ),
    errors=(FeedState(feed_id=FeedId("dead-en"), next_poll_at=LATER, last_polled_at=NOON, last_error="503: down"),),
    silences={WatchlistId("rafah"): Silence(since=NOON, expected=8.0, chance=0.0005)},
    gaps=2,
    outage=Outage(kind=OutageKind.NETWORK, began_at=NOON, ended_at=LATER),
)
NOTHING = Queues(
    feeds=0,
    feeds_due=0,
    feeds_failing=0,
    feeds_needing=0,
    pages_due=0,
    pages_quarantined=0,
    revisits_due=0,
    unsearched=0,
)
IDLE = Status(daemon=None, watchlists=(), queues=NOTHING, errors=(), silences={}, gaps=0, outage=None)


def test_a_person_reads_what_runs_what_is_refused_what_waits_and_what_fails() -> None:
    assert list(status_lines(STATUS, 7, GAZA, LATER)) == [
        ("daemon", "process 7 on desk, started 2025-11-10 14:00"),
        ("configuration", "abcdefabcdef, in force since 2025-11-10 15:00"),
        ("restart", "workers.count is taken up at the next start"),
        ("refused", "the files as they are since 2025-11-10 15:00:"),
        ("", "lists/rafah.yaml:3:5: no term (take it out)"),
        ("outage", "the network was down for 60m, from 2025-11-10 14:00 to 2025-11-10 15:00"),
        (
            "watchlist",
            "rafah, version 000000000000, first used 2025-11-10 14:00; strangely quiet since 2025-11-10 14:00",
        ),
        ("feeds", "5: 2 due, 1 failing, 1 in need of a person: `monitor feeds health`"),
        ("gaps", "2 in the last 24 h, before which entries may have passed unseen: `monitor ledger`"),
        ("pages", "3 due, 4 in quarantine: `monitor articles --quarantined`"),
        ("revisits", "6 due"),
        ("search", "1,200 articles to be put into the index"),
        ("failed", "dead-en, 2025-11-10 14:00: 503: down"),
    ]


LATE = Figures(
    status=STATUS,
    lag=Lag(polls=timedelta(minutes=5), pages=timedelta(seconds=29), revisits=timedelta(hours=3)),
    latest=Latest(polled=LATER, news=NOON),
    outbox=Outbox(
        waiting=3, late=timedelta(hours=2), given_up=1, failing=("desk",), stopped=("pager", "old"), sent_at=NOON
    ),
    size=Size(database=342_200_000, log=4_000_000, free=10),
    disk_free=51_000_000_000,
)


def test_a_person_reads_how_late_it_is_when_it_last_bore_fruit_and_what_room_it_takes() -> None:
    assert list(figures_lines(LATE, GAZA)) == [
        ("deliveries", "3 waiting, 1 given up: `monitor alerts list`"),
        ("channels", "failing: desk"),
        ("channels", "stopped: pager, old; `monitor alerts retry` begins them again"),
        ("lag", "polls 5m, revisits 3h, deliveries 2h behind"),
        ("last", "polled 2025-11-10 15:00, news 2025-11-10 14:00, read –, matched –, delivered 2025-11-10 14:00"),
        ("database", "342.2 MB and 4.0 MB of log; 51.0 GB are free on its disk"),
    ]
    quiet = Outbox(waiting=0, late=timedelta(0), given_up=0, failing=(), stopped=(), sent_at=None)
    on_server = replace(LATE, lag=Lag(), outbox=quiet, size=Size(database=1000), disk_free=None)
    assert [said for _, said in figures_lines(on_server, GAZA)][::2] == ["none", "1.0 KB"]


def test_a_program_reads_the_figures() -> None:
    record = figures_record(LATE)
    assert record["bytes"] == {"database": 342_200_000, "log": 4_000_000, "free": 10, "disk_free": 51_000_000_000}
    assert record["latest"] == {"polled": LATER, "news": NOON, "read": None, "matched": None, "delivered": NOON}
    assert record["deliveries"] == {
        "waiting": 3,
        "given_up": 1,
        "channels_failing": ("desk",),
        "channels_stopped": ("pager", "old"),
    }


def test_failing_feeds_that_are_not_named_are_counted() -> None:
    status = replace(STATUS, queues=replace(STATUS.queues, feeds_failing=5))
    assert list(status_lines(status, 7, GAZA, LATER))[-1] == ("", "and 4 more: `monitor feeds health`")


def test_a_program_reads_the_same() -> None:
    record = status_record(STATUS, None)
    assert record["running"] is False
    assert record["daemon"] == {"pid": 7, "host": "desk", "started_at": NOON, "alive_at": LATER}
    assert record["refused"] == {
        "at": LATER,
        "problems": [
            {"file": "lists/rafah.yaml", "line": 3, "column": 5, "what": "no term", "hint": "take it out", "source": ""}
        ],
    }
    told = json.loads(json.dumps(record, default=datetime.isoformat))
    assert told["watchlists"][0]["version"] == "0" * 12
    assert told["watchlists"][0]["silence"] == {"since": NOON.isoformat(), "expected": 8.0, "chance": 0.0005}
    assert (told["gaps"], told["queues"]["feeds_needing"]) == (2, 1)
    assert told["outage"] == {"kind": "network", "began_at": NOON.isoformat(), "ended_at": LATER.isoformat()}


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (LATER + timedelta(minutes=4), ()),
        (LATER - timedelta(minutes=4), ()),
        (
            LATER + timedelta(minutes=12),
            ("alive", "last sign of life 2025-11-10 15:00, 12m ago by this clock: `monitor doctor`"),
        ),
        (
            datetime(1970, 1, 1, 1, tzinfo=UTC),
            ("clock", "1970-01-01 03:00 here, and 2025-11-10 15:00 by the daemon: one of the two is wrong"),
        ),
    ],
)
def test_a_daemon_that_is_silent_or_goes_by_another_clock_is_told(now: datetime, said: tuple[str, ...]) -> None:
    told = [line for line in status_lines(STATUS, 7, GAZA, now) if line[0] in ("alive", "clock")]
    assert told == ([said] if said else [])
    # Of one that does not run its start and its end tell more.
    assert not {"alive", "clock"} & dict(status_lines(STATUS, None, GAZA, now)).keys()


def test_where_all_is_well_there_is_little_to_say() -> None:
    assert list(status_lines(IDLE, None, GAZA, LATER)) == [
        ("daemon", "none has run yet"),
        ("feeds", "0: 0 due, 0 failing"),
        ("pages", "0 due, 0 in quarantine"),
        ("revisits", "0 due"),
    ]
    assert status_record(IDLE, None)["outage"] is None


def test_an_outage_that_lasts_has_no_end() -> None:
    down = replace(
        IDLE, outage=Outage(kind=OutageKind.MONITOR, began_at=NOON, ended_at=None), watchlists=STATUS.watchlists
    )
    assert list(status_lines(down, None, GAZA, LATER))[1:3] == [
        ("outage", "the monitor is down since 2025-11-10 14:00"),
        ("watchlist", "rafah, version 000000000000, first used 2025-11-10 14:00"),
    ]
    assert status_record(down, None)["watchlists"][0]["silence"] is None  # type: ignore[index]


@pytest.mark.parametrize(
    ("daemon", "pid", "said"),
    [
        (None, None, "none has run yet"),
        (None, 7, "process 7, starting"),
        (STATUS.daemon, None, "none; the last was process 7 on desk, started 2025-11-10 14:00"),
    ],
)
def test_whether_a_daemon_runs_is_said_first(daemon: Daemon | None, pid: int | None, said: str) -> None:
    status = replace(IDLE, daemon=daemon)
    assert list(status_lines(status, pid, GAZA, LATER))[0] == ("daemon", said)  # noqa: RUF015 - all lines are made
    assert status_record(status, pid)["running"] == (pid is not None)


def test_the_status_can_be_asked_for_while_the_settings_are_broken(monitor: Run, kept: Path) -> None:
    (kept / "config" / "monitor.yaml").write_text("timzone: UTC\n", encoding="utf-8")
    said = monitor("status", at=kept)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("daemon        none; the last was process ")
    with daemon_lock(str(kept / "data" / "monitor.db")):
        told = json.loads(monitor("status", "--format", "json", at=kept).out)
    assert told["running"] is True
    assert told["lag"].keys() == {"polls", "pages", "revisits", "deliveries"}
    assert told["latest"]["matched"] > "2025"
    assert told["bytes"]["database"] > 0


def test_a_status_of_a_database_that_cannot_be_told_is_refused(monitor: Run, kept: Path) -> None:
    (kept / "config" / "monitor.yaml").write_text("database: [x]\n", encoding="utf-8")
    assert monitor("status", at=kept).code == 2
