"""RELOAD: what becomes of a changed file, and what the stages do with it while they work."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.app import load_or_last_good
from monitor.config.change import Refusal
from monitor.config.load import load
from monitor.model import Feed, FeedState, News, Outcome, Unchanged, Validators, WatchlistId
from monitor.pipeline import poll as poll_module
from monitor.pipeline import reload
from monitor.pipeline.poll import poll, poll_due
from monitor.pipeline.reload import Reloading, put_in_force
from monitor.pipeline.tools import Tools
from monitor.store import configurations, daemon, polls, reloads, rule_versions
from monitor.store.daemon import Daemon
from monitor.store.reloads import Answer
from tests.builders import NOON
from tests.pipeline.conftest import LISTS, WATCHLIST, World

OLIVES = 'title: Olives\nquery: "olives"\n'
BROKEN = 'title: Fighters in Rafah\nquery: "@rafah AND @nobody"\n'
RAFAH = WatchlistId("rafah")


@asynccontextmanager
async def reloading(world: World, refusal: Refusal | None = None) -> AsyncIterator[tuple[Reloading, Tools]]:
    """As the daemon begins."""
    async with world.tools() as tools:
        record = Daemon(
            pid=1,
            host="desk",
            started_at=NOON,
            configuration=tools.config.hash,
            in_force_since=NOON,
            alive_at=NOON,
        )
        await tools.database.write(lambda tx: put_in_force(tx, tools.config, NOON))
        await tools.database.write(lambda tx: daemon.begin(tx, record))
        yield Reloading(tools, world.folder, world.environment, refusal), tools


async def twice(looking: Reloading) -> None:
    """What is read must be the same at two looks."""
    await looking.look()
    await looking.look()


async def save(feed: Feed, state: FeedState, outcome: Outcome, tools: Tools) -> None:
    asked = poll_module.Asked(feed=feed, state=state, outcome=outcome, tools=tools)
    await tools.database.save_together(poll_module.save, asked)


async def asked(tools: Tools, looking: Reloading, *, forced: bool = False) -> Answer:
    """What is answered to a reload."""
    number = await tools.database.write(lambda tx: reloads.ask(tx, NOON, forced=forced))
    await twice(looking)
    answer = await tools.database.read(lambda tx: reloads.answer_to(tx, number))
    assert answer is not None
    return answer


def refused(world: World) -> list[str]:
    """What the daemon's record says is wrong."""
    record = world.reading(daemon.get)
    assert record is not None
    assert bool(record.refused) == bool(record.refused_at)
    return [str(problem) for problem in record.refused]


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


def many_feeds(world: World, many: int) -> None:
    world.feeds(*(f"feed-{number}" for number in range(many)))


async def test_a_changed_file_comes_into_force_at_the_second_look(world: World) -> None:
    async with reloading(world) as (looking, tools):
        await twice(looking)
        old = tools.config
        world.write("watchlists/olives.yaml", OLIVES)
        assert await looking.look()
        assert tools.config is old
        assert not await looking.look()
        assert not await looking.look()
        assert [one.id for one in tools.config.watchlists] == ["olives", "rafah"]
    assert world.reading(configurations.last) == dict(tools.config.files)
    assert [one.watchlist_id for one in world.reading(rule_versions.active)] == ["olives", "rafah"]
    record = world.reading(daemon.get)
    assert record is not None
    assert record.configuration == tools.config.hash


async def test_files_that_are_still_being_written_are_not_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async with reloading(world) as (looking, tools):
        right = load

        def written_meanwhile(*arguments: object, **others: object) -> object:
            world.write("watchlists/rafah.yaml", f"# 2\n{OLIVES}")
            return right(*arguments, **others)  # type: ignore[arg-type]

        world.write("watchlists/rafah.yaml", OLIVES)
        monkeypatch.setattr(reload, "load", written_meanwhile)
        await twice(looking)
        assert tools.config.watchlists[0].title == "Fighters in Rafah"
        monkeypatch.setattr(reload, "load", right)
        await twice(looking)
        assert tools.config.files["watchlists/rafah.yaml"].startswith(b"# 2\n")


