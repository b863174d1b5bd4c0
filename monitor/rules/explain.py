"""Why a query holds, or why not: the tree of its clauses."""

from collections.abc import Iterable
from typing import assert_never

from monitor.model import Clause, Field, Hit
from monitor.rules.evaluate import evidence, holds, number_of_places, sides
from monitor.rules.misses import miss
from monitor.rules.near import Taken, nearest
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
    show,
)

_ORDER = {field: number for number, field in enumerate(Field)}
_NEARLY = 0.5
"""Closeness from which on a match is said to have been nearly excluded."""


def hits(places_of_terms: Iterable[tuple[Part, Taken]], reading: Reading) -> tuple[Hit, ...]:
    """Places of terms as hits, once each, in the order of the article."""
    found = {reading.hit(part, taken) for part, taken in places_of_terms}
    return tuple(sorted(found, key=lambda hit: (_ORDER[hit.field], hit.start, hit.end, hit.term, hit.list_id)))


def explain(node: Node, parts: Parts, reading: Reading) -> Clause:
    """The node as a clause, with everything below it."""
    held = holds(node, parts, reading)
    below = narrowed(parts, node.where) if isinstance(node, Within) and node.where not in VALUES else parts
    has_hits = isinstance(node, Term | ListRef | Near | Sentence)
    is_value = isinstance(node, Within) and node.where in VALUES
    return Clause(
        query=show(node),
        held=held,
        hits=hits(evidence(node, parts, reading), reading) if has_hits else (),
        parts=() if is_value else tuple(explain(child, below, reading) for child in children(node)),
        note=_note(node, parts, reading, held=held),
    )


def _note(node: Node, parts: Parts, reading: Reading, *, held: bool) -> str:
    match node:
        case Near():
            return _distance(node, parts, reading)
        case Sentence():
            return "" if held else miss(node, parts, reading).words.removeprefix(f"{show(node)}: ")
        case AtLeast(parts=inner):
            return f"{sum(holds(part, parts, reading) for part in inner)} of {len(inner)}"
        case Count(part=part):
            number = number_of_places(part, parts, reading)
            return f"{number} place{'' if number == 1 else 's'}"
        case Within(where=where) if where in VALUES:
            return f"it is {reading.value(where) or 'not known'}"
        case Not(part=part) if held:
            return _nearly_excluded(part, parts, reading)
        case Term() | ListRef() if not held:
            words = miss(node, parts, reading).words.removeprefix(f"{show(node)} ")
            return "" if words == "is not in it" else words
        case Term() | ListRef() | WatchlistRef() | And() | Or() | Not() | Within():
            return ""
    assert_never(node)


def _nearly_excluded(part: Node, parts: Parts, reading: Reading) -> str:
    """What nearly vetoed a match, "" where nothing did."""
    found = miss(part, parts, reading)
    return f"nearly excluded: {found.words}" if found.closeness >= _NEARLY else ""


def _distance(node: Near, parts: Parts, reading: Reading) -> str:
    """How near the two sides come to each other, in any part."""
    found = [nearest(*sides(node, part, reading), ordered=node.ordered) for part in parts]
    words = min((number for number in found if number is not None), default=None)
    if words is None:
        return "never in the same field" + (" in this order" if node.ordered else "")
    return f"{words} word{'' if words == 1 else 's'} between, at most {node.distance} wanted"
