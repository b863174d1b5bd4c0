"""What a query that parses may still get wrong: lists that do not exist, conditions that can never hold."""

from collections.abc import Collection, Iterator, Mapping
from typing import assert_never

from monitor.model import Field
from monitor.rules.mistakes import did_you_mean
from monitor.rules.syntax import (
    And,
    AtLeast,
    ListRef,
    Near,
    Node,
    Not,
    Or,
    QueryField,
    Term,
    Within,
    children,
    show,
    walk,
)
from monitor.rules.terms import Fault, fault_of

EVERYWHERE = frozenset(Field)
FIELDS: Mapping[QueryField, frozenset[Field]] = {
    QueryField.TITLE: frozenset({Field.TITLE}),
    QueryField.BODY: frozenset({Field.SUMMARY, Field.TEXT}),
}
"""What a field of a query means in an article."""


def faults(tree: Node, lists: Collection[str]) -> list[Fault]:
    """All that is wrong with the tree, in the order of the query; `lists` are the names that exist."""
    found = [fault for node, _ in walk(tree) for fault in _node_faults(node, lists)]
    found += _field_faults(tree, EVERYWHERE)
    if not _positive(tree):
        what = "the query asks only for what must not be there"
        found.append(Fault(at=tree.at, what=what, hint="every alternative needs a term that must be there"))
    return sorted(found, key=lambda fault: fault.at)


def _node_faults(node: Node, lists: Collection[str]) -> Iterator[Fault]:
    match node:
        case Term(text=text, at=at):
            fault = fault_of(text)
            if fault:
                yield Fault(at=at, what=fault.what, hint=fault.hint)
        case ListRef(name=name, at=at) if name not in lists:
            names = tuple(f"@{known}" for known in sorted(lists))
            hint = did_you_mean(f"@{name}", names, f"there are {', '.join(names)}" if names else "write it in lists/")
            yield Fault(at=at, what=f"there is no list @{name}", hint=hint)
        case AtLeast():
            yield from _count_faults(node)
        case Near(left=left, right=right):
            yield from (fault for side in (left, right) for fault in _side_faults(side))
        case _:
            return


def _count_faults(node: AtLeast) -> Iterator[Fault]:
    if not 1 <= node.count <= len(node.parts):
        what = f"ATLEAST/{node.count} has {len(node.parts)} part{'s' if len(node.parts) > 1 else ''}"
        yield Fault(at=node.at, what=what, hint=f"the number must be from 1 to {len(node.parts)}")
    for part in node.parts:
        if not _positive(part):
            what = f"ATLEAST cannot count {show(part)}"
            yield Fault(at=part.at, what=what, hint="it counts what must be there; put the NOT outside")


def _side_faults(side: Node) -> Iterator[Fault]:
    """What has no place in the text cannot be near anything."""
    for node in _unplaced(side):
        what = f"{show(node)} has no place that something could be near"
        hint = "NEAR takes terms, lists, other NEARs and groups of OR: (a OR b) NEAR/5 c; AND and NOT go outside"
        yield Fault(at=node.at, what=what, hint=hint)


def _unplaced(node: Node) -> list[Node]:
    match node:
        case And() | Not() | AtLeast():
            return [node]
        case Or() | Within():
            return [found for child in children(node) for found in _unplaced(child)]
        case Term() | ListRef() | Near():
            return []
    assert_never(node)


def _field_faults(node: Node, allowed: frozenset[Field]) -> Iterator[Fault]:
    """Fields within fields, and NEARs between fields, that leave nothing to look at."""
    if isinstance(node, Within):
        allowed &= FIELDS[node.where]
        if not allowed:
            what = f"{show(node)} can never hold"
            yield Fault(at=node.at, what=what, hint="it stands within another field; join the two with AND")
            return
    if isinstance(node, Near) and not _reach(node) & allowed:
        hint = "NEAR never reaches from one field into another; join the two with AND"
        yield Fault(at=node.at, what=f"{show(node)} can never hold", hint=hint)
        return
    for child in children(node):
        yield from _field_faults(child, allowed)


def _reach(node: Node) -> frozenset[Field]:
    """The fields in which the node can have places."""
    match node:
        case Within(where=where, part=part):
            return FIELDS[where] & _reach(part)
        case Near(left=left, right=right):
            return _reach(left) & _reach(right)
        case Or(parts=parts):
            return frozenset().union(*map(_reach, parts))
        case _:
            return EVERYWHERE


def _positive(node: Node) -> bool:
    """Can it hold only where some term stands?"""
    match node:
        case Term() | ListRef() | Near() | AtLeast():
            return True
        case And(parts=parts):
            return any(map(_positive, parts))
        case Or(parts=parts):
            return all(map(_positive, parts))
        case Within(part=part):
            return _positive(part)
        case Not():
            return False
    assert_never(node)
