"""What a person typed that is no query → what is wrong and what to write instead."""

from difflib import get_close_matches

from monitor.rules.syntax import QueryField
from monitor.rules.terms import Fault

_OPERATORS = ("AND", "OR", "NOT", "NEAR", "ONEAR", "SENTENCE", "ATLEAST", "COUNT")
_SHAPES = {
    "NEAR": "NEAR/12",
    "ONEAR": "ONEAR/12",
    "ATLEAST": "ATLEAST/2(@a, @b, @c)",
    "COUNT": "COUNT/3(@a)",
    "SENTENCE": "SENTENCE(@a, @b)",
}
"""Operators that a number or parentheses belong to."""
_NUMBERED = ("NEAR?", "ATLEAST?", "COUNT?")
_SHOWN = 40
_OPERANDS = (
    "WORD",
    "PHRASE",
    "REGEX",
    "LIST",
    "WATCHLIST",
    "LPAR",
    "FIELD",
    "SENTENCE",
    "ATLEAST",
    "COUNT",
)


def did_you_mean(given: str, known: tuple[str, ...], otherwise: str = "") -> str:
    """The suggestion of the nearest known name, else `otherwise`."""
    near = nearest(given, known)
    return f"did you mean {near}?" if near else otherwise


def nearest(given: str, known: tuple[str, ...]) -> str:
    """The known name that is most like the given one; "" where none is."""
    return next(iter(get_close_matches(given, known, n=1, cutoff=0.6)), "")


def mistake(*, kind: str, text: str, at: int, before: str, wants_operand: bool, open_at: int | None) -> Fault:
    """The fault of an unexpected token.

    `kind` is its type in `parse`, `before` the text of the token before, `wants_operand` tells whether a term could
    stand here, `open_at` where a parenthesis stands that is still open.
    """
    text, before = _short(text), _short(before)
    if kind == "open_quote":
        return Fault(
            at=at, what="this quotation mark is never closed", hint='close it on the same line: "safe passage"'
        )
    if kind in _EXPLAINED:
        return _EXPLAINED[kind](text, at)
    if kind == "$END":
        return _ends_early(at, before, wants_operand=wants_operand, open_at=open_at)
    if kind in _OPERANDS and not wants_operand:
        return _not_joined(before, text, at)
    if before == "(" and kind == "RPAR":
        return Fault(at=at, what="these parentheses are empty", hint="write a term into them, or take them out")
    if kind == "RPAR" and not wants_operand:
        return Fault(at=at, what='this ")" closes nothing', hint="take it out, or open one before")
    if kind == "COMMA" and not wants_operand:
        return Fault(
            at=at, what="a comma separates only the parts of ATLEAST/n(…) and SENTENCE(…)", hint="write OR or AND"
        )
    return _lacks_operand(text, at, before)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _ends_early(at: int, before: str, *, wants_operand: bool, open_at: int | None) -> Fault:
    if not before:
        return Fault(at=at, what="the query is empty", hint="write what to look for, e.g. @tunnels AND @rafah")
    if wants_operand:
        return Fault(at=at, what=f"the query ends after {before}", hint="a term, a list or a group must follow")
    return Fault(at=open_at or 0, what='this "(" is never closed', hint='add a ")"')


def _not_joined(before: str, text: str, at: int) -> Fault:
    what = f"nothing joins {before} and {text}"
    for word in (before, text):
        if word.upper() in _OPERATORS:
            return Fault(at=at, what=what, hint=f"operators are written in capitals: {word.upper()}")
    both = f"{before} {text}"
    if all(mark not in both for mark in '"@():='):
        return Fault(at=at, what=what, hint=f'for a phrase write "{both}", else join them with AND, OR or NEAR/n')
    return Fault(at=at, what=what, hint="join them with AND, OR or NEAR/n")


def _lacks_operand(text: str, at: int, before: str) -> Fault:
    if before in ("NOT", "") or before.startswith(("NEAR/", "ONEAR/")):
        what = f"{text} cannot follow {before}" if before else f"{text} has nothing before it"
    else:
        what = f"between {before} and {text} something is missing"
    return Fault(at=at, what=what, hint='a term, a list or a group belongs here; to look for the word, quote it: "AND"')


def _operator(text: str, at: int) -> Fault:
    name, _, number = text.partition("/")
    what = f"{text} is no operator"
    if name in _SHAPES:
        # Whatever number it has, its shape is not the operator's.
        needs = what if number or name == "SENTENCE" else f"{name} needs a number"
        return Fault(at=at, what=needs, hint=f"write it like {_SHAPES[name]}")
    near = did_you_mean(name, _OPERATORS)
    with_number = near.replace("?", f"/{number}?") if number and near.endswith(_NUMBERED) else near
    there_are = "there are AND, OR, NOT, NEAR/n, ONEAR/n, SENTENCE, ATLEAST/n and COUNT/n"
    hint = with_number or f'{there_are}; to look for the word, quote it: "{text}"'
    return Fault(at=at, what=what, hint=hint)


def _field(text: str, at: int) -> Fault:
    names = tuple(f"{field}:" for field in QueryField)
    otherwise = f"there are {' '.join(names)}; to look for a term with a colon, quote it"
    return Fault(at=at, what=f"{text} is no field", hint=did_you_mean(text.lower(), names, otherwise))


def _list(text: str, at: int) -> Fault:
    hint = "a list's name has letters, digits, - and _: @tunnels"
    return Fault(at=at, what=f"{text} is no list's name", hint=hint)


def _regex(text: str, at: int) -> Fault:
    hint = "a regular expression stands between two strokes: /tunnels?/; a term with a stroke in it needs quotes"
    return Fault(at=at, what=f"{text} cannot be read", hint=hint)


def _weight(text: str, at: int) -> Fault:
    hint = "a weight is a number from 0 to 999.999 right behind a term or list: tunnel*^2, @trapped^0.5"
    return Fault(at=at, what=f"{text} cannot be read", hint=hint)


def _misplaced_weight(text: str, at: int) -> Fault:
    hint = "a weight belongs to a term or a list: (tunnel*^2 OR bunker^2)"
    return Fault(at=at, what=f"{text} follows neither", hint=hint)


def _curly_quote(text: str, at: int) -> Fault:
    return Fault(at=at, what=f"{text} is not the quotation mark of queries", hint='write "safe passage"')


def _stray(text: str, at: int) -> Fault:
    return Fault(at=at, what=f"{text} means nothing here", hint="quote it if it belongs to a term")


_EXPLAINED = {
    "operator": _operator,
    "field": _field,
    "list": _list,
    "regex": _regex,
    "weight": _weight,
    "WEIGHT": _misplaced_weight,
    "curly_quote": _curly_quote,
    "stray": _stray,
}
