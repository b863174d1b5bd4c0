"""Which places are near each other."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.rules.lexicon import Source
from monitor.rules.near import MOST_PLACES, Places, gap, near, nearest, union
from monitor.rules.vocabulary import Span

SOURCE = Source("term", "", (), ())


def places(*spans: Span) -> Places:
    return {span: frozenset({(*span, SOURCE)}) for span in spans}


spans = st.builds(lambda start, length: (start, start + length), st.integers(0, 30), st.integers(1, 4))
some_places = st.sets(spans, max_size=8).map(lambda found: places(*found))


def every_stretch(left: Places, right: Places, distance: int) -> Places:
    """By the definition: each with each."""
    return union(
        {(min(a[0], b[0]), max(a[1], b[1])): {*left[a], *right[b]}}
        for a, b in product(left, right)
        if gap(a, b) <= distance and (a != b or any(place[:2] != a for place in {*left[a], *right[b]}))
    )


def test_the_gap_counts_the_words_between() -> None:
    assert [gap((0, 1), other) for other in ((1, 2), (2, 3), (4, 6), (0, 3))] == [0, 1, 3, 0]


def test_a_place_is_not_near_itself() -> None:
    assert near(places((3, 4)), places((3, 4)), 5) == {}
    assert nearest(places((3, 4)), places((3, 4))) is None


def test_places_that_overlap_are_near() -> None:
    assert near(places((3, 5)), places((3, 4)), 0).keys() == {(3, 5)}


def test_a_rare_place_finds_its_partner_among_any_number() -> None:
    many = places(*((2 * number, 2 * number + 1) for number in range(20 * MOST_PLACES)))
    last = 40 * MOST_PLACES - 3
    assert near(many, places((last, last + 1)), 0).keys() == {(last - 1, last + 1), (last, last + 2)}


def test_places_in_clusters_find_their_partners_too() -> None:
    before = [(number, number + 1) for number in range(3 * MOST_PLACES)]
    behind = [(10_000 + number, 10_001 + number) for number in range(2 * MOST_PLACES)]
    assert near(places((5_000, 5_001), *behind), places((5_001, 5_002), *before), 0).keys() == {(5_000, 5_002)}
    assert nearest(places((5_000, 5_001), *behind), places((5_001, 5_002), *before)) == 0


@pytest.mark.parametrize(("left", "right"), [(3, 5), (5, 3)])
def test_of_two_sides_with_very_many_places_the_first_ones_are_looked_at(left: int, right: int) -> None:
    some = places(*((left * number, left * number + 1) for number in range(5 * MOST_PLACES)))
    others = places(*((right * number, right * number + 1) for number in range(4 * MOST_PLACES)))
    found = near(some, others, 1)
    assert found.items() <= every_stretch(some, others, 1).items()
    assert min(found) == min(every_stretch(some, others, 1))
    assert len(found) <= 4 * MOST_PLACES
    assert nearest(some, others) == 0


def test_terms_at_one_place_all_take_part() -> None:
    other = Source("other", "", (), ())
    both = union([places((0, 1)), {(0, 1): frozenset({(0, 1, other)})}])
    assert near(both, places((1, 2)), 0) == {(0, 2): frozenset({(0, 1, SOURCE), (0, 1, other), (1, 2, SOURCE)})}


@given(some_places, some_places, st.integers(0, 6))
def test_exactly_the_places_of_near_pairs_take_part(left: Places, right: Places, distance: int) -> None:
    taken = {place[:2] for found in near(left, right, distance).values() for place in found}
    close = [(a, b) for a, b in product(left, right) if a != b and gap(a, b) <= distance]
    assert taken == {place for pair in close for place in pair}


@given(some_places, some_places)
def test_the_nearest_pair_is_the_nearest_of_all(left: Places, right: Places) -> None:
    gaps = [gap(a, b) for a, b in product(left, right) if a != b]
    assert nearest(left, right) == min(gaps, default=None)


distances = st.integers(0, 6)


@settings(max_examples=500, deadline=None)
@given(some_places, some_places, some_places, some_places, distances, distances, distances)
def test_leaving_stretches_out_loses_no_nested_near(
    a: Places, b: Places, c: Places, d: Places, inner: int, middle: int, outer: int
) -> None:
    found = near(near(near(a, b, inner), c, middle), d, outer)
    every = every_stretch(every_stretch(every_stretch(a, b, inner), c, middle), d, outer)
    assert bool(found) == bool(every)
    assert {place for some in found.values() for place in some} <= {place for some in every.values() for place in some}


def test_a_stretch_over_the_same_words_as_a_phrase_is_near_it() -> None:
    stretch = near(places((0, 1)), places((1, 2)), 0)
    assert near(stretch, places((0, 2)), 0)


def test_many_places_give_few_stretches() -> None:
    left, right = places(*((n, n + 1) for n in range(0, 2000, 2))), places(*((n, n + 1) for n in range(1, 2000, 2)))
    assert len(near(left, right, 1000)) <= 6 * 1000
