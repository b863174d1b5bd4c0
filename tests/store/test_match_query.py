"""What a person asks of matches, on both databases: each condition, their order, pages of them, how many there are."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from monitor.model import Article, Field, Hit, Review, Status, TextSource, WatchlistId, match_key
from monitor.pipeline.belonging import join
from monitor.store import (
    articles,
    match_counts,
    match_events,
    match_lines,
    match_news,
    matches,
    memberships,
    merging,
    reviews,
    revisions,
)
from monitor.store.articles import ArticleQuery, Order
from monitor.store.match_query import MatchQuery, Sign
from monitor.store.schema import articles as articles_table
from monitor.store.store import Store, Transaction
from tests.builders import NOON, a_found, an_article
from tests.store.test_matches import RAFAH, TALKS, offer
from tests.store.test_revisions import a_revision

HOUR = timedelta(hours=1)
WORDS = [("tunnel*", "tunnels", "en"), ("نفق", "tunnels", "ar"), ('צה"ל', "army", "he"), ("Refah", "", "")]
"""Of the articles below: the term by which each is found, its list and language."""
OUTLETS = ["gazette", "voice", "courier", "herald"]
LANGUAGES = ["en", "ar", "he-IL", "tr"]
SCORES = [3.0, 1.5, 0.1 + 0.2, 9.0]


def a_hit(number: int) -> Hit:
    term, list_id, language = WORDS[number]
    return Hit(field=Field.TEXT, start=number, end=9, term=term, list_id=list_id, language=language, surface="tunnels")


def an_nth(number: int) -> Article:
    return an_article(
        f"https://{OUTLETS[number]}.example/{number}",
        outlet=OUTLETS[number],
        language=LANGUAGES[number],
        title=f"Talks on day {number} of the siege of a town by the sea",
        first_seen_at=NOON + number * HOUR,
        published_at=None if number == 3 else NOON - number * HOUR,
        text_source=TextSource.PAGE if number else TextSource.TITLE,
    )


def an_id(number: int, watchlist: WatchlistId = RAFAH) -> str:
    return match_key(watchlist, an_nth(number).id)


@pytest.fixture
def filled(store: Store) -> Store:
    """Four articles, an hour apart, found by both watchlists; the first two decided on."""
    with store.writing() as tx:
        for number in range(4):
            hits = (a_hit(number), replace(a_hit(0), start=50)) if number == 1 else (a_hit(number),)
            found = [a_found(watchlist, score=SCORES[number], hits=hits) for watchlist in ("rafah", "talks")]
            offer(tx, f"feed-{number}", an_nth(number), *found, now=NOON + number * HOUR)
        decide(tx, 0, "Amal", Status.RELEVANT)
        decide(tx, 1, "Amal", Status.LATER)
        decide(tx, 1, "Noa", Status.IRRELEVANT)
    return store


def decide(tx: Transaction, number: int, reviewer: str, status: Status) -> None:
    key = match_key(RAFAH, an_nth(number).id)
    reviews.add(tx, Review(match_id=key, status=status, note="", reviewer=reviewer, reviewed_at=NOON + HOUR))


def numbers(tx: Transaction, **asked: Any) -> list[int]:
    """Which of the four the query finds for the first watchlist, in its order."""
    found = matches.query(tx, MatchQuery(**{"watchlists": (RAFAH,), **asked}))
    return [OUTLETS.index(match.article.outlet) for match in found]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"languages": ("en", "he")}, [2, 0]),
        ({"outlets": ("gazette", "herald", "nobody")}, [3, 0]),
        ({"outlets": ()}, []),
        ({"text_source": TextSource.TITLE}, [0]),
        ({"statuses": (Status.RELEVANT, Status.IRRELEVANT)}, [1, 0]),
        ({"reviewer": "Amal"}, [0]),
        ({"reviewer": "Noa", "statuses": (Status.IRRELEVANT,)}, [1]),
        ({"scores": ((Sign.LEAST, 3.0),)}, [3, 0]),
        ({"scores": ((Sign.ABOVE, 3.0),)}, [3]),
        ({"scores": ((Sign.BELOW, 1.5),)}, [2]),
        ({"scores": ((Sign.LEAST, 0.3), (Sign.MOST, 0.3))}, [2]),
        ({"scores": ((Sign.LEAST, 1.5), (Sign.MOST, 3.0))}, [1, 0]),
        ({"term": "tunnel*"}, [1, 0]),
        ({"term": "نفق"}, [1]),
        ({"term": 'צה"ל'}, [2]),
        ({"term": "@tunnels"}, [1, 0]),
        ({"term": "@army", "since": NOON + HOUR}, [2]),
        ({"term": "Refah"}, [3]),
        ({"term": "tunnels"}, []),
        ({"term": "@Refah"}, []),
        ({"term": "'; --\udcff\0"}, []),
        ({"among": select(articles_table.c.id).where(articles_table.c.title.like("%day 2%"))}, [2]),
        ({"order": Order.OLDEST}, [0, 1, 2, 3]),
        ({"order": Order.SCORE}, [3, 0, 1, 2]),
        ({"order": Order.PUBLISHED}, [3, 0, 1, 2]),
        ({"order": Order.OUTLET}, [2, 0, 3, 1]),
        ({"limit": 2, "offset": 1}, [2, 1]),
        ({"limit": None, "offset": 3}, [0]),
        ({"offset": 4}, []),
    ],
)
def test_every_condition_holds_alone_and_with_others(filled: Store, asked: dict[str, Any], found: list[int]) -> None:
    with filled.reading() as tx:
        assert numbers(tx, **asked) == found
        lines = match_lines.query(tx, MatchQuery(**{"watchlists": (RAFAH,), **asked}), folded=False)
        assert [OUTLETS.index(line.match.article.outlet) for line in lines] == found
        limitless = {**asked, "limit": None, "offset": 0}
        folded = match_lines.query(tx, MatchQuery(**{"watchlists": (RAFAH,), **limitless}))
        assert [line.match.id for line in folded] == [an_id(one) for one in numbers(tx, **limitless)]
        assert match_counts.total(tx, MatchQuery(**{"watchlists": (RAFAH,), **asked})) == len(numbers(tx, **limitless))


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("folded", [True, False])
def test_pages_hold_every_match_once_in_any_order(filled: Store, order: Order, folded: bool) -> None:
    with filled.reading() as tx:
        asked = MatchQuery(order=order, limit=None)
        whole = [line.match.id for line in match_lines.query(tx, asked, folded=folded)]
        pages = [
            line.match.id
            for start in range(0, 9, 3)
            for line in match_lines.query(tx, replace(asked, limit=3, offset=start), folded=folded)
        ]
    assert len(set(whole)) == 8
    assert pages == whole


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (ArticleQuery(), [3, 2, 1, 0]),
        (ArticleQuery(order=Order.OLDEST, limit=2, offset=1), [1, 2]),
        (ArticleQuery(order=Order.PUBLISHED), [3, 0, 1, 2]),
        (ArticleQuery(order=Order.OUTLET), [2, 0, 3, 1]),
        (ArticleQuery(languages=("he", "tr")), [3, 2]),
        (ArticleQuery(outlets=("voice", "herald")), [3, 1]),
        (ArticleQuery(outlets=()), []),
        (ArticleQuery(removed=True), []),
        (ArticleQuery(among=select(articles_table.c.id).where(articles_table.c.outlet == "voice")), [1]),
    ],
)
def test_articles_are_asked_for_in_the_same_words(filled: Store, asked: ArticleQuery, found: list[int]) -> None:
    with filled.reading() as tx:
        assert [OUTLETS.index(one.outlet) for one in articles.query(tx, asked)] == found
        assert match_counts.total(tx, replace(asked, limit=1, offset=0)) == len(
            articles.query(tx, replace(asked, limit=None, offset=0))
        )


def test_a_story_holds_its_articles_and_their_matches(filled: Store) -> None:
    with filled.writing() as tx:
        for number in range(2):
            join(tx, an_nth(number), NOON)
        place = memberships.membership(tx, an_nth(0).id)
        assert place is not None
        assert numbers(tx, story=place.story_id)[-1] == 0
        assert an_nth(0).id in [one.id for one in articles.query(tx, ArticleQuery(story=place.story_id))]
        assert numbers(tx, story="0" * 32) == []
        assert articles.query(tx, ArticleQuery(story="0" * 32)) == ()  # type: ignore[arg-type]


def test_matches_and_articles_are_counted_by_what_they_are(filled: Store) -> None:
    with filled.reading() as tx:
        every, one = MatchQuery(limit=1), MatchQuery(watchlists=(TALKS,))
        assert match_counts.by_kind(tx, every, "watchlist") == {"rafah": 4, "talks": 4}
        assert list(match_counts.by_kind(tx, every, "status").items()) == [
            ("new", 6),
            ("irrelevant", 1),
            ("relevant", 1),
        ]
        assert list(match_counts.by_kind(tx, one, "outlet")) == sorted(OUTLETS)
        assert match_counts.by_kind(tx, one, "language") == {"ar": 1, "en": 1, "he-IL": 1, "tr": 1}
        assert match_counts.by_kind(tx, ArticleQuery(languages=("ar",)), "outlet") == {"voice": 1}
        assert match_counts.by_term(tx, one) == {
            ("tunnels", "tunnel*"): 2,
            ("", "Refah"): 1,
            ("army", 'צה"ל'): 1,
            ("tunnels", "نفق"): 1,
        }


def test_they_are_counted_by_when_they_came(filled: Store) -> None:
    with filled.reading() as tx:
        hours = [(NOON + number * HOUR, 2) for number in range(4)]
        assert list(match_counts.by_moment(tx, MatchQuery(), "hour").items()) == hours
        asked = MatchQuery(since=NOON + HOUR, term="@tunnels")
        assert match_counts.by_moment(tx, asked, "minute") == {NOON + HOUR: 2}
        seen = match_counts.by_moment(tx, ArticleQuery(outlets=("herald",)), "hour")
        assert seen == {NOON + 3 * HOUR: 1}
        assert match_counts.span(tx, MatchQuery()) == (NOON, NOON + 3 * HOUR)
        assert match_counts.span(tx, ArticleQuery()) == (NOON, NOON + 3 * HOUR)


def test_where_nothing_is_nothing_is_counted(store: Store) -> None:
    with store.reading() as tx:
        assert match_counts.total(tx, MatchQuery()) == 0
        assert match_counts.by_moment(tx, MatchQuery(), "hour") == {}
        assert match_counts.span(tx, MatchQuery()) is None


def test_turns_are_listed_from_the_first_one_on_too(filled: Store) -> None:
    with filled.writing() as tx:
        for number in range(2):
            at = NOON + number * HOUR
            article = an_nth(number)
            revision = revisions.add(tx, a_revision(article, replaced_at=at))
            match_events.add(tx, revision, (), [match_key(RAFAH, article.id)], at)
        asked = MatchQuery(order=Order.OLDEST, limit=1, offset=1)
        (turned,) = match_events.query(tx, asked)
        assert turned.match.id == an_id(1)


# ── news ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def come(tx: Transaction, number: int, *, now: datetime) -> str:
    """An article is found by the first watchlist."""
    article = an_article(f"https://late.example/{number}", outlet="late", title=f"Late {number}", first_seen_at=now)
    offer(tx, "late", article, a_found("rafah"), now=now)
    return match_key(RAFAH, article.id)


def told(store: Store, seen: match_news.Seen, **asked: Any) -> tuple[list[str], match_news.Seen]:
    with store.reading() as tx:
        found, seen = match_news.news(tx, seen, MatchQuery(**asked))
    return [match.id for match in found], seen


def present(store: Store) -> match_news.Seen:
    with store.reading() as tx:
        return match_news.present(tx)


def test_what_comes_is_told_once_oldest_first_also_several_of_one_moment(filled: Store) -> None:
    seen = present(filled)
    found, seen = told(filled, seen)
    assert found == []
    now = NOON + 4 * HOUR
    with filled.writing() as tx:
        later = come(tx, 9, now=now + timedelta(seconds=1))
        same = sorted(come(tx, number, now=now) for number in range(8))
    found, seen = told(filled, seen, limit=1, order=Order.OLDEST)
    assert found == [*same, later]
    assert told(filled, seen)[0] == []


def test_what_is_committed_late_is_not_missed(filled: Store) -> None:
    seen = present(filled)
    with filled.writing() as tx:
        first = come(tx, 1, now=NOON + 4 * HOUR)
    found, seen = told(filled, seen)
    assert found == [first]
    with filled.writing() as tx:
        late = come(tx, 2, now=NOON + 4 * HOUR - timedelta(minutes=30))
    found, seen = told(filled, seen)
    assert found == [late]


def test_what_is_not_asked_for_is_not_told_and_not_new_when_it_is_decided_on(filled: Store) -> None:
    seen = present(filled)
    with filled.writing() as tx:
        come(tx, 1, now=NOON + 4 * HOUR)
    found, seen = told(filled, seen, statuses=(Status.RELEVANT,))
    assert found == []
    with filled.writing() as tx:
        key = match_key(RAFAH, an_article("https://late.example/1").id)
        reviews.add(tx, Review(match_id=key, status=Status.RELEVANT, note="", reviewer="", reviewed_at=NOON))
    assert told(filled, seen, statuses=(Status.RELEVANT,))[0] == []


def test_a_match_whose_article_merges_is_not_new(filled: Store) -> None:
    old = an_article("https://late.example/old", first_seen_at=NOON)
    with filled.writing() as tx:
        offer(tx, "late", old, now=NOON + 4 * HOUR)
        come(tx, 1, now=NOON + 4 * HOUR)
    seen = present(filled)
    with filled.writing() as tx:
        merging.merge(tx, an_article("https://late.example/1").id, old.id)
    found, after = told(filled, seen)
    assert found == []
    assert after.ids != seen.ids


def test_an_empty_database_has_everything_to_come(store: Store) -> None:
    seen = present(store)
    assert (seen.newest, told(store, seen)[0]) == (None, [])
    with store.writing() as tx:
        key = come(tx, 1, now=NOON)
    assert told(store, seen)[0] == [key]


# ── plans ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def plan(tmp_path: Path, ask: Any) -> list[tuple[int, int, str]]:
    """How SQLite answers what `ask` asks last: each step's number, that of the step it is part of, what is done."""
    ran: list[tuple[str, Any]] = []
    with Store.open(str(tmp_path / "monitor.db")) as store, store.writing() as tx:
        event.listen(tx.engine, "before_cursor_execute", lambda *given: ran.append((given[2], given[3])))
        ask(tx)
        statement, values = ran[-1]
        rows = tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return [(row[0], row[1], row[3]) for row in rows]


