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


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word or phrase, written as in a list: tunnel*, =Refah, safe passage."""

    text: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRef:
    """Any term of a list: @tunnels."""

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
    """Both sides have a place in the same field with at most `distance` words between."""

    left: "Node"
    right: "Node"
    distance: int
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


Node = Term | ListRef | And | Or | Not | Near | Within | AtLeast

# What stands between Hebrew letters is no quotation mark: צה"ל.
HEBREW_QUOTE = rf'(?<=[{HEBREW}])"(?=[{HEBREW}])'
WORD = rf'=?(?:[^\s()",:@=^/“”„«»]|{HEBREW_QUOTE})+'
"""A term that needs no quotation marks, as a regular expression."""
OPERATOR = r"(?:AND|OR|NOT|NEAR|ATLEAST|ONEAR|SENTENCE|COUNT)"
"""Words that mean something in capitals; in quotation marks they are words like others."""
_BARE = re.compile(rf"(?!{OPERATOR}\Z){WORD}\Z")


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right below."""
    match node:
        case Term() | ListRef():
            return ()
        case And(parts=parts) | Or(parts=parts) | AtLeast(parts=parts):
            return parts
        case Not(part=part) | Within(part=part):
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
        case Term(text=text):
            return _quoted(text)
        case ListRef(name=name):
            return f"@{name}"
        case And(parts=parts):
            first, *others = parts
            return _operand(first, And) + "".join(map(_joined, others))
        case Or(parts=parts):
            return " OR ".join(_operand(part, Or) for part in parts)
        case Not(part=part):
            return f"NOT {_operand(part, Not)}"
        case Near(left=left, right=right, distance=distance):
            return f"{_operand(left, Near)} NEAR/{distance} {_operand(right, Near)}"
        case Within(where=where, part=part):
            return f"{where}:({show(part)})"
        case AtLeast(count=count, parts=parts):
            return f"ATLEAST/{count}({', '.join(map(show, parts))})"
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
    if _BARE.match(text):
        return text
    exact, words = ("=", text[1:]) if text.startswith("=") else ("", text)
    return f'{exact}"{words}"'
