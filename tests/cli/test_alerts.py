"""`monitor alerts`: what channels were told and are to be, a test that really arrives, what comes next."""

import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from monitor.alerts.message import to_json
from monitor.model import ChannelId, DeliveryState, Occasion, WatchlistId
from monitor.store import channels, deliveries, delivery_lists
from monitor.store.channels import ChannelState
from monitor.store.deliveries import Due
from monitor.store.lock import daemon_lock
from monitor.store.store import Store, Transaction
from tests.alerts.messages import a_message, an_item
from tests.builders import NOON
from tests.cli.conftest import Run

TALKS, RAFAH = WatchlistId("ceasefire-talks"), WatchlistId("rafah-tunnel-fighters")
DESK, PAGER, OLD = ChannelId("desk"), ChannelId("pager"), ChannelId("old")
CHANNELS = """
channels:
  desk:
    command: [sh, -c, "cat > told.json"]
  pager:
    command: [notify-nobody]
    template: |
      !{{ subject }}!
  hook:
    webhook:
      url: http://127.0.0.1:9/hook
      secret: env:HOOK_SECRET
"""
ALERTS = "alerts:\n  - {channel: pager, when: digest, every: 6h}\n  - {channel: desk, when: match}\n"


def a_due(occasion: Occasion, subject: str, **changes: object) -> Due:
    given = {"channel": DESK, "watchlist_id": TALKS, "occasion": occasion, "subject": subject, "due_at": NOON}
    return Due(**{**given, **changes})  # type: ignore[arg-type]


SENT = a_due(Occasion.STORY, "1", note="a new story")
LATE = a_due(Occasion.MATCH, "2", channel=PAGER)
DIGEST = a_due(Occasion.DIGEST, "3", channel=PAGER, since=NOON - timedelta(hours=6), until=NOON)
FOLDED = a_due(Occasion.STORY, "4", due_at=None, into=DIGEST.key)
NO_NEWS = a_due(Occasion.STORY, "5", due_at=None, note="told already from AFP")
GONE = a_due(Occasion.DIGEST, "6", channel=OLD, watchlist_id=WatchlistId(""))


