"""Matches: kept once for a watchlist and article, found again by every condition a person asks with."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from monitor.errors import StoreError
from monitor.model import (
    Article,
    ArticleId,
    Clause,
    FeedId,
    Found,
    Matched,
    News,
    ParsedFeed,
    Polled,
    Review,
    Sighting,
    Status,
    TextSource,
    Validators,
    WatchlistId,
    match_key,
)
from monitor.pipeline.belonging import join
from monitor.store import articles, counts, feeds, ids, match_lines, matches, memberships, polls, reviews
from monitor.store.articles import ArticleQuery
from monitor.store.matches import MatchQuery
from monitor.store.store import Store, Transaction
from tests.builders import NOON, a_found, an_article, an_entry
from tests.store.test_polls import a_state

DAY = timedelta(days=1)
RAFAH, TALKS = WatchlistId("rafah"), WatchlistId("talks")
BOTH = [RAFAH, TALKS]
FIRST = an_article("https://gazette.example/1")
SECOND = an_article("https://voice.example/2", outlet="voice", language="ar-EG", title="Second")


def offer(tx: Transaction, feed: str, article: Article, *found: Found, now: datetime = NOON) -> None:
    """A feed offers the article, new or not, and the watchlists find it."""
    sighting = Sighting(entry=an_entry(article.url, link=article.url, title=article.title), article_id=article.id)
    known = articles.get(tx, article.id) is not None
    news = News(
        sightings=(sighting,),
        new_articles=() if known else (article,),
        matched=(Matched(article_id=article.id, found=found),),
    )
    parsed = ParsedFeed(offered=1, entries=(sighting.entry,))
    outcome = Polled(parsed=parsed, validators=Validators(), body_hash="")
    polls.save(tx, a_state(feed), outcome, news, now, watchlists=BOTH)


def fill(tx: Transaction) -> None:
    offer(tx, "gazette-en", FIRST, a_found("rafah"), a_found("talks"))
    offer(tx, "voice-ar", SECOND, a_found("rafah"), now=NOON + DAY)
    offer(tx, "digest", SECOND, a_found("rafah"), now=NOON + 2 * DAY)


def put(tx: Transaction, *found: Found, watchlists: list[WatchlistId] = BOTH, now: datetime = NOON + DAY) -> int:
    return matches.put(tx, [Matched(article_id=FIRST.id, found=found)], watchlists, now)


def test_a_match_comes_back_as_it_was_found(store: Store) -> None:
    with store.writing() as tx:
        offer(tx, "gazette-en", FIRST, a_found("rafah"))
        (match,) = matches.query(tx, MatchQuery(full=True))
    assert match.id == match_key(RAFAH, FIRST.id)
    assert (match.article, match.found) == (FIRST, a_found("rafah"))
    assert (match.status, match.matched_at, match.lost_at) == (Status.NEW, NOON, None)


def test_a_list_leaves_out_texts_and_explanations_but_not_hits(store: Store) -> None:
    with store.writing() as tx:
        offer(tx, "gazette-en", replace(FIRST, text="Long."), a_found("rafah"))
        (match,) = matches.query(tx, MatchQuery())
    assert (match.article.summary, match.article.text) == ("", "")
    assert match.found.hits == a_found().hits
    assert match.found.explanation == Clause(query="", held=True)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (MatchQuery(), [(SECOND, RAFAH), (FIRST, TALKS), (FIRST, RAFAH)]),
        (MatchQuery(limit=1), [(SECOND, RAFAH)]),
        (MatchQuery(limit=None, watchlists=(RAFAH,)), [(SECOND, RAFAH), (FIRST, RAFAH)]),
        (MatchQuery(since=NOON + DAY), [(SECOND, RAFAH)]),
        (MatchQuery(until=NOON + DAY, watchlists=(TALKS,)), [(FIRST, TALKS)]),
        (MatchQuery(until=NOON), []),
        (MatchQuery(languages=("ar",)), [(SECOND, RAFAH)]),
        (MatchQuery(languages=("AR-eg",)), [(SECOND, RAFAH)]),
        (MatchQuery(languages=("a",)), []),
        (MatchQuery(languages=("%",)), []),
        (MatchQuery(outlets=("voice",)), [(SECOND, RAFAH)]),
        (MatchQuery(feed=FeedId("digest")), [(SECOND, RAFAH)]),
        (MatchQuery(feed=FeedId("voice-ar"), watchlists=(TALKS,)), []),
        (MatchQuery(statuses=(Status.RELEVANT,)), []),
        (MatchQuery(statuses=(Status.NEW,), watchlists=(TALKS,)), [(FIRST, TALKS)]),
    ],
)
def test_every_condition_narrows_and_the_newest_come_first(
    store: Store, asked: MatchQuery, found: list[tuple[Article, WatchlistId]]
) -> None:
    with store.writing() as tx:
        fill(tx)
        got = [(match.article.id, match.found.watchlist_id) for match in matches.query(tx, asked)]
    expected = [(article.id, watchlist) for article, watchlist in found]
    assert sorted(got) == sorted(expected)
    assert [one[0] for one in got] == [one[0] for one in expected]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (ArticleQuery(), [SECOND, FIRST]),
        (ArticleQuery(limit=1), [SECOND]),
        (ArticleQuery(since=NOON + DAY), [SECOND]),
        (ArticleQuery(until=NOON + DAY), [FIRST]),
        (ArticleQuery(languages=("ar",)), [SECOND]),
        (ArticleQuery(outlets=("gazette",)), [FIRST]),
        (ArticleQuery(feed=FeedId("digest")), [SECOND]),
        (ArticleQuery(text_source=TextSource.PAGE), []),
        (ArticleQuery(text_source=TextSource.FEED, full=True), [SECOND, FIRST]),
        (ArticleQuery(quarantined=True), []),
    ],
)
def test_articles_are_found_by_the_same_conditions(store: Store, asked: ArticleQuery, found: list[Article]) -> None:
    later = replace(SECOND, first_seen_at=NOON + DAY)
    with store.writing() as tx:
        offer(tx, "gazette-en", FIRST)
        offer(tx, "voice-ar", later)
        offer(tx, "digest", later)
        got = articles.query(tx, asked)
    assert [article.id for article in got] == [article.id for article in found]
    assert all(bool(article.summary) is asked.full for article in got)


def test_a_second_answer_changes_the_match_and_keeps_its_first_moment(store: Store) -> None:
    with store.writing() as tx:
        assert put_first(tx) == 1
        assert put(tx, a_found("rafah", score=9.0, version="b" * 12)) == 0
        (match,) = matches.query(tx, MatchQuery())
    assert (match.matched_at, match.found.score, match.found.version) == (NOON, 9.0, "b" * 12)


def put_first(tx: Transaction) -> int:
    offer(tx, "gazette-en", FIRST)
    return put(tx, a_found("rafah"), now=NOON)


def test_a_match_that_is_lost_is_kept_and_may_be_found_again(store: Store) -> None:
    with store.writing() as tx:
        put_first(tx)
        put(tx, now=NOON + DAY)
        put(tx, now=NOON + 2 * DAY)
        assert matches.query(tx, MatchQuery()) == ()
        assert matches.counts(tx) == {}
        (lost,) = matches.query(tx, MatchQuery(include_lost=True))
        assert lost.lost_at == NOON + DAY
        assert put(tx, a_found("rafah"), now=NOON + 3 * DAY) == 0
        (again,) = matches.of_article(tx, FIRST.id)
        assert (again.lost_at, again.matched_at) == (None, NOON)


def test_a_watchlist_that_was_not_asked_loses_nothing(store: Store) -> None:
    with store.writing() as tx:
        put_first(tx)
        put(tx, watchlists=[TALKS])
        assert matches.counts(tx) == {RAFAH: 1}


def test_matches_are_counted_by_watchlist(store: Store) -> None:
    with store.writing() as tx:
        fill(tx)
        assert matches.counts(tx) == {RAFAH: 2, TALKS: 1}
        assert matches.counts(tx, MatchQuery(outlets=("voice",), limit=1)) == {RAFAH: 1}


def test_a_review_is_recorded_and_becomes_the_status(store: Store) -> None:
    match_id = match_key(RAFAH, FIRST.id)
    said = [
        Review(match_id=match_id, status=status, note=note, reviewer="ana", reviewed_at=NOON)
        for status, note in ((Status.LATER, ""), (Status.RELEVANT, "see نفق"))
    ]
    with store.writing() as tx:
        put_first(tx)
        for review in said:
            reviews.add(tx, review)
        assert reviews.of(tx, match_id) == tuple(said)
        put(tx, a_found("rafah"))
        match = matches.get(tx, match_id)
        assert match is not None
        assert match.status is Status.RELEVANT


def test_a_review_of_no_match_is_refused(store: Store) -> None:
    review = Review(match_id=match_key(RAFAH, FIRST.id), status=Status.NEW, note="", reviewer="", reviewed_at=NOON)
    with store.writing() as tx, pytest.raises(StoreError, match="there is no match"):
        reviews.add(tx, review)


def test_a_match_nobody_made_is_not_there(store: Store) -> None:
    with store.reading() as tx:
        assert matches.get(tx, match_key(RAFAH, FIRST.id)) is None


def test_the_beginning_of_an_id_names_a_match_or_an_article(store: Store) -> None:
    match_id = match_key(RAFAH, FIRST.id)
    with store.writing() as tx:
        put_first(tx)
        assert ids.resolve(tx, f" {match_id[:8].upper()} ") == ids.Known(article_id=FIRST.id, match_id=match_id)
        assert ids.resolve(tx, match_id).match_id == match_id
        assert ids.resolve(tx, FIRST.id[:4]) == ids.Known(article_id=FIRST.id, match_id=None)


@pytest.mark.parametrize("typed", ["", "abc", "xyz12345", "a" * 33, "abcd%", "'; --"])
def test_what_is_no_id_is_said_to_be_none(store: Store, typed: str) -> None:
    with store.reading() as tx, pytest.raises(ValueError, match="is not an id"):
        ids.resolve(tx, typed)


def test_an_unknown_id_is_said_to_be_unknown(store: Store) -> None:
    with store.reading() as tx, pytest.raises(StoreError, match="no match or article has an id that begins with abcd"):
        ids.resolve(tx, "abcd")


def test_an_ambiguous_beginning_names_the_candidates(store: Store) -> None:
    twins = [
        replace(numbered, id=ArticleId(f"abcdef{digit}" + "0" * 25)) for digit, numbered in enumerate([FIRST, SECOND])
    ]
    with store.writing() as tx:
        articles.insert_new(tx, twins)
        with pytest.raises(StoreError, match=r"several ids \(abcdef00+, abcdef10+\): give more"):
            ids.resolve(tx, "abcdef")
        assert ids.resolve(tx, "abcdef1").article_id == twins[1].id


def test_everything_is_counted(store: Store) -> None:
    with store.writing() as tx:
        fill(tx)
        assert counts.totals(tx) == {"feeds": 3, "entries": 3, "articles": 2, "matches": 3, "reviews": 0}


def test_feeds_are_listed_with_what_they_brought(store: Store) -> None:
    with store.writing() as tx:
        fill(tx)
        polls.sync(tx, [], NOON)
        listed = {one.state.feed_id: one for one in feeds.overview(tx)}
    assert list(listed) == ["digest", "gazette-en", "voice-ar"]
    gazette, digest = listed[FeedId("gazette-en")], listed[FeedId("digest")]
    assert (gazette.entries, gazette.articles, gazette.matches) == (1, 1, 2)
    assert (digest.entries, digest.articles, digest.matches) == (1, 1, 1)
    assert (digest.last_new_at, digest.active) == (NOON + 2 * DAY, False)


# ── lines ────────────────────────────────────────────────────────────────────────────────────────────────────────────

AT = [NOON + timedelta(minutes=number) for number in range(6)]
LAST = AT[5]


def tell(tx: Transaction, outlet: str, now: datetime, title: str = "", **changes: object) -> ArticleId:
    """An article that both watchlists match, with its place in a story if it has a title."""
    said = title or f"Nothing like {outlet}"
    article = an_article(f"https://{outlet}.example/1", outlet=outlet, title=said, summary="", **changes)
    offer(tx, f"{outlet}-feed", article, a_found("rafah"), a_found("talks"), now=now)
    if title:
        join(tx, article, now)
    return article.id


@pytest.fixture
def told(store: Store) -> Store:
    """Three reports of one event; one in no story; one of another event."""
    strike = "Strike on Khan Younis kills three aid workers"
    with store.writing() as tx:
        tell(tx, "gazette", AT[0], strike)
        tell(tx, "voice", AT[1], f"{strike} of a kitchen")
        tell(tx, "courier", AT[2])
        tell(tx, "herald", AT[3], "Cup final ends in a draw after extra time", language="ar")
        tell(tx, "tribune", AT[4], f"{strike}, hospital says")
    return store


def lines(store: Store, *, folded: bool = True, **asked: object) -> list[tuple[str, int, int]]:
    with store.reading() as tx:
        found = match_lines.query(tx, MatchQuery(**{"watchlists": (RAFAH,), **asked}), folded=folded)  # type: ignore[arg-type]
    return [(line.match.article.outlet, line.further, line.further_outlets) for line in found]


def test_a_line_is_the_newest_match_of_a_watchlist_in_a_story(told: Store) -> None:
    assert lines(told) == [("tribune", 2, 2), ("herald", 0, 0), ("courier", 0, 0)]
    assert len(lines(told, watchlists=())) == 6
    every = [(outlet, 0, 0) for outlet in ("tribune", "herald", "courier", "voice", "gazette")]
    assert lines(told, folded=False) == every


def test_a_line_names_its_story(told: Store) -> None:
    with told.reading() as tx:
        found = match_lines.query(tx, MatchQuery(watchlists=(RAFAH,), full=True))
        places = [memberships.membership(tx, line.match.article.id) for line in found]
    assert [line.story_id for line in found] == [place and place.story_id for place in places]
    assert [bool(line.story_id) for line in found] == [True, True, False]
    assert found[0].match.found.explanation.hits


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"limit": 1}, [("tribune", 2, 2)]),
        ({"limit": None, "until": AT[2]}, [("voice", 1, 1)]),
        ({"since": AT[1], "until": AT[2]}, [("voice", 0, 0)]),
        ({"since": AT[1]}, [("tribune", 1, 1), ("herald", 0, 0), ("courier", 0, 0)]),
        ({"outlets": ("gazette",)}, [("gazette", 0, 0)]),
        ({"feed": FeedId("voice-feed")}, [("voice", 0, 0)]),
        ({"languages": ("ar",)}, [("herald", 0, 0)]),
        ({"languages": ("en",)}, [("tribune", 2, 2), ("courier", 0, 0)]),
        ({"statuses": (Status.RELEVANT,)}, []),
    ],
)
def test_filters_come_before_folding(told: Store, asked: dict[str, object], found: list[tuple[str, int, int]]) -> None:
    assert lines(told, **asked) == found  # type: ignore[arg-type]


def test_what_is_filtered_out_by_its_status_is_not_counted(told: Store) -> None:
    newest = match_key(RAFAH, an_article("https://tribune.example/1").id)
    with told.writing() as tx:
        reviews.add(tx, Review(match_id=newest, status=Status.RELEVANT, note="", reviewer="A", reviewed_at=LAST))
    assert lines(told, statuses=(Status.NEW,), languages=("en",)) == [("courier", 0, 0), ("voice", 1, 1)]
    assert lines(told, statuses=(Status.RELEVANT,)) == [("tribune", 0, 0)]


def test_lost_matches_and_those_that_hold_have_lines_of_their_own(told: Store) -> None:
    lost = an_article("https://tribune.example/1").id
    with told.writing() as tx:
        matches.put(tx, [Matched(article_id=lost, found=())], BOTH, LAST)
    assert lines(told, languages=("en",)) == [("courier", 0, 0), ("voice", 1, 1)]
    assert lines(told, languages=("en",), include_lost=True) == [("tribune", 0, 0), ("courier", 0, 0), ("voice", 1, 1)]


def test_the_newest_are_read_along_an_index(tmp_path: Path) -> None:
    """Of 100,000 matches the few that are listed: none is sorted before the limit, no table read whole."""
    ran: list[tuple[str, Any]] = []
    with Store.open(str(tmp_path / "monitor.db")) as store, store.writing() as tx:
        event.listen(tx.engine, "before_cursor_execute", lambda *given: ran.append((given[2], given[3])))
        match_lines.query(tx, MatchQuery(watchlists=(RAFAH,)))
        statement, values = ran[-1]
        plan = [row[-1] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert any("matches USING INDEX ix_matches_watchlist_id_matched_at_id (watchlist_id=?)" in step for step in plan)
    assert any("place USING INDEX ix_members_story_id_number (story_id=?)" in step for step in plan)
    assert [step for step in plan if step.startswith("SCAN")] == ["SCAN heads", "SCAN counted"]
