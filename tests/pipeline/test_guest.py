"""How the stages together treat a server: seen from what it was asked."""

import asyncio
import threading
import time
from datetime import timedelta
from typing import Any

import pytest

from monitor.demo.server import Answer
from monitor.model import FeedId, Shortfall, TextSource
from monitor.pipeline.poll import poll_stage
from monitor.pipeline.read import read_stage
from monitor.store import polls, readings
from tests.pipeline.conftest import MONITOR_YAML, World
from tests.pipeline.test_read import LONG

FORBIDDING = b"User-agent: *\nDisallow: /news\n"
FIGHTERS = "Fighters are still held below Rafah."


def robots(world: World, body: bytes, **answer: object) -> None:
    world.answer("/robots.txt", body=body, **answer)


def configure(world: World, **keys: str) -> None:
    """Give the feeds further keys."""
    text = (world.folder / "feeds.yaml").read_text(encoding="utf-8")
    lines = (
        f"{line}\n" + "".join(f"        {key}: {keys[key]}\n" for key in keys) * ("url:" in line)
        for line in text.splitlines()
    )
    world.write("feeds.yaml", "".join(lines))


def due(world: World) -> timedelta | None:
    """How long the page that is due next has to wait."""
    moment = world.reading(readings.next_due)
    return moment - world.now if moment else None


# ── robots.txt ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_page_that_robots_txt_forbids_is_not_asked_for_and_its_feed_s_text_is_matched(world: World) -> None:
    world.offer(world.item("Talks go on", "/news/1", text=FIGHTERS))
    world.page("/news/1", LONG)
    robots(world, FORBIDDING)
    tally = await world.run()
    (article,) = world.articles().values()
    assert (article.text_source, article.shortfall) == (TextSource.SUMMARY, Shortfall.ROBOTS)
    assert len(world.matches()) == 1
    assert (world.asked("/news/1"), world.asked("/robots.txt")) == (0, 1)
    assert (dict(tally.shortfalls), tally.put_off) == ({"robots": 1}, 0)


async def test_it_is_looked_at_again_a_day_later_and_read_once_it_may_be(world: World) -> None:
    world.offer(world.item("Talks go on", "/news/1"))
    world.page("/news/1", f"{LONG}\n{FIGHTERS}")
    robots(world, FORBIDDING)
    waits = []
    await world.run()
    while wait := due(world):
        waits.append(wait)
        if len(waits) == 3:
            robots(world, b"")
        await world.run(after=wait)
    assert all(timedelta(hours=23, minutes=59) < wait <= timedelta(days=1) for wait in waits)
    assert (len(waits), world.asked("/news/1")) == (3, 1)
    assert len(world.matches()) == 1


async def test_what_stays_forbidden_is_given_up_after_five_days(world: World) -> None:
    world.offer(world.item("Talks go on", "/news/1"))
    robots(world, FORBIDDING)
    await world.run()
    for _ in range(5):
        wait = due(world)
        assert wait
        await world.run(after=wait)
    assert (due(world), world.asked("/news/1")) == (None, 0)


async def test_a_feed_is_polled_whatever_robots_txt_says(world: World) -> None:
    world.offer(world.item(FIGHTERS))
    robots(world, b"User-agent: *\nDisallow: /\n")
    await world.run()
    assert len(world.matches()) == 1


@pytest.mark.parametrize(("policy", "asked"), [("ignore", 1), ("obey", 0)])
async def test_a_feed_may_have_its_pages_read_all_the_same(world: World, policy: str, asked: int) -> None:
    configure(world, robots=policy)
    world.offer(world.item("Talks go on", "/news/1"))
    world.page("/news/1", LONG)
    robots(world, FORBIDDING)
    await world.run()
    assert world.asked("/news/1") == asked
    assert world.asked("/robots.txt") == 1 - asked


async def test_the_pages_of_a_feed_that_has_gone_obey(world: World) -> None:
    configure(world, robots="ignore")
    world.offer(world.item("Talks go on", "/news/1"))
    robots(world, FORBIDDING)
    async with world.tools() as tools:
        await poll_stage(tools).work_off()
    world.feeds("other-en")
    await world.run()
    assert world.asked("/news/1") == 0


async def test_a_server_that_cannot_say_what_it_allows_keeps_its_page_for_later(world: World) -> None:
    world.offer(world.item("Talks go on", "/news/1", text=FIGHTERS))
    world.page("/news/1", LONG)
    robots(world, b"", status=500)
    await world.run()
    (article,) = world.articles().values()
    assert (article.shortfall, world.asked("/news/1")) == (Shortfall.ROBOTS, 0)
    robots(world, b"", status=404)
    await world.run(after=timedelta(minutes=5))
    (article,) = world.articles().values()
    assert (article.text_source, article.shortfall) == (TextSource.PAGE, None)


