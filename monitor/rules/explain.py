"""Why a query holds, or why not: the tree of its clauses."""

from collections.abc import Iterable
from typing import assert_never

from monitor.model import Clause, Field, Hit
from monitor.rules.evaluate import Fields, evidence, holds, places
from monitor.rules.meaning import FIELDS
from monitor.rules.near import Taken, nearest
from monitor.rules.reading import Reading
from monitor.rules.syntax import And, AtLeast, ListRef, Near, Node, Not, Or, Term, Within, children, show

_ORDER = {field: number for number, field in enumerate(Field)}


def hits(places_of_terms: Iterable[tuple[Field, Taken]], reading: Reading) -> tuple[Hit, ...]:
    """Places of terms as hits, once each, in the order of the article."""
    found = {reading.hit(field, taken) for field, taken in places_of_terms}
    return tuple(sorted(found, key=lambda hit: (_ORDER[hit.field], hit.start, hit.end, hit.term, hit.list_id)))


def explain(node: Node, fields: Fields, reading: Reading) -> Clause:
    """The node as a clause, with everything below it."""
    query, held = show(node), holds(node, fields, reading)
    match node:
        case Term() | ListRef():
            return Clause(query=query, held=held, hits=hits(evidence(node, fields, reading), reading))
        case Near():
            note = _distance(node, fields, reading)
            found = hits(evidence(node, fields, reading), reading)
            return Clause(query=query, held=held, hits=found, parts=_parts(node, fields, reading), note=note)
        case Within(where=where):
            return Clause(query=query, held=held, parts=_parts(node, fields & FIELDS[where], reading))
        case AtLeast(parts=parts):
            number = sum(holds(part, fields, reading) for part in parts)
            note = f"{number} of {len(parts)}"
            return Clause(query=query, held=held, parts=_parts(node, fields, reading), note=note)
        case And() | Or() | Not():
            return Clause(query=query, held=held, parts=_parts(node, fields, reading))
    assert_never(node)


def _parts(node: Node, fields: Fields, reading: Reading) -> tuple[Clause, ...]:
    return tuple(explain(child, fields, reading) for child in children(node))


def _distance(node: Near, fields: Fields, reading: Reading) -> str:
    """How near the two sides come to each other, in any field."""
    found = (nearest(places(node.left, field, reading), places(node.right, field, reading)) for field in fields)
    words = min((number for number in found if number is not None), default=None)
    if words is None:
        return "never in the same field"
    return f"{words} word{'' if words == 1 else 's'} between, at most {node.distance} wanted"
