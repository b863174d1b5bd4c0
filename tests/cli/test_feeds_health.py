"""How feeds are, and what a person does about it: `feeds health`, `feeds fix`, `retry`, `articles --quarantined`."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.cli.feeds_health import _ADVICE, health_record
from monitor.cli.terminal import width
from monitor.clock import now
from monitor.config.load import load_config
from monitor.feeds.health import Condition, Facts, judge
from monitor.feeds.rhythm import Silence
from monitor.model import (
    ArticleId,
    FailureKind,
    FeedId,
    FeedState,
    Matched,
    News,
    ParsedFeed,
    Polled,
    Read,
    Unchanged,
    Validators,
)
from monitor.store import articles, polls, readings
from monitor.store.articles import ArticleQuery
from monitor.store.lock import daemon_lock
from monitor.store.store import Store
from tests.builders import NOON
from tests.cli.conftest import Run
from tests.config.valid import FILES

Change = Callable[..., None]


@pytest.fixture
def database(kept: Path) -> str:
    return str(kept / "data" / "monitor.db")


@pytest.fixture
def change(database: str) -> Change:
    """Makes another state of a feed: change("kav-hahof-he", failures=3)."""

    def call(feed_id: str, **changes: object) -> None:
        with Store.open(database) as store, store.writing() as tx:
            state = polls.state(tx, FeedId(feed_id))
            assert state is not None
            changed = replace(state, **changes)  # type: ignore[arg-type]
            polls.save(tx, changed, Unchanged(validators=Validators()), News(), now(), watchlists=())

    return call


HARD = {
    "failures": 4,
    "failure": FailureKind.HARD,
    "last_error": "404: رفح is not there any more; look for its new address",
}


def test_all_feeds_are_well(monitor: Run, demo: Path) -> None:
    said = monitor("feeds", "health", "--exit-code", at=demo)
    assert (said.code, said.out) == (0, "All 14 feeds are well.\n")
    listed = monitor("feeds", "health", "--all", at=demo).out.splitlines()
    assert listed[0].split() == ["feed", "is", "ok", "new", "every", "gaps", "full", "what", "to", "do"]
    assert (len(listed), listed[-1]) == (18, "0 of 14 feeds in need of a person.")
    assert "83%" in monitor("feeds", "health", "--all", at=demo).out


def test_those_that_need_a_person_come_first_with_what_to_do(
    monitor: Run, kept: Path, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    change("kav-hahof-he", **HARD)
    change("le-fanal-fr", moved_times=3, moved_to="https://le-fanal.example/", distrusted_at=NOON)
    change("yeni-liman-tr", failures=1, failure=FailureKind.TEMPORARY, last_error="503: busy", crashes=3)
    said = monitor("feeds", "health", at=kept)
    assert said.code == 0
    rows = said.out.splitlines()[2:]
    assert [row.split()[:2] for row in rows[:3]] == [
        ["kav-hahof-he", "hard"],
        ["yeni-liman-tr", "crashing"],
        ["le-fanal-fr", "moved"],
    ]
    assert rows[0].endswith(
        "\u2068check its address, 404: رفح is not there any more; look for its new address (4 in a row)\u2069"
    )
    assert rows[1].endswith("monitor retry --feed, 503: busy (1 in a row), also retrying")
    assert rows[2].endswith("monitor feeds fix, its 304s are not believed")
    assert rows[4] == "3 of 14 feeds in need of a person."
    monkeypatch.setattr("monitor.cli.output.is_terminal", lambda: True)
    monkeypatch.setattr("monitor.cli.output.get_terminal_size", lambda: os.terminal_size((80, 24)))
    narrow = monitor("feeds", "health", at=kept).out.splitlines()
    assert max(map(width, narrow)) <= 80


def test_a_feed_that_is_always_cut_off_needs_a_person(monitor: Run, kept: Path, database: str) -> None:
    feed_id, cut = FeedId("kav-hahof-he"), "the document is cut off before its end"
    with Store.open(database) as store, store.writing() as tx:
        for minutes in (1, 2, 3):
            state = polls.state(tx, feed_id)
            assert state is not None
            parsed = ParsedFeed(offered=0, entries=(), damaged=cut)
            outcome = Polled(parsed=parsed, validators=Validators(), body_hash="")
            moment = now() + timedelta(minutes=minutes)
            polls.save(tx, replace(state, last_error=cut), outcome, News(), moment, watchlists=())
    said = monitor("feeds", "health", "--exit-code", at=kept)
    assert said.code == 1
    row = said.out.splitlines()[2]
    assert row.split()[:2] == ["kav-hahof-he", "damaged"]
    assert row.endswith(f"  monitor poll -v, {cut} (3 in a row)")
    assert "\n1 of 14 feeds in need of a person.\n" in said.out
    assert "1 in need of a person" in monitor("status", at=kept).out


def test_why_a_feed_is_retried_is_said_first(monitor: Run, kept: Path, change: Change) -> None:
    change("kav-hahof-he", failures=1, failure=FailureKind.HARD, last_error="404: the feed is not there any more")
    row = monitor("feeds", "health", at=kept).out.splitlines()[2]
    assert row.endswith("  404: the feed is not there any more (1 in a row), it is retried")


def test_what_a_server_says_of_a_feed_that_is_gone_is_not_said_twice(monitor: Run, kept: Path, change: Change) -> None:
    reason = "410: the feed was taken down for good; look for its new address"
    change("kav-hahof-he", failures=1, failure=FailureKind.GONE, last_error=reason)
    row = monitor("feeds", "health", at=kept).out.splitlines()[2]
    assert row.endswith("  find its new address, 410: the feed was taken down for good (1 in a row)")
    assert json.loads(monitor("feeds", "health", "--format", "json", at=kept).out)[0]["last_error"] == reason


def test_the_interval_is_told_before_one_is_learned_and_below_a_minute(
    monitor: Run, kept: Path, change: Change
) -> None:
    change("kav-hahof-he", interval=timedelta(seconds=20))
    rows = [row.split() for row in monitor("feeds", "health", "--all", at=kept).out.splitlines()]
    every = {row[0]: row[4] for row in rows[2:16]}
    assert (every.pop("kav-hahof-he"), set(every.values())) == ("20s", {"15m"})


def test_a_script_is_told_by_exit_code_and_json(monitor: Run, kept: Path, change: Change) -> None:
    change("kav-hahof-he", **HARD)
    said = monitor("feeds", "health", "--exit-code", "--format", "json", at=kept)
    assert said.code == 1
    (record,) = json.loads(said.out)
    assert (record["id"], record["condition"], record["needs_person"]) == ("kav-hahof-he", "hard", True)
    assert (record["failure"], record["failures"], record["last_error"]) == ("hard", 4, HARD["last_error"])
    assert (record["pages"], record["full_texts"], record["full_share"]) == (7, 7, 1.0)
    assert monitor("feeds", "health", "--format", "json", at=kept).code == 0


def test_all_that_is_known_is_told_to_a_program() -> None:
    state = FeedState(
        feed_id=FeedId("a"), next_poll_at=NOON, moved_to="https://x.example/?token=hunter2", moved_times=3
    )
    silence = Silence(since=NOON, expected=9, chance=1e-4)
    record = health_record(judge(Facts(state=state, last_new_at=NOON, silence=silence), NOON))
    assert record["conditions"] == ["moved", "quiet"]
    assert record["moved_to"] == "https://x.example/?token=***"
    assert record["silent_since"] == NOON.isoformat()
    assert (record["interval"], record["full_share"], record["last_success_at"]) == (None, None, None)


def test_there_is_something_to_do_about_every_condition() -> None:
    assert _ADVICE.keys() == {str(condition) for condition in Condition}


def test_an_empty_schedule_says_so(monitor: Run, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    Store.open(str(tmp_path / "data.db")).close()
    said = monitor("feeds", "health", "--database", str(tmp_path / "data.db"), at=tmp_path)
    assert said.out == "No feed is in the schedule yet: see `monitor run`.\n"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A small configuration, in force: two of its feeds have moved to one address, and one has a secret."""
    for name, text in FILES.items():
        path = tmp_path / "config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("every: 10m", "auth: {bearer: env:NOT_SET}"), encoding="utf-8")
    config = load_config(tmp_path / "config", {}, secrets=False)
    key = "https://gazette.example/?key=hunter2"
    there = {"gazette-en": (key, 3), "gazette-ar": ("https://elsewhere.example/", 4), "norsk": (key, 9)}
    with Store.open(str(tmp_path / "data" / "monitor.db")) as store, store.writing() as tx:
        polls.sync(tx, config.feeds, NOON)
        for state in polls.due(tx, NOON, 9):
            moved_to, times = there[state.feed_id]
            moved = replace(state, moved_to=moved_to, moved_times=times)
            polls.save(tx, moved, Unchanged(validators=Validators()), News(), NOON, watchlists=())
    return tmp_path


