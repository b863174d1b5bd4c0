"""feeds.yaml with feeds added or their addresses changed: the text in, the text out, every other line as it was.

Not a round trip through a YAML library: ruamel.yaml keeps comments by hanging them on the value above, so that a feed
added to the last outlet of a section would stand below the heading of the next one. Lines are put in where the tree
says that an outlet ends.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.config.feeds import FEEDS
from monitor.config.source import Place, open_source, shown
from monitor.config.yaml import Node, Table, Text, read_tree
from monitor.errors import ConfigError, Problem
from monitor.model import Affiliation, FeedId
from monitor.urls import without_user

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
# What every reader of YAML takes for a text as it stands, on one line of a block.
_PLAIN = re.compile(r"[^\s.+\-?:,\[\]{}#&*!|>'\"%@`=~](?:[^:#]|:(?=\S)|(?<=\S)#)*")
_NUMBER = re.compile(r"\d[\dA-Fa-fxo_.:TZ +-]*")
_IN_BRACKETS = re.compile(r"[,\[\]{}]")
_STEP = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFeed:
    """A feed to be added."""

    id: str
    url: str
    language: str = ""
    """ "" where it is its outlet's."""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOutlet:
    """An outlet to be added."""

    id: str
    name: str
    country: str
    language: str
    affiliation: Affiliation
    domains: tuple[str, ...] = ()
    remarks: Mapping[str, str] = field(default_factory=dict)
    """Key → what to say behind its value: what a person must check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """Feeds of one outlet, to be added."""

    outlet: NewOutlet | str
    """A new one, or the id of one that stands in the file."""
    feeds: tuple[NewFeed, ...]

    @property
    def outlet_id(self) -> str:
        """The outlet's id."""
        return self.outlet if isinstance(self.outlet, str) else self.outlet.id


def block(additions: Sequence[Addition]) -> str:
    """The additions as a file with nothing else in it, to be pasted."""
    lines = ["outlets:"]
    for addition in additions:
        lines += _added_outlet(addition, _Columns())
    return "\n".join([*lines, ""])


def _added_outlet(addition: Addition, columns: "_Columns") -> list[str]:
    if isinstance(addition.outlet, NewOutlet):
        return _outlet_lines(addition.outlet, addition.feeds, columns)
    keys = [f"{' ' * columns.outlet}{addition.outlet}:  # is there already", f"{' ' * columns.key}feeds:"]
    return keys + _feed_lines(addition.feeds, columns)


def with_feeds(text: str, additions: Sequence[Addition]) -> str:
    """The text of a feeds.yaml that the loader takes, with these additions.

    A feed stands below its outlet's last one, a new outlet below the last outlet; comments below those stay below.
    Raises: ConfigError, where the file is written in braces, or names no outlets or not this one.
    """
    lines = _LINE.findall(text)
    ends = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    outlets = _entry(_tree(text), "outlets")
    inserted: dict[int, list[str]] = {}
    # Those of outlets that are there first: a new outlet may begin at the line where the last one's feeds end.
    for addition in sorted(additions, key=lambda one: isinstance(one.outlet, NewOutlet)):
        at, new = _insertion(outlets, addition, lines)
        inserted.setdefault(at, []).extend(line + ends for line in new)
    if lines and not lines[-1].endswith(("\r", "\n")):
        lines[-1] += ends
    kept = [[*inserted.get(number, ()), *lines[number : number + 1]] for number in range(len(lines) + 1)]
    return "".join(line for part in kept for line in part)


def with_addresses(text: str, addresses: Mapping[FeedId, str]) -> str:
    """The text of a feeds.yaml that the loader takes, with other addresses of these feeds of it.

    Raises: ConfigError, where an address is written in another way than as it is, on one line.
    """
    lines = _LINE.findall(text)
    for feed_id, url in _urls(_entry(_tree(text), "outlets")):
        if feed_id in addresses:
            number = url.place.line - 1
            lines[number] = _readdressed(lines[number], url, addresses[feed_id])
    return "".join(lines)


def with_secrets(text: str) -> frozenset[FeedId]:
    """The feeds in the text of a feeds.yaml whose requests carry a secret: in an `auth:`, or in their address."""
    feeds = _feeds(_entry(_tree(text), "outlets"))
    return frozenset(feed for feed, about in feeds for key, value in _pairs(about) if _is_secret(key, value))


def _is_secret(key: Text, value: Node) -> bool:
    in_address = key.value == "url" and isinstance(value, Text) and without_user(value.value) != value.value
    return key.value == "auth" or in_address


def _urls(outlets: Table) -> Iterator[tuple[FeedId, Text]]:
    """Where the address of each feed stands."""
    for feed, about in _feeds(outlets):
        yield from ((feed, value) for key, value in _pairs(about) if key.value == "url" and isinstance(value, Text))


def _feeds(outlets: Table) -> Iterator[tuple[FeedId, Node]]:
    for _, outlet in outlets.entries:
        yield from ((FeedId(feed.value), about) for feed, about in _entry(outlet, "feeds").entries)


def _readdressed(line: str, old: Text, url: str) -> str:
    """The line with another address in the place of the old one; in quotes where that was."""
    start = old.place.column - 1
    quote = line[start - 1] if not old.indent and line[start - 1 : start] in ("'", '"') else ""
    raw = old.value.replace("'", "''") + quote if quote == "'" else old.value + quote
    if not line.startswith(raw, start):
        raise _refusal(old.place, "an address that is not written as it is, on one line", "change it by hand")
    in_line = _quoted(url) if quote or _IN_BRACKETS.search(url) else _scalar(url)
    return line[: start - len(quote)] + (url if old.indent else in_line) + line[start + len(raw) :]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """How far lines are indented."""

    outlet: int = _STEP
    key: int = 2 * _STEP
    feed: int = 3 * _STEP
    value: int = 4 * _STEP


