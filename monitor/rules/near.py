"""Places of a text and which of them are near each other."""

from bisect import bisect_left
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

    A place pairs with the other side's nearest before it and nearest after it; with itself it does not.
    """
    found: defaultdict[Span, set[Taken]] = defaultdict(set)
    for one, other in pairs(left, right):
        if gap(one, other) <= distance:
            found[min(one[0], other[0]), max(one[1], other[1])].update(left[one], right[other])
    return found


def nearest(left: Places, right: Places) -> int | None:
    """The fewest words between a place of one side and one of the other; None where there is no pair."""
    return min((gap(one, other) for one, other in pairs(left, right)), default=None)


def union(places: Iterable[Places]) -> Places:
    """All the places."""
    found: defaultdict[Span, set[Taken]] = defaultdict(set)
    for some in places:
        for span, taken in some.items():
            found[span].update(taken)
    return found


def pairs(left: Places, right: Places) -> Iterator[tuple[Span, Span]]:
    """(left place, right place): each with its nearest on the other side, before and after."""
    yield from _neighbours(left, right)
    for other, one in _neighbours(right, left):
        yield one, other


def _neighbours(places: Places, others: Places) -> Iterator[tuple[Span, Span]]:
    order = sorted(others)
    # Of the places that begin earlier the one that reaches furthest is the nearest.
    reach = list(accumulate(order, _further))
    for place in places:
        before = bisect_left(order, place)
        if before:
            yield place, reach[before - 1]
        after = before + (order[before : before + 1] == [place])
        if after < len(order):
            yield place, order[after]


def _further(best: Span, span: Span) -> Span:
    return span if span[1] >= best[1] else best
