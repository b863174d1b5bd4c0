"""The ledger adds up, whatever servers send and whenever the work is cut off; and it says what really happened."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import TypeVar

import pytest
from sqlalchemy import text

from monitor.app import run_once
from monitor.errors import ParseError, ParseKind
from monitor.feeds.losses import Loss
from monitor.model import FailureKind, FeedId, Outage, OutageKind, Shortfall, SkipReason, TextSource
from monitor.pipeline.poll import poll_stage
from monitor.store import outages, polls
from monitor.store.ledger import Ledger, ledger
from monitor.store.store import Store
from monitor.workers.settings import WorkerSettings
from monitor.workers.tasks import parse_feed, parse_pieces
from tests.builders import NOON
from tests.pipeline.conftest import RSS, InlineWorkers, World

T = TypeVar("T")
HOUR = timedelta(hours=1)
WINDOW = 6
FEEDS = tuple(FeedId(f"feed-{number}") for number in range(8))


class Poisoned(InlineWorkers):
    """Workers that die of whatever holds the word."""

    async def run(self, task: Callable[..., T], *arguments: object) -> T:
        if task in (parse_feed, parse_pieces) and "poison" in repr(arguments[0]):
            raise ParseError("reading it crashed the worker", ParseKind.CRASH)
        return task(*arguments)

    async def run_within(self, limit: timedelta, task: Callable[..., T], *arguments: object) -> T:
        return await self.run(task, *arguments)


class Counting(InlineWorkers):
    """Workers that say so when they have done three tasks."""

    def __init__(self, settings: WorkerSettings) -> None:
        super().__init__(settings)
        self.enough = asyncio.Event()
        self._left = 3

    async def run(self, task: Callable[..., T], *arguments: object) -> T:
        self._left -= 1
        if not self._left:
            self.enough.set()
        return await super().run(task, *arguments)


@dataclass
class Scripted:
    """A feed that does what a script says, and keeps books of its own."""

    world: World
    name: FeedId
    next: int = 0
    items: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    parsed: bytes = b""
    window: int = 0
    books: Counter[str] = field(default_factory=Counter)

    def item(self, number: int) -> str:
        return self.world.item(f"News {number} of {self.name}", f"/{self.name}/{number}" if number % 3 else "")

    def new_items(self, count: int) -> None:
        fresh = [self.item(self.next + number) for number in range(count)]
        self.next += count
        self.items = [*fresh, *self.items][:WINDOW]

    def act(self, behaviour: str) -> None:
        """Offer what the behaviour says, and note what must come of it."""
        status = {"failing": 502, "missing": 404, "gone": 410, "lying": 304}.get(behaviour, 200)
        self.books[f"polls {behaviour if status != 200 else 'asked'}"] += 1
        if status != 200:
            self.world.answer(f"/{self.name}.xml", status=status)
        elif behaviour == "page":
            self.books["page"] += 1
            self.world.answer(f"/{self.name}.xml", body=b"<!DOCTYPE html><html><body>Welcome</body></html>")
        else:
            self.offer(behaviour)

    def offer(self, behaviour: str) -> None:
        self.new_items({"same": 0, "turned over": WINDOW + 2}.get(behaviour, 1 + self.next % 3))
        further = {
            "repeats": self.items[:1],
            "empty": ["<item></item>"],
            "poisoned": ["<item><title>poison</title></item>"],
        }
        body = RSS.format("".join([*self.items, *further.get(behaviour, ())])).encode()
        offered = self.items
        if behaviour == "cut off":
            offered = self.items[: len(self.items) // 2 + 1]
            body = RSS.partition("{}")[0].encode() + "".join(offered).encode()
        self.world.answer(f"/{self.name}.xml", body=body)
        if body == self.parsed:
            self.books["unchanged"] += 1
            return
        known = sum(item in self.seen for item in offered)
        self.books["brought"] += 1
        self.books["offered"] += len(offered) + len(further.get(behaviour, ()))
        self.books["new"] += len(offered) - known
        self.books["known"] += known
        self.books[behaviour] += 1
        self.books["gaps"] += bool(self.window and offered and not known)
        self.seen.update(offered)
        self.window = len(offered) or self.window
        self.parsed = b"" if behaviour == "cut off" else body


BEHAVIOURS = [
    *("news", "news", "same", "turned over", "repeats", "empty", "poisoned", "cut off"),
    *("failing", "missing", "gone", "lying", "page"),
]


def balance(world: World, since: timedelta = timedelta(), feed: FeedId | None = None) -> Ledger:
    with Store.open(world.environment["MONITOR_DATABASE_URL"]) as store, store.reading() as tx:
        return ledger(tx, NOON + since, world.now, feed=feed)


@pytest.mark.parametrize("seed", range(2))
async def test_it_adds_up_under_faults_and_says_what_happened(world: World, seed: int) -> None:
    random = Random(seed)
    world.workers = Poisoned(WorkerSettings())
    world.feeds(*FEEDS)
    scripted = [Scripted(world, name) for name in FEEDS]
    async with world.tools() as tools:
        for _ in range(12):
            for feed in scripted:
                feed.act(random.choice(BEHAVIOURS))
            world.now += HOUR
            await tools.database.write(lambda tx: polls.make_due(tx, FEEDS, world.now))
            await poll_stage(tools).work_off()
    found = balance(world)
    books = sum((feed.books for feed in scripted), Counter[str]())
    assert found.errors == ()
    assert (found.polls.made, found.polls.brought, found.polls.unchanged) == (
        96,
        books["brought"],
        books["unchanged"],
    )
    assert found.polls.failed == {
        FailureKind.TEMPORARY: books["polls failing"] + books["polls lying"],
        FailureKind.HARD: books["polls missing"] + books["page"],
        FailureKind.GONE: books["polls gone"],
    }
    entries = found.entries
    assert (entries.offered, entries.new, entries.known, entries.stored) == (
        books["offered"],
        books["new"],
        books["known"],
        books["new"],
    )
    assert entries.repeated == books["repeats"]
    assert entries.skipped == {SkipReason.EMPTY: books["empty"], SkipReason.UNREADABLE: books["poisoned"]}
    assert found.gaps == {feed.name: feed.books["gaps"] for feed in scripted if feed.books["gaps"]}
    assert list(found.gaps.values()) == sorted(found.gaps.values(), reverse=True)
    assert found.articles.new == books["new"]
    for feed in scripted:
        alone = balance(world, feed=feed.name)
        assert alone.errors == ()
        assert (alone.entries.offered, alone.entries.new) == (feed.books["offered"], feed.books["new"])


async def test_it_adds_up_wherever_the_work_is_cut_off_and_in_the_end_nothing_is_missing(world: World) -> None:
    world.feeds(*FEEDS)
    scripted = [Scripted(world, name) for name in FEEDS]
    for feed in scripted:
        feed.act("news")
    for _ in range(4):
        world.workers = workers = Counting(WorkerSettings())
        async with world.tools() as tools:
            working = asyncio.create_task(run_once(tools))
            await asyncio.wait([working, asyncio.create_task(workers.enough.wait())], return_when="FIRST_COMPLETED")
            working.cancel()
            await asyncio.wait([working])
        assert balance(world).errors == ()
    world.workers = InlineWorkers(WorkerSettings())
    await world.run(after=HOUR)
    found = balance(world)
    assert found.errors == ()
    assert found.entries.stored == sum(len(feed.seen) for feed in scripted)


async def test_new_articles_are_told_by_their_text_and_why_it_is_not_more(world: World) -> None:
    paragraphs = "\n".join(
        f"Paragraph {number} says what happened, and who was there to see it." for number in range(20)
    )
    world.feeds("gazette-en", "other-en")
    world.offer(*(world.item(f"News {number}", f"/{number}", text="Summary.") for number in range(3)))
    world.page("/0", paragraphs)
    world.answer("/1", status=402)
    world.offer(world.item("No page"), feed="other-en")
    async with world.tools() as tools:
        await poll_stage(tools).work_off()
    before = balance(world)
    assert (before.articles.new, before.articles.unread, before.pages_waiting) == (4, 4, 3)
    await world.run()
    found = balance(world)
    assert found.errors == ()
    assert found.articles.sources == {TextSource.PAGE: 1, TextSource.SUMMARY: 2, TextSource.TITLE: 1}
    assert found.articles.shortfalls == {Shortfall.PAYWALL: 1, Shortfall.GONE: 1, Shortfall.NO_LINK: 1}
    assert (found.articles.unread, found.pages_waiting, found.pages_quarantined) == (1, 0, 0)
    assert balance(world, feed=FeedId("other-en")).articles.new == 1
    assert balance(world, timedelta(seconds=1)).articles.new == 0


async def test_what_an_outage_may_have_cost_is_told_by_what_the_feeds_brought_before(world: World) -> None:
    busy, calm, silent, late = (Scripted(world, FeedId(name)) for name in ("busy", "calm", "silent", "late"))
    world.feeds("busy", "calm", "silent")

    async def poll(*new: tuple[Scripted, int]) -> None:
        for feed, count in new:
            feed.new_items(count)
            world.answer(f"/{feed.name}.xml", body=RSS.format("".join(feed.items)).encode())
        world.poll_again()
        async with world.tools() as tools:
            await poll_stage(tools).work_off()

    for _ in range(6):  # The first brings what had gathered before; then two and one an hour.
        await poll((busy, 2), (calm, 1), (silent, 2))
        world.now += HOUR
    began = world.now
    world.now += 10 * HOUR
    with Store.open(world.environment["MONITOR_DATABASE_URL"]) as store, store.writing() as tx:
        outages.begin(tx, OutageKind.MONITOR, began)
        outages.end(tx, world.now)
    world.feeds("busy", "calm", "silent", "late")
    world.answer("/silent.xml", status=502)
    world.now += HOUR
    await poll((busy, 22), (calm, 5), (late, 1))
    (downtime,) = balance(world, 15 * HOUR).downtimes
    assert downtime.outage == Outage(kind=OutageKind.MONITOR, began_at=began, ended_at=began + 10 * HOUR)
    assert downtime.losses == (
        Loss(feed_id=FeedId("busy"), missed=14, gap=True, polled=True),
        Loss(feed_id=FeedId("silent"), missed=14, gap=False, polled=False),
    )
    assert downtime.unknown == 1
    assert balance(world, 17 * HOUR).downtimes == ()
    (of_calm,) = balance(world, 15 * HOUR, FeedId("calm")).downtimes
    assert (of_calm.losses, of_calm.unknown) == ((), 0)


async def test_an_outage_that_lasts_costs_what_its_feeds_do_not_hold(world: World) -> None:
    feed = Scripted(world, FeedId("gazette-en"))
    for _ in range(3):
        feed.new_items(2)
        world.answer("/gazette-en.xml", body=RSS.format("".join(feed.items)).encode())
        world.poll_again()
        await world.run(after=HOUR)
    with Store.open(world.environment["MONITOR_DATABASE_URL"]) as store, store.writing() as tx:
        outages.begin(tx, OutageKind.NETWORK, world.now + HOUR)
    world.now += 11 * HOUR
    (downtime,) = balance(world).downtimes
    assert downtime.losses == (Loss(feed_id=FeedId("gazette-en"), missed=14, gap=False, polled=False),)


async def test_where_no_feed_was_polled_before_an_outage_nothing_is_known(world: World) -> None:
    with Store.open(world.environment["MONITOR_DATABASE_URL"]) as store, store.writing() as tx:
        outages.begin(tx, OutageKind.NETWORK, NOON)
        outages.end(tx, NOON + HOUR)
    await world.run(after=2 * HOUR)
    (downtime,) = balance(world).downtimes
    assert (downtime.losses, downtime.unknown) == ((), 1)


async def test_failed_polls_of_unknown_kind_are_counted_too(world: World) -> None:
    world.answer("/gazette-en.xml", status=502)
    for _ in range(2):
        world.poll_again()
        await world.run()
    with Store.open(world.environment["MONITOR_DATABASE_URL"]) as store, store.writing() as tx:
        tx.execute(text("UPDATE polls SET failure = NULL WHERE id = (SELECT min(id) FROM polls)"))
    found = balance(world)
    assert (found.errors, asdict(found.polls)["failed"]) == ((), {FailureKind.TEMPORARY: 2})


async def test_what_does_not_add_up_is_said(world: World) -> None:
    world.offer(world.item("Football", "/1"), world.item("Talks", "/2"))
    await world.run()
    found = balance(world)
    assert found.errors == ()
    with Store.open(world.environment["MONITOR_DATABASE_URL"]) as store, store.writing() as tx:
        tx.execute(text("DELETE FROM entries WHERE title = 'Talks'"))
        tx.execute(text("UPDATE polls SET outcome = 'lost'"))
    assert balance(world).errors == ("polls = brought a feed + unchanged + failed: 1 ≠ 0", "new = stored: 2 ≠ 1")
    wrong = replace(found, entries=replace(found.entries, offered=3), articles=replace(found.articles, new=9))
    assert wrong.errors == (
        "offered = new + known + repeated + skipped: 3 ≠ 2",
        "articles = those by the source of their text: 9 ≠ 2",
    )
