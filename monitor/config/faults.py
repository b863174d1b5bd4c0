"""What a YAML parser complains about → where a person went wrong, in a person's words.

PyYAML's two parsers word the same fault differently, and both name the place where they noticed it, which is often a
line or more below the mistake.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from monitor.config.source import TOO_DEEP, Place, shown

Explained = tuple[Place, str, str]
"""Where, what, and what to do."""

_NO_SPACE = re.compile(r"^(\s*(?:- +)?[\w-]+:)(?![\s/]|$)")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_INDENT = "indent the lines of a block deeper than its key"
_IN_QUOTES = "put the whole value in quotes"


@dataclass(frozen=True, slots=True)
class _Fault:
    """What a parser knows of a fault."""

    at: Place
    """Where it gave up."""
    since: Place
    """Where what it was reading began."""
    lines: Sequence[str]

    def line(self, place: Place) -> str:
        """The text of the line of a place."""
        return self.lines[place.line - 1] if 0 < place.line <= len(self.lines) else ""

    def letter(self, place: Place) -> str:
        """What stands at a place."""
        return self.line(place)[place.column - 1 : place.column]


def explain(words: str, at: Place, since: Place | None, lines: Sequence[str]) -> Explained:
    """Explain a fault.

    words: the parser's; at: where it gave up; since: where what it was reading began, if it says so.
    """
    fault = _Fault(at, since or at, lines)
    explanations = (explanation for sign, explanation in _EXPLANATIONS if sign in words)
    return next(explanations, _unknown(words))(fault)


def _unknown(words: str) -> Callable[[_Fault], Explained]:
    return lambda fault: (fault.at, f"not YAML: {words}", "")


def _cannot_begin(fault: _Fault) -> Explained:
    letter = fault.letter(fault.at)
    hint = f"{_IN_QUOTES}: '{letter}…'"
    if _after_block_sign(fault, fault.at):
        hint = _INDENT
    elif re.match(r"\s*query:", fault.line(fault.at)):
        hint = 'write the query below, indented, after "query: |"'
    return fault.at, f'a value cannot begin with "{letter}"', hint


def _alias(fault: _Fault) -> Explained:
    letter = fault.letter(fault.since)
    return fault.since, f'a value cannot begin with "{letter}"', f"{_IN_QUOTES}: '{letter}…'"


def _second_colon(fault: _Fault) -> Explained:
    if ":" in fault.line(fault.at)[: fault.at.column - 1]:
        return fault.at, 'a second ": " in one line', _IN_QUOTES
    above = _above(fault, fault.at)
    if ": " not in fault.line(above):
        return _no_entry(fault, above)
    hint = "begin in the same column as its key, or give that no value"
    return fault.at, "indented deeper than the line above, which has its value already", hint


def _not_an_entry(fault: _Fault) -> Explained:
    return _no_entry(fault, fault.since)


def _no_entry(fault: _Fault, place: Place) -> Explained:
    line = fault.line(place)
    if found := _NO_SPACE.match(line):
        meant = f"{found[1].strip()} {line[found.end() :].strip()}"
        return Place(place.line, found.end()), "no space after the colon", f"write {shown(meant)}"
    what = f"{shown(line.strip())} is neither a key with a value nor an item of a list"
    return place, what, _INDENT if _after_block_sign(fault, place) else 'is a ":" or a "- " missing?'


def _open_quote(fault: _Fault) -> Explained:
    return fault.since, "this quote is never closed", _one_a_line(fault) or "close it, or remove it"


def _open_bracket(fault: _Fault) -> Explained:
    what = f'"{fault.letter(fault.since)}" is not closed, or a comma is missing'
    hint = "put what holds one of , : [ ] { } in quotes, and close the bracket"
    return fault.since, what, _one_a_line(fault) or hint


def _no_value(fault: _Fault) -> Explained:
    if fault.letter(fault.at):
        return _cannot_begin(fault)
    return _above(fault, fault.at), "the file ends within brackets", _one_a_line(fault) or "close them"


def _misplaced(fault: _Fault) -> Explained:
    if fault.line(fault.at)[: fault.at.column - 1].strip(" -"):
        hint = 'write it below, indented, after "|"; or all of it in single quotes'
        return fault.at, "the value goes on after its closing quote", hint
    hint = "what belongs together begins in the same column"
    return fault.at, "the indentation does not fit the lines above", hint


def _escape(fault: _Fault) -> Explained:
    return fault.at, 'in double quotes "\\" begins an escape', "use single quotes, or write it twice"


def _after_bar(fault: _Fault) -> Explained:
    return fault.at, 'nothing may follow "|" or ">" on its line', "write the text on the next lines, indented"


def _too_deep(fault: _Fault) -> Explained:
    return fault.at, TOO_DEEP, ""


_EXPLANATIONS: tuple[tuple[str, Callable[[_Fault], Explained]], ...] = (
    # libyaml's own bound, which it meets while it looks ahead.
    ("exceeded maximum nesting depth", _too_deep),
    ("cannot start any token", _cannot_begin),
    ("mapping values are not allowed", _second_colon),
    ("could not find expected ':'", _not_an_entry),
    ("scanning an alias", _alias),
    ("scanning an anchor", _alias),
    ("unknown escape character", _escape),
    ("Unicode character escape code", _escape),
    ("escape sequence of", _escape),
    ("did not find expected hexdecimal number", _escape),
    ("quoted scalar", _open_quote),
    ("parsing a flow node", _no_value),
    ("flow sequence", _open_bracket),
    ("flow mapping", _open_bracket),
    ("block scalar", _after_bar),
    ("parsing a block node", _cannot_begin),
    ("parsing a block", _misplaced),
)
"""A piece of the parser's words → who explains it; the first that fits does."""


def _after_block_sign(fault: _Fault, place: Place) -> bool:
    """Whether the line above says that a block follows, which then is not indented."""
    return fault.line(_above(fault, place)).rstrip().endswith((": |", ": >"))


def _above(fault: _Fault, place: Place) -> Place:
    """The nearest line above with something on it, and where that begins; the place itself where there is none."""
    for number in range(place.line - 1, 0, -1):
        line = fault.line(Place(number, 1))
        if line.strip() and not line.lstrip().startswith("#"):
            return Place(number, len(line) - len(line.lstrip()) + 1)
    return place


def _one_a_line(fault: _Fault) -> str:
    """Advice for right-to-left terms on one line, whose quotes and commas an editor shows out of order."""
    if _RIGHT_TO_LEFT.search(fault.line(fault.since)):
        return 'write right-to-left terms one a line, each after "- "'
    return ""
