"""What the daemon looks for every second: found along an index, however much is stored, whatever statistics say."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert, select, text, update

from monitor.model import FeedId, FeedState, News, Unchanged, Validators
from monitor.store import polls, readings, revisits, search
from monitor.store.articles import ArticleQuery
from monitor.store.revisits import _NOTHING
from monitor.store.schema import articles as articles_table
from monitor.store.schema import readings as readings_table
from monitor.store.schema import revisits as revisits_table
from monitor.store.schema import unsearched as unsearched_table
from monitor.store.store import Store, Transaction
from tests.builders import NOON, an_article

_HOUR = timedelta(hours=1)


def everything_is_done(tx: Transaction) -> None:
    """A thousand articles were read, visited and indexed, and the database knows how many they are."""
    new = [an_article(f"https://gazette.example/{number}") for number in range(1000)]
    state = FeedState(feed_id=FeedId("gazette-en"), next_poll_at=NOON)
    outcome = Unchanged(validators=Validators())
    polls.save(tx, state, outcome, News(new_articles=tuple(new)), NOON, watchlists=())
    tx.execute(update(readings_table).values(next_read_at=None))
    tx.execute(insert(revisits_table), [{"article_id": one.id, "since": NOON, **_NOTHING} for one in new])
    tx.execute(unsearched_table.delete())
    assert len(tx.execute(select(articles_table.c.id)).all()) == 1000
    tx.execute(text("ANALYZE"))


@pytest.mark.parametrize(
    "look",
    [
        lambda tx: readings.take(tx, NOON + _HOUR, 10),
        lambda tx: revisits.take(tx, NOON + _HOUR, 10),
        lambda tx: search.outdated(tx, 10),
        lambda tx: search.not_held(tx, ArticleQuery(), 1000),
    ],
    ids=["pages", "visits", "index", "search"],
)
def test_a_look_reads_nothing_of_what_is_done(tmp_path: Path, look: Callable[[Transaction], Any]) -> None:
    ran: list[tuple[str, Any]] = []
    with Store.open(str(tmp_path / "monitor.db")) as store, store.writing() as tx:
        everything_is_done(tx)
        event.listen(tx.engine, "before_cursor_execute", lambda *given: ran.append((given[2], given[3])))
        assert not look(tx)
        told = list(ran)
        plans = [tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}", values).all() for one, values in told]
    steps = [row[-1] for rows in plans for row in rows]
    assert steps
    assert not [step for step in steps if step.startswith(("SCAN articles", "SCAN readings", "SCAN revisits"))]


def test_what_was_taken_long_ago_comes_before_what_is_due(store: Store) -> None:
    new = tuple(an_article(f"https://gazette.example/{number}") for number in range(3))
    state, outcome = FeedState(feed_id=FeedId("gazette-en"), next_poll_at=NOON), Unchanged(validators=Validators())
    later = NOON + readings.ABANDONED
    with store.writing() as tx:
        polls.save(tx, state, outcome, News(new_articles=new), NOON, watchlists=())
        (lost,) = readings.take(tx, NOON, 1)
        assert [(one.article.id, one.attempts) for one in readings.take(tx, later, 1)] == [(lost.article.id, 2)]
        rest = {one.article.id for one in readings.take(tx, later, 5)}
    assert rest == {one.id for one in new} - {lost.article.id}
