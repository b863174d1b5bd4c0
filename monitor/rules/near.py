"""Places of a text and which of them are near each other."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import accumulate

from monitor.rules.lexicon import Source
from monitor.rules.vocabulary import Span

Taken = tuple[int, int, Source]
"""A place of a term: first word, the one after the last, the term."""
Places = Mapping[Span, Set[Taken]]
"""Places in one field with the places of terms that make them up: one for a term, more for a NEAR."""


def gap(one: Span, other: Span) -> int:
    """The words between two places; 0 where they touch or overlap."""
    return max(0, max(one[0], other[0]) - min(one[1], other[1]))


def near(left: Places, right: Places, distance: int) -> Places:
    """The stretches from a place of one side to one of the other, with at most `distance` words between.

    Not all of them, which could be a square of the places: every place with a near partner is in one, and every stretch
    that is left out lies within one that is not, which is as near to anything else.
    """
    found: defaultdict[Span, set[Taken]] = defaultdict(set)
    for one, other in _pairs(left, right, distance):
        if gap(one, other) <= distance:
            found[min(one[0], other[0]), max(one[1], other[1])].update(left[one], right[other])
    return found


def nearest(left: Places, right: Places) -> int | None:
    """The fewest words between a place of one side and one of the other; None where there is no pair."""
    return min((gap(one, other) for one, other in _pairs(left, right, 0)), default=None)


def union(places: Iterable[Places]) -> Places:
    """All the places."""
    found: defaultdict[Span, set[Taken]] = defaultdict(set)
    for some in places:
        for span, taken in some.items():
            found[span].update(taken)
    return found


def _pairs(left: Places, right: Places, distance: int) -> Iterator[tuple[Span, Span]]:
    """(left place, right place): each with its candidates on the other side; a term with itself is no pair."""
    lefts, rights = _Side(left), _Side(right)
    pairs = [(one, other) for one in left for other in rights.candidates(one, distance)]
    pairs += [(one, other) for other in right for one in lefts.candidates(other, distance)]
    return ((one, other) for one, other in pairs if one != other or _composed(one, left[one] | right[other]))


def _composed(span: Span, taken: Set[Taken]) -> bool:
    """Is a place a stretch of several, and not a term's own?"""
    return any((first, after) != span for first, after, _ in taken)


class _Side:
    """The places of one side, ready to be asked for partners."""

    def __init__(self, places: Places) -> None:
        self._by_start = sorted(places)
        # Of the first n by start the one that reaches furthest; of those from n on by end the one that begins earliest.
        self._furthest = list(accumulate(self._by_start, _further))
        self._by_end = sorted(places, key=_end)
        self._earliest = list(accumulate(reversed(self._by_end), min))[::-1]

    def candidates(self, place: Span, distance: int) -> Iterator[Span]:
        """The nearest before and after the place, and of all that are near the furthest on both sides.

        If any of this side is near, one of them is; they may be the place itself, or not be near.
        """
        before = bisect_left(self._by_start, place)
        same = self._by_start[before : before + 1] == [place]
        yield from self._furthest[max(0, before - 1) : before]
        yield from self._by_start[before : before + same + 1]
        from_end = bisect_left(self._by_end, place[0] - distance, key=_end)
        yield from self._earliest[from_end : from_end + 1]
        to_start = bisect_right(self._by_start, place[1] + distance, key=_start)
        yield from self._furthest[max(0, to_start - 1) : to_start]


def _further(one: Span, other: Span) -> Span:
    return max(one, other, key=_end)


def _start(span: Span) -> int:
    return span[0]


def _end(span: Span) -> int:
    return span[1]
