"""What `monitor ledger` says, to a person and to a program."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from monitor.cli.ledger import ledger_lines, ledger_record
from monitor.feeds.losses import Loss
from monitor.model import FailureKind, FeedId, Outage, OutageKind, Shortfall, SkipReason, TextSource
from monitor.store.ledger import Articles, Downtime, Entries, Ledger, Polls
from monitor.store.store import Store
from tests.builders import NOON
from tests.cli.conftest import Run

GAZA = ZoneInfo("Asia/Gaza")
HOUR = timedelta(hours=1)
NETWORK = Outage(kind=OutageKind.NETWORK, began_at=NOON, ended_at=NOON + HOUR)


def a_loss(feed: str, missed: float) -> Loss:
    return Loss(feed_id=FeedId(feed), missed=missed, gap=True, polled=True)


LEDGER = Ledger(
    since=NOON - 24 * HOUR,
    until=NOON,
    polls=Polls(made=1234, brought=300, unchanged=900, failed={FailureKind.TEMPORARY: 30, FailureKind.HARD: 4}),
    entries=Entries(
        offered=5000,
        new=120,
        known=4870,
        repeated=8,
        skipped={SkipReason.EMPTY: 1, SkipReason.UNREADABLE: 1},
        stored=120,
    ),
    articles=Articles(
        new=118,
        sources={TextSource.PAGE: 98, TextSource.SUMMARY: 20},
        shortfalls={Shortfall.PAYWALL: 12, Shortfall.CHALLENGE: 8},
        unread=3,
    ),
    gaps={FeedId("a"): 3, FeedId("b"): 1},
    pages_waiting=2,
    pages_quarantined=1,
    downtimes=(
        Downtime(outage=NETWORK, losses=tuple(a_loss(f"f{number}", 9 - number) for number in range(7)), unknown=2),
        Downtime(outage=replace(NETWORK, ended_at=None), losses=(), unknown=0),
    ),
)


def test_a_person_reads_what_was_offered_and_what_may_be_missing() -> None:
    assert list(ledger_lines(LEDGER, GAZA)) == [
        ("since", "2025-11-09 14:00, 24h ago"),
        ("polls", "1,234 = 300 brought a feed + 900 unchanged + 34 failed (30 temporary, 4 hard)"),
        ("entries", "5,000 offered = 120 new + 4,870 known + 8 repeated + 2 skipped (1 empty, 1 unreadable)"),
        ("articles", "118 new, 3 of them without an answer of their page"),
        ("texts from", "98 page, 20 summary"),
        ("why not more", "12 paywall, 8 challenge"),
        ("pages", "2 due, 1 in quarantine"),
        ("gaps", "4, at which entries may have passed unseen: a 3, b 1"),
        ("outage", "the network was down for 60m, from 2025-11-10 14:00 to 2025-11-10 15:00"),
        (
            "",
            "about 42 entries may be missed: f0 9, f1 8, f2 7, f3 6, f4 5 and 2 more feeds; 2 feeds: unknown",
        ),
        ("outage", "the network is down since 2025-11-10 14:00"),
        ("", "no feed shows that anything was missed"),
        ("check", "it adds up, and every new entry is stored"),
    ]


def test_what_does_not_add_up_cannot_be_overlooked() -> None:
    wrong = replace(LEDGER, entries=replace(LEDGER.entries, stored=119))
    assert list(ledger_lines(wrong, GAZA))[-1] == (
        "check",
        "IT DOES NOT ADD UP: new = stored: 120 ≠ 119. Please report this",
    )


def test_where_nothing_happened_there_is_little_to_say() -> None:
    nothing = Ledger(
        since=NOON,
        until=NOON,
        polls=Polls(made=0, brought=0, unchanged=0, failed={}),
        entries=Entries(offered=0, new=0, known=0, repeated=0, skipped={}, stored=0),
        articles=Articles(new=0, sources={}, shortfalls={}, unread=0),
        gaps={},
        pages_waiting=0,
        pages_quarantined=0,
        downtimes=(),
    )
    assert [name for name, _ in ledger_lines(nothing, GAZA)] == [
        "since",
        "polls",
        "entries",
        "articles",
        "pages",
        "gaps",
        "check",
    ]


def test_a_program_reads_the_same() -> None:
    record = json.loads(json.dumps(ledger_record(LEDGER), default=str))
    assert record["polls"]["failed"] == {"temporary": 30, "hard": 4}
    assert record["entries"]["skipped"] == {"empty": 1, "unreadable": 1}
    assert record["gaps"] == {"a": 3, "b": 1}
    first = record["outages"][0]
    assert (first["kind"], first["missed"], first["unknown"]) == ("network", 42, 2)
    assert first["feeds"][0] == {"feed": "f0", "missed": 9, "gap": True, "polled": True}
    assert record["errors"] == []


def test_the_demos_ledger_adds_up_of_all_feeds_and_of_one(monitor: Run, demo: Path) -> None:
    said = monitor("ledger", at=demo)
    assert (said.code, said.err) == (0, "")
    assert "entries       86 offered = 86 new + 0 known + 0 repeated + 0 skipped\n" in said.out
    assert said.out.endswith("check         it adds up, and every new entry is stored\n")
    record = json.loads(monitor("ledger", "--feed", "kav-hahof-he", "--format", "json", at=demo).out)
    assert (record["polls"]["made"], record["entries"]["offered"], record["errors"]) == (1, 7, [])
    assert json.loads(monitor("ledger", "--since", "0m", "--format", "json", at=demo).out)["polls"]["made"] == 0


def test_a_loss_ends_with_exit_code_1(monitor: Run, kept: Path) -> None:
    with Store.open(str(kept / "data" / "monitor.db")) as store, store.writing() as tx:
        tx.execute(text("DELETE FROM entries WHERE feed_id = 'kav-hahof-he'"))
    said = monitor("ledger", at=kept)
    assert said.code == 1
    assert "IT DOES NOT ADD UP: new = stored: 86 ≠ 79" in said.out


def test_a_feed_that_is_not_known_is_answered_with_the_nearest(monitor: Run, demo: Path) -> None:
    said = monitor("ledger", "--feed", "kav-hahof", at=demo)
    assert said.code == 2
    assert 'there is no feed "kav-hahof"' in said.err
    assert 'did you mean "kav-hahof-he"?' in said.err
    assert monitor("ledger", "--since", "sometime", at=demo).code == 2


@pytest.mark.parametrize(
    "command", [("ledger",), ("matches",), ("articles",), ("stories",), ("export", "--bundle", "x", "--watchlist", "x")]
)
def test_since_a_moment_to_come_there_is_nothing_to_tell(monitor: Run, demo: Path, command: tuple[str, ...]) -> None:
    said = monitor(*command, "--since", "2999-01-01", at=demo)
    assert (said.code, said.out) == (2, "")
    assert '--since: "2999-01-01" is in the future' in said.err
