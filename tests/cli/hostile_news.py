"""A database whose articles are titled by strangers who mean no good."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.model import Agency, Clause, Field, Found, Hit, Matched, WatchlistId
from monitor.pipeline.belonging import join
from monitor.store import articles, configurations, matches, rule_versions
from monitor.store.store import Store, Transaction
from monitor.stories.credits import Credits
from tests.builders import NOON, a_watchlist, an_article
from tests.outgoing.hostile import HOSTILE

RAFAH = WatchlistId("rafah-tunnel-fighters")
CREDITS = Credits([Agency(id="levant-wire", name="Levant Wire", credits=("Levant Wire",))])
MINUTE = timedelta(minutes=1)


def found_in(title: str, watchlist: WatchlistId = RAFAH) -> Found:
    """The whole title is a hit."""
    hit = Hit(field=Field.TITLE, start=0, end=len(title), term="x", list_id="words", language="en")
    clause = Clause(query="@words", held=True, hits=(hit,))
    return Found(watchlist_id=watchlist, version="0" * 12, score=3.0, hits=(hit,), explanation=clause)


def store_titled(tx: Transaction, titles: Iterable[str], *, at: datetime = NOON) -> None:
    """A watchlist in force, and an article with each title that it matched, a minute apart."""
    configurations.save(tx, "0" * 64, {}, at)
    rule_versions.save(tx, [a_watchlist("x", RAFAH, title="Fighters")], {RAFAH: "0" * 12}, "0" * 64, at)
    for number, title in enumerate(titles):
        article = an_article(f"https://gazette.example/{number}", title=title, summary="", first_seen_at=at)
        articles.insert_new(tx, [article])
        join(tx, article, at, CREDITS)
        matched = Matched(article_id=article.id, found=(found_in(title),))
        matches.put(tx, [matched], [RAFAH], at + number * MINUTE)


def store_bare(tx: Transaction) -> None:
    """The newest match: an article in no story, without address and outlet, and with a title that nobody sees."""
    bare = replace(an_article("https://gazette.example/bare", title="\u202e", outlet="stranger"), url="")
    articles.insert_new(tx, [bare])
    matched = Matched(article_id=bare.id, found=(found_in(""),))
    matches.put(tx, [matched], [RAFAH], NOON + timedelta(days=2))


@pytest.fixture
def hostile(demo: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo's configuration with a database that holds a match for each hostile title."""
    with Store.open(database_url) as store, store.writing() as tx:
        store_titled(tx, HOSTILE.values())
    monkeypatch.setenv("MONITOR_DATABASE_URL", database_url)
    return demo