def test_a_moved_feed_is_fixed_and_two_that_become_one_are_left_to_a_person(monitor: Run, small: Path) -> None:
    path = small / "config" / "feeds.yaml"
    said = monitor("feeds", "fix", at=small)
    assert said.code == 0
    assert said.err == (
        "gazette-ar has moved to https://elsewhere.example/, whose server would get its secret: "
        "change the url: by hand, if it may have it.\n"
        "norsk has moved to https://gazette.example/?key=***, which is another feed's: remove one of the two.\n"
    )
    assert [line for line in said.out.splitlines() if line[0] in "+-"] == [
        "--- feeds.yaml",
        "+++ feeds.yaml",
        "-        url: https://gazette.example/rss.xml",
        "+        url: https://gazette.example/?key=***",
    ]
    before = path.read_text(encoding="utf-8")
    assert "rss.xml" in before
    said = monitor("feeds", "fix", "--write", at=small)
    assert (
        said.out == f"Written to {small.resolve()}/config/feeds.yaml: gazette-en. The daemon takes it up by itself.\n"
    )
    assert path.read_text(encoding="utf-8") == before.replace(
        "https://gazette.example/rss.xml", "https://gazette.example/?key=hunter2"
    )
    assert (
        monitor("feeds", "fix", at=small).out
        == "No feed has moved to an address that can be written: nothing to fix.\n"
    )


