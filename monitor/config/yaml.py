"""The home of PyYAML: a file → a tree in which every scalar is a text that knows its place.

Built from PyYAML's events, not by its `load` or `compose`: they read `NO`, `12:30` and `0123` as False, 750 and 83,
keep the last of two equal keys without a word, let an alias grow to gigabytes, and `[` × 100,000 overflows the C stack.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from monitor.config.faults import explain
from monitor.config.source import DEEPEST, NO_PLACE, TOO_DEEP, Place, Source, has_unfit, shown

# libyaml is ten times as fast and part of every wheel; a PyYAML built without it reads the same language.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A scalar."""

    value: str
    place: Place
    """Of its first character, after an opening quote, or on the first line of a block."""
    indent: int = 0
    """Columns by which every line of a block is indented."""
    verbatim: bool = True
    """Whether it stands in the file as it is: on one line, or as a block with "|"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list."""

    nodes: tuple["Node", ...]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A mapping; no key comes twice."""

    entries: tuple[tuple[Text, "Node"], ...]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Faulty:
    """Something that has been reported already; whoever meets it says nothing."""

    place: Place


Node = Text | Items | Table | Faulty


def read_tree(source: Source, loader: Any = LOADER) -> Node | None:
    """The tree of a file; None where it is empty or cannot be read, which is then reported."""
    builder = _Builder(source)
    blemishes = len(source.problems)
    try:
        for event in yaml.parse(source.text, Loader=loader):
            if not builder.take(event):
                return None
    except yaml.MarkedYAMLError as error:
        # After an unfit character the structure may be wrong only because of it.
        if not blemishes:
            source.report(*_explained(error, source))
        return None
    except ValueError:  # the pure-Python parser, at an escape such as "\U00110000"
        source.report(NO_PLACE, "an escape in double quotes stands for no character", "use single quotes")
        return None
    return builder.root


def _explained(error: yaml.MarkedYAMLError, source: Source) -> tuple[Place, str, str]:
    at, since = (_place(mark) if mark else None for mark in (error.problem_mark, error.context_mark))
    return explain(f"{error.context or ''} {error.problem or ''}".strip(), at or NO_PLACE, since, source.lines)


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1)


@dataclass(slots=True, kw_only=True)
class _Open:
    """A list or mapping whose end has not come; a mapping's children are keys and values in turn."""

    place: Place
    is_table: bool
    children: list[Node] = field(default_factory=list)


class _Builder:
    """Takes events one by one, without recursion, and keeps the tree."""

    def __init__(self, source: Source) -> None:
        self.root: Node | None = None
        self._source = source
        self._open: list[_Open] = []

    def take(self, event: yaml.Event) -> bool:
        """Whether to go on: False after what makes the rest of the file meaningless."""
        place = self._in_file(_place(event.start_mark))
        match event:
            case yaml.DocumentStartEvent() if self.root is not None:
                self._source.report(place, "a second document begins here", 'remove the line "---"')
                return False
            case yaml.CollectionStartEvent():
                return self._begin(event, place)
            case yaml.CollectionEndEvent():
                self._end()
            case yaml.ScalarEvent():
                self._add(self._scalar(event, place))
            case yaml.AliasEvent():
                hint = f"put the value in quotes: '*{event.anchor}…'"
                self._source.report(
                    place, "a value that begins with * is an alias in YAML, which is not used here", hint
                )
                self._add(Faulty(place=place))
            case _:
                pass  # the beginning and the end of the file
        return True

    def _in_file(self, place: Place) -> Place:
        """The place; of what has no line of its own, as nothing behind the last one, the last line."""
        last = max(1, len(self._source.lines))
        return place if place.line <= last else Place(last, 1)

    def _begin(self, event: yaml.CollectionStartEvent, place: Place) -> bool:
        if len(self._open) == DEEPEST:
            self._source.report(place, TOO_DEEP)
            return False
        self._decorated(event, place)
        self._open.append(_Open(place=place, is_table=isinstance(event, yaml.MappingStartEvent)))
        return True

    def _end(self) -> None:
        ended = self._open.pop()
        if not ended.is_table:
            self._add(Items(nodes=tuple(ended.children), place=ended.place))
            return
        pairs = zip(ended.children[::2], ended.children[1::2], strict=True)
        self._add(Table(entries=tuple(self._unique(pairs)), place=ended.place))

    def _unique(self, pairs: Iterator[tuple[Node, Node]]) -> Iterator[tuple[Text, Node]]:
        """The entries whose key is a text that was not seen before; the others are reported."""
        lines: dict[str, int] = {}
        for key, value in pairs:
            if isinstance(key, Items | Table):
                self._source.report(key.place, "a key must be a text", "put it in quotes, if it is meant as one")
            elif isinstance(key, Text):
                if key.value in lines:
                    hint = "a key may stand once; join the two, or rename one"
                    what = f"{shown(key.value)}: this key stands in line {lines[key.value]} already"
                    self._source.report(key.place, what, hint)
                else:
                    lines[key.value] = key.place.line
                    yield key, value

    def _add(self, node: Node) -> None:
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node

    def _decorated(self, event: yaml.CollectionStartEvent | yaml.ScalarEvent, place: Place) -> bool:
        """Report an anchor or a tag: mostly a value that begins with & or ! and lacks quotes."""
        if event.anchor is None and event.tag is None:
            return False
        mark, name = ("&", "an anchor") if event.anchor is not None else ("!", "a tag")
        what = f"a value that begins with {mark} has {name} in YAML, which is not used here"
        self._source.report(
            place, what, "put the value in quotes, or remove the " + name.removeprefix("an ").removeprefix("a ")
        )
        return True

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> Text | Faulty:
        if self._decorated(event, place):
            return Faulty(place=place)
        if has_unfit(event.value):
            self._source.report(place, "an escape stands for a character that no text needs", "remove it")
            return Faulty(place=place)
        if event.style in ("|", ">") and event.value.strip():
            indent = _indent(event.value, self._source.lines[place.line :])
            first = Place(place.line + 1, indent + 1)
            return Text(value=event.value, place=first, indent=indent, verbatim=event.style == "|")
        on_one_line = _place(event.end_mark).line == place.line
        quote = 1 if event.style in ("'", '"') else 0
        return Text(value=event.value, place=Place(place.line, place.column + quote), verbatim=on_one_line)


def _indent(value: str, lines: tuple[str, ...]) -> int:
    """By how much the lines of a block are indented, told from the first that is not blank."""
    pairs = zip(lines, value.split("\n"), strict=False)
    return next(_blanks(line) - _blanks(text) for line, text in pairs if text.strip())


def _blanks(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
