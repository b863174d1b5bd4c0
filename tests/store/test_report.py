"""What a report counts, on both databases, against what the listings say."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import insert

from monitor.model import (
    FailureKind,
    Match,
    Matched,
    Removal,
    Review,
    Revision,
    RevisionSource,
    Status,
    Turn,
    WatchlistId,
)
from monitor.outgoing.report import FailedFeed, Figures
from monitor.pipeline.belonging import join
from monitor.store import articles, match_events, match_stream, matches, polls, report, reviews, revisions, stories
from monitor.store.match_query import MatchQuery
from monitor.store.report import Period
from monitor.store.schema import polls as polls_table
from monitor.store.store import Store, Transaction
from tests.builders import NOON, a_feed, a_found, an_article
from tests.store.test_stories import CREDITS, LONG, MINUTE

RAFAH, TALKS = WatchlistId("rafah"), WatchlistId("talks")
WEEK = timedelta(days=7)
PERIOD = Period(since=NOON, until=NOON + WEEK)
BEFORE = Period(since=NOON - WEEK, until=NOON)
TITLE = "Envoys meet in Cairo over fighters"


def told(
    tx: Transaction, name: str, *watchlists: str, placed: bool = True, after: timedelta = timedelta(), **changes: object
) -> Match:
    """An article of its own outlet, matched so long after the period began; the first of its matches."""
    at = NOON + after
    given = {"outlet": name, "title": TITLE, "text": LONG, "summary": "", "first_seen_at": at, "published_at": at}
    article = an_article(f"https://{name}.example/1", **{**given, **changes})
    articles.insert_new(tx, [article])
    if placed:
        join(tx, article, at, CREDITS)
    found = tuple(a_found(one) for one in watchlists)
    matches.put(tx, [Matched(article_id=article.id, found=found)], [RAFAH, TALKS], at)
    return matches.of_article(tx, article.id)[0]


def fill(tx: Transaction) -> None:
    """Two agencies' text in a story of four outlets; a story of one; an article in none; one that matched before."""
    told(tx, "wire", "rafah", authors=("AFP",))
    told(tx, "paper", "rafah", "talks", after=MINUTE)
    told(tx, "radio", "talks", after=2 * MINUTE, language="fr")
    told(tx, "rival", "rafah", after=3 * MINUTE, text="Another text on fighters in Cairo, by our own envoy")
    told(tx, "sports", "rafah", after=4 * MINUTE, title="Cup final ends in a draw", text="A goal late in Ankara")
    told(tx, "loose", "talks", after=5 * MINUTE, placed=False, title="Not read yet", text="")
    told(tx, "old", "rafah", after=-MINUTE, title="Yesterday's papers", text="An older text of another matter")


def test_figures_agree_with_what_is_listed(store: Store) -> None:
    with store.writing() as tx:
        fill(tx)
    with store.reading() as tx:
        found = report.figures(tx, PERIOD)
        placed = [one for one in match_stream.stream(tx, MatchQuery(limit=None)) if one.match.matched_at >= NOON]
        assert found.matches == len(placed) == 7
        assert found.stories == len({one.story_id or one.match.article.id for one in placed})
        told_by = stories.most_told(tx, report.stories_of(PERIOD), 10, NOON)
        assert found.origins == sum(story.origins for story in told_by) + 1
        assert (found.outlets, found.languages) == (6, 2)
        assert report.figures(tx, BEFORE) == Figures(matches=1, stories=1, origins=1, outlets=1, languages=1)
        talks = report.figures(tx, Period(since=NOON, until=NOON + WEEK, watchlists=(TALKS,)))
        assert (talks.matches, talks.outlets) == (3, 3)
        assert report.began(tx) == NOON - MINUTE


def test_nothing_comes_to_nothing(store: Store) -> None:
    with store.reading() as tx:
        assert report.figures(tx, PERIOD) == Figures(matches=0, stories=0, origins=0, outlets=0, languages=0)
        assert report.began(tx) is None
        assert list(report.moments(tx, PERIOD)) == []
        assert report.number_of(tx, report.stories_of(PERIOD)) == 0
        assert stories.most_told(tx, report.stories_of(PERIOD), 10, NOON) == ()
        assert (report.loose(tx, PERIOD, 5), report.turned(tx, PERIOD, 5), report.removed(tx, PERIOD, 5)) == (
            ((), 0), ((), 0), ((), 0),
        )  # fmt: skip
        assert (report.waiting(tx, ()), report.failed_feeds(tx, NOON, NOON + WEEK, 5)) == ({}, ((), 0))


def test_shares_and_moments_are_of_every_match(store: Store) -> None:
    with store.writing() as tx:
        fill(tx)
    with store.reading() as tx:
        assert report.outlets(tx, PERIOD)[0] == ("paper", 2)
        assert sum(number for _, number in report.outlets(tx, PERIOD)) == 7
        assert report.languages(tx, PERIOD) == (("en", 6), ("fr", 1))
        counted = Counter(report.moments(tx, PERIOD))
        assert counted == {NOON: 1, NOON + MINUTE: 2, **{NOON + number * MINUTE: 1 for number in range(2, 6)}}


