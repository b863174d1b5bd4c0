"""What runs all day long leaves nothing behind that waits for Python to look for it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import BindParameter

from monitor.model import ArticleId, FeedId, FeedState, Matched, News, Unchanged, Validators, WatchlistId
from monitor.store import articles, daemon, matches, polls, readings, revisits
from monitor.store.store import Store, Transaction
from tests.builders import NOON, a_feed, a_found, an_article

NEWS = [an_article(f"https://gazette.example/news/{number}") for number in range(6)]
HOUR = timedelta(hours=1)


@contextmanager
def uncollected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def parameters() -> int:
    """Of statements, living or garbage; each refers to itself."""
    return sum(1 for each in gc.get_objects() if isinstance(each, BindParameter))


def look(tx: Transaction) -> tuple[int, int]:
    """Everything that the stages ask and say for each item or at each look; how many pages and visits there were."""
    due = polls.due(tx, NOON, 1) + polls.due(tx, NOON, 1, only=[FeedId("gazette-en")])
    polls.take(tx, [state.feed_id for state in due], NOON)
    read = readings.take(tx, NOON, 1)
    for reading in read:
        articles.get(tx, reading.article.id)
        matched = Matched(article_id=reading.article.id, found=(a_found(),))
        matches.put(tx, [matched], [WatchlistId("rafah")], NOON)
        revisits.plan(tx, [matched], [HOUR], NOON)
    daemon.beat(tx, NOON)
    return len(read), len(revisits.take(tx, NOON + 2 * HOUR, 1, exclude=[ArticleId("busy")]))


def test_looking_for_what_is_due_leaves_no_statements_behind(store: Store) -> None:
    with store.writing() as tx:
        polls.sync(tx, [a_feed("gazette-en")], NOON)
        state = FeedState(feed_id=FeedId("gazette-en"), next_poll_at=NOON)
        polls.save(tx, state, Unchanged(validators=Validators()), News(new_articles=tuple(NEWS)), NOON, watchlists=())
        matched = [Matched(article_id=article.id, found=(a_found(),)) for article in NEWS]
        matches.put(tx, matched, [WatchlistId("rafah")], NOON)
        revisits.plan(tx, matched, [HOUR], NOON)
        look(tx)  # The first time a statement is compiled, and kept.
        with uncollected():
            before = parameters()
            assert [look(tx) for _ in range(3)] == [(1, 1)] * 3
            assert parameters() == before
