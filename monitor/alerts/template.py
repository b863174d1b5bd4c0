"""Templates of users (Jinja2) for messages as plain text: what is wrong with one, and what it makes of a message.

They see values and nothing else, and they end: of the language there is what can neither run on nor grow, that is
loops over what a message holds, three deep; no calls, no macros, no variables of their own, no products.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import lru_cache
from traceback import extract_tb

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.filters import FILTERS
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from monitor.alerts.message import Message
from monitor.outgoing.pages import language_name, plural
from monitor.text.harmless import isolate

LONGEST_SOURCE = 10_000
"""Characters of a template."""
LONGEST_TEXT = 100_000
"""Characters of what it makes."""
BESIDE = ("subject", "what")
"""Variables beside a message's own values."""
DEEPEST = 3
"""Loops in one another: items, their quotes, the pieces of these."""
_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If, nodes.CondExpr, nodes.Name, nodes.Const,
    nodes.List, nodes.Tuple, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Filter, nodes.Test, nodes.Keyword,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Add, nodes.Sub, nodes.Concat,
)  # fmt: skip
_CALLED = {
    nodes.Assign: "{% set %}",
    nodes.AssignBlock: "{% set %}",
    nodes.Macro: "{% macro %}",
    nodes.Call: "a call",
    nodes.Mul: "*",
    nodes.Mod: "%",
    nodes.Pow: "**",
}
_TAKEN = (
    "capitalize", "count", "d", "default", "first", "int", "last", "length", "lower", "round", "sort", "title", "trim",
    "truncate", "unique", "upper",
)  # fmt: skip
"""Filters of Jinja2's own; those that can make much of little are not among them, or stand below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFault:
    """What is wrong with a template."""

    line: int
    """In it, from 1; 0: all of it."""
    what: str


def filled(source: str, variables: Mapping[str, object]) -> str | TemplateFault:
    """What the template makes of the variables, or why it cannot."""
    template = _compiled(source)
    if not isinstance(template, Template):
        return template[0]
    parts: list[str] = []
    length = 0
    try:
        for part in template.generate(variables):
            length += len(part)
            if length > LONGEST_TEXT:
                return TemplateFault(line=0, what=f"it makes more than {LONGEST_TEXT:,} characters of a message")
            parts.append(part)
    except Exception as error:  # noqa: BLE001 - whatever a stranger's template raises is its fault
        return TemplateFault(line=_line(error), what=str(error) or type(error).__name__)
    return "".join(parts)


def faults_of(source: str) -> tuple[TemplateFault, ...]:
    """What is wrong with a template as such, whatever is filled in."""
    template = _compiled(source)
    return () if isinstance(template, Template) else template


def _named(holder: object) -> list[str]:
    """What a template can name of a value; of nothing: the variables."""
    if holder is missing:
        return [one.name for one in fields(Message)] + list(BESIDE)
    return [one.name for one in fields(holder)] if is_dataclass(holder) else []


class _Missing(StrictUndefined):
    """What a template names and there is not."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        there = _named(self._undefined_obj)
        near = get_close_matches(str(self._undefined_name), there, n=1)
        hint = f' (did you mean "{near[0]}"?)' if near else f" (there are {', '.join(there)})" if there else ""
        return self._undefined_hint or f'there is no "{self._undefined_name}"{hint}'


class _Printed(str):
    """Text whose parts are isolated already."""

    __slots__ = ()


def printed(value: object) -> object:
    """A value as it stands in plain text: a stranger's is kept from turning the line round."""
    match value:
        case None:
            return ""
        case _Printed():
            return value
        case str():
            return isolate(value)
        case datetime():
            return moment(value)
        case float():
            return f"{value:g}"
        case _:
            return value


def moment(value: datetime | None, form: str = "%Y-%m-%d %H:%M") -> str:
    """A moment as it is shown, in its own zone; "" for none."""
    return value.strftime(form) if value else ""


def _joined(values: object, between: str = "") -> str:
    """Each of them isolated, so that names of several scripts stand in their order."""
    parts = [str(printed(one)) for one in values]  # type: ignore[attr-defined]
    _demand_room(sum(map(len, parts)) + len(between) * len(parts))
    return _Printed(between.join(parts))


def _replaced(text: str, old: str, new: str) -> str:
    _demand_room(len(text) + text.count(old) * len(new))
    return text.replace(old, new)


def _demand_room(length: int) -> None:
    """Raises: ValueError."""
    if length > LONGEST_TEXT:
        raise ValueError(f"it makes more than {LONGEST_TEXT:,} characters of a message")


OURS = {"moment": moment, "plural": plural, "language": language_name, "join": _joined, "replace": _replaced}
_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=_Missing, finalize=printed, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
)
_ENVIRONMENT.globals = {}
_ENVIRONMENT.filters = {**{name: FILTERS[name] for name in _TAKEN}, **OURS}


@lru_cache(maxsize=64)
def _compiled(source: str) -> Template | tuple[TemplateFault, ...]:
    if len(source) > LONGEST_SOURCE:
        return (TemplateFault(line=0, what=f"it is longer than {LONGEST_SOURCE:,} characters"),)
    try:
        tree = _ENVIRONMENT.parse(source)
        refused = tuple(dict.fromkeys(_refused(tree, 0)))
        return refused or _ENVIRONMENT.from_string(tree)
    except TemplateSyntaxError as error:
        return (TemplateFault(line=error.lineno, what=error.message or "it is no template of Jinja2"),)
    except (RecursionError, SyntaxError):
        return (TemplateFault(line=0, what="too much in it stands within something else"),)


def _refused(node: nodes.Node, depth: int) -> Iterator[TemplateFault]:
    """What can run on or grow."""
    if not isinstance(node, _NODES):
        called = _CALLED.get(type(node), type(node).__name__.lower())
        yield TemplateFault(line=node.lineno, what=f"{called} is not for templates of messages")
        return
    if isinstance(node, nodes.Filter) and not all(_is_constant(one) for one in [*node.args, *node.kwargs]):
        yield TemplateFault(line=node.lineno, what=f'what is given to the filter "{node.name}" must be written out')
    if isinstance(node, nodes.For):
        depth += 1
        if depth > DEEPEST:
            yield TemplateFault(line=node.lineno, what=f"more than {DEEPEST} loops stand in one another")
        if node.recursive or not _is_of_message(node.iter):
            yield TemplateFault(line=node.lineno, what="a loop goes over what a message holds: items, item.quotes, …")
    for child in node.iter_child_nodes():
        yield from _refused(child, depth)


def _is_constant(node: nodes.Node) -> bool:
    return isinstance(node.value if isinstance(node, nodes.Keyword) else node, nodes.Const)


def _is_of_message(node: nodes.Node) -> bool:
    while isinstance(node, (nodes.Getattr, nodes.Getitem, nodes.Filter)) and node.node is not None:
        node = node.node
    return isinstance(node, nodes.Name)


def _line(error: Exception) -> int:
    """Where in the template it happened; 0 where that is not known."""
    lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == "<template>"]
    return (lines[-1] or 0) if lines else 0
