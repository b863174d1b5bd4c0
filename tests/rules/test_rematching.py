"""What becomes of an article's matches when it is matched by other rules."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model import Found, Status, WatchlistId
from monitor.rules.rematching import Change, Fate, Standing, Totals, added, decide, totals_of
from tests.builders import NOON, a_found

RAFAH, TALKS = WatchlistId("rafah"), WatchlistId("talks")
BOTH = frozenset({RAFAH, TALKS})
FOUND = a_found("rafah")


def a_standing(found: Found = FOUND, **changes: object) -> Standing:
    """The match that was saved of what was found."""
    given = {"watchlist_id": found.watchlist_id, "version": found.version, "score": found.score, "hits": found.hits}
    fixed = {"id": f"match of {found.watchlist_id}", "status": Status.NEW, "matched_at": NOON}
    return Standing(**{**fixed, **given, **changes})  # type: ignore[arg-type]


LOST = a_standing(lost_at=NOON + timedelta(days=1))


@pytest.mark.parametrize(
    ("standing", "found", "fate", "is_written"),
    [
        (None, FOUND, Fate.GAINED, True),
        (LOST, FOUND, Fate.GAINED, True),
        (a_standing(), None, Fate.LOST, True),
        (a_standing(), FOUND, Fate.KEPT, False),
        (a_standing(version="1"), FOUND, Fate.KEPT, True),
        (a_standing(score=1.0), FOUND, Fate.KEPT, True),
        (a_standing(hits=()), FOUND, Fate.KEPT, True),
    ],
)
def test_a_match_is_gained_lost_or_kept_and_written_where_it_is_not_as_found(
    standing: Standing | None, found: Found | None, fate: Fate, is_written: bool
) -> None:
    (change,) = decide([standing] if standing else [], [found] if found else [], BOTH)
    assert change == Change(fate=fate, watchlist_id=RAFAH, standing=standing, found=found)
    assert change.is_written is is_written


def test_what_was_lost_and_is_not_found_now_is_no_change() -> None:
    assert decide([LOST], [], BOTH) == ()


def test_a_watchlist_that_is_not_asked_keeps_its_match() -> None:
    assert decide([a_standing()], [], {TALKS}) == ()


def test_changes_are_told_by_watchlist() -> None:
    changes = decide([a_standing(a_found("talks"))], [FOUND], BOTH)
    assert [(change.watchlist_id, change.fate) for change in changes] == [(RAFAH, Fate.GAINED), (TALKS, Fate.LOST)]


def test_totals_count_scores_that_change_and_reviews_that_would_be_lost() -> None:
    reviewed = a_standing(status=Status.IRRELEVANT)
    changes = [
        *decide([a_standing()], [replace(FOUND, score=9.0)], BOTH),
        *decide([a_standing()], [FOUND], BOTH),
        *decide([reviewed], [], BOTH),
        *decide([a_standing()], [], BOTH),
        *decide([replace(LOST, status=Status.RELEVANT, score=1.0)], [FOUND], BOTH),
        *decide([], [a_found("talks")], BOTH),
    ]
    rafah = Totals(gained=1, lost=2, reviewed=1, kept=2, rescored=1)
    assert totals_of(changes) == {RAFAH: rafah, TALKS: Totals(gained=1)}
    assert added(totals_of(changes), {TALKS: Totals(kept=3)}) == {RAFAH: rafah, TALKS: Totals(gained=1, kept=3)}
