"""Why a query holds, or why not: the tree of its clauses."""

from collections.abc import Set
from heapq import nsmallest
from typing import assert_never

from monitor.model import Clause, Field, Hit
from monitor.rules.evaluate import evidence, holds, number_of_places, sides
from monitor.rules.misses import ELSEWHERE, hits_of, nearest_misses, why_not
from monitor.rules.near import Taken, nearest, sentences_apart
from monitor.rules.parts import EVERYWHERE, VALUES, Part, Parts, narrowed
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
    show,
)

_ORDER = {field: number for number, field in enumerate(Field)}
_PARTS = tuple(Part)
MOST_HITS = 500
"""That are told of a match: the first ones."""
MOST_OF_A_CLAUSE = 50


def hits(places_of_terms: Set[tuple[Part, Taken]], reading: Reading, most: int = MOST_HITS) -> tuple[Hit, ...]:
    """Places of terms as hits, once each, in the order of the article; of many the first ones."""
    if len(places_of_terms) > most:
        places_of_terms = set(nsmallest(most, places_of_terms, key=_place))
    found = {reading.hit(part, taken) for part, taken in places_of_terms}
    return tuple(sorted(found, key=lambda hit: (_ORDER[hit.field], hit.start, hit.end, hit.term, hit.list_id)))


def _place(one: tuple[Part, Taken]) -> tuple[int, int, int]:
    part, (first, after, _) = one
    return _PARTS.index(part), first, after


def explain(node: Node, parts: Parts, reading: Reading) -> Clause:
    """The node as a clause, with everything below it."""
    is_value = isinstance(node, Within) and node.where in VALUES
    below = narrowed(parts, node.where) if isinstance(node, Within) and not is_value else parts
    clauses = () if is_value else tuple(explain(child, below, reading) for child in children(node))
    held = holds(node, parts, reading)
    has_hits = isinstance(node, Term | ListRef | Near | Sentence)
    return Clause(
        query=show(node),
        held=held,
        hits=hits(evidence(node, parts, reading), reading, MOST_OF_A_CLAUSE) if has_hits else (),
        parts=clauses,
        note=_nearly(clauses[0], node.part)
        if held and isinstance(node, Not)
        else _note(node, parts, reading, held=held),
    )


def _nearly(excluded: Clause, node: Node) -> str:
    """What nearly vetoed a match: an exclusion of which something is there; "" where nothing is."""
    is_near = any(hits_of(excluded.parts)) or not all(miss.absent for miss in nearest_misses(excluded, node))
    return f"nearly excluded: {why_not(excluded, node)}" if is_near else ""


def _note(node: Node, parts: Parts, reading: Reading, *, held: bool) -> str:
    match node:
        case Near():
            return _distance(node, parts, reading)
        case Sentence() if not held:
            return _sentences(node, parts, reading)
        case AtLeast(parts=inner):
            return f"{sum(holds(part, parts, reading) for part in inner)} of {len(inner)}"
        case Count(part=part):
            number = number_of_places(part, parts, reading)
            return f"{number} place{'' if number == 1 else 's'}"
        case Within(where=where) if where in VALUES:
            return f"it is {reading.value(where) or 'not known'}"
        case Term() | ListRef() if not held:
            return _elsewhere(node, parts, reading)
        case Term() | ListRef() | WatchlistRef() | And() | Or() | Not() | Within() | Sentence():
            return ""
    assert_never(node)


def _elsewhere(node: Term | ListRef, parts: Parts, reading: Reading) -> str:
    """Where a term stands that is asked for in other parts; "" where it stands nowhere."""
    places = [part for part in sorted(EVERYWHERE - parts) if reading.stands(node, frozenset({part}))]
    asked = " or ".join(sorted(parts))
    return f"{ELSEWHERE}{' and '.join(places)}, not in the {asked}" if places and asked else ""


def _distance(node: Near, parts: Parts, reading: Reading) -> str:
    """How near the two sides come to each other, in any part."""
    found = [nearest(*sides(node, part, reading), ordered=node.ordered) for part in parts]
    words = min((number for number in found if number is not None), default=None)
    if words is None:
        return "never in the same field" + (" in this order" if node.ordered else "")
    return f"{words} word{'' if words == 1 else 's'} between, at most {node.distance} wanted"


def _sentences(node: Sentence, parts: Parts, reading: Reading) -> str:
    """How near the parts come to standing in one sentence."""
    found = [sentences_apart(sides(node, part, reading), reading.sentences(part)) for part in parts]
    number = min((one for one in found if one is not None), default=None)
    if number is None:
        return "never in the same field"
    return f"its parts are {number} sentence{'' if number == 1 else 's'} apart"
