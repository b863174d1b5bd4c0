"""Decisions about matches: recorded with what they changed, in conflict with nobody silently, taken back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from monitor.errors import StoreError
from monitor.model import (
    Manner,
    Matched,
    MatchId,
    Review,
    Revision,
    RevisionSource,
    Status,
    TextSource,
    WatchlistId,
    match_key,
)
from monitor.pipeline.belonging import join
from monitor.store import articles, decisions, matches, merging, reviews, revisions, tags, undoing
from monitor.store.decisions import Change, Conflict, Deciding, Seen
from monitor.store.matches import MatchQuery
from monitor.store.schema import matches as table
from monitor.store.store import Store, Transaction
from tests.builders import NOON, a_found, an_article

RAFAH, TALKS = WatchlistId("rafah"), WatchlistId("talks")
LONG = " ".join(f"word{number} of the long report" for number in range(200))
FIRST = an_article("https://gazette.example/1", text=LONG, text_source=TextSource.PAGE)
COPY = an_article("https://voice.example/2", outlet="voice", text=LONG, text_source=TextSource.PAGE)
OTHER = an_article("https://tribune.example/3", outlet="tribune", title="Something else", summary="")
ONE, TWO, THREE = (match_key(RAFAH, one.id) for one in (FIRST, COPY, OTHER))
RELEVANT, IRRELEVANT = Change(status=Status.RELEVANT), Change(status=Status.IRRELEVANT)


def by(reviewer: str, minutes: int = 0, **changes: object) -> Deciding:
    return Deciding(**{"reviewer": reviewer, "now": NOON + timedelta(minutes=minutes), **changes})  # type: ignore[arg-type]


def seen(tx: Transaction, *ids: MatchId) -> list[Seen]:
    found = decisions.look(tx, ids)
    return [found[one] for one in ids]


def decide(tx: Transaction, reviewer: str, change: Change, *ids: MatchId, **changes: object) -> int:
    done = decisions.decide(tx, change, seen(tx, *ids), by(reviewer, **changes))  # type: ignore[arg-type]
    assert done.conflicts == ()
    return done.number


@pytest.fixture
def filled(store: Store) -> Store:
    """Three matches of a watchlist, two of them of copies; the first article is another one's, too."""
    with store.writing() as tx:
        articles.insert_new(tx, [FIRST, COPY, OTHER])
        for article in (FIRST, COPY, OTHER):
            join(tx, article, NOON)
        found = [Matched(article_id=one.id, found=(a_found("rafah"),)) for one in (COPY, OTHER)]
        first = Matched(article_id=FIRST.id, found=(a_found("rafah"), a_found("talks")))
        matches.put(tx, [first, *found], [RAFAH, TALKS], NOON)
    return store


def test_a_decision_records_what_it_changed_and_what_it_was_about(filled: Store) -> None:
    change = Change(status=Status.ESCALATED, tags=("war", "نفق"), assignee="Ana", note="see נפק")
    with filled.writing() as tx:
        first = decide(tx, "amal", RELEVANT, ONE)
        second = decide(tx, "amal", change, ONE, manner=Manner.STORY)
        match = matches.get(tx, ONE)
        assert match is not None
        assert (match.status, match.tags, match.assignee) == (Status.ESCALATED, ("war", "نفق"), "Ana")
        last = reviews.of(tx, ONE)[-1]
    assert second == first + 1
    assert last == Review(
        match_id=ONE,
        status=Status.ESCALATED,
        note="see נפק",
        reviewer="amal",
        reviewed_at=NOON,
        before=Status.RELEVANT,
        tags=("war", "نفق"),
        assignee="Ana",
        manner=Manner.STORY,
        decision=second,
        version="0" * 12,
        score=3.0,
        text_source=TextSource.PAGE,
        revision=0,
    )


