"""What runs inside a worker."""

import gc
import importlib
import subprocess
import sys
from datetime import timedelta
from types import SimpleNamespace

import pytest

from monitor.errors import ParseError
from monitor.feeds.opml import FeedList
from monitor.model import Page, ParsedFeed
from monitor.workers import tasks
from tests.builders import NOON
from tests.workers import jobs

LIMIT = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process is not to be limited."""
    monkeypatch.setattr(tasks, "allow_cpu", lambda _: None)


def test_the_daemon_never_loads_the_parsers() -> None:
    code = "import sys, monitor.workers.pool, monitor.workers.tasks, monitor.pipeline.parsing; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert "pebble" in loaded
    assert not {"feedparser", "trafilatura", "lxml", "lxml.etree", "justext"} & set(loaded)


def test_a_feed_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = ParsedFeed(offered=0, entries=())
    monkeypatch.setitem(
        sys.modules, "monitor.feeds.parse", SimpleNamespace(parse=lambda body, **given: (parsed, given))
    )
    given = {"content_type": "text/xml", "url": "https://gazette.example/feed", "now": NOON}
    assert tasks.parse_feed(b"<rss/>", **given) == (parsed, given)  # type: ignore[comparison-overlap, arg-type]


def test_a_feed_is_taken_apart_and_its_pieces_parsed() -> None:
    pieces = tasks.split_feed(b"<rss><channel><item><title>A</title></item></channel></rss>", "text/xml")
    (parsed,) = tasks.parse_pieces(pieces.documents, "https://gazette.example/feed", NOON)
    assert [entry.title for entry in parsed.entries] == ["A"]


def test_a_page_is_extracted(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page(text="Some text.")
    module = SimpleNamespace(extract=lambda body, **given: (page, given))
    monkeypatch.setitem(sys.modules, "monitor.articles.extract", module)
    given = {"content_type": "text/html", "url": "https://gazette.example/news/1"}
    assert tasks.extract_page(b"<p>", **given) == (page, given)  # type: ignore[comparison-overlap]


def test_a_page_is_searched_for_feeds_and_a_list_of_feeds_is_read() -> None:
    page = b"<html><link rel=alternate type=application/rss+xml href=/rss>"
    assert [lead.url for lead in tasks.feed_leads(page, "text/html", "https://gazette.example/")] == [
        "https://gazette.example/rss"
    ]
    found = tasks.feed_list(b"<opml><body><outline xmlUrl='https://gazette.example/rss'/></body></opml>")
    assert isinstance(found, FeedList)
    assert [feed.url for feed in found.feeds] == ["https://gazette.example/rss"]


def test_what_is_loaded_before_workers_are_made_is_settled_last() -> None:
    assert tasks.PRELOADED[-1] == "monitor.workers.settled"
    try:
        importlib.import_module(tasks.PRELOADED[-1])
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


def test_a_task_gets_its_arguments_and_returns_its_value() -> None:
    assert tasks.perform(jobs.double, (21,), LIMIT) == 42


def test_exceptions_that_travel_are_raised_as_they_are() -> None:
    with pytest.raises(ParseError, match="no feed"):
        tasks.perform(jobs.refuse, (), LIMIT)


def test_exceptions_that_do_not_travel_are_told() -> None:
    with pytest.raises(RuntimeError, match="UntransportableError: detail lost"):
        tasks.perform(jobs.blunder_strangely, (), LIMIT)
