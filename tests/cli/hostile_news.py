"""A database whose articles are titled by strangers who mean no good."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from monitor.model import Agency, Clause, Field, Found, Hit, Matched, WatchlistId
from monitor.pipeline.belonging import join
from monitor.store import articles, matches
from monitor.store.store import Transaction
from monitor.stories.credits import Credits
from tests.builders import NOON, an_article

RAFAH = WatchlistId("rafah-tunnel-fighters")
CREDITS = Credits([Agency(id="levant-wire", name="Levant Wire", credits=("Levant Wire",))])
MINUTE = timedelta(minutes=1)


def found_in(title: str, watchlist: WatchlistId = RAFAH) -> Found:
    """The whole title is a hit."""
    hit = Hit(field=Field.TITLE, start=0, end=len(title), term="x", list_id="words", language="en")
    clause = Clause(query="@words", held=True, hits=(hit,))
    return Found(watchlist_id=watchlist, version="0" * 12, score=3.0, hits=(hit,), explanation=clause)


def store_titled(tx: Transaction, titles: Iterable[str], *, at: datetime = NOON) -> None:
    """An article with each title, matched, each in a story of its own, a minute apart."""
    for number, title in enumerate(titles):
        article = an_article(f"https://gazette.example/{number}", title=title, summary="", first_seen_at=at)
        articles.insert_new(tx, [article])
        join(tx, article, at, CREDITS)
        matched = Matched(article_id=article.id, found=(found_in(title),))
        matches.put(tx, [matched], [RAFAH], at + number * MINUTE)