def test_stories_stand_by_their_origins_with_the_earliest_match_of_the_period(store: Store) -> None:
    with store.writing() as tx:
        fill(tx)
    with store.reading() as tx:
        these = report.stories_of(PERIOD)
        first, *others = stories.most_told(tx, these, 10, NOON)
        assert report.number_of(tx, these) == 1 + len(others)
        assert (first.first_outlet, first.origins) == ("wire", max(one.origins for one in (first, *others)))
        assert stories.most_told(tx, these, 1, NOON) == (first,)
        match, number = report.first_matches(tx, PERIOD, [first.id])[first.id]
        assert match.article.outlet == "wire"
        assert number == sum(
            one.story_id == first.id for one in match_stream.stream(tx, MatchQuery(since=NOON, limit=None))
        )
        assert report.copies(tx, [first.id])[first.id] == 2
        loose, many = report.loose(tx, PERIOD, 5)
        assert ([one.article.outlet for one in loose], many) == (["loose"], 1)


def test_what_is_lost_is_not_counted(store: Store) -> None:
    with store.writing() as tx:
        match = told(tx, "wire", "rafah")
        matches.put(tx, [Matched(article_id=match.article.id, found=())], [RAFAH], NOON)
        assert report.figures(tx, PERIOD).matches == 0


def test_changes_are_of_the_period_and_of_the_watchlists(store: Store) -> None:
    talks = Period(since=NOON, until=NOON + WEEK, watchlists=(TALKS,))
    with store.writing() as tx:
        match = told(tx, "wire", "rafah")
        for number, at in enumerate([NOON - MINUTE, NOON, NOON + MINUTE, NOON + WEEK]):
            changed = Revision(
                article_id=match.article.id,
                source=RevisionSource.PAGE,
                since=NOON - WEEK,
                replaced_at=at,
                said=str(number),
            )
            before, after = [match.id][number % 2 :], [match.id][: number % 2]
            match_events.add(tx, revisions.add(tx, changed), before, after, at)
        articles.set_removed(tx, match.article.id, Removal.GONE, NOON + MINUTE)
        articles.insert_new(tx, [an_article("https://paper.example/1")])
        articles.set_removed(tx, an_article("https://paper.example/1").id, Removal.GONE, NOON + MINUTE)
    with store.reading() as tx:
        turned, number = report.turned(tx, PERIOD, 1)
        assert ([(one.turn, one.at) for one in turned], number) == ([(Turn.STOPPED, NOON + MINUTE)], 2)
        gone, number = report.removed(tx, PERIOD, 5)
        assert ([one.outlet for one in gone], number) == (["wire"], 1)
        assert report.removed(tx, BEFORE, 5) == ((), 0)
        assert (report.turned(tx, talks, 5), report.removed(tx, talks, 5)) == (((), 0), ((), 0))


def test_what_waits_is_of_all_times(store: Store) -> None:
    with store.writing() as tx:
        fill(tx)
        for outlet, status in (("wire", Status.RELEVANT), ("rival", Status.LATER), ("sports", Status.IRRELEVANT)):
            (match,) = matches.of_article(tx, an_article(f"https://{outlet}.example/1").id)
            reviews.add(tx, Review(match_id=match.id, status=status, note="", reviewer="amal", reviewed_at=NOON))
    with store.reading() as tx:
        assert report.waiting(tx, ()) == {Status.NEW: (5, NOON - MINUTE), Status.LATER: (1, NOON + 3 * MINUTE)}
        assert report.waiting(tx, (TALKS,)) == {Status.NEW: (3, NOON + MINUTE)}


def test_failures_and_gaps_are_counted_by_feed(store: Store) -> None:
    feeds = [a_feed("gazette-en"), a_feed("voice-ar"), a_feed("quiet")]
    nothing = {"offered": 0, "new": 0, "known": 0, "repeated": 0, "skipped": 0, "error": ""}
    good = {**nothing, "outcome": "unchanged", "times": 3, "failure": None, "gap": False}
    bad = {**good, "outcome": "failed", "times": 2, "failure": FailureKind.HARD}
    rows = [
        {"feed_id": "gazette-en", "polled_at": NOON, **good},
        {"feed_id": "gazette-en", "polled_at": NOON, **bad},
        {"feed_id": "voice-ar", "polled_at": NOON, **bad, "times": 1},
        {"feed_id": "voice-ar", "polled_at": NOON, **good, "gap": True},
        {"feed_id": "quiet", "polled_at": NOON + WEEK, **bad, "gap": True},
        {"feed_id": "quiet", "polled_at": NOON - MINUTE, **bad, "gap": True},
    ]
    with store.writing() as tx:
        polls.sync(tx, feeds, NOON)
        tx.execute(insert(polls_table), rows)
    with store.reading() as tx:
        found, number = report.failed_feeds(tx, NOON, NOON + WEEK, 1)
        assert (found, number) == ((FailedFeed(feed="gazette-en", failed=2, polls=5, error=""),), 2)
        assert report.gaps(tx, NOON, NOON + WEEK) == (("voice-ar", 1),)
