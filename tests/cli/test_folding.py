"""What goes wrong again and again is said once, and later how often it did."""

import io
import logging
from collections.abc import Iterator

import pytest

from monitor.cli.folding import ALIKE, MOST, SPAN, Folding


class Desk:
    """A log with a clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now = 0.0
        self.stream = io.StringIO()
        self.handler = Folding(self.stream, lambda: self.now)
        self.log = logging.Logger("monitor.test", logging.DEBUG)
        self.log.addHandler(self.handler)

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.handler.close()


def test_a_repeated_error_is_written_once_and_its_number_after_the_span(desk: Desk) -> None:
    for _ in range(58):
        desk.log.error("feed %s: the disk is full", "صفا")
    assert desk.lines == ["feed صفا: the disk is full"]
    desk.now = SPAN.total_seconds()
    desk.log.info("pruned")
    assert desk.lines[1:] == ["feed صفا: the disk is full … 57 more times in 5 min", "pruned"]
    desk.log.error("feed %s: the disk is full", "صفا")
    assert desk.lines[-1] == "feed صفا: the disk is full"


def test_what_is_no_warning_is_always_written(desk: Desk) -> None:
    for _ in range(3):
        desk.log.info("polled")
    assert desk.lines == ["polled"] * 3


def test_many_lines_of_one_wording_are_counted_together(desk: Desk) -> None:
    for number in range(1000):
        desk.log.error("feed feed-%d: the disk is full", number)
        desk.log.error("feed feed-%d: the disk is full", number)
    assert desk.lines == [f"feed feed-{number}: the disk is full" for number in range(ALIKE)]
    desk.handler.close()
    more = 2 * (1000 - ALIKE)
    assert desk.lines[ALIKE] == f"feed feed-999: the disk is full … {more} more like it in 5 min"
    assert desk.lines[ALIKE + 1 :] == [
        f"feed feed-{number}: the disk is full … 1 more times in 5 min" for number in range(ALIKE)
    ]


def test_a_warning_and_an_error_are_two(desk: Desk) -> None:
    desk.log.warning("slow")
    desk.log.error("slow")
    assert desk.lines == ["slow", "slow"]


def test_what_is_remembered_is_bounded_and_its_numbers_are_told_when_it_goes(desk: Desk) -> None:
    desk.log.error("first")
    desk.log.error("first")
    for number in range(MOST // 2):
        # Each has a wording of its own.
        desk.log.error(f"wording {number}")
    assert len(desk.handler._runs) == MOST
    assert desk.lines.count("first … 1 more times in 5 min") == 1


def test_a_traceback_is_written_once(desk: Desk) -> None:
    for _ in range(2):
        try:
            int("no such thing")
        except ValueError:
            desk.log.exception("a bug")
    desk.handler.close()
    assert desk.stream.getvalue().count("Traceback") == 1
    assert desk.lines[-1] == "a bug … 1 more times in 5 min"
