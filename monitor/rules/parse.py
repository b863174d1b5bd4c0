"""Query text → syntax tree, or what is wrong with it. The home of Lark.

Whatever a person may type becomes a token, so that every mistake meets the parser and is explained in its place.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedToken, v_args
from lark.lexer import Lexer

from monitor.rules.mistakes import mistake
from monitor.rules.syntax import (
    HEBREW_QUOTE,
    OPERATOR,
    WORD,
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
    is_pattern,
    walk,
)
from monitor.rules.terms import WEIGHT, Fault

LONGEST_QUERY = 100_000
"""Characters."""
DEEPEST = 50
"""Levels of a tree."""

_GRAMMAR = """
?start: disjunction
?disjunction: conjunction ("OR" conjunction)*
?conjunction: side ("AND" side | exclusion)*
?side: near | exclusion
exclusion: "NOT" near
?near: primary | near NEAR primary -> nearness
?primary: WORD WEIGHT? -> word | PHRASE WEIGHT? -> phrase | REGEX WEIGHT? -> regex | LIST WEIGHT? -> listed
    | WATCHLIST -> watchlist
    | "(" disjunction ")" -> group
    | FIELD primary -> within
    | SENTENCE "(" disjunction ("," disjunction)* ")" -> sentence
    | ATLEAST "(" disjunction ("," disjunction)* ")" -> at_least
    | COUNT "(" disjunction ")" -> counted
