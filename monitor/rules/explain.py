"""Why a query holds, or why not: the tree of its clauses."""

from monitor.model import Clause, Field, Hit
from monitor.rules.evaluate import Fields, evidence, holds, places
from monitor.rules.meaning import FIELDS
from monitor.rules.near import nearest
from monitor.rules.reading import Reading
from monitor.rules.syntax import And, AtLeast, ListRef, Near, Node, Not, Or, Term, Within, children, show

_ORDER = {field: number for number, field in enumerate(Field)}


def hits(node: Node, fields: Fields, reading: Reading) -> tuple[Hit, ...]:
    """All that makes the node hold, once each, in the order of the text."""
    found = {reading.hit(field, taken) for field, taken in evidence(node, fields, reading)}
    return tuple(sorted(found, key=lambda hit: (_ORDER[hit.field], hit.start, hit.end, hit.term, hit.list_id)))


def explain(node: Node, fields: Fields, reading: Reading) -> Clause:
    """The node as a clause, with everything below it."""
    query, held = show(node), holds(node, fields, reading)
    match node:
        case Term() | ListRef():
            return Clause(query=query, held=held, hits=hits(node, fields, reading))
        case Near():
            note = _distance(node, fields, reading)
            found = hits(node, fields, reading)
            return Clause(query=query, held=held, hits=found, parts=_parts(node, fields, reading), note=note)
        case Within(where=where):
            return Clause(query=query, held=held, parts=_parts(node, fields & FIELDS[where], reading))
        case AtLeast(parts=parts):
            number = sum(holds(part, fields, reading) for part in parts)
            note = f"{number} of {len(parts)}"
            return Clause(query=query, held=held, parts=_parts(node, fields, reading), note=note)
        case And() | Or() | Not():
            return Clause(query=query, held=held, parts=_parts(node, fields, reading))


def _parts(node: Node, fields: Fields, reading: Reading) -> tuple[Clause, ...]:
    return tuple(explain(child, fields, reading) for child in children(node))


def _distance(node: Near, fields: Fields, reading: Reading) -> str:
    """How near the two sides come to each other, in any field."""
    found = (nearest(places(node.left, field, reading), places(node.right, field, reading)) for field in fields)
    words = min((number for number in found if number is not None), default=None)
    if words is None:
        return "never in the same field"
    return f"{words} word{'' if words == 1 else 's'} between, at most {node.distance} wanted"
