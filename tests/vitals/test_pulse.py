"""Which parts of the daemon live, and when that is asked."""

from datetime import timedelta

import pytest

from monitor.vitals.pulse import Part, Phase, Pulse


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pulse(clock: Clock) -> Pulse:
    return Pulse(timedelta(seconds=60), clock)


def test_while_it_starts_nothing_is_stuck_and_nothing_ready(pulse: Pulse, clock: Clock) -> None:
    clock.now += 3600
    assert pulse.stuck() == ()
    assert pulse.unready() == ("the daemon is starting",)


def test_while_it_works_and_all_parts_give_signs_it_is_ready(pulse: Pulse, clock: Clock) -> None:
    pulse.work()
    clock.now += 60
    assert pulse.unready() == ()


@pytest.mark.parametrize("silent", Part)
def test_a_part_that_is_silent_for_too_long_is_stuck(pulse: Pulse, clock: Clock, silent: Part) -> None:
    pulse.work()
    clock.now += 61
    for part in Part:
        if part is not silent:
            pulse.sign(part)
    assert pulse.stuck() == (f"{silent} has given no sign of life for 61 s",)
    assert pulse.unready() == pulse.stuck()
    pulse.sign(silent)
    assert pulse.unready() == ()


def test_a_database_that_fails_makes_it_unready_and_not_stuck(pulse: Pulse) -> None:
    pulse.work()
    pulse.database = "the disk is full"
    assert pulse.stuck() == ()
    assert pulse.unready() == ("the database cannot be written: the disk is full",)


def test_while_it_stops_it_may_be_silent(pulse: Pulse, clock: Clock) -> None:
    pulse.work()
    pulse.phase = Phase.STOPPING
    clock.now += 3600
    assert (pulse.stuck(), pulse.unready()) == ((), ("the daemon is stopping",))