async def test_a_broken_file_is_refused_and_said_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    async with reloading(world) as (looking, tools):
        old = tools.config
        world.write("watchlists/rafah.yaml", BROKEN)
        await twice(looking)
        await twice(looking)
        world.write("watchlists/rafah.yaml", BROKEN)  # touched: the content is the same
        await twice(looking)
        assert tools.config is old
    said = errors(caplog)
    assert len(said) == 2
    assert said[0].startswith("watchlists/rafah.yaml:2:")
    assert said[1].startswith("the changed configuration is refused; still in force: configuration ")
    assert refused(world) == said[:1]


async def test_a_folder_that_cannot_be_read_is_refused(world: World, tmp_path: Path) -> None:
    async with reloading(world) as (looking, tools):
        world.folder.rename(tmp_path / "elsewhere")
        await twice(looking)
        assert len(tools.config.watchlists) == 1
    assert "no such folder" in refused(world)[0]


async def test_files_that_are_mended_by_undoing_are_in_force_again(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async with reloading(world) as (looking, _):
        world.write("watchlists/rafah.yaml", BROKEN)
        await twice(looking)
        world.write("watchlists/rafah.yaml", WATCHLIST)
        await twice(looking)
    assert "; the files are the same" in caplog.text
    assert refused(world) == []


async def test_what_shrinks_is_held_until_it_is_forced(world: World, caplog: pytest.LogCaptureFixture) -> None:
    many_feeds(world, 8)
    async with reloading(world) as (looking, tools):
        world.feeds("feed-6", "feed-7")
        await twice(looking)
        assert len(tools.config.feeds) == 8
        assert "6 of 8 feeds would be gone" in refused(world)[0]
        answer = await asked(tools, looking)
        assert not answer.accepted
        assert answer.said[0].startswith("still in force: configuration ")
        assert [str(problem) for problem in answer.problems] == refused(world)
        assert len(tools.config.feeds) == 8
        assert len(errors(caplog)) == 1 + len(refused(world))
        answer = await asked(tools, looking, forced=True)
        assert answer.accepted
        assert answer.said[1:] == ("feeds removed: feed-0, feed-1, feed-2, feed-3, feed-4 and 1 more",)
        assert (len(tools.config.feeds), refused(world)) == (2, [])
    assert len(world.reading(lambda tx: polls.due(tx, NOON, 10))) == 2


async def test_what_is_broken_cannot_be_forced(world: World) -> None:
    async with reloading(world) as (looking, tools):
        world.write("watchlists/rafah.yaml", BROKEN)
        assert not (await asked(tools, looking, forced=True)).accepted
        assert not (await asked(tools, looking, forced=True)).accepted
        assert tools.config.watchlists[0].title == "Fighters in Rafah"


async def test_what_was_held_at_the_start_is_not_said_again_and_can_be_forced(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    many_feeds(world, 8)
    async with reloading(world):
        world.feeds("feed-6", "feed-7")
        last_good, refusal = load_or_last_good(world.folder, world.environment)
    assert refusal is not None
    assert (len(last_good.feeds), refusal.shrinks) == (8, True)
    async with world.tools() as tools:
        tools.use(last_good)
        looking = Reloading(tools, world.folder, world.environment, refusal)
        await twice(looking)
        assert (len(tools.config.feeds), errors(caplog)) == (8, [])
        assert (await asked(tools, looking, forced=True)).accepted
        assert len(tools.config.feeds) == 2


async def test_a_reload_of_what_is_in_force_changes_nothing(world: World) -> None:
    async with reloading(world) as (looking, tools):
        answer = await asked(tools, looking)
    counts = "1 feeds, 2 lists, 1 watchlists"
    said = (f"in force: configuration {tools.config.hash[:12]} with {counts}", "nothing has changed")
    assert answer == Answer(accepted=True, said=said)


async def test_a_signal_demands_a_look_at_files_that_look_the_same(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async with reloading(world) as (looking, _):
        await twice(looking)
        assert "the files are the same" not in caplog.text
        looking.demand()
        await twice(looking)
        assert caplog.text.count("the files are the same") == 1
        world.write("watchlists/rafah.yaml", BROKEN)
        await twice(looking)
        looking.demand()
        await twice(looking)
    assert len(errors(caplog)) == 4


async def test_settings_that_wait_for_a_restart_are_named_until_then(world: World) -> None:
    async with reloading(world) as (looking, tools):
        text = (world.folder / "monitor.yaml").read_text(encoding="utf-8")
        world.write("monitor.yaml", f"{text}workers:\n  count: 3\n")
        assert "workers.count: taken up at the next start" in (await asked(tools, looking)).said
        world.write("lists/words.yaml", f"{LISTS}olives:\n  en: [olive*]\n")
        assert "workers.count: taken up at the next start" in (await asked(tools, looking)).said
    record = world.reading(daemon.get)
    assert record is not None
    assert record.needs_restart == ("workers.count",)


async def test_a_shortened_interval_counts_at_once(world: World) -> None:
    async with reloading(world) as (looking, tools):
        (state,) = await tools.database.read(lambda tx: polls.due(tx, NOON, 10))
        later = replace(state, next_poll_at=NOON + timedelta(minutes=14))
        outcome = Unchanged(validators=Validators())
        news = News()
        await tools.database.write(lambda tx: polls.save(tx, later, outcome, news, NOON, watchlists=()))
        text = (world.folder / "monitor.yaml").read_text(encoding="utf-8")
        world.write("monitor.yaml", f"{text}poll:\n  every: 2m\n")
        await twice(looking)
        assert await tools.database.read(polls.next_due) == NOON + timedelta(minutes=2)


async def test_a_secret_that_changes_is_taken_up_and_one_that_is_lost_is_not(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = world.folder.parent / "token"
    secret.write_text("c4n4ry-1", encoding="utf-8")
    text = (world.folder / "feeds.yaml").read_text(encoding="utf-8")
    world.write("feeds.yaml", f"{text}        auth: {{bearer: file:token}}\n")
    async with reloading(world) as (looking, tools):
        await twice(looking)
        before = tools.config
        secret.write_text("c4n4ry-22", encoding="utf-8")
        await twice(looking)
        assert token(tools) == "Bearer c4n4ry-22"
        assert tools.config.hash == before.hash
        assert "feeds changed: gazette-en" in caplog.text
        secret.unlink()
        await twice(looking)
        assert token(tools) == "Bearer c4n4ry-22"
        (problem,) = refused(world)
        assert problem.startswith("feeds.yaml:11:24: bearer: the file token does not exist (")
        secret.write_text("c4n4ry-22", encoding="utf-8")
        await twice(looking)
        assert refused(world) == []
        secret.write_text("c4n4ry-3", encoding="utf-8")
        assert (await asked(tools, looking)).said[1:] == ("feeds changed: gazette-en",)
        assert token(tools) == "Bearer c4n4ry-3"
    assert "c4n4ry" not in caplog.text


async def test_a_variable_that_changes_is_taken_up_by_a_reload(world: World) -> None:
    world.environment["TOKEN"] = "first"
    text = (world.folder / "feeds.yaml").read_text(encoding="utf-8")
    world.write("feeds.yaml", f"{text}        auth: {{bearer: env:TOKEN}}\n")
    async with reloading(world) as (looking, tools):
        await twice(looking)
        world.environment["TOKEN"] = "second"
        await twice(looking)
        assert token(tools) == "Bearer first"
        assert (await asked(tools, looking)).accepted
        assert token(tools) == "Bearer second"


def token(tools: Tools) -> str:
    (feed,) = tools.config.feeds
    assert feed.credentials is not None
    return feed.credentials.value.reveal()


async def test_after_it_was_stopped_it_looks_no_more(world: World) -> None:
    async with reloading(world) as (looking, tools):
        world.write("watchlists/olives.yaml", OLIVES)
        await looking.stop()
        assert not await looking.look()
        await twice(looking)
        assert len(tools.config.watchlists) == 1


async def test_it_stops_when_the_look_that_is_under_way_is_finished(world: World) -> None:
    async with reloading(world) as (looking, tools):
        world.write("watchlists/olives.yaml", OLIVES)
        await looking.look()
        under_way = asyncio.create_task(looking.look())
        await asyncio.sleep(0)
        await looking.stop()
        assert under_way.done()
        assert len(tools.config.watchlists) == 2


async def test_every_match_carries_the_version_that_was_in_force_when_it_was_saved(world: World) -> None:
    world.offer(world.item("Fighters in Rafah: olives", "/1"))
    world.page("/1", "Olives and nothing else.")
    async with reloading(world) as (looking, tools):
        (state,) = await tools.database.read(lambda tx: polls.due(tx, NOON, 10))
        outcome = await poll_module.ask(tools.config.feeds[0], state, tools)
        world.write("watchlists/rafah.yaml", OLIVES)
        await twice(looking)
        await save(tools.config.feeds[0], state, outcome, tools)
        version = tools.config.matcher.versions[RAFAH]
    (match,) = world.matches()
    assert (match.found.version, match.found.explanation.query) == (version, "olives")
    saved = world.reading(rule_versions.get, RAFAH, version)
    assert saved is not None
    assert world.reading(rule_versions.text_of, saved)["watchlists/rafah.yaml"] == OLIVES.encode()


async def state_of(world: World) -> FeedState:
    state = world.reading(polls.state, world.config().feeds[0].id)
    assert state is not None
    return state


async def test_the_old_address_of_an_edited_feed_vouches_for_nothing_at_the_new_one(world: World) -> None:
    world.offer(world.item("Fighters in Rafah", "/1"))
    world.offer(world.item("Olives", "/2"), feed="moved")
    async with reloading(world) as (looking, tools):
        (state,) = await tools.database.read(lambda tx: polls.due(tx, NOON, 10))
        asked_as = tools.config.feeds[0]
        outcome = await poll_module.ask(asked_as, state, tools)
        world.feeds("gazette-en", urls={"gazette-en": f"{world.base_url}/moved.xml"})
        await twice(looking)
        await save(asked_as, state, outcome, tools)
        after = await state_of(world)
        assert (after.body_hash, after.validators, after.next_poll_at) == ("", Validators(), NOON)
        await poll(tools.config.feeds[0], after, tools)
    assert set(world.articles()) == {"Fighters in Rafah", "Olives"}


async def test_what_a_removed_feed_had_offered_is_stored(world: World) -> None:
    world.feeds("gazette-en", "other-en")
    world.offer(world.item("Fighters in Rafah", "/1"))
    async with reloading(world) as (looking, tools):
        state, _ = await tools.database.read(lambda tx: polls.due(tx, NOON, 10))
        asked_as = tools.feeds[state.feed_id]
        outcome = await poll_module.ask(asked_as, state, tools)
        world.feeds("other-en")
        await twice(looking)
        await save(asked_as, state, outcome, tools)
        due = await tools.database.read(lambda tx: polls.due(tx, NOON + timedelta(days=9), 10))
        assert [one.feed_id for one in due] == ["other-en"]
        await poll_due(state, tools)
    assert len(world.matches()) == 1
    assert world.asked("/gazette-en.xml") == 1


async def test_an_edited_table_of_agencies_counts_at_once(world: World) -> None:
    async with reloading(world) as (looking, tools):
        assert tools.credits.of(["Gazette Wire"]) == ""
        world.write("agencies.yaml", "wire: {name: Wire, credits: {en: [Gazette Wire]}}\n")
        await twice(looking)
        assert tools.credits.of(["Gazette Wire"]) == "wire"
