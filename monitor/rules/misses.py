"""Why a query does not hold: of all that is missing, what comes nearest to making it hold.

Goes by clauses alone, so that a stored explanation can be asked too. A clause that does not hold although its parts do
is itself what is missing: a NEAR whose sides are too far apart, a NOT whose part is there, a score that is too low.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import lru_cache

from monitor.model import Clause, Hit
from monitor.rules.parse import parse
from monitor.rules.syntax import AtLeast, Node, Not, Or, Within, children
from monitor.rules.terms import Fault

ELSEWHERE = "stands in the "
"""How the note of a term begins that is there, but not where it is asked for."""
_ABSENT, _PRESENT = 2, 1
"""What is absent counts double: words that stand there in the wrong place are the nearer miss."""
_SHOWN = 3
_ALTERNATIVES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A clause that would have to come out otherwise."""

    clause: Clause
    where: str = ""
    """The field that it stands in, "" for any."""
    vetoes: bool = False
    """It is an exclusion, whose part is there."""
    instead: tuple[Clause, ...] = ()
    """Others that would do as well."""

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where and not self.clause.query.startswith(f"{self.where}:") else ""
        if self.vetoes:
            words = ", ".join(dict.fromkeys(hit.term for hit in hits_of(self.clause.parts)))
            return f"{where}{self.clause.query} excludes it" + (f" ({words})" if words else "")
        if self.clause.note.startswith(ELSEWHERE):
            return f"{self.clause.query} {self.clause.note}"
        if self.clause.note:
            return f"{where}{self.clause.query}: {self.clause.note}"
        return f"{self._alternatives()} is not in " + (f"the {self.where}" if self.where else "it")

    @property
    def absent(self) -> bool:
        """Is it a term or a list that does not stand there?"""
        return not self.clause.parts and not self.clause.note

    def _alternatives(self) -> str:
        queries = [one.query for one in (self.clause, *self.instead)]
        if len(queries) > _ALTERNATIVES + 1:
            queries[_ALTERNATIVES:] = [f"{len(queries) - _ALTERNATIVES} more"]
        *others, last = queries
        return f"{', '.join(others)} or {last}" if others else last


def nearest_misses(clause: Clause, node: Node | None = None, before: Clause | None = None) -> tuple[Miss, ...]:
    """The fewest clauses that would have to come out otherwise for this one to hold; none where it does.

    `node`: what the clause explains; without it the clause's query is parsed. `before`: why the article matched before
    the query, or a list, was edited: of several ways the one is told on which it did.
    """
    known = frozenset(_held(before)) if before else frozenset()
    return () if clause.held else tuple(_misses(clause, node or _parsed(clause.query), "", known))


def why_not(clause: Clause, node: Node | None = None, before: Clause | None = None) -> str:
    """The same in words, on one line."""
    misses = list(dict.fromkeys(map(str, nearest_misses(clause, node, before))))
    more = f"; and {len(misses) - _SHOWN} more" if len(misses) > _SHOWN else ""
    return "; ".join(misses[:_SHOWN]) + more


def why(clause: Clause) -> str:
    """The terms that made a clause hold, on one line."""
    return f"matched by {', '.join(dict.fromkeys(hit.term for hit in hits_of((clause,))))}"


def hits_of(clauses: tuple[Clause, ...]) -> Iterator[Hit]:
    """The hits of the clauses that held, and of those below them that did."""
    for clause in clauses:
        if clause.held:
            yield from clause.hits or hits_of(clause.parts)


def _held(clause: Clause) -> Iterator[str]:
    """The queries of the clauses that held."""
    if clause.held:
        yield clause.query
        for part in clause.parts:
            yield from _held(part)


def _misses(clause: Clause, node: Node | None, where: str, known: Set[str]) -> list[Miss]:
    """Of a clause that does not hold; `known`: the queries of clauses that held before."""
    below = children(node) if node else ()
    # What a score below its minimum is about has one part, the whole query.
    nodes = below if len(below) == len(clause.parts) else (node,) * len(clause.parts)
    missing = [(part, one) for part, one in zip(clause.parts, nodes, strict=True) if not part.held]
    if not missing:
        return [Miss(clause=clause, where=where, vetoes=isinstance(node, Not))]
    field = str(node.where) if isinstance(node, Within) else where
    ways = [_misses(part, one, field, known) for part, one in missing]
    if known and isinstance(node, Or | AtLeast):
        shares = [_shared(part, known) for part, _ in missing]
        ways = [way for way, share in zip(ways, shares, strict=True) if share == max(shares)]
    if isinstance(node, Or):
        return _nearest(ways)
    if isinstance(node, AtLeast):
        lacking = node.count - (len(clause.parts) - len(missing))
        ways = sorted(ways, key=_cost)[:lacking]
    return [miss for way in ways for miss in way]


def _shared(clause: Clause, known: Set[str]) -> int:
    """How many of the clauses in it are among those that held before."""
    return (clause.query in known) + sum(_shared(part, known) for part in clause.parts)


def _nearest(ways: list[list[Miss]]) -> list[Miss]:
    """The way on which least is missing; absent words any of which would do are told together."""
    best = min(ways, key=_cost)
    first = best[0]
    if len(best) > 1 or not first.absent:
        return best
    alike = [way[0] for way in ways if len(way) == 1 and way[0].absent and way[0].where == first.where]
    alternatives = [one for miss in alike for one in (miss.clause, *miss.instead)]
    return [Miss(clause=alternatives[0], where=first.where, instead=tuple(alternatives[1:]))]


def _cost(misses: list[Miss]) -> int:
    return sum(_ABSENT if miss.absent else _PRESENT for miss in misses)


@lru_cache(maxsize=100)
def _parsed(query: str) -> Node | None:
    """The node that a clause explains; None where it is none that a person could write."""
    tree = parse(query)
    return None if isinstance(tree, Fault) else tree
