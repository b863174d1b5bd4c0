"""What an HTTP status says of a feed."""

from datetime import timedelta

import pytest

from monitor.feeds.outcome import failure_of, max_age
from monitor.model import FailureKind


@pytest.mark.parametrize("status", [200, 203, 304])
def test_these_statuses_are_no_failures(status: int) -> None:
    assert failure_of(status) is None


@pytest.mark.parametrize(
    ("status", "temporary", "reason"),
    [
        (404, False, "404: the feed is not there any more; look for its new address"),
        (401, False, "401: the feed asks for a password"),
        (410, False, "410: the feed was taken down for good; look for its new address"),
        (429, True, "429: the server says that we ask too often; raise every: for its feeds"),
        (408, True, "408: the server refuses the request (Request Timeout)"),
        (418, False, "418: the server refuses the request (I'm a Teapot)"),
        (500, True, "500: the server failed (Internal Server Error)"),
        (599, True, "599: the server failed (an unknown status)"),
        (206, False, "206: an answer without a whole feed (Partial Content)"),
        (302, False, "302: a redirect that leads nowhere (Found)"),
    ],
)
def test_a_failure_says_what_is_wrong_and_whether_it_may_pass(status: int, temporary: bool, reason: str) -> None:
    failure = failure_of(status)
    assert failure is not None
    assert (failure.reason, failure.kind is FailureKind.TEMPORARY, failure.retry_after) == (reason, temporary, None)


def test_the_wait_that_the_server_asks_for_is_kept() -> None:
    failure = failure_of(503, retry_after=timedelta(minutes=2))
    assert failure is not None
    assert failure.retry_after == timedelta(minutes=2)


def test_a_feed_that_was_taken_down_is_a_failure_of_its_own_kind() -> None:
    failure = failure_of(410)
    assert failure is not None
    assert failure.kind is FailureKind.GONE


@pytest.mark.parametrize(
    ("cache_control", "age", "seconds"),
    [
        ("max-age=600", "", 600),
        ("public, Max-Age = 60 , must-revalidate", "", 60),
        ('max-age="90"', "30", 60),
        ("max-age=60", "90", 0),
        ("max-age=60", "soon", 60),
        ("max-age=60, no-cache", "", None),
        ("no-store", "", None),
        ("s-maxage=60", "", None),
        ("max-age=-1", "", None),
        ("max-age=99999999999999999999", "", None),
        ("", "", None),
    ],
)
def test_how_long_an_answer_may_be_kept(cache_control: str, age: str, seconds: int | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert max_age(cache_control, age) == expected
