"""What people decided of matches, counted by watchlist, language, list and term."""

from datetime import timedelta

import pytest

from monitor.model import Status, WatchlistId
from monitor.rules.decisions import ENOUGH, Decided, decisions_of, says_too_little
from monitor.rules.precision import Figures
from tests.builders import NOON, a_found

RAFAH, TALKS = WatchlistId("rafah"), WatchlistId("talks")
HOUR = timedelta(hours=1)


def a_decided(
    *terms: str,
    query: tuple[str, ...] = (),
    status: Status = Status.NEW,
    after: timedelta | None = None,
    **changes: object,
) -> Decided:
    """A match of these terms of the list `places`, and of those that stand in the query."""
    pairs = frozenset([*(("places", term) for term in terms), *(("", term) for term in query)])
    given = {"watchlist_id": RAFAH, "language": "en", "terms": pairs, "explanation": None}
    judged = NOON + after if after is not None else None
    fixed = {"status": status, "matched_at": NOON, "first_judged_at": judged}
    return Decided(**{**given, **fixed, **changes})  # type: ignore[arg-type]


def test_what_is_put_off_or_open_is_not_reviewed() -> None:
    matches = [a_decided(status=status) for status in Status]
    found = decisions_of(matches).watchlists[RAFAH]
    assert found == Figures(matches=len(Status), reviewed=2, relevant=1)


def test_each_watchlist_and_each_of_its_languages_has_figures_the_one_of_most_matches_first() -> None:
    matches = [
        a_decided(language="he", status=Status.RELEVANT),
        a_decided(language="ar", status=Status.IRRELEVANT),
        a_decided(language="tr"),
        a_decided(language="tr", status=Status.RELEVANT),
        a_decided(language="", watchlist_id=TALKS),
    ]
    decisions = decisions_of(matches)
    assert decisions.watchlists == {
        RAFAH: Figures(matches=4, reviewed=3, relevant=2),
        TALKS: Figures(matches=1),
    }
    assert decisions.languages_of(RAFAH) == [
        ("tr", Figures(matches=2, reviewed=1, relevant=1)),
        ("ar", Figures(matches=1, reviewed=1)),
        ("he", Figures(matches=1, reviewed=1, relevant=1)),
    ]
    assert decisions.languages_of(TALKS) == [("", Figures(matches=1))]


def test_a_list_and_a_term_are_counted_once_a_match_and_alone_where_nothing_else_hit() -> None:
    matches = [
        a_decided("Rafah", status=Status.IRRELEVANT),
        a_decided("Rafah", "رفح", status=Status.RELEVANT),
        a_decided("Rafah", query=("tunnel*",)),
    ]
    decisions = decisions_of(matches)
    assert decisions.lists == {
        "places": Figures(matches=3, reviewed=2, relevant=1, alone=2),
        "": Figures(matches=1),
    }
    assert decisions.terms_of("places") == [
        ("Rafah", Figures(matches=3, reviewed=2, relevant=1, alone=1)),
        ("رفح", Figures(matches=1, reviewed=1, relevant=1)),
    ]
    assert decisions.terms_of("") == [("tunnel*", Figures(matches=1))]


def test_terms_that_look_for_the_same_are_one_called_as_it_was_met_first() -> None:
    decisions = decisions_of([a_decided("Gazze"), a_decided("gazze"), a_decided("GAZZE", "gazze")])
    assert decisions.terms_of("places") == [("Gazze", Figures(matches=3, alone=3))]


@pytest.mark.parametrize(
    ("waits", "usual"),
    [
        ([], None),
        ([HOUR], HOUR),
        ([HOUR, 2 * HOUR, 9 * HOUR], 2 * HOUR),
        ([HOUR, 2 * HOUR], 1.5 * HOUR),
        # A clock that was set back: it was judged at once.
        ([-HOUR], timedelta()),
    ],
)
def test_the_usual_wait_is_the_median_to_the_first_decision(waits: list[timedelta], usual: timedelta | None) -> None:
    matches = [a_decided(status=Status.RELEVANT, after=wait) for wait in waits]
    assert decisions_of([a_decided(), *matches]).usual_wait(RAFAH) == usual


def test_a_watchlist_without_a_match_has_figures_where_it_is_asked_for() -> None:
    assert decisions_of([], [TALKS]).watchlists == {TALKS: Figures()}


def test_what_is_said_at_the_hits_is_kept_of_judged_matches_alone() -> None:
    clause = a_found().explanation
    matches = [
        a_decided(status=Status.LATER, explanation=clause),
        a_decided(status=Status.RELEVANT, explanation=None),
    ]
    assert RAFAH not in decisions_of(matches).forms
    assert RAFAH in decisions_of([a_decided(status=Status.RELEVANT, explanation=clause)]).forms


@pytest.mark.parametrize(
    ("matches", "reviewed", "too_little"),
    [(340, 12, True), (340, ENOUGH, False), (5, 5, False), (5, 4, True), (0, 0, False)],
)
def test_few_reviewed_matches_say_too_little_unless_there_are_no_more(
    matches: int, reviewed: int, too_little: bool
) -> None:
    assert says_too_little(Figures(matches=matches, reviewed=reviewed)) is too_little