def test_tags_and_assignees_are_taken_away_again(filled: Store) -> None:
    with filled.writing() as tx:
        decide(tx, "amal", Change(tags=("a", "b"), assignee="Ana"), ONE, TWO)
        decide(tx, "amal", Change(tags=("c",), untags=("a", "never"), assignee=""), ONE)
        assert [(one.tags, one.assignee) for one in seen(tx, ONE, TWO)] == [(("b", "c"), ""), (("a", "b"), "Ana")]
        last = reviews.of(tx, ONE)[-1]
        assert (last.tags_before, last.tags, last.assignee_before, last.assignee) == (("a", "b"), ("b", "c"), "Ana", "")
        assert (last.before, last.status) == (Status.NEW, Status.NEW)


def test_matches_are_found_by_tag_assignee_and_reviewer(filled: Store) -> None:
    def found(condition: object) -> set[str]:
        return set(tx.execute(select(table.c.id).where(condition)).scalars())  # type: ignore[arg-type]

    everything = {ONE, TWO, THREE, match_key(TALKS, FIRST.id)}
    with filled.writing() as tx:
        decide(tx, "amal", Change(tags=("war",), assignee="Ana"), ONE)
        decide(tx, "omar", RELEVANT, ONE, TWO)
        decide(tx, "amal", IRRELEVANT, TWO)
        assert found(reviews.tagged(table, "war")) == {ONE}
        assert found(reviews.tagged(table, "peace")) == set()
        assert found(reviews.assigned(table, "Ana")) == {ONE}
        assert found(reviews.assigned(table, "")) == everything - {ONE}
        assert found(reviews.decided_by(table, "omar")) == {ONE}
        assert found(reviews.decided_by(table, "amal")) == {TWO}


def test_a_match_that_is_none_is_said_to_be_none_and_nothing_is_written(filled: Store) -> None:
    with filled.writing() as tx:
        there = seen(tx, ONE)
        none = replace(there[0], match_id=MatchId("f" * 32))
        with pytest.raises(StoreError, match=f"there is no match {'f' * 32}"):
            decisions.decide(tx, RELEVANT, [*there, none], by("amal"))
        assert reviews.of(tx, ONE) == ()
        assert decisions.look(tx, [MatchId("f" * 32)]) == {}
        with pytest.raises(StoreError, match="there is no match ffff"):
            reviews.add(
                tx,
                *(
                    Review(match_id=one, status=Status.LATER, note="", reviewer="a", reviewed_at=NOON)
                    for one in (ONE, MatchId("f" * 32))
                ),
            )


def test_who_does_not_know_of_a_decision_does_not_overwrite_it(filled: Store) -> None:
    with filled.writing() as tx:
        before = seen(tx, ONE, TWO)
        decide(tx, "omar", Change(status=Status.IRRELEVANT, note="sport"), TWO)
        done = decisions.decide(tx, RELEVANT, before, by("amal"))
        (conflict,) = done.conflicts
        assert (conflict.seen, conflict.now) == (before[1], seen(tx, TWO)[0])
        assert [(one.reviewer, one.note) for one in conflict.since] == [("omar", "sport")]
        assert [one.status for one in seen(tx, ONE, TWO)] == [Status.NEW, Status.IRRELEVANT]
        assert decisions.decide(tx, RELEVANT, before, by("amal", anyway=True)).number
        assert [one.status for one in seen(tx, ONE, TWO)] == [Status.RELEVANT, Status.RELEVANT]


def test_whoever_wants_the_same_is_in_no_conflict_and_is_recorded(filled: Store) -> None:
    with filled.writing() as tx:
        before = seen(tx, ONE)
        decide(tx, "omar", RELEVANT, ONE)
        assert decisions.decide(tx, RELEVANT, before, by("amal")).number
        assert [(one.reviewer, one.before) for one in reviews.of(tx, ONE)] == [
            ("omar", Status.NEW),
            ("amal", Status.RELEVANT),
        ]


def edit_rules(tx: Transaction) -> None:
    matches.put(tx, [Matched(article_id=FIRST.id, found=(a_found("rafah", version="1" * 12),))], [RAFAH], NOON)


