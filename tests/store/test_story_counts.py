"""Stories are counted within whiles: each once, news only, and along the index."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from monitor.model import Belonging, Matched, StoryId, WatchlistId
from monitor.store import articles, matches, memberships, story_counts
from monitor.store.store import Store, Transaction
from monitor.stories.said import report_of, wording_of
from monitor.stories.story import Membership, story_key
from tests.builders import NOON, a_found, an_article

HOUR = timedelta(hours=1)
RAFAH, TALKS = WatchlistId("rafah"), WatchlistId("talks")
BOTH = (RAFAH, TALKS)


def a_match(
    tx: Transaction, name: str, at: datetime, *watchlists: str, story: str = "", rematch: int | None = None
) -> None:
    """An article matches; `story`: the article that founded its story, "" for none."""
    article = an_article(f"https://gazette.example/{name}", title=f"Report {name}", first_seen_at=at)
    articles.insert_new(tx, [article])
    found = Matched(article_id=article.id, found=tuple(map(a_found, watchlists)))
    matches.put(tx, [found], list(map(WatchlistId, watchlists)), at, rematch=rematch)
    if story:
        founder = an_article(f"https://gazette.example/{story}").id
        how = Belonging.FIRST if story == name else Belonging.EVENT
        place = Membership(story_id=StoryId(story_key(founder)), how=how, origin=article.id)
        memberships.add(tx, article.id, place, report_of(article), wording_of(article), at)


def test_a_story_counts_once_within_each_while_and_an_article_without_one_is_one(store: Store) -> None:
    with store.writing() as tx:
        a_match(tx, "1", NOON, "rafah", story="1")
        a_match(tx, "2", NOON + HOUR / 2, "rafah", "talks", story="1")
        a_match(tx, "3", NOON + HOUR, "rafah", story="1")
        a_match(tx, "4", NOON + HOUR, "rafah")
        a_match(tx, "5", NOON + HOUR, "rafah")
    spans = [(NOON, NOON + HOUR), (NOON + HOUR, NOON + 2 * HOUR), (NOON, NOON + 2 * HOUR), (NOON + HOUR, NOON + HOUR)]
    with store.reading() as tx:
        assert story_counts.within(tx, BOTH, spans) == {RAFAH: [1, 3, 3, 0], TALKS: [1, 0, 1, 0]}
        assert story_counts.within(tx, [TALKS], spans[1:]) == {TALKS: [0, 1, 0]}
        assert story_counts.within(tx, [], spans) == {}
        assert story_counts.within(tx, BOTH, []) == {RAFAH: [], TALKS: []}


def test_what_is_lost_and_what_a_rematch_found_is_no_news(store: Store) -> None:
    with store.writing() as tx:
        a_match(tx, "1", NOON, "rafah")
        a_match(tx, "2", NOON, "rafah", rematch=7)
        a_match(tx, "3", NOON, "rafah")
        lost = an_article("https://gazette.example/3").id
        matches.put(tx, [Matched(article_id=lost, found=())], [RAFAH], NOON + HOUR)
    with store.reading() as tx:
        assert story_counts.within(tx, [RAFAH], [(NOON, NOON + HOUR)]) == {RAFAH: [1]}


def test_each_while_is_read_along_an_index(tmp_path: Path) -> None:
    ran: list[tuple[str, Any]] = []
    with Store.open(str(tmp_path / "monitor.db")) as store, store.writing() as tx:
        event.listen(tx.engine, "before_cursor_execute", lambda *given: ran.append((given[2], given[3])))
        story_counts.within(tx, BOTH, [(NOON, NOON + HOUR)] * 45)
        statement, values = ran[-1]
        plan = [row[-1] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    index = "ix_matches_watchlist_id_matched_at_id (watchlist_id=? AND matched_at>? AND matched_at<?)"
    assert [step for step in plan if index in step]
    assert not [step for step in plan if step.startswith("SCAN") and ("matches" in step or "members" in step)]
