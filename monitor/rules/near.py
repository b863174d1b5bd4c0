"""Places of a text: which of them are near each other, which stand in one sentence, how many there are."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import accumulate, islice, product

from monitor.rules.lexicon import Source
from monitor.rules.vocabulary import Span

Taken = tuple[int, int, Source]
"""A place of a term: first word, the one after the last, the term."""
Places = Mapping[Span, Set[Taken]]
"""Places in one field with the places of terms that make them up: one for a term, more for a NEAR."""


def gap(one: Span, other: Span) -> int:
    """The words between two places; 0 where they touch or overlap."""
    return max(0, max(one[0], other[0]) - min(one[1], other[1]))


_FEW_PAIRS = 16
"""So many are looked at in less time than it takes to tell which of them to look at."""
MOST_PAIRS = 100_000
"""Of two sides, where every stretch is wanted: beyond them only the widest are worked out."""
MOST_PLACES = 200
"""Of the side with fewer places, where both have more: the first ones. No article says both so often and comes to the
point only then.
"""


def near(left: Places, right: Places, distance: int, *, ordered: bool = False, every: bool = False) -> Places:
    """The stretches from a place of one side to one of the other, with at most `distance` words between; `ordered`: the
    left one ends before the right one begins.

    Not all of them, which could be a square of the places: every place with a near partner is in one, and every stretch
    that is left out lies within one that is not, which is as near to anything else. Only what asks for an order, or for
    a sentence, also needs the shorter ones: it says `every`.
    """
    left, right = _first_ones(left, right, distance)
    found: defaultdict[Span, set[Taken]] = defaultdict(set)
    pairs = _ordered_pairs(left, right, distance) if ordered else _pairs(left, right, distance)
    if every:
        all_pairs = list(islice(_all_pairs(left, right, distance, ordered=ordered), MOST_PAIRS))
        pairs = iter(all_pairs) if len(all_pairs) < MOST_PAIRS else pairs
    for one, other in pairs:
        if gap(one, other) <= distance:
            found[min(one[0], other[0]), max(one[1], other[1])].update(left[one], right[other])
    return found


def nearest(left: Places, right: Places, *, ordered: bool = False) -> int | None:
    """The fewest words between a place of one side and one of the other; None where there is no pair."""
    left, right = _first_ones(left, right, None)
    pairs = _ordered_pairs(left, right, 0) if ordered else _pairs(left, right, 0)
    return min((gap(one, other) for one, other in pairs), default=None)


def in_one_sentence(sides: Sequence[Places], starts: Sequence[int]) -> Places:
    """The stretches from the first to the last place in each sentence in which every side has one; `starts`: the first
    word of each sentence.
    """
    held: defaultdict[int, list[tuple[int, Span]]] = defaultdict(list)
    for number, side in enumerate(sides):
        for span in side:
            sentence = bisect_right(starts, span[0]) - 1
            if span[1] <= (starts[sentence + 1] if sentence + 1 < len(starts) else span[1]):
                held[sentence].append((number, span))
    found: dict[Span, Set[Taken]] = {}
    for sentence in sorted(held):
        inside = held[sentence]
        if len({number for number, _ in inside}) == len(sides):
            spans = [span for _, span in inside]
            found[min(spans)[0], max(map(_end, spans))] = frozenset().union(*(sides[n][span] for n, span in inside))
    return found


def sentences_apart(sides: Sequence[Places], starts: Sequence[int]) -> int | None:
    """Over how many sentences the nearest places of all sides spread, less one; None where a side has no place."""
    held = sorted((bisect_right(starts, span[0]) - 1, number) for number, side in enumerate(sides) for span in side)
    if not all(sides):
        return None
    fewest, last = len(starts), dict.fromkeys(range(len(sides)), -len(starts))
    for sentence, number in held:
        last[number] = sentence
        fewest = min(fewest, sentence - min(last.values()))
    return fewest


def apart(places: Iterable[Span]) -> int:
    """The most places that do not overlap."""
    number, end = 0, 0
    for span in sorted(places, key=_end):
        if span[0] >= end:
            number, end = number + 1, span[1]
    return number


def union(places: Iterable[Places]) -> Places:
    """All the places."""
    found: defaultdict[Span, set[Taken]] = defaultdict(set)
    for some in places:
        for span, taken in some.items():
            found[span].update(taken)
    return found


def _first_ones(left: Places, right: Places, distance: int | None) -> tuple[Places, Places]:
    """Both sides as they are, unless both have too many places: then the first of the one that has fewer, and of the
    other those near these, or without a `distance` the nearest.
    """
    if min(len(left), len(right)) <= MOST_PLACES:
        return left, right
    if len(left) > len(right):
        right, left = _first_ones(right, left, distance)
        return left, right
    few = sorted(left)[:MOST_PLACES]
    return {span: left[span] for span in few}, {span: right[span] for span in _around(few, right, distance)}


def _around(few: Sequence[Span], places: Places, distance: int | None) -> Iterator[Span]:
    """Those of the places that may be near one of few; without a `distance` the one before and the one after each."""
    by_start = sorted(places)
    reach = 0 if distance is None else distance + max(end - start for start, end in by_start)
    after = 0
    for one in few:
        first = bisect_left(by_start, one[0] - reach, key=_start)
        last = bisect_right(by_start, one[1] + (distance or 0), key=_start)
        if distance is None:
            first, last = max(0, first - 1), last + 1
        first = max(first, after)
        yield from by_start[first : min(last, first + MOST_PLACES)]
        after = max(after, last)


def _pairs(left: Places, right: Places, distance: int) -> Iterator[tuple[Span, Span]]:
    """(left place, right place): each with its candidates on the other side; a term with itself is no pair."""
    if len(left) * len(right) <= _FEW_PAIRS:
        pairs = list(product(left, right))
    else:
        lefts, rights = _Side(left), _Side(right)
        pairs = [(one, other) for one in left for other in rights.candidates(one, distance)]
        pairs += [(one, other) for other in right for one in lefts.candidates(other, distance)]
    return ((one, other) for one, other in pairs if one != other or _composed(one, left[one] | right[other]))


def _ordered_pairs(left: Places, right: Places, distance: int) -> Iterator[tuple[Span, Span]]:
    """(left place, right place) in their order: each with the nearest of the other side, and with the furthest near."""
    by_start, by_end = sorted(right), sorted(left, key=_end)
    furthest = list(accumulate(by_start, _further))
    earliest = list(accumulate(reversed(by_end), min))[::-1]
    for one in left:
        first = bisect_left(by_start, one[1], key=_start)
        last = bisect_right(by_start, one[1] + distance, key=_start)
        yield from ((one, other) for other in by_start[first : first + 1])
        if first < last:
            # Of all that begin before the limit; it may begin before `one` ends, and is then none of its partners.
            other = furthest[last - 1]
            yield one, other if other[0] >= one[1] else max(by_start[first:last], key=_end)
    for other in right:
        first = bisect_left(by_end, other[0] - distance, key=_end)
        last = bisect_right(by_end, other[0], key=_end)
        yield from ((one, other) for one in by_end[max(0, last - 1) : last])
        if first < last:
            one = earliest[first]
            yield one if one[1] <= other[0] else min(by_end[first:last]), other


def _all_pairs(left: Places, right: Places, distance: int, *, ordered: bool) -> Iterator[tuple[Span, Span]]:
    by_start = sorted(right)
    longest = max((end - start for start, end in by_start), default=0)
    for one in left:
        first = bisect_left(by_start, one[1] if ordered else one[0] - distance - longest, key=_start)
        last = bisect_right(by_start, one[1] + distance, key=_start)
        for other in by_start[first:last]:
            if gap(one, other) <= distance and (one != other or _composed(one, left[one] | right[other])):
                yield one, other


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
