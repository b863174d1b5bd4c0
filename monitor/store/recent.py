"""What the members that joined last say, in memory: hints of them, found without asking the database.

It holds nothing that `members` does not hold: it is filled from there (see `lately`), and whoever changes a member says
so. Hints are 32-bit hashes; each costs eight bytes for every member that has it, and an article has about seventy.
"""

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from math import inf
from struct import Struct
from sys import byteorder
from typing import NamedTuple
from zlib import crc32

from monitor.store.arrivals import Arrivals

HOLDERS = 64
"""Members that a hint leads to: the last ones. What more members hold says little."""
BACKGROUND = 1_000
"""Articles that are taken for known when little is stored: a first report would make its own words look common."""
_SLACK = 4_096
"""Members that may be held beyond those that are asked for: they are let go together."""
_PARTS = 8_192
_PART = 19
"""Bits of a hint behind those that say which part it is in."""
_NUMBER = 32
"""Bits of a member's number."""
_HIGHEST = (1 << _NUMBER) - 1
_PAIR = array("Q").itemsize
_NUMBERS = [Struct(f"={('I4x' if byteorder == 'little' else '4xI') * pairs}") for pairs in range(HOLDERS + 1)]
"""Of so many pairs; to take them apart in Python would be half of the work."""


class Said(NamedTuple):
    """What a member is found by. A tuple: thousands are made at the start."""

    number: int
    joined_at: float
    """Seconds since 1970."""
    terms: frozenset[int]
    """Its significant words, as hints."""
    weight: float
    """Of all its words together."""
    sample: Sequence[int]
    """Of its text."""


def hint_of(word: str) -> int:
    """The hint that a word or a mark is."""
    return crc32(word.encode())


def hints_of(words: Iterable[str]) -> list[int]:
    """The hints that words or marks are."""
    return list(map(crc32, map(str.encode, words)))


class Holders:
    """Hint → the numbers of the members that hold it.

    Sorted pairs of both in one number, in parts that are short enough to insert into. A mapping of lists would take ten
    times the room, for most hints have one holder.
    """

    def __init__(self) -> None:
        self._parts = [array("Q") for _ in range(_PARTS)]

    def add(self, number: int, hints: Iterable[int]) -> None:
        """This member holds these hints, and held none of them before."""
        for hint in hints:
            insort(self._parts[hint >> _PART], hint << _NUMBER | number)

    def remove(self, number: int, hints: Iterable[int]) -> None:
        """This member holds these hints no more."""
        for hint in hints:
            pair, part = hint << _NUMBER | number, self._parts[hint >> _PART]
            place = bisect_left(part, pair)
            del part[place : bisect_right(part, pair, place)]

    def append(self, number: int, hints: Iterable[int]) -> None:
        """As `add`, for many members: nothing is found until all are sorted."""
        for hint in hints:
            self._parts[hint >> _PART].append(hint << _NUMBER | number)

    def sort(self) -> None:
        """To be called after `append`."""
        self._parts = [array("Q", sorted(part)) for part in self._parts]

    def forget_before(self, number: int) -> None:
        """Let go of all members with lower numbers."""
        self._parts = [array("Q", [pair for pair in part if pair & _HIGHEST >= number]) for part in self._parts]

    def last(self, hint: int, first: int, last: int = _HIGHEST) -> Sequence[int]:
        """The last members between these two that hold a hint, latest first."""
        part, lowest = self._parts[hint >> _PART], hint << _NUMBER
        begin = bisect_left(part, lowest + first)
        # Most hints of a text have no holder.
        if begin == len(part) or part[begin] > lowest + last:
            return ()
        end = bisect_right(part, lowest + last, begin)
        begin = max(begin, end - HOLDERS)
        return _NUMBERS[end - begin].unpack_from(part, begin * _PAIR)[::-1]

    def has(self, hint: int, number: int) -> bool:
        """Does this member hold the hint?"""
        part, pair = self._parts[hint >> _PART], hint << _NUMBER | number
        place = bisect_left(part, pair)
        return place < len(part) and part[place] == pair