def _insertion(outlets: Table, addition: Addition, lines: Sequence[str]) -> tuple[int, list[str]]:
    """Before which line (from 0) which lines are to be put in."""
    if isinstance(addition.outlet, str):
        named = next((key for key, _ in outlets.entries if key.value == addition.outlet), None)
        if named is None:
            raise _refusal(outlets.place, f"there is no outlet {shown(addition.outlet)}")
        columns, last = _columns(outlets, named.value, lines)
        return _end_of(last, lines), _feed_lines(addition.feeds, columns)
    last_outlet = outlets.entries[-1][0]
    columns, _ = _columns(outlets, last_outlet.value, lines)
    return _end_of(last_outlet.place, lines), _outlet_lines(addition.outlet, addition.feeds, columns)


def _columns(outlets: Table, outlet_id: str, lines: Sequence[str]) -> tuple[_Columns, Place]:
    """How an outlet that stands in the file is indented, and where its last feed does."""
    key, outlet = next((key, node) for key, node in outlets.entries if key.value == outlet_id)
    feeds = _entry(outlet, "feeds")
    last, about = feeds.entries[-1]
    inner = about.entries[0][0].place if isinstance(about, Table) and about.entries else about.place
    below = next(name for name, _ in outlet.entries if name.value == "feeds") if isinstance(outlet, Table) else key
    places = (key.place, below.place, last.place, inner)
    outlet_at, key_at, feed_at, value_at = (_indent(place, lines) for place in places)
    return _Columns(outlet=outlet_at, key=key_at, feed=feed_at, value=value_at), last.place


def _indent(place: Place, lines: Sequence[str]) -> int:
    """The column from 0 of what is first on its line. Raises: ConfigError, where it is not: in braces."""
    before = lines[place.line - 1][: place.column - 1]
    if before.strip(" \"'\ufeff"):
        raise _refusal(place, "written in braces, where no line can be added", "write it as lines, or paste the feed")
    return len(before) - len(before.lstrip(" \ufeff"))


def _end_of(place: Place, lines: Sequence[str]) -> int:
    """The line (from 0) before which an entry of a block mapping that begins at the place has ended.

    What is indented deeper than its key belongs to it; comments and blank lines at its end belong to what follows.
    """
    indent = _indent(place, lines)
    end = place.line
    for number, line in enumerate(lines[place.line :], place.line + 1):
        told = line.strip()
        if not told or told.startswith("#"):
            continue
        if len(line) - len(line.lstrip(" ")) <= indent:
            break
        end = number
    return end


def _tree(text: str) -> Node | None:
    """Raises: ConfigError."""
    source = open_source(FEEDS, text.encode())
    tree = read_tree(source)
    if source.problems:
        raise ConfigError(source.problems)
    return tree


def _entry(node: Node | None, name: str) -> Table:
    """The mapping under a key of a mapping. Raises: ConfigError, where there is none with anything in it."""
    found = next((value for key, value in _pairs(node) if key.value == name), None)
    if not isinstance(found, Table) or not found.entries:
        raise _refusal(found.place if found else Place(1, 1), f'"{name}" with something in it is missing')
    return found


def _pairs(node: Node | None) -> tuple[tuple[Text, Node], ...]:
    return node.entries if isinstance(node, Table) else ()


def _refusal(place: Place, what: str, hint: str = "") -> ConfigError:
    return ConfigError([Problem(file=FEEDS, line=place.line, column=place.column, what=what, hint=hint)])


def _outlet_lines(outlet: NewOutlet, feeds: Sequence[NewFeed], columns: _Columns) -> list[str]:
    values = {
        "name": _scalar(outlet.name),
        "country": outlet.country,
        "language": _scalar(outlet.language),
        "affiliation": str(outlet.affiliation),
        **({"domains": _list(outlet.domains)} if outlet.domains else {}),
    }
    return [
        f"{' ' * columns.outlet}{outlet.id}:",
        *(f"{' ' * columns.key}{key}: {value}{_remark(outlet.remarks.get(key))}" for key, value in values.items()),
        f"{' ' * columns.key}feeds:",
        *_feed_lines(feeds, columns),
    ]


def _remark(text: str | None) -> str:
    return f"  # {text}" if text else ""


def _feed_lines(feeds: Sequence[NewFeed], columns: _Columns) -> list[str]:
    return [line for feed in feeds for line in _lines_of(feed, columns)]


def _lines_of(feed: NewFeed, columns: _Columns) -> Iterator[str]:
    yield f"{' ' * columns.feed}{feed.id}:"
    yield f"{' ' * columns.value}url: {_scalar(feed.url)}"
    if feed.language:
        yield f"{' ' * columns.value}language: {_scalar(feed.language)}"
    if feed.tags:
        yield f"{' ' * columns.value}tags: {_list(feed.tags)}"


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(_quoted(text) if _IN_BRACKETS.search(text) else _scalar(text) for text in texts)}]"


_OTHER_THAN_TEXT = frozenset(["no", "yes", "on", "off", "true", "false", "null", "y", "n"])


def _is_other(text: str) -> bool:
    """Whether a person's tools may read the text as something else; ours do not."""
    return text.lower() in _OTHER_THAN_TEXT or bool(_NUMBER.fullmatch(text))


def _scalar(text: str) -> str:
    """The text as YAML on one line: as it is where that may stand so, else in quotes."""
    if _is_other(text) or not _PLAIN.fullmatch(text) or text[-1] in " :":
        return _quoted(text)
    return text


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
