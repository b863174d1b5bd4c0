"""What a query that parses may still get wrong: names that do not exist, conditions that can never hold."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from monitor.model import Affiliation
from monitor.rules.mistakes import nearest
from monitor.rules.parts import BODY, EVERYWHERE, VALUES, Part, Parts, asked_of_words, narrowed, reached
from monitor.rules.reading import is_value
from monitor.rules.syntax import (
    And,
    AtLeast,
    Count,
    ListRef,
    Near,
    Node,
    Not,
    Or,
    QueryField,
    Sentence,
    Term,
    WatchlistRef,
    Within,
    children,
    is_pattern,
    show,
)
from monitor.rules.terms import Fault, fault_of
from monitor.text.language_tags import meant

_WITHOUT_PLACE = (And, Not, AtLeast, Count, WatchlistRef)
_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a query may name."""

    lists: Collection[str] = ()
    watchlists: Collection[str] = ()
    values: Mapping[QueryField, Collection[str]] = field(
        default_factory=lambda: {QueryField.AFFILIATION: tuple(map(str, Affiliation))}
    )
    """Field → its possible values; whatever is asked of a field that is not among them may be right."""


def faults(tree: Node, names: Names) -> list[Fault]:
    """All that is wrong with the tree, in the order of the query."""
    found = [fault for node in asked_of_words(tree) for fault in _node_faults(node, names)]
    found += _field_faults(tree, EVERYWHERE)
    if not _positive(tree):
        what = "the query asks only for what must not be there, or for no word at all"
        found.append(Fault(at=tree.at, what=what, hint="every alternative needs a term that must be there"))
    return sorted(found, key=lambda fault: fault.at)


def _node_faults(node: Node, names: Names) -> Iterator[Fault]:
    match node:
        case Term(text=text, at=at):
            fault = fault_of(text)
            if fault:
                yield Fault(at=at, what=fault.what, hint=fault.hint)
        case ListRef(name=name, at=at) if name not in names.lists:
            yield _unknown(name, "list", names.lists, at, sign="@", otherwise="write it in lists/")
        case WatchlistRef(name=name, at=at) if name not in names.watchlists:
            yield _unknown(name, "watchlist", names.watchlists, at, sign="@watchlist:")
        case AtLeast():
            yield from _count_faults(node)
        case Near() | Sentence() | Count():
            yield from _place_faults(node)
        case Within(where=where, part=part) if where in VALUES:
            yield from _value_faults(where, part, names)
        case _:
            return


def _unknown(
    name: str, kind: str, known: Collection[str], at: int, *, sign: str = "", code: str = "", otherwise: str = ""
) -> Fault:
    """That there is no such name. `sign`: what stands before one in a query; `code`: the one that is meant, where that
    can be told; `otherwise`: the advice where there is none at all.
    """
    near = code if code in known else nearest(name, tuple(known))
    there_are = ", ".join(f"{sign}{one}" for one in sorted(known)[:_SHOWN]) + (" …" if len(known) > _SHOWN else "")
    hint = f"did you mean {sign}{near}?" if near else f"there are {there_are}" if known else otherwise
    return Fault(at=at, what=f"there is no {kind} {sign}{name}", hint=hint)


def _count_faults(node: AtLeast) -> Iterator[Fault]:
    if not 1 <= node.count <= len(node.parts):
        what = f"ATLEAST/{node.count} has {len(node.parts)} part{'s' if len(node.parts) > 1 else ''}"
        yield Fault(at=node.at, what=what, hint=f"the number must be from 1 to {len(node.parts)}")
    for part in node.parts:
        if not _positive(part):
            what = f"ATLEAST cannot count {show(part)}"
            yield Fault(at=part.at, what=what, hint="it counts what must be there; put the NOT outside")


def _place_faults(node: Near | Sentence | Count) -> Iterator[Fault]:
    """What has no place in the text can neither be near anything nor be counted."""
    if isinstance(node, Count) and not node.count:
        yield Fault(at=node.at, what="COUNT/0 always holds", hint="the number must be 1 or more")
    if isinstance(node, Sentence) and len(node.parts) == 1:
        yield Fault(at=node.at, what="SENTENCE has one part", hint="write what must stand with it: SENTENCE(a, b)")
    purpose = "could be counted" if isinstance(node, Count) else "something could be near"
    for side in children(node):
        yield from _side_faults(side, purpose, type(node).__name__.upper())


def _side_faults(side: Node, purpose: str, operator: str) -> Iterator[Fault]:
    for node in _unplaced(side):
        what = f"{show(node)} has no place that {purpose}"
        hint = f"{operator} takes terms, lists, other NEARs and groups of OR: (a OR b); AND and NOT go outside"
        yield Fault(at=node.at, what=what, hint=hint)


def _unplaced(node: Node) -> list[Node]:
    if isinstance(node, _WITHOUT_PLACE) or (isinstance(node, Within) and node.where in VALUES):
        return [node]
    if isinstance(node, Or | Within):
        return [found for child in children(node) for found in _unplaced(child)]
    return []


def _value_faults(where: QueryField, node: Node, names: Names) -> Iterator[Fault]:
    """A field that is one value takes values, and such as there are."""
    for part in node.parts if isinstance(node, Or) else (node,):
        if not isinstance(part, Term) or is_pattern(part.text) or part.weight != 1:
            what = f"{where}: cannot be {show(part)}"
            yield Fault(at=part.at, what=what, hint=f"it takes one value, or several: {where}:(a OR b)")
        elif where in names.values and not any(is_value(value, part.text, where) for value in names.values[where]):
            known, code = names.values[where], meant(part.text) if where is QueryField.LANG else ""
            yield _unknown(part.text, where, known, part.at, code=code)


def _field_faults(node: Node, allowed: Parts) -> Iterator[Fault]:
    """Fields within fields, and NEARs between fields, that leave nothing to look at."""
    if isinstance(node, Within) and node.where in VALUES:
        return
    if isinstance(node, Within):
        allowed = narrowed(allowed, node.where)
        if not allowed:
            what = f"{show(node)} can never hold"
            yield Fault(at=node.at, what=what, hint="it stands within another field; join the two with AND")
            return
    if isinstance(node, Near | Sentence) and not _reach(node) & allowed:
        hint = f"{'NEAR' if isinstance(node, Near) else 'SENTENCE'} never reaches from one field into another; "
        yield Fault(at=node.at, what=f"{show(node)} can never hold", hint=f"{hint}join the two with AND")
        return
    for child in children(node):
        yield from _field_faults(child, allowed)


def _reach(node: Node) -> Parts:
    """The parts in which the node can have places."""
    match node:
        case Within(where=QueryField.LEAD, part=part):
            return BODY & _reach(part)
        case Within(where=where, part=part) if where not in VALUES:
            return reached(where) & _reach(part)
        case Near() | Sentence():
            return frozenset(Part).intersection(*map(_reach, children(node)))
        case Or(parts=parts):
            return frozenset().union(*map(_reach, parts))
        case _:
            return frozenset(Part)


def _positive(node: Node) -> bool:
    """Can it hold only where some term stands?"""
    match node:
        case Term() | ListRef() | WatchlistRef() | Near() | Sentence() | AtLeast() | Count():
            return True
        case And(parts=parts):
            return any(map(_positive, parts))
        case Or(parts=parts):
            return all(map(_positive, parts))
        case Within(where=where, part=part):
            return where not in VALUES and _positive(part)
        case Not():
            return False
    assert_never(node)
