"""Hostile feeds and pages: the daemon's workers outlive each, and both databases hold the same of what they say."""

import asyncio
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.model import FeedId
from monitor.pipeline import parsing
from monitor.pipeline.poll import poll_stage
from monitor.store import articles
from monitor.store.articles import ArticleQuery
from monitor.workers.settings import WorkerSettings
from tests.campaigns.hostile_catalogue import SOUND, Hostile, always, catalogue, feed_with, item
from tests.campaigns.hostile_documents import Campaign, campaign
from tests.conftest import Cluster
from tests.daemon.conftest import site
from tests.pipeline.conftest import InlineWorkers

pytestmark = pytest.mark.kills

AWKWARD = (
    "item: nul and controls",
    "item: lone surrogate",
    "item: lone surrogates as bytes",
    "item: a title of a megabyte",
    "item: a guid of 100 KB",
    "item: a link of 100 KB",
    "item: dates before the flood",
    "item: a date in the year 99999",
    "item: a zone of 99 hours",
    "item: right-to-left overrides",
    "item: escape sequences",
    "item: marks",
    "feed: NUL between all letters",
    "feed: in utf-32-be",
    "json: lone surrogates",
    "json: a date beyond the calendar",
)
"""Documents whose values one database might hold otherwise than the other, or refuse."""


def test_whatever_is_sent_costs_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "PATIENCE", timedelta(seconds=1))
    report = asyncio.run(campaign(0.03, timedelta(seconds=1.5)))
    print(report)
    assert report.faults == []
    assert report.counts.total() >= 120
    assert report.counts["feeds read but for an item"] > 10


async def test_the_campaign_tells_what_is_missing_or_not_refused() -> None:
    sound = Hostile(name="sound", make=always(feed_with("")), content_type="text/xml", found=SOUND, offered=4)
    page = Hostile(name="page", make=always(b"<p>x</p>"), content_type="text/html", found=("no such words",))
    report = await Campaign(InlineWorkers(WorkerSettings())).run(
        [sound, replace(sound, found=("no such words",)), replace(sound, is_refused=True), replace(sound, offered=9)],
        [page],
    )
    assert report.faults == [
        "WRONG sound: ['no such words'] not found",
        "WRONG sound: not refused",
        "WRONG sound: 4 offered, 4 entries, 0 repeated, 0 skipped",
        "WRONG page: ['no such words'] not found",
    ]


@pytest.mark.postgres
async def test_both_databases_hold_the_same_of_what_hostile_feeds_say(tmp_path: Path, postgres: Cluster) -> None:
    feeds = {each.name: each for each in catalogue()[0]}
    documents = [feeds[name] for name in AWKWARD]
    on_sqlite = await _polled(tmp_path / "sqlite", str(tmp_path / "monitor.db"), documents)
    on_postgresql = await _polled(tmp_path / "postgresql", postgres.url(postgres.create_ready()), documents)
    assert on_sqlite == on_postgresql
    assert len(on_sqlite) > 4 + len(AWKWARD) / 2
    assert {row["headline"] for row in on_sqlite} >= {*SOUND}


async def _polled(folder: Path, database_url: str, documents: list[Hostile]) -> list[dict[str, object]]:
    """What the database holds after a poll of all documents, each a feed of its own."""
    with site(folder, database_url) as world:
        ids = [f"feed-{number}" for number in range(len(documents))]
        world.feeds(*ids, urls={each: f"{world.base_url}/{each}" for each in ids})
        async with world.tools() as tools:
            for each, document in zip(ids, documents, strict=True):
                body = document.make().replace(b"gazette.example/", f"gazette.example/{each}-".encode())
                world.answer(f"/{each}", body=body, headers={"Content-Type": document.content_type})
                await poll_stage(tools, [FeedId(each)]).work_off()
            assert tools.tally.failed == {}
        found = world.reading(articles.query, ArticleQuery(limit=None, full=True))
        rows = [
            asdict(article) | {"headline": article.headline, "entries": world.reading(articles.entries_of, article.id)}
            for article in found
        ]
        return sorted(rows, key=lambda row: str(row["id"]))


def test_a_poisoned_item_stands_between_sound_ones() -> None:
    assert feed_with(item("Bad")).index(b"Bad") > feed_with("").index(SOUND[1].encode())
