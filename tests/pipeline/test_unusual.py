"""Spikes, silences and empty digests are told once each, and only while somebody asks."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, text

from monitor.config.load import Config, load
from monitor.errors import StoreError
from monitor.model import ArticleId, Matched, Occasion, OutageKind, WatchlistId
from monitor.pipeline.today import today
from monitor.pipeline.unusual import Looking, unusual
from monitor.store import articles, deliveries, matches, outages, rule_versions
from monitor.store.deliveries import Due
from monitor.store.store import Store, Transaction
from tests.builders import NOON, a_found, a_watchlist, an_article
from tests.pipeline.conftest import World

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
RAFAH = WatchlistId("rafah")
GAZA = ZoneInfo("Asia/Gaza")
MONITOR_YAML = """\
timezone: Asia/Gaza
channels:
  desk:
    command: [/bin/true]
  boss:
    command: [/bin/true]
"""
FEEDS = """\
outlets:
  gazette:
    name: The Gazette
    country: EG
    language: en
    affiliation: independent
    domains: [gazette.example]
    feeds: {gazette-en: {url: "https://gazette.example/feed.xml"}}
"""
ALERTS = """\
title: Rafah
query: Rafah
alerts:
"""


def a_config(folder: Path, *alerts: str) -> Config:
    watchlist = ALERTS + "".join(f"  - {{{one}}}\n" for one in alerts)
    files = {"monitor.yaml": MONITOR_YAML, "feeds.yaml": FEEDS, "watchlists/rafah.yaml": watchlist}
    found = {name: said.encode() for name, said in files.items()}
    return load(found, environment={}, home=folder)


def in_force(tx: Transaction, since: datetime, *names: str) -> None:
    row = "INSERT INTO configurations VALUES ('c', 1, '2025-11-10 12:00:00+00', '2025-11-10 12:00:00+00')"
    tx.execute(text(row.replace("+00", "") if tx.dialect.name == "sqlite" else row))
    lists = [a_watchlist("Rafah", name) for name in names or ("rafah",)]
    rule_versions.save(tx, lists, {one.id: "0" * 12 for one in lists}, "c", since)


def some(tx: Transaction, at: datetime, number: int, *, rematch: int | None = None) -> list[ArticleId]:
    """So many articles match, each of a story of its own."""
    found = [an_article(f"https://gazette.example/{at.isoformat()}/{one}", first_seen_at=at) for one in range(number)]
    articles.insert_new(tx, found)
    matched = [Matched(article_id=one.id, found=(a_found("rafah"),)) for one in found]
    matches.put(tx, matched, [RAFAH], at, rematch=rematch)
    return [one.id for one in found]


def quiet_days(tx: Transaction, now: datetime = NOON, days: int = 14) -> None:
    """Three stories each morning."""
    in_force(tx, now - (days + 1) * DAY)
    for day in range(1, days + 1):
        some(tx, now - day * DAY - 4 * HOUR, 3)


def told(tx: Transaction, config: Config, now: datetime) -> list[Due]:
    found = unusual(tx, config, now)
    deliveries.add(tx, found, now)
    return found


def notes(found: list[Due]) -> list[tuple[str, str, str]]:
    return [(one.channel, one.occasion, one.note) for one in found]


def test_a_spike_is_told_once_a_day_and_again_when_there_are_twice_as_many(store: Store, tmp_path: Path) -> None:
    config = a_config(tmp_path, "channel: desk, when: spike", "channel: boss, when: spike", "channel: desk")
    with store.writing() as tx:
        quiet_days(tx)
        some(tx, NOON - 4 * HOUR, 3)
        assert told(tx, config, NOON) == []
        some(tx, NOON - 4 * HOUR + MINUTE, 11)
        found = told(tx, config, NOON)
        assert notes(found) == [(name, "spike", "14 stories by 14:00, 3 are usual") for name in ("desk", "boss")]
        assert (found[0].subject, found[0].event, found[0].due_at) == ("2025-11-10", "14", NOON)
        assert (found[0].since, found[0].until) == (datetime(2025, 11, 9, 22, tzinfo=UTC), NOON)
        some(tx, NOON + MINUTE, 13)
        assert told(tx, config, NOON + 5 * MINUTE) == []
        some(tx, NOON + 6 * MINUTE, 1)
        assert notes(told(tx, config, NOON + 10 * MINUTE))[0][2] == "28 stories by 14:10, 3 are usual"
        assert told(tx, config, NOON + 15 * MINUTE) == []
        some(tx, NOON + DAY - 4 * HOUR, 14)
        assert len(told(tx, config, NOON + DAY)) == 2


def test_a_rise_late_in_the_day_is_told_by_its_last_hours(store: Store, tmp_path: Path) -> None:
    config = a_config(tmp_path, "channel: desk, when: spike")
    with store.writing() as tx:
        in_force(tx, NOON - 20 * DAY)
        for day in range(15):
            for hour in range(12):
                some(tx, NOON - day * DAY - hour * HOUR - MINUTE, 2)
        assert told(tx, config, NOON) == []
        some(tx, NOON - 2 * MINUTE, 10)
        assert notes(told(tx, config, NOON)) == [("desk", "spike", "12 stories from 13:00 to 14:00, 2 are usual")]


def test_what_a_rematch_found_what_is_lost_and_what_had_gathered_is_no_spike(store: Store, tmp_path: Path) -> None:
    config = a_config(tmp_path, "channel: desk, when: spike")
    with store.writing() as tx:
        quiet_days(tx)
        some(tx, NOON - HOUR, 30, rematch=1)
        lost = some(tx, NOON - 2 * HOUR, 30)
        matches.put(tx, [Matched(article_id=one, found=()) for one in lost], [RAFAH], NOON - HOUR)
        some(tx, NOON - 20 * MINUTE, 30)
        outages.begin(tx, OutageKind.NETWORK, NOON - 9 * HOUR)
        outages.end(tx, NOON - 30 * MINUTE)
        assert today(tx, [RAFAH], GAZA, NOON) == {}
        assert told(tx, config, NOON) == []
        tx.execute(text("DELETE FROM outages"))
        assert len(told(tx, config, NOON)) == 1


def test_a_new_watchlist_is_not_compared_with_the_time_before_it(store: Store, tmp_path: Path) -> None:
    config = a_config(tmp_path, "channel: desk, when: spike")
    with store.writing() as tx:
        in_force(tx, NOON - 5 * DAY)
        in_force_again = [a_watchlist("Rafah", "rafah")]
        rule_versions.save(tx, in_force_again, {RAFAH: "1" * 12}, "c", NOON - HOUR)
        some(tx, NOON - HOUR, 20)
        assert told(tx, config, NOON) == []
        (found,) = today(tx, [RAFAH], GAZA, NOON).values()
        assert found.judged.doubt == "it takes 7 days to compare with, and there are 4"
        assert today(tx, [RAFAH], GAZA, NOON - 5 * DAY) == {}
        assert today(tx, [WatchlistId("other")], GAZA, NOON) == {}


@pytest.mark.parametrize(
    ("number", "usual", "note"),
    [
        (1, 1, "1 story by 14:00, 1 is usual"),
        (0, 0, "0 stories by 14:00, 0 are usual"),
        (2, 4, "2 stories by 14:00, 4 are usual"),
    ],
)
def test_a_note_says_how_many_there_are_and_how_many_are_usual(
    store: Store, number: int, usual: int, note: str
) -> None:
    with store.writing() as tx:
        in_force(tx, NOON - 20 * DAY)
        some(tx, NOON - 4 * HOUR, number)
        for day in range(1, 15):
            some(tx, NOON - 4 * HOUR - day * DAY, usual)
        assert today(tx, [RAFAH], GAZA, NOON)[RAFAH].note(GAZA) == note
        some(tx, NOON - 4 * HOUR - DAY + MINUTE, 1)
        assert ".1 are usual" in today(tx, [RAFAH], GAZA, NOON)[RAFAH].note(GAZA) or usual == 4


def test_a_silence_is_told_once(store: Store, tmp_path: Path) -> None:
    config = a_config(tmp_path, "channel: desk, when: quiet")
    with store.writing() as tx:
        in_force(tx, NOON - 40 * DAY)
        for number in range(8 * 21):
            some(tx, NOON - number * 3 * HOUR - 4 * DAY, 1)
        assert told(tx, config, NOON - 4 * DAY + HOUR) == []
        some(tx, NOON - HOUR, 1, rematch=1)
        (found,) = told(tx, config, NOON)
        assert found.note == "nothing since 2025-11-06 15:00; in as long a time, 31 hours with news are usual"
        assert (found.subject, found.since) == ((NOON - 4 * DAY).isoformat(), NOON - 4 * DAY)
        (again,) = told(tx, config, NOON + HOUR)
        assert again.key == found.key
        some(tx, NOON + HOUR, 1)
        assert told(tx, config, NOON + 2 * HOUR) == []


def test_a_digest_with_nothing_in_it_is_told_where_somebody_wants_it(store: Store, tmp_path: Path) -> None:
    wanted = 'channel: desk, when: digest, every: 1h, even_if_empty: "yes"'
    config = a_config(tmp_path, wanted, "channel: boss, when: digest, every: 1h")
    with store.writing() as tx:
        in_force(tx, NOON - DAY)
        (found,) = told(tx, config, NOON + 5 * MINUTE)
        assert (found.channel, found.occasion, found.note) == ("desk", Occasion.DIGEST, "nothing matched")
        assert (found.since, found.until, found.due_at) == (NOON - HOUR, NOON, NOON)
        # A match of its last moments may still be saved.
        assert [one.until for one in told(tx, config, NOON + HOUR + 4 * MINUTE)] == [NOON]
        some(tx, NOON + HOUR + MINUTE, 1)
        assert [one.until for one in told(tx, config, NOON + 2 * HOUR)] == [NOON + HOUR]
        assert told(tx, config, NOON + 2 * HOUR + 5 * MINUTE) == []
        # It was not there yet.
        assert told(tx, config, NOON - DAY + 30 * MINUTE) == []


def test_an_empty_digest_says_when_nothing_could_have_matched(store: Store, tmp_path: Path) -> None:
    config = a_config(tmp_path, 'channel: desk, when: digest, every: 1h, even_if_empty: "yes"')
    with store.writing() as tx:
        in_force(tx, NOON - DAY)
        outages.begin(tx, OutageKind.NETWORK, NOON - HOUR / 2)
        outages.end(tx, NOON + HOUR / 2)
        outages.begin(tx, OutageKind.MONITOR, NOON - HOUR / 4)
        (found,) = unusual(tx, config, NOON + 5 * MINUTE)
        expected = "nothing matched; but the monitor did not run and the network was down for a part of the time"
        assert found.note == expected
        outages.end(tx, NOON + HOUR / 2)
        (found,) = unusual(tx, config, NOON + 2 * HOUR + 5 * MINUTE)
        assert found.note == "nothing matched"


def test_where_nobody_asks_nothing_is_looked_for(store: Store, tmp_path: Path) -> None:
    config = a_config(tmp_path, "channel: desk")
    asked: list[str] = []
    with store.writing() as tx:
        event.listen(tx, "before_cursor_execute", lambda *given: asked.append(given[2]))
        assert unusual(tx, config, NOON) == []
    assert asked == []


async def test_a_look_writes_what_is_to_be_told(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.write(
        "monitor.yaml", (world.folder / "monitor.yaml").read_text() + "channels: {desk: {command: [/bin/true]}}\n"
    )
    world.write("watchlists/rafah.yaml", "query: Rafah\nalerts: [{channel: desk, when: spike}]\n")
    async with world.tools() as tools:
        await Looking(tools).look()

        def unusual_day(tx: Transaction) -> None:
            quiet_days(tx)
            some(tx, NOON - HOUR, 20)

        await tools.database.write(unusual_day)
        looking = Looking(tools)
        await looking.look()
        await looking.look()
        rows = await tools.database.read(lambda tx: tx.execute(text("SELECT occasion, note FROM deliveries")).all())
        assert [tuple(row) for row in rows] == [("spike", "20 stories by 12:00, 3 are usual")]

        def failing(*_: object) -> None:
            raise StoreError("the disk is full")

        monkeypatch.setattr(outages, "known", failing)
        await looking.look()
        await looking.look()
        assert [one.message for one in caplog.records if one.levelname == "ERROR"] == ["alerts: the disk is full"]
        monkeypatch.undo()
        await looking.look()
        assert len(await tools.database.read(lambda tx: tx.execute(text("SELECT 1 FROM deliveries")).all())) == 1
