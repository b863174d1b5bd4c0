"""Text → its pieces that lead to something, found all at once. The home of NumPy.

Most pieces of an article have been met before, and most are of no interest. To cut each out, and to look each up, would
take more time than all that follows; so a piece is known by a number, and only what was not met becomes a string.
"""

import secrets
from collections.abc import Sequence
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

BITS = 18
"""Of the number of places: in 4 MB one of 200 is lost of 100,000 pieces, and one of 30 of 200,000."""
_UNITS = 1 << 16
_BLANKS = [unit for unit in range(_UNITS) if chr(unit).isspace()]
_PERIOD = 1 << 14
"""Characters after which the powers begin anew: those of three articles."""
_LOW, _LOWS = 0xFC00, 0xDC00
"""The second halves of the characters that take two units are told by these bits."""

_THINGS = 30_000
"""That pieces lead to. Where they would become more, all pieces are forgotten, and met anew."""

_Thing = TypeVar("_Thing")
Numbers = NDArray[np.intp]
Keys = NDArray[np.uint64]


class Picked(Generic[_Thing]):
    """The pieces of a text that lead to something, and those that are new: see `monitor.text.pieces.Pieces`."""

    def __init__(
        self, text: str, bounds: Numbers, keys: Keys, picked: Numbers, things: list[_Thing], new: list[int]
    ) -> None:
        """`bounds`, `keys`: start and end of every piece of the text, and its key; `picked`: which pieces these are."""
        self._text, self._starts, self._ends = text, bounds[::2], bounds[1::2]
        self._picked, self._keys = picked, keys
        self.things = things
        """What each leads to; a new one to nothing."""
        self.new = new
        """Which of these were not met lately."""

    def keys(self, these: Sequence[int]) -> Keys:
        """Of some of these pieces."""
        return self._keys[self._picked[these]]

    @cached_property
    def numbers(self) -> Sequence[int]:
        """See `Pieces`."""
        numbers: list[int] = self._picked.tolist()
        return numbers

    def text(self, index: int) -> str:
        """See `Pieces`."""
        number = self._picked[index]
        return self._text[self._starts[number] : self._ends[number]]

    def start(self, index: int) -> int:
        """See `Pieces`."""
        return int(self._starts[self._picked[index]])

    def first_from(self, offset: int) -> int:
        """See `Pieces`."""
        return int(self._picked.searchsorted(self.before(offset)))

    def before(self, offset: int) -> int:
        """See `Pieces`."""
        return int(self._starts.searchsorted(offset))


class Familiar(Generic[_Thing]):
    """Pieces that were met lately, a bounded number, and what each leads to.

    A piece is known by a polynomial over its UTF-16 units modulo 2^64 (Karp and Rabin 1987: "Efficient randomized
    pattern-matching algorithms"): each kind of unit is a random number, and so is the base. Two pieces that come by
    chance have the same key once in 2^64 pairs; two that were made to, without knowing the numbers, once in 2^44: the
    differences of like powers hold few factors of two where the base is 5 modulo 8 and pieces are short.

    Some bits of a key are its place, and need not be written there: what a piece leads to has a number of as many bits,
    which stands in theirs (Cleary 1984: "Compact hash tables using bidirectional linear probing").
    """

    def __init__(self, nothing: _Thing, bits: int = BITS) -> None:
        """`nothing`: what pieces lead to that are of no interest; two to the power of `bits` are the places, of two
        pieces each.
        """
        drawn = np.frombuffer(secrets.token_bytes(8 * _UNITS), np.uint64).copy()
        drawn[_BLANKS] = 0
        self._letters = drawn
        base = secrets.randbits(64) & ~7 | 5
        self._powers = _powers(base)
        self._inverses = _powers(pow(base, -1, 1 << 64))
        self._bits, self._upper, self._low = np.uint64(bits), np.uint64(64 - bits), np.uint64((1 << bits) - 1)
        self._most = min(_THINGS, (1 << bits) - 1)
        # The upper bits of a key are its place among the latest, the lower ones its place among the earlier.
        self._latest: Keys = np.empty(1 << bits, np.uint64)
        self._earlier: Keys = np.empty(1 << bits, np.uint64)
        self._nothing = nothing
        self._forget()

    def _forget(self) -> None:
        """No piece was met."""
        # The highest number is none: with it a place is free.
        self._latest.fill(self._low)
        self._earlier.fill(self._low)
        self._things = [self._nothing]
        self._numbers = {self._nothing: 0}

    def pick(self, text: str) -> Picked[_Thing]:
        """The pieces of a text (`str.split()`) that lead to something, or were not added, or were forgotten."""
        # The blanks around it give every piece both an end and a beginning; half a character alone is no letter.
        units = np.frombuffer(f" {text} ".encode("utf-16-le", "replace"), "<u2")
        bounds, keys = self._pieces(units)
        if len(units) != len(text) + 2:
            bounds = bounds - np.cumsum(units & _LOW == _LOWS).take(bounds)
        found = self._found(keys)
        (picked,) = found.nonzero()
        found = found.take(picked)
        (new,) = (found >= self._low).nonzero()
        found[new] = 0
        things = list(map(self._things.__getitem__, found.tolist()))
        return Picked(text, bounds, keys, picked, things, new.tolist())

    def _pieces(self, units: NDArray[np.uint16]) -> tuple[Numbers, Keys]:
        """(start and end of each piece, one behind the other; the key of each), of units with a blank in front."""
        letters = self._letters.take(units)
        blank = letters == 0
        (bounds,) = (blank[1:] != blank[:-1]).nonzero()
        letters *= self._repeated(len(units))
        sums = letters.cumsum(out=letters).take(bounds)
        return bounds, (sums[1::2] - sums[::2]) * self._inverses.take(bounds[::2], mode="wrap")

    def _found(self, keys: Keys) -> Keys:
        """The number of what each leads to. What is too high for a number is none: such a piece is in neither place."""
        found = self._latest.take(keys >> self._upper) ^ keys << self._bits
        (missing,) = (found >= self._low).nonzero()
        missed = keys.take(missing)
        found[missing] = self._earlier.take(missed & self._low) ^ missed & ~self._low
        return found

    def add(self, keys: Keys, things: Sequence[_Thing]) -> None:
        """Makes pieces familiar, as many as find a place: one whose place is taken moves it to its other place.

        `things`: what each of the keys leads to.
        """
        if len(self._things) + len(things) > self._most:
            self._forget()
        keys = keys[: self._most - 1]
        numbers = np.array(list(map(self._number, things[: len(keys)])), np.uint64)
        places = keys >> self._upper
        moved = self._latest[places]
        taken = moved & self._low != self._low
        moved, moving = moved[taken], places[taken] << self._upper | moved[taken] >> self._bits
        self._earlier[moving & self._low] = moving & ~self._low | moved & self._low
        self._latest[places] = keys << self._bits | numbers

    def _number(self, thing: _Thing) -> int:
        number = self._numbers.setdefault(thing, len(self._things))
        if number == len(self._things):
            self._things.append(thing)
        return number

    def _repeated(self, count: int) -> Keys:
        """So many powers. A piece in which they begin anew has another key there, and is not familiar."""
        return self._powers[:count] if count <= _PERIOD else np.resize(self._powers, count)


def _powers(base: int) -> Keys:
    """From the power of 0."""
    factors = np.full(_PERIOD, base, np.uint64)
    factors[0] = 1
    return np.multiply.accumulate(factors)
