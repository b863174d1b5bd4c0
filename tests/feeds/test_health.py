"""How a feed is, and which need a person first."""

from datetime import timedelta
from typing import Any

import pytest

from monitor.feeds.health import Condition, Facts, judge, sorted_by_need
from monitor.feeds.rhythm import Silence
from monitor.model import FailureKind, FeedId, FeedState
from tests.builders import NOON

HOUR = timedelta(hours=1)
OWN = ("gaps", "damaged", "empty", "pages", "full_texts", "silence", "last_new_at")
SILENCE = Silence(since=NOON - 50 * HOUR, expected=9.0, chance=1e-4)


def facts(feed_id: str = "a", **known: Any) -> Facts:
    """A feed that answered an hour ago; what is not of `Facts` is its state's."""
    own: dict[str, Any] = {name: known.pop(name) for name in OWN if name in known}
    state: dict[str, Any] = {"next_poll_at": NOON, "last_success_at": NOON - HOUR, **known}
    return Facts(**{"last_new_at": NOON - HOUR, **own}, state=FeedState(feed_id=FeedId(feed_id), **state))


HARD: dict[str, Any] = {"failures": 3, "failure": FailureKind.HARD}
BAD: list[tuple[dict[str, Any], str]] = [
    (HARD, "hard"),
    ({"failures": 1, "failure": FailureKind.GONE}, "gone"),
    ({"crashes": 3, "failures": 1, "failure": FailureKind.HARD}, "crashing"),
    ({"interruptions": 3}, "crashing"),
    ({"moved_times": 3, "moved_to": "https://new.example/"}, "moved"),
    ({"damaged": 3}, "damaged"),
    ({"gaps": 3}, "gaps"),
    ({"silence": SILENCE}, "quiet"),
    ({"empty": 3}, "empty"),
    ({"failures": 9, "failure": FailureKind.TEMPORARY, "last_success_at": NOON - 24 * HOUR}, "failing"),
    ({"failures": 3, "failure": FailureKind.TEMPORARY, "last_success_at": None}, "failing"),
]
WELL: list[tuple[dict[str, Any], str]] = [
    ({"pages": 12, "full_texts": 2}, "short"),
    ({"failures": 9, "failure": FailureKind.TEMPORARY}, "retrying"),
    ({"failures": 2, "failure": FailureKind.HARD}, "retrying"),
    ({"failures": 2, "failure": FailureKind.TEMPORARY, "last_success_at": None}, "retrying"),
    ({"damaged": 2}, "retrying"),
    ({}, "fine"),
    ({"empty": 2}, "fine"),
    ({"gaps": 2, "moved_times": 2, "crashes": 2, "interruptions": 2, "distrusted_at": NOON}, "fine"),
    ({"pages": 9, "full_texts": 0}, "fine"),
    ({"pages": 12, "full_texts": 3}, "fine"),
]


@pytest.mark.parametrize(("known", "condition"), BAD)
def test_what_will_not_pass_needs_a_person(known: dict[str, Any], condition: str) -> None:
    health = judge(facts(**known), NOON)
    assert (health.condition, health.needs_person) == (condition, True)


@pytest.mark.parametrize(("known", "condition"), WELL)
def test_what_may_pass_or_cannot_be_helped_needs_none(known: dict[str, Any], condition: str) -> None:
    health = judge(facts(**known), NOON)
    assert (health.condition, health.needs_person) == (condition, False)


def test_all_that_is_wrong_is_said_the_gravest_first() -> None:
    health = judge(facts(**HARD, gaps=4, moved_times=3, pages=20), NOON)
    assert health.conditions == (Condition.HARD, Condition.MOVED, Condition.GAPS, Condition.SHORT)


def test_the_share_of_full_texts_is_that_of_the_pages() -> None:
    assert facts(pages=8, full_texts=6).full_share == 0.75
    assert facts().full_share is None


def test_who_needs_a_person_most_comes_first_and_among_equals_who_waits_for_longest() -> None:
    found = [
        facts("fine"),
        facts("quiet", silence=SILENCE, last_new_at=NOON - 50 * HOUR),
        facts("quieter", silence=SILENCE, last_new_at=NOON - 90 * HOUR, last_success_at=NOON),
        facts("hard", **HARD),
        facts("never", **HARD, last_success_at=None),
        facts("harder", **HARD, last_success_at=NOON - 9 * HOUR),
        facts("moved", moved_times=3),
    ]
    order = [one.facts.state.feed_id for one in sorted_by_need(judge(each, NOON) for each in found)]
    assert order == ["never", "harder", "hard", "moved", "quieter", "quiet", "fine"]