class Recent:
    """All members from some number on, and their hints."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Hold nothing."""
        self.begin = 1
        """No member that is stored has a lower number."""
        self._since, self._begin = inf, _HIGHEST
        self.__dict__.pop("terms", None)
        self.__dict__.pop("shingles", None)
        self._arrivals = Arrivals()
        self._numbers, self._joined, self._weights = array("Q"), array("d"), array("d")

    # Made when an article joins: their parts alone take a command that only asks 13 ms.
    @cached_property
    def terms(self) -> Holders:
        """Of significant words."""
        return Holders()

    @cached_property
    def shingles(self) -> Holders:
        """Of samples of texts."""
        return Holders()

    @contextmanager
    def unless_it_fails(self) -> Iterator[None]:
        """Around a transaction: others may have written before; where it fails, what it said of members never was."""
        self._since = inf
        try:
            yield
        except BaseException:
            self.forget()
            raise

    def has_all_since(self, moment: float) -> bool:
        """Does it hold whoever joined then or later, in seconds since 1970? Within a transaction it goes on to."""
        return self._since <= moment

    def catches_up(self, begin: int, moment: float) -> None:
        """It holds them; no member that is stored has a number lower than `begin`."""
        self.begin, self._since = begin, moment

    @property
    def is_caught_up(self) -> bool:
        """Is every member held in this transaction that others stored before it?"""
        return self._since < inf

    def first_since(self, moment: float) -> int | None:
        """The first that joined then or later; None where none did."""
        return self._arrivals.first_since(moment)

    @property
    def last(self) -> int:
        """The last member that is held; where there is none, the one before all that may be."""
        return self._numbers[-1] if self._numbers else self._begin - 1

    def holds(self, first: int, last: int) -> bool:
        """Are all members between these two held, but for some at the end, and no later ones?"""
        return self._begin <= first and self.last <= last

    def fill(self, first: int, members: Iterable[Said]) -> None:
        """Hold all members from the first on."""
        self.forget()
        for one in members:
            self._note(one)
            self.terms.append(one.number, one.terms)
            self.shingles.append(one.number, one.sample)
        self.terms.sort()
        self.shingles.sort()
        self._begin = first

    def add(self, one: Said) -> None:
        """Hold a member that follows the last one."""
        self._note(one)
        self.terms.add(one.number, one.terms)
        self.shingles.add(one.number, one.sample)

    def remove(self, one: Said) -> None:
        """Hold a member no more; `one`: what it said until now. Nothing is done where it is not held."""
        place = bisect_left(self._numbers, one.number)
        if one.number not in self._numbers[place : place + 1]:
            return
        self._arrivals.remove(one.number, self._joined[place])
        del self._numbers[place], self._joined[place], self._weights[place]
        self.terms.remove(one.number, one.terms)
        self.shingles.remove(one.number, one.sample)

    def change(self, before: Said, after: Said) -> None:
        """A member says something else. Nothing is done where it is not held."""
        place = bisect_left(self._numbers, before.number)
        if before.number in self._numbers[place : place + 1]:
            for held, old, new in (
                (self.terms, before.terms, after.terms),
                (self.shingles, before.sample, after.sample),
            ):
                held.remove(before.number, old)
                held.add(before.number, new)
            self._weights[place] = after.weight

    def joined_at(self, first: int) -> float:
        """When the first member from this number on joined, in seconds since 1970; 0 where there is none."""
        place = bisect_left(self._numbers, first)
        return self._joined[place] if place < len(self._numbers) else 0.0

    def weight(self, number: int) -> float:
        """Of all words of a member together; 0 where it is not held."""
        place = bisect_left(self._numbers, number)
        return self._weights[place] if number in self._numbers[place : place + 1] else 0.0

    def forget_before(self, first: int) -> None:
        """Let go of the members before this one, once they are many."""
        place = bisect_left(self._numbers, first)
        if place > _SLACK:
            del self._numbers[:place], self._joined[:place], self._weights[:place]
            self.terms.forget_before(first)
            self.shingles.forget_before(first)
            self._arrivals.forget_before(first)
            self._begin = first

    def _note(self, one: Said) -> None:
        self._numbers.append(one.number)
        self._joined.append(one.joined_at)
        self._arrivals.add(one.number, one.joined_at)
        self._weights.append(one.weight)
