"""What becomes of articles whose texts were pruned, and when that is done."""

import asyncio
from datetime import timedelta

import pytest

from monitor.errors import StoreError
from monitor.model import Shortfall
from monitor.pipeline.database import Database
from monitor.pipeline.prune import Pruning, prune
from monitor.store import pages, retention
from monitor.store.ledger import ledger
from monitor.store.retention import Pruned
from monitor.store.store import Store, Transaction
from tests.pipeline.conftest import MONITOR_YAML, World
from tests.pipeline.test_read import LONG

MONTH = timedelta(days=30)
KEPT = f"{MONITOR_YAML}evidence: all\nretention: {{unmatched: 20d}}\n"


async def pruned(world: World, *, after: timedelta = MONTH) -> Pruned:
    """What a pass of the daemon's prunes, so much later."""
    world.now += after
    with Store.open(world.environment["MONITOR_DATABASE_URL"]) as store:
        async with Database(store) as database:
            return await prune(database, world.now - timedelta(days=20))


async def offered_again(world: World, *items: str, feed: str = "gazette-en") -> None:
    world.offer(*items, feed=feed)
    world.poll_again()
    await world.run(after=timedelta(hours=1))


@pytest.fixture
async def old(world: World) -> World:
    """An article that was read, matched nothing, and was pruned; its feed still offers it."""
    world.write("monitor.yaml", KEPT)
    world.feeds("gazette-en", "scan-en")
    world.offer(world.item("Talks go on", "/1", text="In Cairo.", guid="1"))
    world.offer(feed="scan-en")
    world.page("/1", f"{LONG}\nThe fighters play football.")
    await world.run()
    assert await pruned(world) == Pruned(articles=1, pages=1)
    (article,) = world.articles().values()
    assert (article.title, article.summary, article.text) == ("Talks go on", "", "")
    return world


async def test_a_pruned_article_that_its_feed_still_offers_is_neither_new_nor_read_again(old: World) -> None:
    same = old.item("Talks go on", "/1", text="In Cairo.", guid="1")
    old.offer(same, old.item("Football", "/2"))
    old.page("/2", LONG)
    old.poll_again()
    tally = await old.run()
    assert (tally.offered, tally.new, tally.read, tally.matches) == (2, 1, 1, 0)
    assert (old.asked("/1"), old.asked("/2")) == (1, 1)
    assert old.articles()["Talks go on"].text == ""
    assert old.matches(lost=True) == ()


async def test_pruned_texts_are_no_loss_in_the_ledger(world: World) -> None:
    world.offer(world.item("Talks go on", "/1", text="In Cairo."), world.item("Football", "/2"))
    world.page("/1", LONG)
    world.answer("/2", status=402)
    await world.run()
    begun = world.now
    await world.run(after=timedelta(days=1))
    before = world.reading(ledger, begun, world.now + MONTH)
    assert (await pruned(world, after=MONTH)).articles == 2
    after = world.reading(ledger, begun, world.now)
    assert after == before
    assert after.errors == ()


async def test_a_new_wording_that_does_not_match_is_taken_up_and_pruned_again(old: World) -> None:
    await offered_again(old, old.item("Talks go on", "/1", text="In Doha.", guid="1"))
    (article,) = old.articles().values()
    assert (article.title, article.summary, article.text) == ("Talks go on", "In Doha.", "")
    assert (old.asked("/1"), old.matches(lost=True)) == (1, ())
    assert await pruned(old, after=timedelta()) == Pruned(articles=1, pages=0)


async def test_a_new_wording_that_matches_is_judged_by_the_page_which_is_read_again(old: World) -> None:
    await offered_again(old, old.item("Talks about fighters in Rafah go on", "/1", text="In Doha.", guid="1"))
    (article,) = old.articles().values()
    assert "play football" in article.text
    assert (old.asked("/1"), len(old.matches())) == (2, 1)
    assert len(old.reading(pages.of_article, article.id)) == 1
    assert await pruned(old) == Pruned(articles=0, pages=0)


async def test_a_new_wording_makes_no_match_that_the_pruned_text_forbids(old: World) -> None:
    old.write("watchlists/rafah.yaml", 'title: Fighters\nquery: "@rafah AND @fighters NOT football"\n')
    await offered_again(old, old.item("Talks about fighters in Rafah go on", "/1", text="In Doha.", guid="1"))
    assert old.matches() == ()
    (match,) = old.matches(lost=True)
    assert match.lost_at == old.now


async def test_a_page_that_is_gone_meanwhile_is_not_asked_for_with_every_wording(old: World) -> None:
    old.write("monitor.yaml", (old.folder / "monitor.yaml").read_text() + "revisit: []\n")
    old.answer("/1", status=410)
    for said in ("In Doha.", "In Paris.", "In Rome."):
        await offered_again(old, old.item("Talks about fighters in Rafah go on", "/1", text=said, guid="1"))
    (article,) = old.articles().values()
    assert (article.shortfall, old.asked("/1"), len(old.matches())) == (Shortfall.GONE, 2, 1)


async def test_a_pruned_article_that_another_feed_offers_is_still_the_same(old: World) -> None:
    await offered_again(old, old.item("Talks go on", "/1", text="In Cairo."), feed="scan-en")
    (article,) = old.articles().values()
    assert (article.summary, article.text) == ("In Cairo.", "")
    assert old.asked("/1") == 1


# ── when ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_nothing_is_pruned_unless_it_is_configured(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.offer(world.item("Talks go on", "/1"))
    world.page("/1", LONG)
    await world.run()
    world.now += MONTH
    async with world.tools() as tools:
        await Pruning(tools).run()
    (article,) = world.articles().values()
    assert article.text
    assert "prune" not in caplog.text


async def test_the_daemon_prunes_as_the_settings_say(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.write("monitor.yaml", KEPT)
    world.offer(world.item("Talks go on", "/1"))
    world.page("/1", LONG)
    await world.run()
    world.now += timedelta(days=19)
    for days, text in ((0, True), (2, False)):
        world.now += timedelta(days=days)
        async with world.tools() as tools:
            await Pruning(tools).run()
        (article,) = world.articles().values()
        assert bool(article.text) is text
    assert "pruned the texts of 0 old articles and 0 pages" in caplog.text
    assert "pruned the texts of 1 old articles and 1 pages" in caplog.text


async def test_a_failure_is_said_and_the_next_time_tries_again(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **given: object) -> None:
        raise StoreError("the disk is full")

    world.write("monitor.yaml", KEPT)
    async with world.tools() as tools:
        pruning = Pruning(tools)
        monkeypatch.setattr(retention, "prune", fail)
        await pruning.run()
        assert "prune: the disk is full" in caplog.text
        monkeypatch.undo()
        await pruning.run()
    assert "pruned the texts of 0 old articles" in caplog.text


async def test_a_stop_waits_for_the_step_under_way_and_no_longer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    loop, begun = asyncio.get_running_loop(), asyncio.Event()
    steps = 0

    def endless(tx: Transaction, **given: object) -> tuple[Pruned, object]:
        nonlocal steps
        steps += 1
        loop.call_soon_threadsafe(begun.set)
        return Pruned(articles=1, pages=0), (world.now, "1")

    world.write("monitor.yaml", KEPT)
    monkeypatch.setattr(retention, "prune", endless)
    async with world.tools() as tools:
        pruning = Pruning(tools)
        running = asyncio.create_task(pruning.run())
        await begun.wait()
        await pruning.stop()
        done = steps
        await running
        await pruning.run()
    assert steps == done