def score_less(tx: Transaction) -> None:
    matches.put(tx, [Matched(article_id=FIRST.id, found=(a_found("rafah", score=1.0),))], [RAFAH], NOON)


def lose(tx: Transaction) -> None:
    matches.put(tx, [Matched(article_id=FIRST.id, found=())], [RAFAH], NOON)


def revise(tx: Transaction) -> None:
    told = {"headline": "", "new_headline": "", "text": "x", "said": "", "words_added": 1, "words_removed": 0}
    source = RevisionSource.PAGE
    moments = {"since": NOON, "replaced_at": NOON}
    revisions.add(tx, Revision(number=0, article_id=FIRST.id, source=source, is_return=False, **moments, **told))  # type: ignore[arg-type]


def read_anew(tx: Transaction) -> None:
    articles.save_text(tx, replace(FIRST, text_source=TextSource.FEED))


@pytest.mark.parametrize("change", [edit_rules, score_less, lose, revise, read_anew])
def test_a_decision_about_what_the_match_was_is_a_conflict(
    filled: Store, change: Callable[[Transaction], None]
) -> None:
    with filled.writing() as tx:
        before = seen(tx, ONE)
        change(tx)
        (conflict,) = decisions.decide(tx, Change(note="so far"), before, by("amal")).conflicts
        assert conflict == Conflict(seen=before[0], now=seen(tx, ONE)[0], since=())
        assert decisions.is_of_another(conflict.seen, conflict.now)
        assert reviews.of(tx, ONE) == ()


def test_a_decision_about_a_match_that_became_another_one_is_a_conflict(filled: Store) -> None:
    with filled.writing() as tx:
        before = seen(tx, TWO, ONE, match_key(TALKS, FIRST.id))
        merging.merge(tx, FIRST.id, COPY.id)
        decide(tx, "ben", IRRELEVANT, TWO)
        kept, merged, renamed = decisions.decide(tx, RELEVANT, before, by("amal")).conflicts
        assert [one.now.match_id for one in (kept, merged, renamed)] == [TWO, TWO, match_key(TALKS, COPY.id)]
        assert [[review.reviewer for review in one.since] for one in (kept, merged, renamed)] == [["ben"], ["ben"], []]
        done = decisions.decide(tx, RELEVANT, before, by("amal", anyway=True))
        assert [one.decision for one in reviews.of(tx, TWO)][1:] == [done.number]
        assert [one.status for one in reviews.of(tx, match_key(TALKS, COPY.id))] == [Status.RELEVANT]


def test_a_status_that_was_not_seen_is_a_conflict(filled: Store) -> None:
    with filled.writing() as tx:
        decide(tx, "amal", RELEVANT, ONE)
        stale = replace(seen(tx, ONE)[0], status=Status.NEW)
        assert decisions.decide(tx, IRRELEVANT, [stale], by("amal")).conflicts
        assert decisions.last_own(tx, [ONE, TWO], "amal") == {ONE: stale.last}


def test_the_matches_of_a_line_are_those_of_its_watchlist_in_its_story(filled: Store) -> None:
    with filled.writing() as tx:
        assert set(decisions.alike(tx, ONE, MatchQuery())) == {ONE, TWO}
        assert decisions.alike(tx, TWO, MatchQuery())[0] == TWO
        assert decisions.alike(tx, THREE, MatchQuery()) == (THREE,)
        decide(tx, "amal", RELEVANT, TWO)
        assert decisions.alike(tx, ONE, MatchQuery(statuses=(Status.NEW,))) == (ONE,)
        assert set(decisions.asked(tx, MatchQuery(watchlists=(RAFAH,), statuses=(Status.NEW,)))) == {ONE, THREE}
        assert len(decisions.asked(tx, MatchQuery(limit=1))) == 1


