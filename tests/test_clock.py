"""The clock that a daemon goes by: it follows what drifts, notices what was set, and doubts what cannot be."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.clock import EARLIEST, FAR, JUMP, LASTING, Steady, now, passed
from tests.builders import NOON

NOTHING = timedelta()


class Clocks:
    """A wall clock and one that nobody sets."""

    def __init__(self) -> None:
        self.wall, self.passed = NOON, 1000.0
        self.steady = Steady(lambda: self.wall, lambda: self.passed)

    def go_on(self, span: timedelta) -> None:
        self.wall += span
        self.passed += span.total_seconds()


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


def test_what_is_not_set_is_followed_and_so_is_what_drifts(clocks: Clocks) -> None:
    for _ in range(100):
        clocks.go_on(timedelta(minutes=1))
        clocks.wall += JUMP / 2
        assert (clocks.steady(), clocks.steady.off()) == (clocks.wall, NOTHING)


@pytest.mark.parametrize("off", [timedelta(minutes=10), timedelta(days=1), timedelta(minutes=-10), timedelta(days=-1)])
def test_a_clock_that_was_set_is_not_followed_before_it_is_told_to_be(clocks: Clocks, off: timedelta) -> None:
    clocks.wall += off
    assert (clocks.steady(), clocks.steady.off()) == (NOON, off)
    clocks.go_on(timedelta(seconds=3))
    assert clocks.steady() == NOON + timedelta(seconds=3)
    assert clocks.steady.is_believed(off)
    clocks.steady.set(off)
    assert (clocks.steady(), clocks.steady.off()) == (clocks.wall, NOTHING)


def test_a_clock_that_was_never_set_is_never_believed(clocks: Clocks) -> None:
    clocks.wall = datetime(1970, 1, 1, tzinfo=UTC)
    clocks.passed += 10 * LASTING.total_seconds()
    assert not clocks.steady.is_believed(clocks.steady.off())
    assert clocks.steady.is_believed(EARLIEST - NOON)
    assert clocks.steady() == NOON + 10 * LASTING


def test_a_clock_that_runs_far_ahead_is_believed_when_it_lasts(clocks: Clocks) -> None:
    far = FAR + timedelta(days=4000)
    assert not clocks.steady.is_believed(far)
    clocks.passed += LASTING.total_seconds() - 1
    assert not clocks.steady.is_believed(far)
    assert clocks.steady.is_believed(NOTHING)  # right for a moment: it begins anew
    clocks.passed += 2
    assert not clocks.steady.is_believed(far)
    clocks.passed += LASTING.total_seconds()
    assert clocks.steady.is_believed(far)


def test_a_clock_that_comes_back_from_afar_is_believed_at_once(clocks: Clocks) -> None:
    assert clocks.steady.is_believed(timedelta(days=-300))


def test_the_machines_clocks_go_on() -> None:
    steady, before = Steady(now), passed()
    assert abs(steady() - now()) < JUMP
    assert passed() >= before
