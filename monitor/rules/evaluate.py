"""The meaning of queries: does a tree hold in a document, where, and by which places of terms."""

from collections.abc import Iterator

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
        case Near(left=left, right=right, distance=distance):
            first = places(left, field, reading)
            return near(first, places(right, field, reading), distance) if first else _NOWHERE
        case Within(where=where, part=part):
            return places(part, field, reading) if field in FIELDS[where] else _NOWHERE
        case And() | Not() | AtLeast():
            return _NOWHERE


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


def evidence(node: Node, fields: Fields, reading: Reading) -> Iterator[tuple[Field, Taken]]:
    """The places of terms that make a node hold; nothing where it does not, and nothing from below a NOT."""
    match node:
        case Term() | ListRef() | Near():
            for field in fields:
                for taken in places(node, field, reading).values():
                    yield from ((field, place) for place in taken)
        case And(parts=parts) | AtLeast(parts=parts) | Or(parts=parts):
            if holds(node, fields, reading):
                for part in parts:
                    yield from evidence(part, fields, reading)
        case Within(where=where, part=part):
            yield from evidence(part, fields & FIELDS[where], reading)
        case Not():
            return
