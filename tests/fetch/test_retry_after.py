"""Retry-After in both its forms."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.fetch.retry_after import LONGEST, retry_after
from tests.builders import NOON

ZERO = timedelta(0)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("0", ZERO),
        ("120", timedelta(seconds=120)),
        (" 120 ", timedelta(seconds=120)),
        ("86401", LONGEST),
        ("9" * 400, LONGEST),
        ("Mon, 10 Nov 2025 12:05:00 GMT", timedelta(minutes=5)),
        ("Monday, 10-Nov-25 12:05:00 GMT", timedelta(minutes=5)),
        ("Mon, 10 Nov 2025 14:05:00 +0200", timedelta(minutes=5)),
        ("Mon, 10 Nov 2025 12:05:00 -0000", timedelta(minutes=5)),
        ("Mon, 10 Nov 2025 11:00:00 GMT", ZERO),
        ("Mon, 10 Nov 2125 12:00:00 GMT", LONGEST),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("١٢٠", None),
        ("Mon, 99 Nov 2025 12:00:00 GMT", None),
    ],
)
def test_both_forms_are_read(value: str, wait: timedelta | None) -> None:
    assert retry_after(value, now=NOON) == wait


@given(st.text())
def test_whatever_it_says_the_wait_is_bounded(value: str) -> None:
    wait = retry_after(value, now=NOON)
    assert wait is None or ZERO <= wait <= LONGEST
