"""What kills or outlasts the process that reads a feed costs one item of it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from monitor.errors import ParseError, ParseKind
from monitor.feeds import pieces
from monitor.model import ParsedFeed, SkipReason
from monitor.pipeline import parsing
from monitor.pipeline.parsing import parse
from monitor.workers.pool import Workers
from monitor.workers.settings import WorkerSettings
from tests.builders import NOON
from tests.feeds.documents import URL, item, rss
from tests.workers import jobs


@pytest.fixture
async def workers(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Workers]:
    """Real ones, whose parser dies or hangs as a feed asks for."""
    monkeypatch.setattr(parsing, "parse_feed", jobs.parse_feed_or_die)
    monkeypatch.setattr(parsing, "parse_pieces", jobs.parse_pieces_or_die)
    monkeypatch.setattr(parsing, "PATIENCE", timedelta(seconds=0.5))
    async with Workers(WorkerSettings(count=1, timeout=timedelta(seconds=1))) as running:
        yield running


def a_feed(*poisons: str, size: int = 50) -> bytes:
    """A feed of `size` items, of which the fifth and the following ones hold the poisons."""
    said = dict(enumerate(poisons, start=5))
    items = (item(f"<description>{said.get(n, '')}</description>", link=f"/{n}") for n in range(size))
    return rss("".join(items), channel="<title>The Gazette</title><ttl>30</ttl>").encode()


async def read(body: bytes, workers: Workers) -> ParsedFeed:
    return await parse(body, "text/xml", URL, NOON, workers)


@pytest.mark.parametrize(
    ("poison", "why"),
    [
        ("kill the parser", "reading it crashed the worker (signal SIGSEGV)"),
        ("hang the parser", "reading it took longer than 0.5 s"),
        ("devour all memory", "reading it needs more than 1536 MB of memory"),
    ],
)
async def test_an_item_that_kills_its_worker_costs_itself_only(workers: Workers, poison: str, why: str) -> None:
    feed = await read(a_feed(poison), workers)
    assert [entry.link.rpartition("/")[2] for entry in feed.entries] == [str(n) for n in range(50) if n != 5]
    (skipped,) = feed.skipped
    assert (skipped.position, skipped.reason, skipped.detail) == (5, SkipReason.UNREADABLE, why)
    assert (feed.offered, feed.title, feed.ttl, feed.damaged) == (50, "The Gazette", timedelta(minutes=30), "")
    assert (await read(a_feed(), workers)).offered == 50


async def test_an_author_that_outlasts_feedparser_costs_one_item(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    flood = f"<item><title>Flood</title><author>{'-' * 300_000}</author><unknown/></item>"
    feed = await read(rss(item(link="/1") + flood + item(link="/2")).encode(), workers)
    assert [entry.title for entry in feed.entries] == ["Headline", "Headline"]
    assert [(skipped.position, skipped.reason) for skipped in feed.skipped] == [(1, SkipReason.UNREADABLE)]


async def test_what_comes_of_a_feed_is_the_same_read_at_once_or_by_the_piece(workers: Workers) -> None:
    whole = await read(a_feed(), workers)
    apart = await read(a_feed("kill the parser"), workers)
    assert [entry for entry in whole.entries if not entry.link.endswith("/5")] == list(apart.entries)


async def test_a_cut_off_feed_is_said_to_be_so_when_it_is_read_by_the_piece(workers: Workers) -> None:
    feed = await read(a_feed("kill the parser")[:-40], workers)
    assert (len(feed.entries), feed.offered, feed.damaged) == (49, 50, "the document is cut off before its end")


async def test_a_feed_in_which_everything_kills_is_given_up_after_some_workers(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing, "MOST_DEATHS", 3)
    feed = await read(a_feed(*["kill the parser"] * 10), workers)
    assert {skipped.detail for skipped in feed.skipped} == {
        "reading it crashed the worker (signal SIGSEGV)",
        "not read: too many items of this feed crash or outlast the parser",
    }
    assert [entry.link.rpartition("/")[2] for entry in feed.entries] == ["0", "1", "2", "3", "4"]
    assert feed.offered == 50


async def test_a_feed_that_kills_and_cannot_be_taken_apart_fails_with_the_first_reason(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ParseError, match="SIGSEGV"):
        await read(rss("", channel="<title>kill the parser</title>").encode(), workers)
    with pytest.raises(ParseError, match="SIGSEGV") as caught:
        await read(rss(item(link="/1"), channel="<title>kill the parser</title>").encode(), workers)
    assert caught.value.kind is ParseKind.CRASH
    monkeypatch.setattr(parsing, "MOST", 2)
    with pytest.raises(ParseError, match="SIGSEGV"):
        await read(a_feed("kill the parser", size=6), workers)
    monkeypatch.setattr(parsing, "split_feed", jobs.split_or_die)
    with pytest.raises(ParseError, match="SIGSEGV"):
        await read(a_feed("kill the parser"), workers)
    assert pieces.MOST > 2


async def test_what_is_no_feed_is_refused_without_more_ado(workers: Workers) -> None:
    with pytest.raises(ParseError, match="a PDF file") as caught:
        await read(b"%PDF-1.7", workers)
    assert caught.value.kind is ParseKind.INVALID
