"""What articles said before, when they are looked at again, and what that did to their matches."""

from dataclasses import replace
from datetime import timedelta

from monitor.model import (
    Article,
    ArticleId,
    Matched,
    Removal,
    Revision,
    RevisionSource,
    Shortfall,
    Turn,
    Validators,
    WatchlistId,
    match_key,
)
from monitor.store import articles, match_events, matches, merging, revisions, revisits
from monitor.store.articles import ArticleQuery
from monitor.store.matches import MatchQuery
from monitor.store.readings import INTERRUPTIONS
from monitor.store.revisits import Looked
from monitor.store.store import Store, Transaction
from tests.builders import NOON, a_found, an_article
from tests.store.test_matches import RAFAH, TALKS, offer

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLAN = (HOUR, DAY)
OLDER = an_article("https://gazette.example/1", title="Talks resume")
YOUNGER = an_article("https://amp.gazette.example/1", title="Talks resume in Cairo")


def a_revision(article: Article = OLDER, **changes: object) -> Revision:
    given = {"article_id": article.id, "source": RevisionSource.PAGE, "since": NOON, "replaced_at": NOON + HOUR}
    return Revision(**{**given, **changes})  # type: ignore[arg-type]


def plan(tx: Transaction, article: Article = OLDER, *watchlists: str) -> None:
    """The article is offered and matched, and its visits planned."""
    found = tuple(a_found(one) for one in watchlists or ("rafah",))
    offer(tx, article.feed_id, article, *found)
    revisits.plan(tx, [Matched(article_id=article.id, found=found)], PLAN, NOON)


def taken(tx: Transaction, at: timedelta) -> list[ArticleId]:
    return [one.article.id for one in revisits.take(tx, NOON + at, 9)]


def test_revisions_are_numbered_and_each_begins_where_the_one_before_ended(store: Store) -> None:
    with store.writing() as tx:
        offer(tx, "a", OLDER)
        revisions.add(tx, a_revision(text="رفح\nOne.", words_added=2, words_removed=1))
        revisions.add(
            tx, a_revision(headline="A", new_headline="B", said="More.", replaced_at=NOON + DAY, is_return=True)
        )
        first, second = revisions.of(tx, OLDER.id)
    assert first == a_revision(text="رفح\nOne.", words_added=2, words_removed=1, number=1)
    assert (second.number, second.since, second.replaced_at, second.text) == (2, NOON + HOUR, NOON + DAY, None)
    assert (second.headline, second.new_headline, second.said, second.is_return) == ("A", "B", "More.", True)


def test_only_what_is_matched_and_has_an_address_is_visited(store: Store) -> None:
    with store.writing() as tx:
        plan(tx)
        plan(tx, an_article("", id=ArticleId("0" * 32), shortfall=Shortfall.NO_LINK))
        offer(tx, "a", YOUNGER)
        revisits.plan(tx, [Matched(article_id=YOUNGER.id, found=())], PLAN, NOON)
        revisits.plan(tx, [Matched(article_id=YOUNGER.id, found=(a_found(),))], (), NOON)
        assert taken(tx, HOUR - timedelta(seconds=1)) == []
        assert revisits.waiting(tx, NOON + HOUR) == 1
        assert taken(tx, HOUR) == [OLDER.id]
        assert revisits.waiting(tx, NOON + HOUR) == 0
        assert revisits.of(tx, YOUNGER.id) is None


def test_what_was_matched_before_begins_no_new_plan(store: Store) -> None:
    with store.writing() as tx:
        plan(tx)
        revisits.plan(tx, [Matched(article_id=OLDER.id, found=(a_found(),))], PLAN, NOON + DAY)
        assert revisits.since(tx, OLDER.id) == NOON


def test_what_was_seen_of_a_page_is_remembered(store: Store) -> None:
    looked = Looked(validators=Validators(etag="e", last_modified="m"), body_hash="h", headline="Talks", at=NOON)
    with store.writing() as tx:
        plan(tx)
        revisits.saw(tx, OLDER.id, looked)
        (due,) = revisits.take(tx, NOON + HOUR, 9)
    assert (due.validators, due.body_hash, due.headline, due.whole_at) == (looked.validators, "h", "Talks", NOON)
    assert (due.attempts, due.crashes, due.since) == (1, 0, NOON)


def test_a_visit_that_is_given_back_was_none(store: Store) -> None:
    with store.writing() as tx:
        plan(tx)
        assert taken(tx, HOUR) == [OLDER.id]
        revisits.give_back(tx, OLDER.id, until=NOON + 2 * HOUR)
        assert taken(tx, HOUR) == []
        (due,) = revisits.take(tx, NOON + 2 * HOUR, 9)
        assert due.attempts == 1
        assert taken(tx, 2 * HOUR + timedelta(minutes=11)) == [OLDER.id]


