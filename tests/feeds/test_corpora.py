"""Real feeds, odd ones and broken ones: each is read to its last item, or refused with a reason."""

import gzip
import warnings
from io import BytesIO
from pathlib import Path

import feedparser
import pytest

from bench.corpus import document, is_feed
from monitor.errors import ParseError
from monitor.model import ParsedFeed
from tests.feeds.documents import read
from tests.sizes import FACTOR

FEEDS = Path(__file__).parents[3] / "shared" / "corpora" / "feeds"
pytestmark = [
    pytest.mark.corpora,
    pytest.mark.nightly,
    pytest.mark.skipif(not FEEDS.exists(), reason="needs the feeds of ../shared/corpora/feeds"),
]
# Folder → of how many files one is read: nearly all that differs, in seconds. At night all are.
SAMPLES = {"feedparser-suite": 1, "real": 6, "wire-2026-08": 3, "sequences": 12}
if FACTOR > 1:
    SAMPLES = dict.fromkeys(SAMPLES, 1)


def _documents(folder: str) -> list[tuple[str, bytes]]:
    paths = sorted(path for path in (FEEDS / folder).rglob("*") if path.is_file() and is_feed(path))
    return [(path.name, document(path)) for path in paths[:: SAMPLES[folder]]]


def _read(body: bytes) -> ParsedFeed | None:
    try:
        return read(body)
    except ParseError:
        return None


def _offered_to_feedparser(body: bytes) -> int:
    """0 where feedparser fails, as it does on illegal characters."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return len(feedparser.parse(BytesIO(body), sanitize_html=False, resolve_relative_uris=False).entries)
        except (ValueError, LookupError):
            return 0


@pytest.mark.parametrize("folder", SAMPLES)
def test_every_item_of_every_feed_is_accounted_for(folder: str) -> None:
    feeds = {name: _read(body) for name, body in _documents(folder)}
    found = {name: feed for name, feed in feeds.items() if feed is not None}
    unbalanced = [
        name for name, feed in found.items() if feed.offered != len(feed.entries) + feed.repeated + len(feed.skipped)
    ]
    assert unbalanced == []
    assert [
        name for name, feed in found.items() if len({entry.key for entry in feed.entries}) != len(feed.entries)
    ] == []
    assert len(found) > 0.85 * len(feeds)


@pytest.mark.parametrize("folder", SAMPLES)
def test_no_item_that_feedparser_finds_is_missing(folder: str) -> None:
    missing = {}
    for name, body in _documents(folder):
        feed = _read(body)
        expected, offered = _offered_to_feedparser(body), feed.offered if feed else 0
        if offered < expected:
            missing[name] = (offered, expected)
    assert missing == {}


def test_what_a_feed_offers_over_time_keeps_its_keys() -> None:
    for states in sorted((FEEDS / "sequences").iterdir()):
        keys: dict[tuple[str, str], set[str]] = {}
        for path in sorted(states.glob("*.gz"))[:: SAMPLES["sequences"]]:
            for entry in read(gzip.decompress(path.read_bytes())).entries:
                keys.setdefault((entry.link, entry.title), set()).add(entry.key)
        assert [wording for wording, known in keys.items() if len(known) > 1] == []
