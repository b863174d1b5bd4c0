"""When members joined, in memory: numbers rise with time, but for clocks that are set back and writers that wait."""

from array import array
from bisect import bisect_left, bisect_right


class Arrivals:
    """Moments, in seconds since 1970, ascending; beside each the number of the member that joined then."""

    def __init__(self) -> None:
        self._moments, self._numbers = array("d"), array("Q")

    def add(self, number: int, moment: float) -> None:
        """This member, whose number is higher than all, joined then."""
        place = bisect_right(self._moments, moment)
        self._moments.insert(place, moment)
        self._numbers.insert(place, number)

    def remove(self, number: int, moment: float) -> None:
        """This member, which joined then, is there no more."""
        place = bisect_left(self._moments, moment)
        place += self._numbers[place:].index(number)
        del self._moments[place], self._numbers[place]

    def first_since(self, moment: float) -> int | None:
        """The first by its moment that joined then or later, the lowest number of several; None where none did."""
        place = bisect_left(self._moments, moment)
        return self._numbers[place] if place < len(self._numbers) else None

    def forget_before(self, number: int) -> None:
        """Let go of all members with lower numbers."""
        kept = [pair for pair in zip(self._moments, self._numbers, strict=True) if pair[1] >= number]
        self._moments, self._numbers = array("d", [pair[0] for pair in kept]), array("Q", [pair[1] for pair in kept])