%declare WORD PHRASE REGEX LIST WATCHLIST WEIGHT NEAR FIELD SENTENCE ATLEAST COUNT
"""
_END = r"(?![^\s()\",])"
# The first that fits wins. The grammar knows the types in capitals; the others are mistakes.
_TOKENS = {
    "AND": rf"AND{_END}",
    "OR": rf"OR{_END}",
    "NOT": rf"NOT{_END}",
    "NEAR": rf"O?NEAR/[0-9]{{1,9}}{_END}",
    "SENTENCE": r"SENTENCE(?=\s*\()",
    "ATLEAST": r"ATLEAST/[0-9]{1,9}(?=\s*\()",
    "COUNT": r"COUNT/[0-9]{1,9}(?=\s*\()",
    "FIELD": rf"(?:{'|'.join(QueryField)}):",
    "WATCHLIST": r"@watchlist:[A-Za-z0-9_-]+(?![^\s(),])",
    "LIST": r"@[A-Za-z0-9_-]+(?![^\s(),^])",
    "PHRASE": rf'=?"(?:[^"\n]|{HEBREW_QUOTE})*"',
    "LPAR": r"\(",
    "RPAR": r"\)",
    "COMMA": ",",
    "operator": rf"[A-Z]+/[^\s()]*|{OPERATOR}{_END}",
    "field": r"[^\W\d_]\w*:",
    "WORD": WORD,
    "list": r"@[^\s()]*",
    "REGEX": r"/(?:[^/\\\n]|\\.)+/(?![^\s(),^])",
    "regex": r"/[^\s/()]*/?",
    "WEIGHT": rf"{WEIGHT}(?![^\s(),])",
    "weight": r"\^[^\s(),]*",
    "open_quote": r'=?"[^\n]*',
    "curly_quote": "[“”„«»]",
    "stray": r"\S",
}
_TOKEN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _TOKENS.items()))


class _Words(Lexer):
    """Query text → tokens."""

    def __init__(self, _conf: object) -> None:
        pass

    def lex(self, data: str) -> Iterator[Token]:  # type: ignore[override]  # Lark passes custom lexers the text
        """One token after the other; `start_pos` and `end_pos` are offsets in characters."""
        for found in _TOKEN.finditer(data):
            yield Token(str(found.lastgroup), found[0], start_pos=found.start(), end_pos=found.end())


@v_args(inline=True)
class _Tree(Transformer[Token, Node]):
    """What the parser has read → nodes."""

    def word(self, token: Token, weight: Token | None = None) -> Node:
        return Term(text=str(token), weight=_weight(weight), at=_at(token))

    def phrase(self, token: Token, weight: Token | None = None) -> Node:
        exact, words = ("=", token[2:-1]) if token.startswith("=") else ("", token[1:-1])
        text = exact + " ".join(words.split())
        if text.startswith("= "):
            text = f"={text[2:]}"
        # In quotation marks a stroke is no pattern's: it is left out, as no word holds one.
        return Term(text=text.strip("/") if is_pattern(text) else text, weight=_weight(weight), at=_at(token))

    def regex(self, token: Token, weight: Token | None = None) -> Node:
        return Term(text=str(token), weight=_weight(weight), at=_at(token))

    def listed(self, token: Token, weight: Token | None = None) -> Node:
        return ListRef(name=token[1:], weight=_weight(weight), at=_at(token))

    def watchlist(self, token: Token) -> Node:
        return WatchlistRef(name=token.partition(":")[2], at=_at(token))

    def group(self, part: Node) -> Node:
        return part

    def within(self, token: Token, part: Node) -> Node:
        return Within(where=QueryField(token[:-1]), part=part, at=_at(token))

    def at_least(self, token: Token, *parts: Node) -> Node:
        return AtLeast(count=_number(token), parts=parts, at=_at(token))

    def counted(self, token: Token, part: Node) -> Node:
        return Count(count=_number(token), part=part, at=_at(token))

    def sentence(self, token: Token, *parts: Node) -> Node:
        return Sentence(parts=parts, at=_at(token))

    def nearness(self, left: Node, token: Token, right: Node) -> Node:
        ordered = token.startswith("O")
        return Near(left=left, right=right, distance=_number(token), ordered=ordered, at=_at(token))

    def exclusion(self, part: Node) -> Node:
        return Not(part=part, at=part.at)

    def conjunction(self, *parts: Node) -> Node:
        return And(parts=parts, at=parts[0].at)

    def disjunction(self, *parts: Node) -> Node:
        return Or(parts=parts, at=parts[0].at)


def _at(token: Token) -> int:
    return token.start_pos or 0


def _weight(token: Token | None) -> float:
    return float(token[1:]) if token else 1.0


def _number(token: Token) -> int:
    return int(token.partition("/")[2])


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer=_Words, transformer=_Tree())


def parse(query: str) -> Node | Fault:
    """The query's tree, or the first thing that is wrong with it."""
    if len(query) > LONGEST_QUERY:
        what = f"the query has {len(query):,} characters, {LONGEST_QUERY:,} at most"
        return Fault(what=what, hint="put the terms into lists")
    try:
        tree: Any = _parser().parse(query)
    except UnexpectedToken as error:
        return _mistake(query, error)
    root: Node = tree
    deepest, depth = max(walk(root), key=lambda found: found[1])
    if depth > DEEPEST:
        what = f"the query is nested more than {DEEPEST} levels deep"
        return Fault(at=deepest.at, what=what, hint="put terms into lists, or use several watchlists")
    return root


def _mistake(query: str, error: UnexpectedToken) -> Fault:
    """The parser's surprise in a person's words."""
    token = error.token
    at = len(query.rstrip()) if token.type == "$END" else _at(token)
    before = [found for found in _TOKEN.finditer(query) if found.end() <= at]
    open_at = _open_parenthesis(before)
    return mistake(
        kind=str(token.type),
        text=str(token),
        at=at,
        before=before[-1][0] if before else "",
        wants_operand="WORD" in error.expected,
        open_at=open_at,
    )


def _open_parenthesis(found: list[re.Match[str]]) -> int | None:
    """Where the innermost parenthesis stands that is still open."""
    opened: list[int] = []
    for token in found:
        if token[0] == "(":
            opened.append(token.start())
        elif token[0] == ")" and opened:
            opened.pop()
    return opened[-1] if opened else None
