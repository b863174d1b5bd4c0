"""Items as a reader of one format found them → entries. What is wrong with one item costs that one and no other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from monitor import urls
from monitor.feeds import redirects
from monitor.feeds.keys import cut_off, keyed, unreadable
from monitor.model import EARLIEST, Entry, ParsedFeed, Skipped, SkipReason
from monitor.text.clean import clean, one_line
from monitor.text.language_tags import primary
from monitor.text.markup import plain

Given = TypeVar("Given")
Made = TypeVar("Made")

_CUT = ("…", "...", "[…]", "[...]", "(…)", "(...)")
"""How a text ends that is only the beginning of one."""
_LEAST_CONTENT = 300
"""Characters; what is shorter is a summary, whatever a feed calls it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A text as the feed gives it."""

    value: str
    is_html: bool
    is_content: bool = False
    """The feed calls it the content, not a summary or description."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What a feed says of one item, before anything is made of it."""

    guid: str = ""
    links: tuple[str, ...] = ()
    """Where the item may lead, the best first; perhaps relative, perhaps no address at all."""
    title: Wording = Wording(value="", is_html=False)
    wordings: tuple[Wording, ...] = ()
    """Summary, content, description: whatever texts there are."""
    published: datetime | None = None
    published_raw: str = ""
    authors: tuple[str, ...] = ()
    language: str = ""


def tried(make: Callable[[Given], Made], given: Given) -> Made | Skipped:
    """What is made of an item, or why nothing can be. A lack of memory is no fault of the item that meets it."""
    try:
        return make(given)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the other items are to be kept
        return unreadable(f"{type(error).__name__}: {error}"[:200])


def feed_of(
    items: Sequence[Item | Skipped],
    *,
    base: str,
    now: datetime,
    title: str = "",
    language: str = "",
    is_open: bool = False,
) -> ParsedFeed:
    """The feed that offers these items, in their order; relative links are resolved by `base`. `is_open`: the document
    ends within the last one.

    A link of a redirect service leads to what it names; a key is made of the link as given, so that an entry stays the
    same whatever services we know.
    """
    found = [item if isinstance(item, Skipped) else _found(item, base, now) for item in items]
    if is_open:
        found[-1:] = [one if _is_told(one) else cut_off() for one in found[-1:]]
    parsed = keyed(found)
    entries = tuple(map(_led, parsed.entries))
    return replace(parsed, entries=entries, title=one_line(plain(title)), language=primary(language))


def _found(item: Item, base: str, now: datetime) -> Entry | Skipped:
    entry = tried(lambda each: _entry(each, base, now), item)
    if isinstance(entry, Skipped) or entry.key or entry.title or entry.text:
        return entry
    return Skipped(position=0, reason=SkipReason.EMPTY)


def _is_told(found: Entry | Skipped) -> bool:
    """Whether an item says what it is of and where that stands."""
    return isinstance(found, Entry) and bool(found.link and (found.title or found.text))


def iso_moment(text: str) -> datetime | None:
    """The moment that a date of ISO 8601 means, in UTC, also without a zone; None where it is none."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _led(entry: Entry) -> Entry:
    link = redirects.target(entry.link)
    return entry if link == entry.link else replace(entry, link=link)


def _entry(item: Item, base: str, now: datetime) -> Entry:
    """The entry with the key that the item gives itself, "" where it gives none."""
    link = next(filter(None, (urls.absolute(base, link) for link in item.links)), "")
    guid = one_line(item.guid)
    texts = [(_text(wording), wording.is_content) for wording in item.wordings]
    return Entry(
        key=guid or (urls.normalise(link) if link else ""),
        link=link,
        title=one_line(_text(item.title)),
        text=_joined([text for text, _ in texts]),
        is_full=_is_full(texts),
        published_at=_moment(item.published, now),
        published_raw=one_line(item.published_raw)[:200],
        authors=tuple(dict.fromkeys(filter(None, (one_line(plain(name)) for name in item.authors)))),
        language=primary(item.language),
    )


def _text(wording: Wording) -> str:
    return plain(wording.value) if wording.is_html else clean(wording.value)


def _joined(texts: Sequence[str]) -> str:
    """All texts, the longest first; none that it already holds: a summary is often the beginning of the content."""
    joined = ""
    for text in sorted(texts, key=len, reverse=True):
        beginning = text[:100].rstrip(" .…[]")
        if beginning and beginning not in joined:
            joined = f"{joined}\n{text}" if joined else text
    return joined


def _is_full(texts: Sequence[tuple[str, bool]]) -> bool:
    """Whether the longest of what is called content is long, no shorter than the rest, and does not break off."""
    content = max((text for text, is_content in texts if is_content), key=len, default="")
    longest = max((len(text) for text, _ in texts), default=0)
    return len(content) >= max(longest, _LEAST_CONTENT) and not content.endswith(_CUT)


def _moment(moment: datetime | None, now: datetime) -> datetime | None:
    return min(moment, now) if moment is not None and moment >= EARLIEST else None