def test_what_a_dead_daemon_was_visiting_is_due_again_but_not_for_ever(store: Store) -> None:
    with store.writing() as tx:
        plan(tx)
        for _ in range(INTERRUPTIONS - 1):
            (due,) = revisits.take(tx, NOON + HOUR, 9)
            assert due.attempts == 1
            revisits.release(tx, NOON + HOUR)
        assert taken(tx, HOUR) == [OLDER.id]
        revisits.release(tx, NOON + HOUR)
        assert taken(tx, DAY) == []
        found = revisits.of(tx, OLDER.id)
    assert found is not None
    assert (found.next_at, found.error) == (None, f"visiting it was interrupted {INTERRUPTIONS} times")


def test_what_came_of_a_visit_is_saved(store: Store) -> None:
    with store.writing() as tx:
        plan(tx)
        for told in (False, True):
            (due,) = revisits.take(tx, NOON + HOUR, 9)
            revisits.save(tx, OLDER.id, next_at=NOON + HOUR, told=told, crashed=not told, alternated=told, error="x")
        (due,) = revisits.take(tx, NOON + HOUR, 9)
        found = revisits.of(tx, OLDER.id)
    assert (due.attempts, due.crashes) == (1, 1)
    assert found is not None
    assert (found.visits, found.alternations, found.error) == (1, 1, "x")


def test_a_removed_article_is_marked_since_it_first_was(store: Store) -> None:
    with store.writing() as tx:
        offer(tx, "a", OLDER)
        articles.set_removed(tx, OLDER.id, Removal.NOT_FOUND, NOON)
        articles.set_removed(tx, OLDER.id, Removal.GONE, NOON + DAY)
        (article,) = articles.query(tx, ArticleQuery(removed=True))
        assert (article.removed_at, article.removed_why) == (NOON, Removal.NOT_FOUND)
        # A reading that began before does not take the mark away.
        articles.save_text(tx, replace(OLDER, text="Text."))
        assert len(articles.query(tx, ArticleQuery(removed=True))) == 1
        articles.set_removed(tx, OLDER.id, None, NOON + DAY)
        assert articles.query(tx, ArticleQuery(removed=True)) == ()


def test_what_a_revision_did_to_matches_is_listed_newest_first(store: Store) -> None:
    with store.writing() as tx:
        plan(tx, OLDER, "rafah")
        before = match_events.counting(tx, [OLDER.id])[OLDER.id]
        assert before == {match_key(RAFAH, OLDER.id)}
        for number, found in enumerate((a_found("talks"), a_found("rafah")), start=1):
            now = NOON + number * HOUR
            revision = revisions.add(tx, a_revision(replaced_at=now))
            matches.put(tx, [Matched(article_id=OLDER.id, found=(found,))], [RAFAH, TALKS], now)
            after = match_events.counting(tx, [OLDER.id])[OLDER.id]
            assert match_events.add(tx, revision, before, after, now) == 2
            before = after
        assert match_events.add(tx, revision, before, before, NOON) == 0

        def told(**asked: object) -> list[tuple[WatchlistId, Turn, int]]:
            found = match_events.query(tx, MatchQuery(**asked))  # type: ignore[arg-type]
            return [(one.match.found.watchlist_id, one.turn, one.revision) for one in found]

        assert sorted(told()) == [
            (RAFAH, Turn.STARTED, 2),
            (RAFAH, Turn.STOPPED, 1),
            (TALKS, Turn.STARTED, 1),
            (TALKS, Turn.STOPPED, 2),
        ]
        assert {revision for *_, revision in told(limit=2)} == {2}
        assert {revision for *_, revision in told(since=NOON + 2 * HOUR)} == {2}
        assert {revision for *_, revision in told(until=NOON + 2 * HOUR)} == {1}
        assert len(told(watchlists=(RAFAH,))) == 2
        assert told(languages=("ar",)) == []


def test_all_of_it_follows_an_article_that_is_merged(store: Store) -> None:
    with store.writing() as tx:
        plan(tx, OLDER, "talks")
        plan(tx, YOUNGER, "rafah", "talks")
        revisions.add(tx, a_revision(text="Older."))
        turned = revisions.add(tx, a_revision(YOUNGER, text="Younger."))
        both = [match_key(one, YOUNGER.id) for one in (RAFAH, TALKS)]
        match_events.add(tx, turned, [], both, NOON)
        merging.merge(tx, YOUNGER.id, OLDER.id)
        assert [one.text for one in revisions.of(tx, OLDER.id)] == ["Older.", "Younger."]
        events = match_events.query(tx, MatchQuery())
        assert {one.match.id for one in events} == {match_key(one, OLDER.id) for one in (RAFAH, TALKS)}
        assert {one.revision for one in events} == {2}
        assert taken(tx, HOUR) == [OLDER.id]


def test_visits_of_the_younger_go_to_an_older_one_that_has_none(store: Store) -> None:
    with store.writing() as tx:
        offer(tx, "a", OLDER)
        plan(tx, YOUNGER)
        revisits.saw(tx, YOUNGER.id, Looked(validators=Validators(etag="e"), body_hash="h", headline="T", at=NOON))
        merging.merge(tx, YOUNGER.id, OLDER.id)
        (due,) = revisits.take(tx, NOON + HOUR, 9)
    assert (due.article.id, due.since, due.validators, due.body_hash) == (OLDER.id, NOON, Validators(), "")
