"""Explanations, printed: the clauses of a query with the words that made them hold."""

from collections.abc import Iterator

from monitor.cli.records import Record
from monitor.cli.terminal import isolate
from monitor.model import Clause, Hit
from monitor.outgoing.sentences import Texts

_WIDEST = 100
"""Characters of a clause that are shown."""


def clause_record(clause: Clause) -> Record:
    """The tree for a program."""
    return {
        "query": clause.query,
        "held": clause.held,
        "note": clause.note or None,
        "hits": [
            {"field": str(hit.field), "start": hit.start, "end": hit.end, "term": hit.term, "surface": hit.surface}
            for hit in clause.hits
        ],
        "parts": [clause_record(part) for part in clause.parts],
    }


def outline(clause: Clause, texts: Texts, *, depth: int = 0) -> Iterator[str]:
    """The whole tree, one line a clause: whether it held, and the words that made it."""
    yield f"{'  ' * depth}{'✓' if clause.held else '✗'} {_said(clause, texts)}"
    for part in clause.parts:
        yield from outline(part, texts, depth=depth + 1)


def reasons(clause: Clause, texts: Texts) -> list[str]:
    """The clauses that held, as a person wants to read them: the words, and what stood near what.

    AND, OR and the alternatives that did not hold only say again what the watchlist's file says; they are left out.
    """
    # Of the whole query its note is enough: its text stands in the watchlist's file.
    parts = [line for part in clause.parts or (clause,) for line in _reasons(part, texts, 0)]
    return list(dict.fromkeys(filter(None, [clause.note if clause.parts else "", *parts])))


def _reasons(clause: Clause, texts: Texts, depth: int) -> list[str]:
    if not clause.held:
        return []
    if not clause.parts or clause.query.startswith("NOT "):
        return [f"{'  ' * depth}✓ {_said(clause, texts)}"]
    heading = [f"{'  ' * depth}✓ {_said(clause, texts)}"] if clause.note else []
    deeper = depth + bool(heading)
    return heading + [line for part in clause.parts for line in _reasons(part, texts, deeper)]


def _said(clause: Clause, texts: Texts) -> str:
    """The clause with its note and, for a leaf, its words."""
    words = dict.fromkeys(f"{isolate(_surface(hit, texts))}{_origin(hit)}" for hit in clause.hits)
    query = isolate(" ".join(clause.query.split()))
    line = query if len(query) <= _WIDEST else f"{query[:_WIDEST]}…"
    if clause.note:
        line += f"  – {clause.note}"
    if words and not clause.parts:
        line += "  ← " + ", ".join(words)
    return line


def _surface(hit: Hit, texts: Texts) -> str:
    """The words of a hit; a match of an earlier version did not keep them."""
    return hit.surface or texts.get(hit.field, "")[hit.start : hit.end]


def _origin(hit: Hit) -> str:
    return f" ({hit.language}, {hit.field})" if hit.language else f" ({hit.field})"
