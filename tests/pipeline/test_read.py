import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from monitor.errors import ParseError, ParseKind
from monitor.model import Shortfall, TextSource
from monitor.pipeline.poll import poll_stage
from monitor.pipeline.read import ask, read_stage, save
from monitor.store import articles, merging, readings
from monitor.store.articles import ArticleQuery
from monitor.workers.settings import WorkerSettings
from monitor.workers.tasks import extract_page
from tests.pipeline.conftest import InlineWorkers, World

T = TypeVar("T")

LONG = "\n".join(
    f"Paragraph {number} says what happened on the day, who was there and what they said." for number in range(12)
)


class Deadly(InlineWorkers):
    """Workers that every page kills."""

    async def run(self, task: Callable[..., T], *arguments: object) -> T:
        if task is extract_page:
            raise ParseError("reading it crashed the worker", ParseKind.CRASH)
        return await super().run(task, *arguments)


async def test_a_page_is_matched_in_its_full_text(world: World) -> None:
    world.offer(world.item("Talks go on", "/1"))
    world.page("/1", f"{LONG}\nFighters are still held below Rafah.")
    tally = await world.run()
    (article,) = world.articles().values()
    assert (article.text_source, article.shortfall, article.read_at) == (TextSource.PAGE, None, world.now)
    assert "below Rafah" in article.text
    (match,) = world.matches()
    assert [match.article.text[hit.start : hit.end] for hit in match.found.hits] == ["Fighters", "Rafah"]
    assert (tally.read, tally.matches, dict(tally.text_sources)) == (1, 1, {"page": 1})


@pytest.mark.parametrize(
    ("answer", "shortfall", "tries_again"),
    [
        ({"status": 403, "headers": {"cf-mitigated": "challenge"}}, Shortfall.CHALLENGE, True),
        ({"status": 403}, Shortfall.FORBIDDEN, True),
        ({"status": 404}, Shortfall.GONE, True),
        ({"status": 410}, Shortfall.GONE, False),
        ({"status": 402}, Shortfall.PAYWALL, False),
        ({"status": 429, "headers": {"Retry-After": "3600"}}, Shortfall.RATE_LIMITED, True),
        ({"status": 500}, Shortfall.SERVER_ERROR, True),
        ({"headers": {"Content-Type": "application/pdf"}, "body": b"%PDF-1.7"}, Shortfall.NOT_A_PAGE, False),
        ({"headers": {"Content-Type": "text/html"}, "body": b"x" * 6_000_000}, Shortfall.TOO_LARGE, False),
    ],
)
async def test_a_page_that_cannot_be_had_does_not_hide_a_match(
    world: World, answer: dict[str, object], shortfall: Shortfall, *, tries_again: bool
) -> None:
    world.offer(world.item("Talks go on", "/1", text="Fighters are still held below Rafah."))
    world.answer("/1", **answer)
    await world.run()
    (article,) = world.articles().values()
    assert (article.text_source, article.shortfall) == (TextSource.SUMMARY, shortfall)
    assert len(world.matches()) == 1
    assert (world.reading(readings.next_due) is not None) is tries_again


async def test_a_host_that_does_not_answer_is_asked_again_with_growing_delay(world: World) -> None:
    world.offer("<item><title>Rafah fighters</title><link>http://127.0.0.1:9/1</link></item>")
    await world.run()
    delays = []
    while (due := world.reading(readings.next_due)) is not None:
        delays.append(due - world.now)
        await world.run(after=due - world.now)
    assert delays == sorted(delays)
    assert (delays[0], delays[-1], len(delays)) == (timedelta(minutes=5), timedelta(hours=24), 5)
    assert len(world.matches()) == 1


async def test_an_address_that_must_not_be_fetched_is_not_tried_again(world: World) -> None:
    world.offer("<item><title>Router</title><link>http://10.0.0.1/admin</link></item>")
    await world.run()
    (article,) = world.articles().values()
    assert article.shortfall is Shortfall.BAD_ADDRESS
    assert world.reading(readings.next_due) is None


async def test_a_better_text_is_matched_again(world: World) -> None:
    world.offer(world.item("Talks go on", "/1"))
    world.answer("/1", status=503)
    await world.run()
    assert world.matches() == ()
    world.page("/1", f"{LONG}\nFighters are still held below Rafah.")
    tally = await world.run(after=timedelta(minutes=6))
    assert (tally.read, tally.matches) == (1, 1)
    (article,) = world.articles().values()
    assert article.shortfall is None


async def test_a_match_that_the_page_does_not_bear_out_is_marked_lost_not_deleted(world: World) -> None:
    world.write("watchlists/rafah.yaml", 'title: Fighters\nquery: "@rafah AND @fighters NOT football"\n')
    world.offer(world.item("Rafah fighters win", "/1"))
    world.page("/1", f"{LONG}\nThe Fighters are the town's football club.")
    await world.run()
    assert world.matches() == ()
    (match,) = world.matches(lost=True)
    assert match.lost_at == world.now


