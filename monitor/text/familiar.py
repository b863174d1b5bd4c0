"""Text → its pieces that are not familiar, found all at once. The home of NumPy.

Most pieces of an article have been met before and are of no interest. To cut each out, and to look each up, would take
more time than all that follows; so a piece is known by a number, and only what is not familiar becomes a string.
"""

import secrets
from bisect import bisect_left
from typing import NamedTuple

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

Numbers = NDArray[np.intp]
Keys = NDArray[np.uint64]


class Unfamiliar(NamedTuple):
    """The pieces of a text that are not familiar: see `monitor.text.pieces.Pieces`."""

    texts: list[str]
    starts: list[int]
    numbers: list[int]
    keys: Keys
    every: Numbers
    """The offsets of all pieces."""

    def first_from(self, offset: int) -> int:
        """See `Pieces`."""
        return bisect_left(self.starts, offset)

    def before(self, offset: int) -> int:
        """See `Pieces`."""
        return int(np.searchsorted(self.every, offset))


class Familiar:
    """Pieces that were told to be of no interest; a bounded number, those met lately.

    A piece is known by a polynomial over its UTF-16 units modulo 2^64 (Karp and Rabin 1987: "Efficient randomized
    pattern-matching algorithms"): each kind of unit is a random number, and so is the base. Two pieces that come by
    chance have the same key once in 2^64 pairs; two that were made to, without knowing the numbers, once in 2^44: the
    differences of like powers hold few factors of two where the base is 5 modulo 8 and pieces are short.
    """

    def __init__(self, bits: int = BITS) -> None:
        """`bits`: two to the power of it are the places, of two pieces each."""
        drawn = np.frombuffer(secrets.token_bytes(8 * _UNITS), np.uint64).copy()
        drawn[_BLANKS] = 0
        self._letters = drawn
        base = secrets.randbits(64) & ~7 | 5
        self._powers = _powers(base)
        self._inverses = _powers(pow(base, -1, 1 << 64))
        self._shift, self._mask = np.uint64(64 - bits), np.uint64((1 << bits) - 1)
        self._latest: Keys = np.zeros(1 << bits, np.uint64)
        self._earlier: Keys = np.zeros(1 << bits, np.uint64)

    def unfamiliar(self, text: str) -> Unfamiliar:
        """The pieces of a text (`str.split()`) that were not added, or were forgotten."""
        # The blanks around it give every piece both an end and a beginning; half a character alone is no letter.
        units = np.frombuffer(f" {text} ".encode("utf-16-le", "replace"), "<u2")
        bounds, keys = self._pieces(units)
        others, keys = self._others(keys)
        if len(units) != len(text) + 2:
            bounds = bounds - np.cumsum(units & _LOW == _LOWS).take(bounds)
        starts, ends = bounds[::2], bounds[1::2]
        begun, ended = starts.take(others).tolist(), ends.take(others).tolist()
        texts = [text[start:end] for start, end in zip(begun, ended, strict=True)]
        return Unfamiliar(texts=texts, starts=begun, numbers=others.tolist(), keys=keys, every=starts)

    def _pieces(self, units: NDArray[np.uint16]) -> tuple[Numbers, Keys]:
        """(start and end of each piece, one behind the other; the key of each), of units with a blank in front."""
        letters = self._letters.take(units)
        blank = letters == 0
        (bounds,) = (blank[1:] != blank[:-1]).nonzero()
        letters *= self._repeated(len(units))
        sums = letters.cumsum(out=letters).take(bounds)
        return bounds, (sums[1::2] - sums[::2]) * self._inverses.take(bounds[::2], mode="wrap")

    def _others(self, keys: Keys) -> tuple[Numbers, Keys]:
        """Those that are in neither place: (which they are, themselves)."""
        (others,) = (self._latest.take(keys >> self._shift) != keys).nonzero()
        keys = keys.take(others)
        missing = self._earlier.take(keys & self._mask) != keys
        return others[missing], keys[missing]

    def add(self, keys: Keys) -> None:
        """Makes pieces familiar, as many as find a place: one whose place is taken moves it to its other place."""
        places = keys >> self._shift
        moved = self._latest[places]
        moved = moved[moved != 0]
        self._earlier[moved & self._mask] = moved
        self._latest[places] = keys

    def _repeated(self, count: int) -> Keys:
        """So many powers. A piece in which they begin anew has another key there, and is not familiar."""
        return self._powers[:count] if count <= _PERIOD else np.resize(self._powers, count)


def _powers(base: int) -> Keys:
    """From the power of 0."""
    factors = np.full(_PERIOD, base, np.uint64)
    factors[0] = 1
    return np.multiply.accumulate(factors)
