"""The syntax tree of a query, and its printing: parsing what is printed gives the same tree.

`at` is where a node stands in the query, an offset in characters; it takes no part in comparing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from monitor.text.characters import HEBREW


class QueryField(StrEnum):
    """A part of the article that a query may name."""

    TITLE = "title"
    BODY = "body"
    """The summary and the text."""
    LEAD = "lead"
    """The first words of the body."""
    AUTHOR = "author"
    URL = "url"
    OUTLET = "outlet"
    """Its id; likewise the feed's."""
    COUNTRY = "country"
    """The outlet's; likewise its affiliation."""
    AFFILIATION = "affiliation"
    LANG = "lang"
    FEED = "feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word or phrase, written as in a list: tunnel*, =Refah, safe passage, /tunnels?/."""

    text: str
    weight: float = 1.0
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRef:
    """Any term of a list: @tunnels."""

    name: str
    weight: float = 1.0
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchlistRef:
    """The query of another watchlist: @watchlist:rafah. Gives way to that query's tree while compiling."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class And:
    """All parts hold; a part may be a Not."""

    parts: tuple["Node", ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Or:
    """At least one part holds."""

    parts: tuple["Node", ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """The part does not hold."""

    part: "Node"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Both sides have a place in the same field with at most `distance` words between; ordered: the left one first."""

    left: "Node"
    right: "Node"
    distance: int
    ordered: bool = False
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """All parts have a place in one sentence."""

    parts: tuple["Node", ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """The part holds within a field alone."""

    where: QueryField
    part: "Node"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast:
    """At least `count` of the parts hold."""

    count: int
    parts: tuple["Node", ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """The part has at least `count` places that do not overlap."""

    count: int
    part: "Node"
    at: int = field(default=0, compare=False)


Node = Term | ListRef | WatchlistRef | And | Or | Not | Near | Sentence | Within | AtLeast | Count

# What stands between Hebrew letters is no quotation mark: צה"ל.
HEBREW_QUOTE = rf'(?<=[{HEBREW}])"(?=[{HEBREW}])'
WORD = rf'=?(?:[^\s()",:@=^/“”„«»]|{HEBREW_QUOTE})+'
"""A term that needs no quotation marks, as a regular expression."""
OPERATOR = r"(?:AND|OR|NOT|NEAR|ATLEAST|ONEAR|SENTENCE|COUNT)"
"""Words that mean something in capitals; in quotation marks they are words like others."""
_BARE = re.compile(rf"(?!{OPERATOR}\Z){WORD}\Z")


def is_pattern(term: str) -> bool:
    """Whether a term is a regular expression: /tunnels?/."""
    return len(term) > 2 and term.startswith("/") and term.endswith("/")


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right below."""
    match node:
        case Term() | ListRef() | WatchlistRef():
            return ()
        case And(parts=parts) | Or(parts=parts) | AtLeast(parts=parts) | Sentence(parts=parts):
            return parts
        case Not(part=part) | Within(part=part) | Count(part=part):
            return (part,)
        case Near(left=left, right=right):
            return (left, right)
    assert_never(node)


def walk(node: Node) -> Iterator[tuple[Node, int]]:
    """Every node of the tree with its depth, from 1, in the order of the query."""
    waiting = [(node, 1)]
    while waiting:
        current, depth = waiting.pop()
        yield current, depth
        waiting += [(child, depth + 1) for child in reversed(children(current))]


def show(node: Node) -> str:
    """The query that parses to this tree."""
    match node:
        case Term() | ListRef() | WatchlistRef():
            return _leaf(node)
        case And(parts=parts):
            first, *others = parts
            return _operand(first, And) + "".join(map(_joined, others))
        case Or(parts=parts):
            return " OR ".join(_operand(part, Or) for part in parts)
        case Not(part=part):
            return f"NOT {_operand(part, Not)}"
        case Near(left=left, right=right, distance=distance, ordered=ordered):
            return f"{_operand(left, Near)} {'O' if ordered else ''}NEAR/{distance} {_operand(right, Near)}"
        case Within(where=where, part=part):
            return f"{where}:({show(part)})"
        case Sentence() | AtLeast() | Count():
            number = "" if isinstance(node, Sentence) else f"/{node.count}"
            return f"{type(node).__name__.upper()}{number}({', '.join(map(show, children(node)))})"
    assert_never(node)


def _leaf(node: Term | ListRef | WatchlistRef) -> str:
    match node:
        case Term(text=text, weight=weight):
            return _quoted(text) + _weighted(weight)
        case ListRef(name=name, weight=weight):
            return f"@{name}{_weighted(weight)}"
        case WatchlistRef(name=name):
            return f"@watchlist:{name}"
    assert_never(node)


_LOOSENESS: dict[type, int] = {Near: 1, Not: 2, And: 3, Or: 4}


def _operand(node: Node, around: type) -> str:
    """A node as an operand: in parentheses where it would fall apart."""
    loose = _LOOSENESS.get(type(node), 0) >= _LOOSENESS[around]
    return f"({show(node)})" if loose else show(node)


def _joined(part: Node) -> str:
    if isinstance(part, Not):
        return f" {show(part)}"
    return f" AND {_operand(part, And)}"


def _quoted(text: str) -> str:
    if is_pattern(text) or _BARE.match(text):
        return text
    exact, words = ("=", text[1:]) if text.startswith("=") else ("", text)
    return f'{exact}"{words}"'


def _weighted(weight: float) -> str:
    # Never with an exponent, which the language has not.
    return "" if weight == 1 else "^" + f"{weight:.6f}".rstrip("0").rstrip(".")