# ── hosts that rest ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_one_page_is_refused_and_its_siblings_wait_until_the_rest_is_over(world: World) -> None:
    world.write("monitor.yaml", MONITOR_YAML.replace("per_host: 8", "per_host: 1"))
    paths = [f"/news/{number}" for number in range(20)]
    world.offer(*(world.item(f"Talks {path}", path) for path in paths))
    for path in paths:
        world.answer(path, status=429, headers={"Retry-After": "600"})
    tally = await world.run()
    assert (tally.read, tally.put_off) == (1, 19)
    shortfalls = sorted(str(article.shortfall) for article in world.articles().values())
    assert shortfalls == ["None"] * 19 + ["rate-limited"]
    assert sum(map(world.asked, paths)) == 1
    assert world.reading(lambda tx: readings.waiting(tx, world.now)) == 0
    assert timedelta(minutes=9) < (due(world) or timedelta()) <= timedelta(minutes=13)
    for path in paths:
        world.page(path, f"{LONG}\n{FIGHTERS}")
    await world.run(after=timedelta(minutes=13))
    assert len(world.matches()) == 20


async def test_being_put_off_counts_as_no_attempt(world: World) -> None:
    world.offer(world.item("Talks go on", "/news/1"))
    for _ in range(10):
        async with world.tools() as tools:
            await poll_stage(tools).work_off()
            tools.fetcher._gate.refused("127.0.0.1", 503, None)
            await read_stage(tools).work_off()
        wait = due(world)
        assert wait
        world.now += wait
    world.page("/news/1", LONG)
    async with world.tools() as tools:
        (reading,) = await tools.database.write(lambda tx: readings.take(tx, world.now, 9))
    assert (reading.attempts, reading.article.shortfall, world.asked("/news/1")) == (1, None, 0)


async def test_no_page_is_put_off_for_more_than_an_hour(world: World) -> None:
    world.offer(world.item("Talks go on", "/news/1"))
    async with world.tools() as tools:
        await poll_stage(tools).work_off()
        tools.fetcher._gate._rests.refused("127.0.0.1", 503, 999_999, time.monotonic())
        await read_stage(tools).work_off()
    wait = due(world)
    assert wait is not None
    assert timedelta(minutes=59) < wait <= timedelta(hours=1)


# ── credentials ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_feed_gets_its_credentials_and_its_pages_do_not(world: World) -> None:
    configure(world, auth="{bearer: env:TOKEN}")
    world.environment["TOKEN"] = "c4n4ry"
    world.offer(world.item("Talks go on", "/news/1"))
    world.page("/news/1", LONG)
    await world.run()
    sent = {request.path: request.headers.get("authorization") for request in world.server.requests}
    assert sent == {"/gazette-en.xml": "Bearer c4n4ry", "/robots.txt": None, "/news/1": None}


# ── delay and connections ────────────────────────────────────────────────────────────────────────────────────────────


class Log(dict[str, Answer]):
    """A server's answers, each of which takes a while; when it was asked, and by how many at once."""

    def __init__(self, answers: dict[str, Answer]) -> None:
        super().__init__(answers)
        self.times: list[float] = []
        self.running = self.most = 0
        self.lock = threading.Lock()

    def get(self, path: str, default: Any = None) -> Any:
        with self.lock:
            self.times.append(time.monotonic())
            self.running += 1
            self.most = max(self.most, self.running)
        time.sleep(0.08)
        with self.lock:
            self.running -= 1
        return super().get(path, default)


async def test_polls_and_readings_together_keep_to_the_delay_and_the_connections_of_a_host(world: World) -> None:
    settings = MONITOR_YAML.replace("delay: 0s", "delay: 50ms").replace("per_host: 8", "per_host: 2")
    world.write("monitor.yaml", settings)
    names = [f"feed-{number}" for number in range(4)]
    world.feeds(*names)
    for name in names:
        paths = [f"/{name}/{number}" for number in range(3)]
        world.offer(*(world.item(f"Talks {path}", path) for path in paths), feed=name)
        for path in paths:
            world.page(path, LONG)
    world.server.answers = log = Log(world.server.answers)
    async with world.tools() as tools:
        polling, reading = poll_stage(tools), read_stage(tools)
        began = asyncio.create_task(polling.work_off())
        while not began.done() or world.reading(readings.waiting, world.now):
            await reading.work_off()
            await asyncio.sleep(0.02)
        await began
        again = [FeedId(name) for name in names]
        await tools.database.write(lambda tx: polls.make_due(tx, again, world.now))
        await asyncio.gather(polling.work_off(), reading.work_off())
    requests = 4 + 1 + 12 + 4
    assert len(log.times) == requests
    assert log.most <= 2
    # At the server a gap may be shorter, for one request travels faster than another; all of them together cannot.
    assert log.times[-1] - log.times[0] > (requests - 2) * 0.05
    assert {article.text_source for article in world.articles().values()} == {TextSource.PAGE}
