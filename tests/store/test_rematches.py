"""Rematches in the database: how far one is, what it left behind, and which watchlists want one."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from monitor.errors import StoreError
from monitor.model import Article, ArticleId, Matched, Review, Status, TextSource, WatchlistId, article_key
from monitor.rules.rematching import Totals
from monitor.store import articles, configurations, history, matches, rematches, reviews, rule_versions
from monitor.store.history import BEGINNING, Stretch, place_of
from monitor.store.rematches import Rematch
from monitor.store.schema import matches as matches_table
from monitor.store.store import Store, Transaction
from monitor.store.unmatched import unmatched
from tests.builders import NOON, a_found, a_watchlist, an_article

HOUR = timedelta(hours=1)
RAFAH, TALKS = WatchlistId("rafah"), WatchlistId("talks")
NEW = Rematch(id=0, began_at=NOON, versions={TALKS: "2", RAFAH: "1"}, outlets="o")


def an_article_of(hours: int, name: str = "") -> Article:
    url = f"https://gazette.example/{hours}{name}"
    return an_article(url, first_seen_at=NOON + hours * HOUR, text=f"نص {hours}", text_source=TextSource.PAGE)


def added(tx: Transaction, new: Rematch = NEW) -> Rematch:
    return replace(new, id=rematches.add(tx, new))


def test_articles_follow_each_other_from_the_oldest_on_whatever_their_ids(store: Store) -> None:
    made = [an_article_of(2), an_article_of(1), *(an_article_of(0, name) for name in "abcd")]
    with store.writing() as tx:
        articles.insert_new(tx, made)
    found: list[Article] = []
    place = BEGINNING
    with store.reading() as tx:
        while batch := history.following(tx, place, None, 2):
            assert len(batch.articles) <= 2
            found += batch.articles
            place = batch.end
        first = Stretch(end=place_of(found[3]), articles=tuple(found[:4]))
        assert history.following(tx, BEGINNING, NOON + HOUR, 10) == first
        last = Stretch(end=place_of(found[-1]), articles=tuple(found[4:]))
        assert history.following(tx, (NOON + HOUR, ""), None, 10) == last
        counted = [(None, None, 6), (NOON + HOUR, None, 2), (None, NOON + HOUR, 4), (NOON + HOUR, NOON + 2 * HOUR, 1)]
        assert all(history.number(tx, since, until) == number for since, until, number in counted)
        assert set(history.these(tx, [made[0].id, made[1].id, article_key("gone")])) == {made[0], made[1]}
    assert found == sorted(made, key=place_of)


def test_a_rematch_is_known_again_by_its_rules_and_not_by_their_order(store: Store) -> None:
    with store.writing() as tx:
        assert rematches.last(tx, NEW.versions, "o") is None
        made = added(tx, replace(NEW, since=NOON, until=NOON + HOUR))
    with store.reading() as tx:
        assert rematches.last(tx, {RAFAH: "1", TALKS: "2"}, "o") == made
        assert made.place == BEGINNING
        assert rematches.last(tx, {RAFAH: "1"}, "o") is None
        assert rematches.last(tx, {RAFAH: "1", TALKS: "3"}, "o") is None
        assert rematches.last(tx, NEW.versions, "other outlets") is None


def test_how_far_it_is_comes_back_and_of_two_of_the_same_rules_the_last_counts(store: Store) -> None:
    with store.writing() as tx:
        first = added(tx)
        totals = {RAFAH: Totals(gained=1, lost=2, reviewed=1, kept=3, rescored=1)}
        place = (NOON + HOUR, article_key("x"))
        further = replace(first, place=place, articles=250, pruned=3, totals=totals, until=NOON + 2 * HOUR)
        rematches.advance(tx, first, further)
        assert rematches.last(tx, NEW.versions, "o") == further
        second = added(tx)
        assert rematches.last(tx, NEW.versions, "o") == second


def test_two_that_go_on_with_one_are_told(store: Store) -> None:
    with store.writing() as tx:
        first = added(tx)
        rematches.advance(tx, first, replace(first, articles=10, place=(NOON, "x")))
        with pytest.raises(StoreError, match="does the same at this moment: let that one end"):
            rematches.advance(tx, first, replace(first, articles=20, place=(NOON, "y")))
        done = replace(first, articles=10, finished_at=NOON)
        rematches.advance(tx, done, done)
        with pytest.raises(StoreError):
            rematches.advance(tx, done, done)


def test_finished_are_those_that_looked_at_everything(store: Store) -> None:
    with store.writing() as tx:
        added(tx)
        for one in (NEW, replace(NEW, since=NOON), replace(NEW, until=NOON)):
            begun = added(tx, one)
            rematches.advance(tx, begun, replace(begun, finished_at=NOON + HOUR))
        (whole,) = rematches.finished(tx)
    assert (whole.id, whole.finished_at, whole.versions) == (2, NOON + HOUR, dict(NEW.versions))


def test_matches_stand_with_what_tells_whether_they_change_lost_ones_too(store: Store) -> None:
    article, other = an_article_of(0), an_article_of(1)
    with store.writing() as tx:
        articles.insert_new(tx, [article, other])
        found = (a_found("rafah"), a_found("talks"))
        matches.put(tx, [Matched(article_id=article.id, found=found)], [RAFAH, TALKS], NOON)
        matches.put(tx, [Matched(article_id=article.id, found=found[:1])], [RAFAH, TALKS], NOON + HOUR, rematch=7)
        standing = rematches.standing(tx, [article.id, other.id])
        assert list(standing) == [article.id]
        rafah, talks = sorted(standing[article.id], key=lambda one: one.watchlist_id)
        assert (rafah.lost_at, talks.lost_at) == (None, NOON + HOUR)
        assert (rafah.version, rafah.score, rafah.hits) == (found[0].version, found[0].score, found[0].hits)
        assert (rafah.status, rafah.matched_at) == (Status.NEW, NOON)
        assert rematches.explanations(tx, [rafah.id]) == {rafah.id: found[0].explanation}


def test_only_new_matches_keep_the_rematch_that_made_them(store: Store) -> None:
    article = an_article_of(0)

    def put(*watchlists: str, rematch: int | None) -> None:
        found = tuple(map(a_found, watchlists))
        matches.put(tx, [Matched(article_id=article.id, found=found)], [RAFAH, TALKS], NOON, rematch=rematch)

    with store.writing() as tx:
        articles.insert_new(tx, [article])
        put("rafah", rematch=None)
        put("rafah", "talks", rematch=7)
        put("rafah", "talks", rematch=8)
        rows = tx.execute(select(matches_table.c.watchlist_id, matches_table.c.rematch_id)).all()
    assert dict(map(tuple, rows)) == {"rafah": None, "talks": 7}


def in_force(tx: Transaction, configuration: str, version: str, at: datetime) -> None:
    configurations.save(tx, configuration, {}, at)
    rule_versions.save(tx, [a_watchlist("x")], {RAFAH: version}, configuration, at)


def test_other_versions_that_came_into_force_since_are_found(store: Store) -> None:
    with store.writing() as tx:
        assert configurations.newest(tx) is None
        in_force(tx, "1", "a", NOON)
        in_force(tx, "2", "b", NOON + HOUR)
        assert configurations.newest(tx) == "2"
        assert not rule_versions.others_since(tx, {RAFAH: "b"}, NOON + HOUR)
        assert rule_versions.others_since(tx, {RAFAH: "b"}, NOON)
        assert not rule_versions.others_since(tx, {TALKS: "b"}, NOON)


def finish(tx: Transaction, version: str, at: datetime, since: datetime | None = None) -> None:
    begun = added(tx, replace(NEW, began_at=at, versions={RAFAH: version}, since=since))
    rematches.advance(tx, begun, replace(begun, finished_at=at))


def is_unmatched(tx: Transaction, version: str) -> list[str | None]:
    """The versions before, of the watchlists that stored articles were not asked about."""
    return [one.before.version if one.before else None for one in unmatched(tx, {RAFAH: version})]


def test_an_edited_or_new_watchlist_wants_a_rematch_until_it_had_one(store: Store) -> None:
    with store.writing() as tx:
        in_force(tx, "1", "a", NOON)
        assert is_unmatched(tx, "b") == []  # there are no articles
        articles.insert_new(tx, [an_article_of(1)])
        assert is_unmatched(tx, "a") == []
        assert is_unmatched(tx, "b") == ["a"]
        assert [one.watchlist_id for one in unmatched(tx, {TALKS: "x"})] == [TALKS]
        in_force(tx, "2", "b", NOON + 2 * HOUR)
        assert is_unmatched(tx, "b") == ["a"]
        finish(tx, "b", NOON + 3 * HOUR, since=NOON)
        assert is_unmatched(tx, "b") == ["a"]
        finish(tx, "b", NOON + 3 * HOUR)
        assert is_unmatched(tx, "b") == []
        # Back to the first: what came meanwhile was matched by the second.
        in_force(tx, "1", "a", NOON + 4 * HOUR)
        assert is_unmatched(tx, "a") == ["b"]
        finish(tx, "a", NOON + 5 * HOUR)
        assert is_unmatched(tx, "a") == []


def test_a_watchlist_that_came_later_than_articles_wants_one(store: Store) -> None:
    with store.writing() as tx:
        articles.insert_new(tx, [an_article_of(0)])
        in_force(tx, "1", "a", NOON + HOUR)
        assert is_unmatched(tx, "a") == [None]
        finish(tx, "a", NOON + HOUR)
        assert is_unmatched(tx, "a") == []


def test_a_watchlist_that_was_edited_before_any_article_came_wants_none(store: Store) -> None:
    with store.writing() as tx:
        in_force(tx, "1", "a", NOON)
        in_force(tx, "2", "b", NOON + HOUR)
        articles.insert_new(tx, [an_article_of(2)])
        assert is_unmatched(tx, "b") == []


def test_a_review_of_a_match_that_is_lost_stays(store: Store) -> None:
    article = an_article_of(0)
    with store.writing() as tx:
        articles.insert_new(tx, [article])
        matches.put(tx, [Matched(article_id=article.id, found=(a_found("rafah"),))], [RAFAH], NOON)
        (match,) = matches.of_article(tx, ArticleId(article.id))
        reviews.add(tx, Review(match_id=match.id, status=Status.LATER, note="", reviewer="ana", reviewed_at=NOON))
        matches.put(tx, [Matched(article_id=article.id, found=())], [RAFAH], NOON + HOUR, rematch=1)
        (lost,) = matches.of_article(tx, ArticleId(article.id))
        assert (lost.lost_at, lost.status, lost.matched_at) == (NOON + HOUR, Status.LATER, NOON)
        assert [one.reviewer for one in reviews.of(tx, lost.id)] == ["ana"]
