"""What a file may hold, declared: shapes that read a tree and report everything in it that does not fit.

The same declaration is what editors are told, as JSON Schema; a schema is coarser, since it knows no code.

A shape reads what it can: a mapping with one wrong key still gives the others, so that one mistake hides no other.
Whether the result may be used is told by the source's problems alone. (pydantic would do this too, for 130 ms of CPU in
every command that opens the database, and without places.)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from monitor.config.source import NO_PLACE, Place, Source, shown
from monitor.config.suggest import did_you_mean, nearest
from monitor.config.yaml import Faulty, Items, Node, Table, Text, read_tree

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
JsonSchema = dict[str, Any]
"""What JSON Schema, draft 2020-12, says of a node."""
_SCALARS = ("string", "number", "boolean")
"""Every scalar is a text to us; an editor's YAML takes 12 for a number and true for a truth value."""


class Wrong(Exception):  # noqa: N818 - never leaves this package
    """A text is not what its shape expects; the message is the advice, "" where there is none."""


class Shape(Protocol[T_co]):
    """Reads a node."""

    def read(self, node: Node, source: Source, name: str) -> T_co | None:
        """What the node, called `name` in messages, stands for; None when nothing of it can be used."""

    def schema(self) -> JsonSchema:
        """The same for editors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value(Generic[T]):
    """A text that stands for one value."""

    expected: str
    """For messages: "a duration such as 15m"."""
    parse: Callable[[str], T]
    """Gets the text without surrounding blanks, never ""; raises `Wrong`."""
    pattern: str = ""
    """A regular expression that all of the text must fit, as far as one can say it."""
    choices: tuple[str, ...] = ()
    """All that it may be; () where it is not one of a few."""
    bounds: tuple[float, float] | None = None
    """Of a number without a unit."""

    def schema(self) -> JsonSchema:
        """A scalar that may be this value."""
        found: JsonSchema = {"description": f"Expected: {self.expected}"}
        if self.choices:
            return {**found, "enum": list(self.choices)}
        if self.bounds:
            least, most = self.bounds
            return {**found, "type": ["number", "string"], "minimum": least, "maximum": most, **self._fitting()}
        return {**found, "type": "string" if self.pattern else list(_SCALARS), **self._fitting()}

    def _fitting(self) -> JsonSchema:
        return {"pattern": f"^(?:{self.pattern})$"} if self.pattern else {}

    def read(self, node: Node, source: Source, name: str) -> T | None:
        """The value, or None when the text does not stand for one."""
        if not isinstance(node, Text) or not (text := node.value.strip()):
            mismatch(node, source, name, self.expected)
            return None
        try:
            return self.parse(text)
        except Wrong as wrong:
            mismatch(node, source, name, self.expected, str(wrong))
            return None


@dataclass(frozen=True, slots=True)
class Given(Generic[T]):
    """A value and where it stands."""

    value: T
    place: Place


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """What another shape reads, with its place."""

    shape: Shape[T]

    def read(self, node: Node, source: Source, name: str) -> Given[T] | None:
        """The value and where it stands."""
        value = self.shape.read(node, source, name)
        return None if value is None else Given(value, node.place)

    def schema(self) -> JsonSchema:
        """That of the other shape."""
        return self.shape.schema()


@dataclass(frozen=True, slots=True)
class Each(Generic[T]):
    """A list."""

    item: Shape[T]
    may_be_empty: bool = field(default=False, kw_only=True)

    def read(self, node: Node, source: Source, name: str) -> tuple[T, ...] | None:
        """The items that fit."""
        if not isinstance(node, Items):
            mismatch(node, source, name, "a list", _as_list(node))
            return None
        if not node.nodes and not self.may_be_empty:
            source.report(node.place, f"{name}: the list is empty", "add an item, or remove the key")
        items = (self.item.read(item, source, name) for item in node.nodes)
        return tuple(item for item in items if item is not None)

    def schema(self) -> JsonSchema:
        """An array."""
        return {"type": "array", "items": self.item.schema(), **({} if self.may_be_empty else {"minItems": 1})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Generic[T]):
    """An entry of a mapping whose keys the user chooses."""

    id: str
    place: Place
    """Of the key."""
    value: T


@dataclass(frozen=True, slots=True, kw_only=True)
class ByName(Generic[T]):
    """A mapping whose keys the user chooses, with one entry or more."""

    key: Value[str]
    item: Shape[T]
    expected: str
    """For messages: "outlets by their id"."""

    def read(self, node: Node, source: Source, name: str) -> tuple[Named[T], ...] | None:
        """The entries whose value can be used, even under a key that is reported."""
        if not isinstance(node, Table):
            mismatch(node, source, name, self.expected)
            return None
        if not node.entries:
            source.report(
                node.place,
                f"{name}: expected {self.expected}, got nothing" if name else f"expected {self.expected}, got nothing",
            )
        read: list[Named[T]] = []
        for key, child in node.entries:
            self.key.read(key, source, "")
            value = self.item.read(child, source, key.value)
            if value is not None:
                read.append(Named(id=key.value, place=key.place, value=value))
        return tuple(read)

    def schema(self) -> JsonSchema:
        """An object with whatever keys fit."""
        return {
            "type": "object",
            "description": f"Expected: {self.expected}",
            "propertyNames": {"pattern": self.key.schema()["pattern"]},
            "additionalProperties": self.item.schema(),
            "minProperties": 1,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys(Generic[T]):
    """A mapping with known keys."""

    build: Callable[..., T]
    """Gets what was read, by key; every parameter has a default."""
    keys: Mapping[str, Shape[Any]]
    required: frozenset[str] = frozenset()
    about: Mapping[str, str] = field(default_factory=dict)
    """Key → what it means, for editors."""

    def read(self, node: Node, source: Source, name: str) -> T | None:
        """What `build` makes of the keys that fit."""
        if not isinstance(node, Table):
            mismatch(node, source, name, "keys: " + ", ".join(self.keys))
            return None
        given: dict[str, object] = {}
        meant = {key.value for key, _ in node.entries}
        for key, child in node.entries:
            if key.value not in self.keys:
                hint = did_you_mean(key.value, self.keys)
                source.report(key.place, f"{shown(key.value)}: no such key", hint or "known: " + ", ".join(self.keys))
                # A misspelt key is one mistake, not also a missing one.
                meant.add(nearest(key.value, self.keys))
            elif (value := self.keys[key.value].read(child, source, key.value)) is not None:
                given[key.value] = value
        missing = [key for key in self.keys if key in self.required - meant]
        if missing:
            what = " and ".join(f'"{key}"' for key in missing) + (
                " is missing" if len(missing) == 1 else " are missing"
            )
            source.report(node.place, f"{name}: {what}" if name else what)
        return self.build(**given)

    def schema(self) -> JsonSchema:
        """An object with these keys and no others."""
        required = [key for key in self.keys if key in self.required]
        return {
            "type": "object",
            "properties": {key: self._described(key) for key in self.keys},
            **({"required": required} if required else {}),
            "additionalProperties": False,
        }

    def _described(self, key: str) -> JsonSchema:
        schema = self.keys[key].schema()
        said = [self.about.get(key, ""), schema.get("description", "")]
        return {
            "description": "\n".join(filter(None, said)),
            **{name: schema[name] for name in schema if name != "description"},
        }


def read_file(shape: Shape[T], source: Source) -> T | None:
    """What a whole file stands for; None when nothing of it can be used, which is reported."""
    tree = read_tree(source)
    if tree is None and not source.problems:
        source.report(NO_PLACE, "the file is empty", "fill it, or remove it")
    return shape.read(tree, source, "") if tree else None


def mismatch(node: Node, source: Source, name: str, expected: str, hint: str = "") -> None:
    """Report that a node is not what was expected, unless it has been reported already."""
    if not isinstance(node, Faulty):
        what = f"expected {expected}, got {_described(node)}"
        source.report(node.place, f"{name}: {what}" if name else what, hint or _advice(node, expected))


def _described(node: Items | Table | Text) -> str:
    if isinstance(node, Text):
        return shown(node.value.strip()) if node.value.strip() else "nothing"
    return "a list" if isinstance(node, Items) else "a mapping"


def _advice(node: Items | Table | Text, expected: str) -> str:
    """What was probably meant, from the shape of what is there."""
    if not isinstance(node, Text):
        mark = "[" if isinstance(node, Items) else ": "
        return "" if expected.startswith(("keys", "a list")) else f'a text with "{mark}" in it needs quotes'
    hidden = next((letter for letter in node.value if not letter.isprintable() and letter != "\n"), "")
    if hidden:
        return f"it holds a character that cannot be seen, U+{ord(hidden):04X}"
    key, colon, rest = node.value.partition(":")
    if expected.startswith("keys") and colon and rest.strip() and key.isidentifier():
        return f'a blank is missing after the colon: "{key}: {rest.strip()[:40]}"'
    return ""


def _as_list(node: Node) -> str:
    if not isinstance(node, Text) or not node.value.strip():
        return ""
    return f"for a single one write [{node.value.strip()[:40]}]"
