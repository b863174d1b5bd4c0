"""Real feeds: read as another parser's expectation says, and polled through their history without losing an entry."""

import html
import json
import re
from pathlib import Path

import pytest

from bench.corpus import document
from monitor.model import FeedId
from monitor.pipeline.poll import poll_stage
from monitor.store import polls
from monitor.text.clean import one_line
from monitor.text.markup import plain
from tests.builders import NOON
from tests.daemon.conftest import site
from tests.feeds.documents import read
from tests.feeds.test_corpora import FEEDS
from tests.sizes import FACTOR

pytestmark = [
    pytest.mark.corpora,
    pytest.mark.skipif(not FEEDS.exists(), reason="needs the feeds of ../shared/corpora/feeds"),
]
LATER = NOON.replace(year=2100)
GAZETTE = FeedId("gazette-en")
_ITEM = re.compile(r"<item\b.*?</item>", re.DOTALL)
_GUID = re.compile(r"<guid\b[^>]*>(.*?)</guid>", re.DOTALL)


def _expected() -> list[tuple[Path, Path]]:
    """Feeds, and what is expected of them."""
    folder = FEEDS / "real" / "tests" / "integration"
    feeds = [*folder.glob("*.xml.gz"), folder / "json_feed_sample.json.gz"]
    names = {feed: feed.name.replace(".xml.gz", ".json.gz") for feed in feeds[:-1]}
    return [(feed, folder / names.get(feed, "json_feed_sample.expected.json.gz")) for feed in sorted(feeds)]


def test_every_entry_is_as_expected() -> None:
    expected = _expected()
    for feed, expectation in expected:
        found = read(document(feed), now=LATER)
        wanted = json.loads(document(expectation))["entries"]
        assert [(entry.key, entry.link, entry.title, entry.published_at) for entry in found.entries] == [
            (
                entry["id"],
                entry["link"],
                one_line(plain(entry["title"])),
                LATER.fromisoformat(entry["published"]) if entry.get("published") else None,
            )
            for entry in wanted
        ], feed.name
        assert found.offered == len(wanted)
    assert len(expected) == 14


@pytest.mark.nightly
def test_wire_feeds_are_read_wholly() -> None:
    files = sorted((FEEDS / "wire-2026-08").rglob("*.gz"))[:: 1 if FACTOR > 1 else 6]
    for file in files:
        feed = read(document(file), now=LATER)
        raw = document(file).decode()
        assert (feed.offered, feed.damaged, feed.skipped) == (len(_ITEM.findall(raw)), "", ()), file.name
        assert {_guid(raw_item) for raw_item in _ITEM.findall(raw)} == {entry.key for entry in feed.entries}, file.name
    assert files


def _guid(raw_item: str) -> str:
    """What stands there, read without a parser."""
    found = _GUID.search(raw_item)
    text = found[1].strip() if found else ""
    return text.removeprefix("<![CDATA[").removesuffix("]]>") if text.startswith("<![CDATA[") else html.unescape(text)


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["rt.xml", "cna_world.xml"])
async def test_no_entry_that_was_ever_offered_is_missing(name: str, tmp_path: Path) -> None:
    states = sorted((FEEDS / "sequences" / name).glob("*.gz"))[:: 1 if FACTOR > 1 else 8]
    offered: set[str] = set()
    with site(tmp_path / "config", str(tmp_path / "monitor.db")) as world:
        async with world.tools() as tools:
            for state in states:
                body = document(state)
                offered |= {_guid(raw_item) for raw_item in _ITEM.findall(body.decode())}
                world.answer("/gazette-en.xml", body=body, headers={"Content-Type": "application/xml"})
                await tools.database.write(lambda tx: polls.make_due(tx, [GAZETTE], world.now))
                await poll_stage(tools).work_off()
            tally = tools.tally
            stored = await tools.database.read(
                lambda tx: [row[0] for row in tx.exec_driver_sql("SELECT key FROM entries")]
            )
    print(f"{name}: {len(states)} states, {tally.offered:,} entries offered, {len(offered):,} of them different")
    assert sorted(stored) == sorted(offered)
    assert tally.offered == tally.new + tally.known + tally.repeated + tally.skipped.total()
    assert (tally.new, tally.failed) == (len(offered), {})