@pytest.fixture
def told(kept: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo with channels, and a delivery of each kind."""
    monkeypatch.chdir(kept)
    settings = kept / "config" / "monitor.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + CHANNELS, encoding="utf-8")
    watchlist = kept / "config" / "watchlists" / f"{TALKS}.yaml"
    watchlist.write_text(watchlist.read_text(encoding="utf-8") + ALERTS, encoding="utf-8")
    with stored(kept) as store, store.writing() as tx:
        for minutes, due in enumerate((SENT, LATE, DIGEST, FOLDED, NO_NEWS, GONE)):
            deliveries.add(tx, [due], NOON + timedelta(minutes=minutes))
        deliveries.take(tx, number(tx, SENT), to_json(a_message(Occasion.STORY, an_item())), SENT.note, NOON)
        deliveries.sent(tx, number(tx, SENT), NOON)
        deliveries.give_up(tx, number(tx, LATE), "400 Bad Request", NOON)
        for state in (
            ChannelState(id=DESK, sent_at=NOON),
            ChannelState(id=PAGER, failures=2, failed_at=NOON, error="no route", next_at=NOON, sent_at=NOON),
        ):
            channels.save(tx, state)
    return kept


def stored(folder: Path) -> Store:
    return Store.open(f"sqlite:///{folder / 'data' / 'monitor.db'}")


def number(tx: Transaction, due: Due) -> int:
    return deliveries.at(tx, [due.key])[due.key].number


def set_channel(folder: Path, state: ChannelState) -> None:
    with stored(folder) as store, store.writing() as tx:
        channels.save(tx, state)


def state_of(folder: Path, due: Due) -> DeliveryState:
    with stored(folder) as store, store.reading() as tx:
        return deliveries.at(tx, [due.key])[due.key].state


def channel_of(folder: Path, channel: ChannelId) -> ChannelState:
    with stored(folder) as store, store.reading() as tx:
        return channels.all_of(tx)[channel]


# ── list ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_channels_come_first_then_deliveries_the_newest_first(monitor: Run, told: Path) -> None:
    said = monitor("alerts", "list", at=told)
    assert (said.code, said.err) == (0, "")
    lines = [" ".join(line.split()) for line in said.out.splitlines()]
    assert lines[:5] == [
        "desk up, last sent 2025-11-10 12:00",
        "pager backing off until 2025-11-10 12:00, failed 2 times in a row: no route; 1 waiting, the oldest since "
        "2025-11-10 12:02",
        "hook nothing was sent to it yet",
        "old not configured any more; 1 waiting, the oldest since 2025-11-10 12:05",
        "",
    ]
    assert lines[5].split() == ["key", "made", "channel", "watchlist", "about", "state", "when", "tries", "why"]
    rows = lines[7:]
    assert [row.split()[0] for row in rows] == [one.key[:8] for one in (GONE, NO_NEWS, FOLDED, DIGEST, LATE, SENT)]
    assert rows[1].endswith("folded 2025-11-10 12:04 0 told already from AFP")
    assert rows[2].endswith(f"told by {DIGEST.key[:8]}")
    assert rows[4].endswith("match given-up 2025-11-10 12:00 0 400 Bad Request")
    assert rows[5].endswith("ceasefire-talks story sent 2025-11-10 12:00 1 a new story")


def test_a_channel_that_failed_once_or_stopped_says_what_to_do(monitor: Run, told: Path) -> None:
    failed = {"failures": 1, "failed_at": NOON, "error": "410 Gone"}
    set_channel(told, ChannelState(id=DESK, next_at=NOON, **failed))  # type: ignore[arg-type]
    set_channel(told, ChannelState(id=PAGER, stopped_at=NOON, **failed))  # type: ignore[arg-type]
    lines = monitor("alerts", "list", at=told).out.splitlines()
    assert lines[0] == "desk   backing off until 2025-11-10 12:00, failed once: 410 Gone"
    assert lines[1].startswith(
        "pager  stopped on 2025-11-10 12:00: 410 Gone: `monitor alerts retry --channel pager`; 1 w"
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--channel", "pager"), [DIGEST, LATE]),
        (("--channel", "old"), [GONE]),
        (("--watchlist", TALKS, "--state", "sent", "--state", "given-up"), [LATE, SENT]),
        (("--since", "2025-11-10 12:04"), [GONE, NO_NEWS]),
        (("--limit", "1"), [GONE]),
    ],
)
def test_filters_leave_out(monitor: Run, told: Path, options: tuple[str, ...], expected: list[Due]) -> None:
    said = monitor("alerts", "list", *options, "--format", "jsonl", at=told)
    assert [json.loads(line)["key"] for line in said.out.splitlines()] == [one.key for one in expected]


def test_a_program_gets_all_that_is_known(monitor: Run, told: Path) -> None:
    records = {one["key"]: one for one in json.loads(monitor("alerts", "list", "--format", "json", at=told).out)}
    assert records[DIGEST.key] == {
        "key": DIGEST.key, "channel": "pager", "watchlist": TALKS, "occasion": "digest", "state": "waiting",
        "match": None, "article": None, "since": "2025-11-10T06:00:00+00:00", "until": "2025-11-10T12:00:00+00:00",
        "made_at": "2025-11-10T12:02:00+00:00", "due_at": "2025-11-10T12:00:00+00:00", "tried_at": None,
        "settled_at": None, "attempts": 0, "error": None, "note": None, "told_by": None,
    }  # fmt: skip
    assert (records[GONE.key]["watchlist"], records[FOLDED.key]["told_by"]) == (None, DIGEST.key)
    only = monitor("alerts", "list", "--channel", "desk", at=told).out
    assert "pager" not in only.partition("\n\n")[0]


def test_where_there_is_none_it_says_what_to_do(monitor: Run, demo: Path) -> None:
    said = monitor("alerts", "list", at=demo)
    assert said.code == 0
    assert said.out.startswith("No deliveries. docs/alerts.md says")


# ── show ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_message_is_shown_as_it_was_sent(monitor: Run, told: Path) -> None:
    said = monitor("alerts", "show", SENT.key[:8], at=told)
    assert said.out.startswith("Subject: Talks in Cairo: a new story – Envoys meet in Cairo\n\nTalks in Cairo\n")
    assert "> ⟦Envoys⟧ met.\n" in said.out
    assert monitor("alerts", "show", SENT.key, "--format", "html", at=told).out.startswith("<!doctype html>")
    shown = monitor("alerts", "show", SENT.key, "--format", "json", at=told).out
    assert shown == to_json(a_message(Occasion.STORY, an_item())) + "\n"


def test_one_that_was_not_sent_yet_is_shown_as_it_would_be_by_its_channels_template(monitor: Run, told: Path) -> None:
    said = monitor("alerts", "show", DIGEST.key, at=told)
    assert said.out.endswith("\n\n!The Gaza ceasefire and the talks about it: no stories, 06:00–12:00!\n")


def test_one_that_is_told_by_another_says_by_which(monitor: Run, told: Path) -> None:
    said = monitor("alerts", "show", FOLDED.key, at=told)
    assert f"not sent by itself: `monitor alerts show {DIGEST.key[:8]}` is the one that tells it\n" == said.err
    said = monitor("alerts", "show", NO_NEWS.key, at=told)
    assert said.err == "not sent by itself (told already from AFP)\n"


def test_a_key_that_is_none_is_said(monitor: Run, told: Path) -> None:
    for given, code, advice in (
        ("00000000", 1 + 2, "no delivery has a key that begins with 00000000: see `monitor alerts list`"),
        ("xyz", 2, "digits"),
    ):
        said = monitor("alerts", "show", given, at=told)
        assert said.code == code
        assert advice in said.err


def test_a_key_that_is_several_is_said(monitor: Run, told: Path) -> None:
    with stored(told) as store, store.writing() as tx:
        for one in range(4096):
            deliveries.add(tx, [a_due(Occasion.MATCH, f"many {one}")], NOON)
        keys = sorted(one.key for one in delivery_lists.query(tx, delivery_lists.DeliveryQuery(limit=None)))
    twins = [one[:4] for one, other in pairwise(keys) if one[:4] == other[:4]]
    said = monitor("alerts", "show", twins[0], at=told)
    assert said.code == 3
    assert f"{twins[0]} is the beginning of several keys ({twins[0]}" in said.err


# ── test ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_test_arrives(monitor: Run, told: Path) -> None:
    said = monitor("alerts", "test", "desk", at=told)
    assert (said.code, said.out, said.err) == (0, "desk took the message.\n", "")
    message = json.loads((told / "told.json").read_text(encoding="utf-8"))
    assert (message["occasion"], message["channel"], message["watchlist_id"]) == ("test", "desk", None)
    first = message["key"]
    assert monitor("alerts", "test", "desk", at=told).code == 0
    assert json.loads((told / "told.json").read_text(encoding="utf-8"))["key"] != first


def test_a_program_that_is_not_there_is_said(monitor: Run, told: Path) -> None:
    said = monitor("alerts", "test", "pager", at=told)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("monitor: pager: notify-nobody cannot be started: ")


@pytest.fixture
def nobody(told: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A secret for the webhook, which leads to a port that nobody listens at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings = told / "config" / "monitor.yaml"
        text = settings.read_text(encoding="utf-8").replace(":9/", f":{taken.getsockname()[1]}/")
        settings.write_text(text, encoding="utf-8")
        monkeypatch.setenv("HOOK_SECRET", "whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQ=")
        yield "whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQ="


def test_a_test_that_does_not_arrive_says_why_and_what_an_alert_would_do(monitor: Run, told: Path, nobody: str) -> None:
    said = monitor("alerts", "test", "hook", at=told)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("monitor: hook: ")
    assert "an alert would be tried again, later and later, for a week" in said.err
    assert nobody not in said.err


def test_a_secret_that_is_missing_matters_to_its_own_channel_alone(
    monitor: Run, told: Path, nobody: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOOK_SECRET")
    said = monitor("alerts", "test", "hook", at=told)
    assert said.code == 2
    assert "HOOK_SECRET" in said.err
    assert monitor("alerts", "test", "desk", at=told).code == 0
    assert nobody


# ── retry ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_given_up_is_due_again_and_its_channel_goes_on(monitor: Run, told: Path) -> None:
    said = monitor("alerts", "retry", LATE.key[:8], at=told)
    assert (said.code, said.err) == (0, "")
    assert said.out == "1 delivery is due now.\nNo daemon works on this database: `monitor run` sends it.\n"
    assert state_of(told, LATE) is DeliveryState.WAITING
    assert channel_of(told, PAGER).next_at is None


def test_a_running_daemon_sends_it(monitor: Run, told: Path) -> None:
    with daemon_lock(f"sqlite:///{told / 'data' / 'monitor.db'}"):
        assert monitor("alerts", "retry", LATE.key[:8], at=told).out == "1 delivery is due now.\n"


def test_all_that_was_given_up_is_due_again(monitor: Run, told: Path) -> None:
    with stored(told) as store, store.writing() as tx:
        deliveries.give_up(tx, number(tx, GONE), "410", NOON)
    assert monitor("alerts", "retry", "--given-up", "--channel", "pager", at=told).out.splitlines()[:2] == [
        "1 delivery is due now.", "pager goes on: 2 messages waiting for it.",
    ]  # fmt: skip
    assert state_of(told, GONE) is DeliveryState.GIVEN_UP
    assert monitor("alerts", "retry", "--given-up", at=told).out.startswith("1 delivery is due now.\n")
    assert monitor("alerts", "retry", "--given-up", at=told).out.startswith("0 deliveries are due now.\n")


def test_a_channel_that_was_stopped_goes_on(monitor: Run, told: Path) -> None:
    set_channel(told, ChannelState(id=DESK, failures=1, failed_at=NOON, error="410 Gone", stopped_at=NOON))
    said = monitor("alerts", "retry", "--channel", "desk", at=told)
    assert said.out.startswith("desk goes on: 0 messages waiting for it.\n")
    assert channel_of(told, DESK).stopped_at is None


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        ((), "say what to send again: keys, --channel ID or --given-up"),
        (("abcd", "--given-up"), "name either keys, or --channel and --given-up"),
        ((SENT.key,), f"{SENT.key[:8]} was sent: the channel took it"),
        ((FOLDED.key,), f"{FOLDED.key[:8]} is folded: name {DIGEST.key[:8]}, which tells it"),
        ((NO_NEWS.key,), f"{NO_NEWS.key[:8]} is folded: it is not sent by itself: told already from AFP"),
        (("--channel", "dsk"), 'there is no channel "dsk" (did you mean "desk"?)'),
        (("--channel", "zzz"), 'there is no channel "zzz" (there are desk, hook, old, pager)'),
    ],
)
def test_what_cannot_be_sent_again_is_said(monitor: Run, told: Path, arguments: tuple[str, ...], advice: str) -> None:
    said = monitor("alerts", "retry", *arguments, at=told)
    assert said.code == 2
    assert advice in said.err


# ── preview ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_preview_is_as_the_watchlists_channel_gets_it(monitor: Run, told: Path) -> None:
    by_default = monitor("alerts", "preview", TALKS, at=told)
    assert (by_default.code, by_default.err) == (0, "")
    assert "\n!The Gaza ceasefire and the talks about it: " in by_default.out
    digest = json.loads(monitor("alerts", "preview", TALKS, "--format", "json", at=told).out)
    assert (digest["occasion"], digest["channel"], digest["key"]) == ("digest", "pager", "")
    assert len(digest["items"]) + digest["left_out"] > 10
    one = json.loads(monitor("alerts", "preview", TALKS, "--channel", "desk", "--format", "json", at=told).out)
    assert (one["occasion"], len(one["items"]), one["items"][0]["reason"]) == ("match", 1, "")
    newest = json.loads(monitor("matches", "--watchlist", TALKS, "--limit", "1", "--format", "json", at=told).out)
    assert one["items"][0]["id"] == newest[0]["id"]


def test_a_watchlist_that_tells_nobody_is_previewed_as_a_new_story(monitor: Run, told: Path) -> None:
    said = monitor("alerts", "preview", RAFAH, at=told)
    assert said.out.startswith("Subject: Hamas fighters trapped in the Rafah tunnels: a new story – ")
    assert "monitor alerts show" not in said.out
    assert "⟦" in said.out
    with stored(told) as store, store.reading() as tx:
        assert len(delivery_lists.query(tx, delivery_lists.DeliveryQuery())) == 6


def test_where_nothing_is_stored_an_example_is_previewed(monitor: Run, told: Path, tmp_path: Path) -> None:
    none = str(tmp_path / "none.db")
    said = monitor("alerts", "preview", RAFAH, "--database", none, at=told)
    assert said.code == 0
    assert "no database yet" in said.err
    assert "this is an example of the watchlist" in said.err
    assert "\n(an example) · " in said.out
    assert "Subject: Hamas fighters trapped in the Rafah tunnels: a new story – " in said.out
    said = monitor("alerts", "preview", TALKS, "--channel", "desk", "--database", none, "--format", "json", at=told)
    assert json.loads(said.out)["items"][0]["reason"] == ""
    assert not Path(none).exists()


def test_a_watchlist_without_match_and_example_cannot_be_previewed(monitor: Run, told: Path) -> None:
    (told / "config" / "watchlists" / "olives.yaml").write_text("title: Olives\nquery: olives\n", encoding="utf-8")
    said = monitor("alerts", "preview", "olives", at=told)
    assert said.code == 2
    assert "nothing that olives matches is stored, and it has no example that it matches" in said.err
    wrong = "title: Olives\nquery: olives\nshould_match:\n  - figs\n"
    (told / "config" / "watchlists" / "olives.yaml").write_text(wrong, encoding="utf-8")
    assert monitor("alerts", "preview", "olives", at=told).code == 2


def test_what_is_no_channel_is_said_where_there_is_none(monitor: Run, demo: Path) -> None:
    said = monitor("alerts", "preview", TALKS, "--channel", "desk", at=demo)
    assert said.code == 2
    assert 'there is no channel "desk" (docs/alerts.md says how to set one up)' in said.err