def test_a_match_in_no_story_stands_for_itself(store: Store) -> None:
    with store.writing() as tx:
        articles.insert_new(tx, [FIRST])
        matches.put(tx, [Matched(article_id=FIRST.id, found=(a_found("rafah"),))], [RAFAH], NOON)
        assert decisions.alike(tx, ONE, MatchQuery()) == (ONE,)


def test_a_decision_is_taken_back_as_a_whole_and_as_a_further_row(filled: Store) -> None:
    with filled.writing() as tx:
        decide(tx, "amal", Change(status=Status.LATER, tags=("keep",), assignee="Ana"), ONE)
        number = decide(
            tx, "amal", Change(status=Status.RELEVANT, tags=("war",), untags=("keep",), assignee=""), ONE, TWO
        )
        assert undoing.last_decisions(tx, "amal", 5) == [number, number - 1]
        done = undoing.undo(tx, number, by("amal", 5), "a mistake")
        assert (done.since, len(done.taken_back)) == ((), 2)
        assert [(one.status, one.tags, one.assignee) for one in seen(tx, ONE, TWO)] == [
            (Status.LATER, ("keep",), "Ana"),
            (Status.NEW, (), ""),
        ]
        last = reviews.of(tx, ONE)[-1]
        assert (last.manner, last.undoes, last.note, last.before) == (Manner.UNDO, number, "a mistake", Status.RELEVANT)
        assert last.reviewed_at == NOON + timedelta(minutes=5)
        assert undoing.last_decisions(tx, "amal", 5) == [number - 1]
        undoing.undo(tx, number - 1, by("amal"))
        assert undoing.last_decisions(tx, "amal", 5) == []
        assert len(reviews.of(tx, ONE)) == 4


def test_what_was_decided_since_is_not_undone(filled: Store) -> None:
    with filled.writing() as tx:
        number = decide(tx, "amal", RELEVANT, ONE, TWO)
        other = decide(tx, "omar", IRRELEVANT, TWO)
        done = undoing.undo(tx, number, by("amal"))
        assert [(one.reviewer, one.status) for one in done.since] == [("omar", Status.IRRELEVANT)]
        assert [one.status for one in seen(tx, ONE, TWO)] == [Status.RELEVANT, Status.IRRELEVANT]
        undoing.undo(tx, other, by("omar"))
        assert undoing.undo(tx, number, by("amal")).since == ()
        assert [one.status for one in seen(tx, ONE, TWO)] == [Status.NEW, Status.NEW]


def test_where_two_matches_became_one_it_has_the_tags_of_both_and_an_undo_ends_before_both(filled: Store) -> None:
    with filled.writing() as tx:
        decide(tx, "amal", Change(tags=("a",), assignee="Ana"), TWO)
        decide(tx, "amal", Change(tags=("b",)), ONE)
        number = decide(tx, "amal", RELEVANT, ONE, TWO)
        merging.merge(tx, COPY.id, FIRST.id)
        (one,) = seen(tx, ONE)
        assert (one.status, one.tags, one.assignee) == (Status.RELEVANT, ("a", "b"), "Ana")
        (back,) = undoing.undo(tx, number, by("amal")).taken_back
        assert (back.status, back.undoes) == (Status.NEW, number)


def test_a_match_that_is_renamed_keeps_its_tags(filled: Store) -> None:
    with filled.writing() as tx:
        talks = match_key(TALKS, FIRST.id)
        decide(tx, "amal", Change(tags=("war",)), talks)
        merging.merge(tx, FIRST.id, OTHER.id)
        assert seen(tx, match_key(TALKS, OTHER.id))[0].tags == ("war",)


def test_a_batch_is_all_or_nothing_however_many(filled: Store) -> None:
    with filled.writing() as tx:
        tx.execute(update(table).values(assignee=None))
        tags.remove(tx, {ONE: ["never"], TWO: []})
        number = decide(tx, "amal", Change(tags=("x",)), ONE, TWO, THREE, manner=Manner.BULK)
        assert {one.decision for key in (ONE, TWO, THREE) for one in reviews.of(tx, key)} == {number}
