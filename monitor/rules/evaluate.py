"""The meaning of queries: does a tree hold in a document, where, and by which places of terms."""

from collections.abc import Iterable
from typing import assert_never

from monitor.rules.near import Places, Taken, apart, in_one_sentence, near, union
from monitor.rules.parts import VALUES, Part, Parts, narrowed
from monitor.rules.reading import Reading
from monitor.rules.syntax import (
    And,
    AtLeast,
    Count,
    ListRef,
    Near,
    Node,
    Not,
    Or,
    Sentence,
    Term,
    WatchlistRef,
    Within,
    children,
)

_NOWHERE: Places = {}


def places(node: Node, part: Part, reading: Reading, *, every: bool = False) -> Places:
    """Where in a part the node stands; what only holds or does not (AND, NOT, ATLEAST, COUNT) stands nowhere.

    `every`: also the shorter stretches of a NEAR, see `near`.
    """
    match node:
        case Term() | ListRef():
            return reading.places(node, part)
        case Or(parts=parts):
            return union(places(each, part, reading, every=every) for each in parts)
        case Near():
            return reading.remembered(node, part, every, lambda: _near(node, part, reading, every=every))
        case Sentence():
            return reading.remembered(node, part, every, lambda: _sentence(node, part, reading))
        case Within(where=where, part=inner):
            seen = reading.seen_as(where, part)
            return _NOWHERE if seen is None else places(inner, seen, reading, every=every)
        case And() | Not() | AtLeast() | Count() | WatchlistRef():
            return _NOWHERE
    assert_never(node)


def sides(node: Near | Sentence, part: Part, reading: Reading, *, every: bool = False) -> list[Places]:
    """Where each side of a NEAR, or each part of a SENTENCE, stands."""
    # An order, or the end of a sentence, may leave out a long stretch and not a short one within it.
    every = every or isinstance(node, Sentence) or node.ordered
    return [places(side, part, reading, every=every) for side in children(node)]


def _near(node: Near, part: Part, reading: Reading, *, every: bool) -> Places:
    here = frozenset({part})
    if not (holds(node.left, here, reading) and holds(node.right, here, reading)):
        return _NOWHERE
    left, right = sides(node, part, reading, every=every)
    return near(left, right, node.distance, ordered=node.ordered, every=every)


def _sentence(node: Sentence, part: Part, reading: Reading) -> Places:
    here = frozenset({part})
    if not all(holds(each, here, reading) for each in node.parts):
        return _NOWHERE
    return in_one_sentence(sides(node, part, reading), reading.sentences(part))


def holds(node: Node, parts: Parts, reading: Reading) -> bool:
    """Does the node hold, looking at these parts alone?"""
    match node:
        case Term() | ListRef():
            return reading.stands(node, parts)
        case Near() | Sentence():
            return any(places(node, part, reading) for part in reading.worded(parts))
        case And(parts=inner):
            return not _any_is(inner, parts, reading, held=False)
        case Or(parts=inner):
            return _any_is(inner, parts, reading, held=True)
        case Not(part=each):
            return not holds(each, parts, reading)
        case Within(where=where, part=each):
            valued = where in VALUES
            return reading.is_valued(where, each) if valued else holds(each, narrowed(parts, where), reading)
        case AtLeast(count=count, parts=inner):
            return sum(holds(each, parts, reading) for each in inner) >= count
        case Count(count=count, part=each):
            return number_of_places(each, parts, reading) >= count
        case WatchlistRef():
            return False
    assert_never(node)


def _any_is(nodes: Iterable[Node], parts: Parts, reading: Reading, *, held: bool) -> bool:
    """Does any of the nodes hold, or does any not?"""
    # A loop, for this runs for every candidate: to set up a generator takes as long as to tell of a node.
    for node in nodes:  # noqa: SIM110
        if holds(node, parts, reading) is held:
            return True
    return False


def number_of_places(node: Node, parts: Parts, reading: Reading) -> int:
    """The places of a node that do not overlap, in all these parts."""
    if isinstance(node, Within) and node.where not in VALUES:
        return number_of_places(node.part, narrowed(parts, node.where), reading)
    return sum(apart(places(node, part, reading, every=True)) for part in parts)


def evidence(node: Node, parts: Parts, reading: Reading) -> set[tuple[Part, Taken]]:
    """The places of terms that make a node hold; nothing where it does not, and nothing from below a NOT."""
    match node:
        case Term() | ListRef() | Near() | Sentence():
            found = ((part, places(node, part, reading)) for part in parts)
            return {(part, place) for part, some in found for taken in some.values() for place in taken}
        case And(parts=inner) | AtLeast(parts=inner) | Or(parts=inner):
            held = holds(node, parts, reading)
            return set().union(*(evidence(each, parts, reading) for each in inner)) if held else set()
        case Count(part=each):
            return evidence(each, parts, reading) if holds(node, parts, reading) else set()
        case Within(where=where, part=each):
            return set() if where in VALUES else evidence(each, narrowed(parts, where), reading)
        case Not() | WatchlistRef():
            return set()
    assert_never(node)
