"""How long a host is left alone."""

import pytest

from monitor.fetch import rests
from monitor.fetch.rests import Rests

DAY = 86_400.0


def exact() -> Rests:
    return Rests(lambda: 0.0)


def test_a_host_that_never_refused_does_not_rest() -> None:
    known = exact()
    known.answered("a", 0)
    assert (known.left("a", 0), known.status("a"), len(known)) == (0, 0, 0)


def test_each_refusal_in_a_row_doubles_the_rest_up_to_an_hour() -> None:
    known, now, lengths = exact(), 1000.0, []
    for _ in range(12):
        known.refused("a", 429, 0, now)
        lengths.append(known.left("a", now))
        now += lengths[-1]
    assert lengths == [60, 120, 240, 480, 960, 1920, *[3600] * 6]


def test_a_rest_that_was_asked_for_is_as_long_as_that_and_counts_like_any() -> None:
    known = exact()
    known.refused("a", 503, 10, 0)
    assert (known.left("a", 0), known.left("a", 7), known.left("a", 10)) == (10, 3, 0)
    known.refused("a", 503, 0, 10)
    assert known.left("a", 10) == 120


def test_what_was_asked_before_the_rest_began_makes_it_no_longer() -> None:
    known = exact()
    known.refused("a", 429, 0, 0)
    known.refused("a", 503, 0, 1)
    assert (known.left("a", 1), known.status("a")) == (60, 503)
    known.refused("a", 429, 5, 2)
    assert known.left("a", 2) == 59
    known.refused("a", 429, 600, 3)
    assert known.left("a", 3) == 600


def test_a_good_answer_makes_the_next_rest_short_again() -> None:
    known = exact()
    for now in (0, 100):
        known.refused("a", 429, 0, now)
    known.answered("a", 110)
    assert known.left("a", 110) == 110  # asked before the rest began: it lifts none
    known.answered("a", 300)
    known.refused("a", 429, 0, 301)
    assert known.left("a", 301) == 60


def test_a_refusal_of_long_ago_counts_no_more() -> None:
    known = exact()
    known.refused("a", 429, 0, 0)
    known.refused("a", 429, 0, 61 + DAY)
    assert known.left("a", 61 + DAY) == 60


def test_the_rests_are_spread_by_chance() -> None:
    known = Rests(lambda: 1.0)
    known.refused("a", 429, 0, 0)
    known.refused("b", 429, 100, 0)
    assert (known.left("a", 0), known.left("b", 0)) == (75, 125)


def test_hosts_do_not_rest_for_each_other() -> None:
    known = exact()
    known.refused("a", 429, 0, 0)
    assert known.left("b", 0) == 0


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rests, "_MOST", 3)
    known = exact()
    for host in "abcad":
        known.refused(host, 429, 0, 0)
    assert len(known) == 3
    assert [host for host in "abcd" if known.left(host, 0)] == ["a", "c", "d"]
