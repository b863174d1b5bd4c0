"""The meaning of queries: does a tree hold in a document, where, and by which places of terms."""

from typing import assert_never

from monitor.model import Field
from monitor.rules.meaning import FIELDS
from monitor.rules.near import Places, Taken, near, union
from monitor.rules.reading import Reading
from monitor.rules.syntax import And, AtLeast, ListRef, Near, Node, Not, Or, Term, Within

_NOWHERE: Places = {}
Fields = frozenset[Field]


def places(node: Node, field: Field, reading: Reading) -> Places:
    """Where in a field the node stands; what only holds or does not (AND, NOT, ATLEAST) stands nowhere."""
    match node:
        case Term() | ListRef():
            return reading.places(node, field)
        case Or(parts=parts):
            return union(places(part, field, reading) for part in parts)
        case Near():
            return reading.remembered(node, field, lambda: _near(node, field, reading))
        case Within(where=where, part=part):
            return places(part, field, reading) if field in FIELDS[where] else _NOWHERE
        case And() | Not() | AtLeast():
            return _NOWHERE
    assert_never(node)


def _near(node: Near, field: Field, reading: Reading) -> Places:
    here = frozenset({field})
    if not (holds(node.left, here, reading) and holds(node.right, here, reading)):
        return _NOWHERE
    return near(places(node.left, field, reading), places(node.right, field, reading), node.distance)


def holds(node: Node, fields: Fields, reading: Reading) -> bool:
    """Does the node hold, looking at these fields alone?"""
    match node:
        case Term() | ListRef():
            return any(reading.stands(node, field) for field in fields)
        case Near():
            return any(places(node, field, reading) for field in fields)
        case And(parts=parts):
            return all(holds(part, fields, reading) for part in parts)
        case Or(parts=parts):
            return any(holds(part, fields, reading) for part in parts)
        case Not(part=part):
            return not holds(part, fields, reading)
        case Within(where=where, part=part):
            return holds(part, fields & FIELDS[where], reading)
        case AtLeast(count=count, parts=parts):
            return sum(holds(part, fields, reading) for part in parts) >= count
    assert_never(node)


def evidence(node: Node, fields: Fields, reading: Reading) -> set[tuple[Field, Taken]]:
    """The places of terms that make a node hold; nothing where it does not, and nothing from below a NOT."""
    match node:
        case Term() | ListRef() | Near():
            found = ((field, places(node, field, reading)) for field in fields)
            return {(field, place) for field, some in found for taken in some.values() for place in taken}
        case And(parts=parts) | AtLeast(parts=parts) | Or(parts=parts):
            held = holds(node, fields, reading)
            return set().union(*(evidence(part, fields, reading) for part in parts)) if held else set()
        case Within(where=where, part=part):
            return evidence(part, fields & FIELDS[where], reading)
        case Not():
            return set()
    assert_never(node)