@pytest.mark.parametrize("order", [Order.NEWEST, Order.OLDEST])
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"watchlists": (RAFAH,)},
        {"languages": ("ar", "he"), "outlets": ("a", "b"), "statuses": (Status.NEW,)},
        {"term": "@tunnels", "scores": ((Sign.LEAST, 3.0),), "reviewer": "Amal"},
    ],
)
def test_filtered_lines_are_read_along_an_index_too(tmp_path: Path, order: Order, asked: dict[str, Any]) -> None:
    steps = plan(tmp_path, lambda tx: match_lines.query(tx, MatchQuery(order=order, **asked)))
    index = "ix_matches_watchlist_id_matched_at_id" if "watchlists" in asked else "ix_matches_matched_at_id"
    (heads,) = [number for number, _, step in steps if step == "CO-ROUTINE heads"]
    own = [step for _, parent, step in steps if parent == heads]
    assert f"matches USING INDEX {index}" in own[0]
    assert not [step for step in own if "TEMP B-TREE" in step]
    # Whether a story has a newer one is asked of the story's members, not of all newer matches.
    others = [step for _, _, step in steps if step.startswith(("SEARCH other", "SCAN other"))]
    assert len(others) == 2
    assert all("article_id=?" in step for step in others)


def test_counting_by_day_looks_at_no_article(tmp_path: Path) -> None:
    steps = plan(tmp_path, lambda tx: match_counts.by_moment(tx, MatchQuery(watchlists=(RAFAH,)), "hour"))
    assert not [step for _, _, step in steps if "articles" in step]