async def test_what_kills_its_reader_three_times_is_quarantined_and_keeps_the_feeds_text(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.workers = Deadly(WorkerSettings())
    world.offer(world.item("Rafah fighters", "/1", text="From the feed."))
    world.page("/1", LONG)
    await world.run()
    while due := world.reading(readings.next_due):
        await world.run(after=due - world.now)
    assert world.asked("/1") == 3
    (article,) = world.reading(articles.query, ArticleQuery(quarantined=True))
    assert (article.shortfall, article.text_source) == (Shortfall.PARSER_LIMIT, TextSource.SUMMARY)
    assert len(world.matches()) == 1
    assert "is quarantined: reading it crashed the worker" in caplog.text


async def test_an_article_met_at_two_addresses_becomes_one_when_its_page_says_so(world: World) -> None:
    world.feeds("gazette-en", "scan-en")
    world.offer(world.item("Fighters held in Rafah for weeks", "/news/1"))
    world.page("/news/1", LONG)
    await world.run()
    first = world.articles()["Fighters held in Rafah for weeks"]
    world.now += timedelta(minutes=20)
    world.offer(world.item("Fighters held in Rafah for weeks - Gazette", "/amp/1"), feed="scan-en")
    world.page("/amp/1", LONG, canonical=f"{world.base_url}/news/1")
    world.poll_again()
    await world.run()
    (article,) = world.articles().values()
    assert article.id == first.id
    assert {one.feed_id for one in world.reading(articles.entries_of, article.id)} == {"gazette-en", "scan-en"}
    (match,) = world.matches()
    assert match.article.id == first.id


async def test_articles_are_not_made_one_where_a_match_would_be_lost_by_it(world: World) -> None:
    world.feeds("gazette-en", "scan-en")
    world.offer(world.item("Talks resume in Cairo today", "/news/1"))
    world.page("/news/1", f"{LONG}\nFighters are held below Rafah.")
    await world.run()
    world.now += timedelta(minutes=20)
    world.offer(world.item("Talks resume in Cairo today", "/amp/1"), feed="scan-en")
    world.page("/amp/1", LONG, canonical=f"{world.base_url}/news/1")
    world.poll_again()
    await world.run()
    assert len(world.matches()) == 1
    assert len(world.reading(articles.query, ArticleQuery())) == 2


async def test_a_page_read_while_its_article_was_merged_away_is_left_to_the_other(world: World) -> None:
    world.offer(world.item("Talks resume in Cairo", "/news/1"), world.item("Talks resume in Cairo", "/news/2"))
    for path in ("/news/1", "/news/2"):
        world.page(path, LONG)
    async with world.tools() as tools:
        await poll_stage(tools).work_off()
        first, second = await tools.database.write(lambda tx: readings.take(tx, world.now, 10))
        attempt = await ask(second, tools)
        await tools.database.write(lambda tx: merging.merge(tx, second.article.id, first.article.id))
        _, new = await tools.database.write(lambda tx: save(tx, second, attempt, tools))
        assert new == 0
    (article,) = world.articles().values()
    assert (article.id, article.text) == (first.article.id, "")


async def test_an_empty_answer_is_asked_for_again(world: World) -> None:
    world.offer(world.item("Talks go on", "/1"))
    world.answer("/1", headers={"Content-Type": "text/html"})
    await world.run()
    (article,) = world.articles().values()
    assert article.shortfall is Shortfall.TOO_SHORT
    assert world.reading(readings.next_due) is not None


async def test_strangers_that_meet_at_a_wall_stay_apart(world: World) -> None:
    world.offer(world.item("Fighters held in Rafah", "/1"), world.item("A good year for olives", "/2"))
    for path in ("/1", "/2"):
        world.page(path, LONG, canonical=f"{world.base_url}/everything")
    await world.run()
    assert len(world.articles()) == 2


async def test_a_page_fills_in_what_the_feed_left_out(world: World) -> None:
    world.offer(world.item("", "/1"))
    html = (
        '<html lang="fr"><head><title>Page</title><meta property="og:title" content="Trêve à Gaza">'
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Trêve à Gaza",'
        '"datePublished": "2025-11-09T10:00:00Z", "author": {"name": "Ines Roux"}}</script></head>'
        f"<body><article><p>{LONG}</p></article></body></html>"
    )
    world.answer("/1", body=html.encode(), headers={"Content-Type": "text/html; charset=utf-8"})
    await world.run()
    (article,) = world.articles().values()
    assert (article.title, article.authors) == ("Trêve à Gaza", ("Ines Roux",))
    assert article.published_at is not None
    assert article.published_at.isoformat() == "2025-11-09T10:00:00+00:00"


@pytest.mark.parametrize(
    ("modified", "known"), [("2025-11-10T09:30:00+02:00", "2025-11-10T07:30:00+00:00"), ("2031-01-01", None)]
)
async def test_when_an_article_was_modified_is_known_and_never_still_to_come(
    world: World, modified: str, known: str | None
) -> None:
    world.offer(world.item("Talks go on", "/1"))
    html = (
        f'<html><head><meta property="article:modified_time" content="{modified}"></head>'
        f"<body><article><p>{LONG}</p></article></body></html>"
    )
    world.answer("/1", body=html.encode(), headers={"Content-Type": "text/html; charset=utf-8"})
    await world.run()
    (article,) = world.articles().values()
    assert (article.modified_at and article.modified_at.isoformat(), article.modified_raw) == (known, modified)


async def test_the_page_an_aggregator_leads_to_decides_whose_the_article_is(world: World) -> None:
    world.offer(world.item("Talks go on", "/go/1"))
    world.answer("/go/1", status=302, headers={"Location": f"{world.base_url}/news/1"})
    world.page("/news/1", LONG)
    text = (world.folder / "feeds.yaml").read_text(encoding="utf-8")
    wire = (
        "  wire:\n    name: The Wire\n    country: EG\n    language: en\n    affiliation: agency\n"
        "    domains: ['127.0.0.1']\n    feeds:\n      wire-en:\n        url: http://127.0.0.1:9/none.xml\n"
    )
    world.write("feeds.yaml", text + wire)
    await world.run()
    (article,) = world.articles().values()
    assert article.outlet == "wire"
    assert f"{world.base_url}/go/1" == article.url


async def test_words_that_a_feed_adds_while_the_page_is_read_are_not_lost(world: World) -> None:
    world.offer(world.item("Talks go on", "/1", guid="1"))
    world.page("/1", LONG)
    async with world.tools() as tools:
        await poll_stage(tools).work_off()
        (reading,) = await tools.database.write(lambda tx: readings.take(tx, world.now, 10))
        attempt = await ask(reading, tools)
        world.offer(world.item("Talks go on: Rafah fighters to leave", "/1", guid="1"))
        world.poll_again()
        await poll_stage(tools).work_off()
        await tools.database.write(lambda tx: save(tx, reading, attempt, tools))
    (article,) = world.articles().values()
    assert article.title == "Talks go on\nTalks go on: Rafah fighters to leave"
    assert article.text == LONG
    assert len(world.matches()) == 1


async def test_a_text_once_read_is_not_given_up_for_less(world: World) -> None:
    world.offer(world.item("Talks go on", "/1"))
    world.page("/1", LONG)
    async with world.tools() as tools:
        await poll_stage(tools).work_off()
        (reading,) = await tools.database.write(lambda tx: readings.take(tx, world.now, 10))
        good = await ask(reading, tools)
        await tools.database.write(lambda tx: save(tx, reading, good, tools))
        world.answer("/1", status=404)
        bad = await ask(reading, tools)
        await tools.database.write(lambda tx: save(tx, reading, bad, tools))
    (article,) = world.articles().values()
    assert (article.text, article.text_source, article.shortfall) == (LONG, TextSource.PAGE, None)


async def test_a_reading_that_is_abandoned_at_the_end_is_due_again_as_if_never_tried(world: World) -> None:
    world.offer(world.item("Talks go on", "/1"))
    gate = asyncio.Event()

    class Slow(InlineWorkers):
        async def run(self, task: Callable[..., T], *arguments: object) -> T:
            if task is extract_page:
                gate.set()
                await asyncio.sleep(60)
            return await super().run(task, *arguments)

    world.page("/1", LONG)
    world.workers = Slow(WorkerSettings())
    async with world.tools() as tools:
        await poll_stage(tools).work_off()
        stage = read_stage(tools)
        working = asyncio.create_task(stage.work_off())
        await gate.wait()
        await stage.stop(timedelta(seconds=0.01))
        await working
        (reading,) = await tools.database.write(lambda tx: readings.take(tx, world.now, 10))
    assert reading.attempts == 1


async def test_a_page_is_never_asked_for_with_the_feeds_validators(world: World) -> None:
    """They vouch for the feed: a page would be called unchanged that nobody has read."""
    world.offer(world.item("Talks go on", "/1"), last_modified=datetime(2025, 11, 9, tzinfo=UTC))
    await world.run()
    world.page("/2", LONG)
    world.offer(world.item("Talks end", "/2"), last_modified=datetime(2025, 11, 10, tzinfo=UTC))
    world.poll_again()
    await world.run()
    conditional = {
        (request.path, "if-none-match" in request.headers, "if-modified-since" in request.headers)
        for request in world.server.requests
    }
    assert conditional >= {("/gazette-en.xml", True, True), ("/2", False, False)}
    assert all(some == [False, False] for path, *some in conditional if path in ("/1", "/2"))
