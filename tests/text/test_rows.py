"""Numbers in a row are the numbers; of pairs both must be there."""

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text import rows
from monitor.text.rows import numbers_of, paired, row

NUMBERS = st.lists(st.integers(0, 99))


@given(NUMBERS, st.lists(st.integers(-(2**40), 2**40)))
def test_rows_are_put_together_as_bytes_are(some: list[int], others: list[int]) -> None:
    assert list(numbers_of(row(some) + row(others))) == [*some, *others]


@pytest.mark.parametrize("few", [0, 1_000])
@given(NUMBERS)
def test_a_pair_is_told_whether_there_are_few_or_many(few: int, numbers: list[int]) -> None:
    with patch.object(rows, "_FEW", few):
        assert paired(row(numbers), 100) == {n for n in range(50) if {2 * n, 2 * n + 1} <= set(numbers)}