def quarantine(database: str) -> list[ArticleId]:
    """Puts two articles in quarantine; their ids."""
    with Store.open(database) as store, store.writing() as tx:
        chosen = [article for article in articles.query(tx, ArticleQuery(limit=None)) if article.url][:2]
        for article in chosen:
            matched = Matched(article_id=article.id, found=())
            readings.save(tx, Read(article=article, matched=matched, quarantined=True), NOON, watchlists=())
    return [article.id for article in chosen]


def waiting(database: str) -> int:
    with Store.open(database) as store, store.reading() as tx:
        return readings.waiting(tx, now())


def test_pages_in_quarantine_are_listed_and_read_again(monitor: Run, kept: Path, database: str) -> None:
    first, _ = quarantine(database)
    listed = monitor("articles", "--quarantined", at=kept).out
    assert listed.count(first[:8]) == 1
    assert listed.endswith("\n`monitor retry --quarantined` reads them again, `monitor retry ID` one of them.\n")
    assert len(json.loads(monitor("articles", "--quarantined", "--format", "json", at=kept).out)) == 2
    said = monitor("retry", "--quarantined", "--dry-run", at=kept)
    assert (said.code, said.out, waiting(database)) == (0, "2 pages would be due again.\n", 0)
    said = monitor("retry", first[:8], at=kept)
    assert said.out == "1 page is due again.\nNo daemon works on this database: `monitor run` does it.\n"
    with daemon_lock(database):
        assert monitor("retry", "--quarantined", at=kept).out == "1 page is due again.\n"
    assert waiting(database) == 2
    assert "monitor retry" not in monitor("articles", "--quarantined", at=kept).out


def test_pages_of_a_kind_are_read_again_all_or_those_of_a_feed(monitor: Run, kept: Path, database: str) -> None:
    short = json.loads(monitor("articles", "--shortfall", "paywall", "--format", "json", at=kept).out)
    assert {article["shortfall"] for article in short} == {"paywall"}
    feed = str(short[0]["feed"])
    of_feed = json.loads(monitor("articles", "--shortfall", "paywall", "--feed", feed, "--format", "json", at=kept).out)
    said = monitor("retry", "--shortfall", "paywall", "--feed", feed, "--dry-run", at=kept)
    assert said.out.startswith(f"{len(of_feed)} page")
    assert monitor("retry", "--shortfall", "paywall", at=kept).out.startswith(f"{len(short)} pages are due again.")
    assert waiting(database) == len(short)
    with Store.open(database) as store, store.writing() as tx:
        readings.take(tx, now(), 1)
    said = monitor("retry", "--shortfall", "paywall", at=kept)
    assert "; 1 have no address, or are being read at this moment." in said.out


def test_a_feed_is_polled_again_whatever_it_sent(monitor: Run, kept: Path, database: str, change: Change) -> None:
    change("kav-hahof-he", crashes=3, crashed_hash="ab", next_poll_at=now().replace(year=2999))
    assert "would be polled now" in monitor("retry", "--feed", "kav-hahof-he", "--dry-run", at=kept).out
    assert monitor("retry", "--feed", "kav-hahof-he", at=kept).out.startswith("kav-hahof-he is due now, and is parsed")
    with Store.open(database) as store, store.writing() as tx:
        state = polls.state(tx, FeedId("kav-hahof-he"))
        assert state is not None
        assert (state.crashes, state.next_poll_at <= now()) == (0, True)
        polls.sync(tx, [], now())
    assert "not in the configuration any more" in monitor("retry", "--feed", "kav-hahof-he", at=kept).out


@pytest.mark.parametrize("arguments", [("--quarantined",), ("--feed", "x"), ("--quarantined", "--dry-run")])
def test_where_there_is_no_database_none_is_made(monitor: Run, small: Path, arguments: tuple[str, ...]) -> None:
    database = small / "data" / "monitor.db"
    database.unlink()
    said = monitor("retry", *arguments, at=small)
    assert said.code == 3
    assert "no database yet" in said.err
    assert not database.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "say what to try again: IDs, --quarantined, --shortfall KIND or --feed ID"),
        (("abcd", "--quarantined"), 2, "name either IDs or a kind of pages, not both"),
        (("abcd", "--feed", "x"), 2, "name either IDs or a kind of pages, not both"),
        (("--shortfall", "lazy"), 2, "'lazy' is not one of"),
        (("zz",), 2, "is not an id"),
        (("ffffffff",), 3, "no match or article"),
        (("--feed", "xyzzy"), 2, 'there is no feed "xyzzy"'),
    ],
)
def test_what_cannot_be_tried_again_is_one_line(
    monitor: Run, demo: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    said = monitor("retry", *arguments, at=demo)
    assert said.code == code
    assert message in said.err
