"""Numbers in a row, in one piece of memory: those of a tuple are all over it, and each has to be waited for."""

from array import array
from collections.abc import Iterable

Row = bytes
"""Each number takes as many of the bytes; rows are put together as bytes are."""
_NUMBER = "q"
_FEW = 256
"""Numbers that are paired one by one: of more, NumPy tells sooner. Headlines have fewer, unless rules are very many."""


def row(numbers: Iterable[int]) -> Row:
    """The numbers, in a row."""
    return array(_NUMBER, numbers).tobytes()


def numbers_of(numbers: Row) -> Iterable[int]:
    """The numbers of a row."""
    return array(_NUMBER, numbers)


def paired(numbers: Row, below: int) -> set[int]:
    """Every n of which both 2n and 2n + 1 are in a row of numbers from 0; `below`: all of them are."""
    halves = array(_NUMBER, numbers)
    if len(halves) <= _FEW:
        there = set(halves)
        return {half >> 1 for half in there if half ^ 1 in there}
    # It takes 13 MB and as long as a short command runs: who reads headlines alone does without.
    import numpy as np

    every = np.frombuffer(halves, np.int64)
    marked = np.zeros(below, np.bool_)
    marked[every] = True
    return set((every[marked[every ^ 1]] >> 1).tolist())
