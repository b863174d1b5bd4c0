"""What the comment at the top of a file of feedparser's own tests expects of it, in our words.

`Expect: not bozo and entries[0]['title'] == 'foo'` is read as an expression and never run. What it says of things that
we do not keep (bozo, subtitles, enclosures …) is passed over.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor import urls
from monitor.feeds.keys import LONGEST_KEY
from monitor.model import EARLIEST, Entry, ParsedFeed
from monitor.text.clean import clean, one_line
from monitor.text.decoding import decode
from monitor.text.language_tags import primary
from monitor.text.markup import plain

_EXPECT = re.compile(r"Expect:(.*?)-->", re.DOTALL)
_HEADER = re.compile(r"^Header:[ \t]*([\w-]+):[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_CHARSETS = ("", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "latin-1")
_EMPTY = Entry(key="", link="", title="", text="")


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a file expects: what stands at the end of a path, e.g. ("entries", 0, "title")."""

    path: tuple[str | int, ...]
    value: object

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path))} == {self.value!r:.150}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a file expects, and how it is to be served."""

    claims: tuple[Claim, ...]
    headers: Mapping[str, str]
    """Names in lower case."""


def expectation_of(body: bytes) -> Expectation:
    """What the comment of a file says, in whatever charset. Raises: ValueError where there is none."""
    for charset in _CHARSETS:
        text = body.decode(charset, "ignore") if charset else decode(body)
        if found := _EXPECT.search(text):
            expression = ast.parse(" ".join(found[1].split()), mode="eval")
            headers = {name.lower(): value for name, value in _HEADER.findall(text[: found.end()])}
            return Expectation(claims=tuple(_claims(expression.body)), headers=headers)
    message = "no expectation"
    raise ValueError(message)


def _claims(node: ast.expr) -> Iterator[Claim]:
    """What must hold for the expression to hold: of a disjunction, nothing in particular."""
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            for value in values:
                yield from _claims(value)
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
            if (path := _path(left)) and (constant := _literal(right)) is not None:
                yield Claim(path, constant[0])
        case ast.UnaryOp(op=ast.Not(), operand=ast.Call(func=ast.Attribute(value=holder, attr="has_key"), args=[key])):
            if (path := _path(holder)) and (constant := _literal(key)) is not None:
                yield Claim((*path, str(constant[0])), None)


def _path(node: ast.expr) -> tuple[str | int, ...]:
    """() where it is no path."""
    match node:
        case ast.Name(id=name):
            return (name,)
        case ast.Subscript(value=holder, slice=ast.Constant(value=str() | int() as key)):
            return (*rest, key) if (rest := _path(holder)) else ()
        case ast.Attribute(value=holder, attr=key):
            return (*rest, key) if (rest := _path(holder)) else ()
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id="entries")]):
            return ("entries", "len")
        case _:
            return ()


def _literal(node: ast.expr) -> tuple[object] | None:
    """The value of constants, tuples and sums of them, in a tuple; None where it is something else."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _literal(node.left), _literal(node.right)
        both = left and right and isinstance(left[0], str) and isinstance(right[0], str)
        return (f"{left[0]}{right[0]}",) if both and left and right else None
    try:
        return (ast.literal_eval(node),)
    except ValueError:
        return None


def differences(feed: ParsedFeed, claims: tuple[Claim, ...], base: str) -> tuple[int, list[str]]:
    """How many claims speak of something that we keep, and those of them that do not hold."""
    checked, wrong = 0, []
    for claim in claims:
        found = _held(feed, claim, base)
        checked += found is not None
        if found is False:
            wrong.append(str(claim))
    return checked, wrong


def _held(feed: ParsedFeed, claim: Claim, base: str) -> bool | None:
    """None where the claim is about something that we do not keep."""
    match claim.path:
        case ("entries", "len"):
            return feed.offered == claim.value
        case ("feed", "title") | ("feed", "title_detail", "value"):
            return feed.title in _titles(claim.value)
        case ("feed", "language"):
            return feed.language == primary(str(claim.value))
        case ("entries", int(position), *rest):
            if not (check := _check(tuple(rest))):
                return None
            entry = _at(feed, position)
            # Of an item that says nothing nothing is kept: what is expected of its words must be nothing, too.
            if entry is _EMPTY and check in (_names, _dated, _speaks, _known_as):
                return None
            return entry is not None and check(entry, claim.value, base)
        case _:
            return None


def _at(feed: ParsedFeed, position: int) -> Entry | None:
    skipped = [each.position for each in feed.skipped]
    place = position - sum(before < position for before in skipped)
    if position in skipped:
        return _EMPTY
    return feed.entries[place] if place < len(feed.entries) else None


Check = Callable[[Entry, object, str], bool]


def _check(path: tuple[str | int, ...]) -> Check | None:
    match path:
        case ("title",) | ("title_detail", "value"):
            return lambda entry, value, _: entry.title in _titles(value)
        case ("link",):
            return lambda entry, value, base: entry.link == (urls.absolute(base, str(value)) if value else "")
        case ("id",) | ("guid",):
            return _known_as
        case ("author",) | ("author_detail", "name") | ("authors", int(), "name"):
            return _names
        case ("summary" | "description",) | ("summary_detail", "value") | ("content", int(), "value"):
            return _says
        case ("published_parsed",) | ("updated_parsed",) | ("created_parsed",):
            return _dated
        case ("language",) | ("title_detail" | "summary_detail", "language") | ("content", int(), "language"):
            return _speaks
        case _:
            return None


def _known_as(entry: Entry, value: object, _: str) -> bool:
    """Where an id stands twice, more is added to it."""
    return entry.key.startswith(one_line(str(value))[:LONGEST_KEY])


def _speaks(entry: Entry, value: object, _: str) -> bool:
    return entry.language == primary(str(value or ""))


def _titles(value: object) -> set[str]:
    return {one_line(plain(str(value or ""))), one_line(clean(str(value or "")))}


def _names(entry: Entry, value: object, _: str) -> bool:
    """A name is kept without the address that feedparser leaves in it."""
    name = one_line(plain(str(value or "")))
    return not name or any(kept in name or name in kept for kept in entry.authors)


def _says(entry: Entry, value: object, _: str) -> bool:
    """Words in their order: where blocks end, markup decides."""
    said = " ".join(entry.text.split())
    return any(" ".join(text.split()) in said for text in (plain(str(value or "")), clean(str(value or ""))))


def _dated(entry: Entry, value: object, _: str) -> bool:
    """Dates before the web are taken for none."""
    if not isinstance(value, tuple):
        return entry.published_at is None
    year, month, day, hour, minute, second = value[:6]
    moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    return entry.published_at == (moment if moment >= EARLIEST else None)
