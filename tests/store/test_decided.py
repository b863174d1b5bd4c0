"""Matches that hold with what people decided of them, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model import Clause, Field, Hit, Matched, Review, Status, WatchlistId, match_key
from monitor.rules.decisions import Decided
from monitor.store import decided, matches, reviews
from monitor.store.match_query import MatchQuery
from monitor.store.store import Store, Transaction
from tests.builders import NOON, a_found
from tests.store.test_matches import BOTH, DAY, FIRST, RAFAH, SECOND, TALKS, fill, offer

HOUR = timedelta(hours=1)


def decide(tx: Transaction, *statuses: Status, watchlist: WatchlistId = RAFAH, article: str = FIRST.id) -> None:
    """One decision after the other, an hour between."""
    for number, status in enumerate(statuses, start=1):
        match_id = match_key(watchlist, article)  # type: ignore[arg-type]
        reviews.add(
            tx,
            Review(match_id=match_id, status=status, note="", reviewer="Amal", reviewed_at=NOON + number * HOUR),
        )


def asked(tx: Transaction, query: MatchQuery | None = None) -> list[Decided]:
    found = decided.query(tx, query or MatchQuery())
    return sorted(found, key=lambda one: (one.watchlist_id, one.language))


def test_a_judged_match_comes_with_its_explanation_and_its_first_decision(store: Store) -> None:
    with store.writing() as tx:
        fill(tx)
        decide(tx, Status.LATER, Status.IRRELEVANT, Status.NEW, Status.RELEVANT)
        _, judged, _ = asked(tx)
    surfaced = replace(a_found().hits[0], surface="Headline")
    assert judged == Decided(
        watchlist_id=RAFAH,
        language="en",
        terms=frozenset({("words", "headline")}),
        explanation=Clause(query="@words", held=True, hits=(surfaced,)),
        status=Status.RELEVANT,
        matched_at=NOON,
        first_judged_at=NOON + 2 * HOUR,
    )


def test_a_match_that_nobody_judged_comes_without(store: Store) -> None:
    with store.writing() as tx:
        fill(tx)
        decide(tx, Status.LATER, watchlist=TALKS)
        found = asked(tx)
    assert [(one.watchlist_id, one.language, one.status) for one in found] == [
        (RAFAH, "ar-EG", Status.NEW),
        (RAFAH, "en", Status.NEW),
        (TALKS, "en", Status.LATER),
    ]
    assert {(one.explanation, one.first_judged_at) for one in found} == {(None, None)}
    assert [one.terms for one in found] == [{("words", "headline")}] * 3


def test_a_decision_that_was_taken_back_was_made_all_the_same(store: Store) -> None:
    with store.writing() as tx:
        offer(tx, "gazette-en", FIRST, a_found("rafah"))
        decide(tx, Status.RELEVANT, Status.NEW)
        (found,) = asked(tx)
    assert (found.status, found.explanation, found.first_judged_at) == (Status.NEW, None, NOON + HOUR)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (MatchQuery(), [(RAFAH, "ar-EG"), (RAFAH, "en"), (TALKS, "en")]),
        (MatchQuery(limit=1, watchlists=(TALKS, RAFAH)), [(RAFAH, "ar-EG"), (RAFAH, "en"), (TALKS, "en")]),
        (MatchQuery(watchlists=(TALKS,)), [(TALKS, "en")]),
        (MatchQuery(watchlists=(WatchlistId("other"),)), []),
        (MatchQuery(languages=("ar",)), [(RAFAH, "ar-EG")]),
        (MatchQuery(since=NOON + DAY), [(RAFAH, "ar-EG")]),
        (MatchQuery(until=NOON + DAY, watchlists=(RAFAH,)), [(RAFAH, "en")]),
    ],
)
def test_what_is_asked_for_is_told(store: Store, query: MatchQuery, found: list[tuple[WatchlistId, str]]) -> None:
    with store.writing() as tx:
        fill(tx)
        assert [(one.watchlist_id, one.language) for one in asked(tx, query)] == found


def test_lost_matches_are_left_out(store: Store) -> None:
    with store.writing() as tx:
        fill(tx)
        matches.put(tx, [Matched(article_id=FIRST.id, found=())], BOTH, NOON + DAY)
        assert [(one.watchlist_id, one.language) for one in asked(tx)] == [(RAFAH, "ar-EG")]


def test_words_that_an_early_version_did_not_keep_are_cut_out_of_the_texts(store: Store) -> None:
    hits = tuple(
        Hit(field=field, start=start, end=end, term=term, surface=surface)
        for field, start, end, term, surface in [
            (Field.TITLE, 0, 4, "ثانٍ", ""),
            (Field.SUMMARY, 0, 5, "أنفاق", ""),
            (Field.TEXT, 3, 6, "رفح", ""),
            (Field.TEXT, 7, 10, "غزة", "غزّة"),
            (Field.URL, 0, 5, "https", ""),
        ]
    )
    article = replace(SECOND, title="خبرٌ جديد", summary="أنفاق", text="في رفح غزة")
    found = a_found("rafah", hits=hits, explanation=Clause(query="x", held=True, hits=hits))
    with store.writing() as tx:
        offer(tx, "voice-ar", article, found)
        decide(tx, Status.IRRELEVANT, article=SECOND.id)
        (one,) = asked(tx)
    assert one.terms == {("", hit.term) for hit in hits}
    assert one.explanation is not None
    assert [hit.surface for hit in one.explanation.hits] == ["خبرٌ", "أنفاق", "رفح", "غزّة", ""]


def test_many_matches_are_read_one_portion_after_the_other(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decided, "_BATCH", 2)
    with store.writing() as tx:
        fill(tx)
        decide(tx, Status.RELEVANT)
        decide(tx, Status.IRRELEVANT, watchlist=TALKS)
        assert [one.status for one in asked(tx)] == [Status.NEW, Status.RELEVANT, Status.IRRELEVANT]
