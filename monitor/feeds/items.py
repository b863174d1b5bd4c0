"""Items as a reader of one format found them → entries, keyed so that nothing a feed offers is lost.

offered = entries + repeated + skipped, for whatever comes in.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

from monitor import urls
from monitor.feeds import redirects
from monitor.model import EARLIEST, Entry, ParsedFeed, Skipped, SkipReason
from monitor.text.clean import clean, one_line
from monitor.text.language_tags import primary
from monitor.text.markup import plain

LONGEST_KEY = 500
"""Characters; a longer guid is replaced by its hash, for the database keeps an index of keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A text as the feed gives it."""

    value: str
    is_html: bool


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


def feed_of(
    items: Sequence[Item | None], *, base: str, now: datetime, title: str = "", language: str = ""
) -> ParsedFeed:
    """The feed that offers these items, in their order; relative links are resolved by `base`.

    None stands for an item that cannot be read as one.
    A link of a redirect service leads to what it names; a key is made of the link as given, so that an entry stays the
    same whatever services we know.
    """
    found = [(position, _entry(item, base, now)) for position, item in enumerate(items) if item is not None]
    entries = _keyed([entry for _, entry in found if _says_something(entry)])
    distinct: dict[str, Entry] = {}
    for entry in entries:
        distinct.setdefault(entry.key, entry)
    unreadable = [position for position, item in enumerate(items) if item is None]
    empty = [position for position, entry in found if not _says_something(entry)]
    skipped = [_skipped(position, "not an item") for position in unreadable] + [
        _skipped(position) for position in empty
    ]
    return ParsedFeed(
        offered=len(items),
        entries=tuple(map(_led, distinct.values())),
        repeated=len(entries) - len(distinct),
        skipped=tuple(sorted(skipped, key=lambda each: each.position)),
        title=one_line(plain(title)),
        language=primary(language),
    )


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
    return Entry(
        key=guid or (urls.normalise(link) if link else ""),
        link=link,
        title=one_line(_text(item.title)),
        text=_joined([_text(wording) for wording in item.wordings]),
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


def _moment(moment: datetime | None, now: datetime) -> datetime | None:
    return min(moment, now) if moment is not None and moment >= EARLIEST else None


def _says_something(entry: Entry) -> bool:
    return bool(entry.key or entry.title or entry.text)


def _skipped(position: int, detail: str = "") -> Skipped:
    return Skipped(position=position, reason=SkipReason.EMPTY, detail=detail)


def _keyed(entries: Sequence[Entry]) -> list[Entry]:
    """The entries with keys by which they are known again in the next document; equal ones only where all is equal.

    Bad feeds give one guid to several items. Then the link is added to the key, and where that is the same too, the
    wording: told apart by what they say, whatever their order, no item hides another.
    """
    keyed = [replace(entry, key=_bounded(entry.key or _hash(entry.title, entry.text))) for entry in entries]
    keyed = _told_apart(keyed, lambda entry: urls.normalise(entry.link) if entry.link else "")
    return _told_apart(keyed, lambda entry: _hash(entry.title, entry.text))


def _told_apart(entries: Sequence[Entry], by: Callable[[Entry], str]) -> list[Entry]:
    ambiguous = {key for key, times in Counter(entry.key for entry in entries).items() if times > 1}
    if not ambiguous:
        return list(entries)
    variants: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if entry.key in ambiguous:
            variants[entry.key].add(by(entry))
    return [
        replace(entry, key=_bounded(f"{entry.key} {by(entry)}")) if len(variants.get(entry.key, ())) > 1 else entry
        for entry in entries
    ]


def _bounded(key: str) -> str:
    return key if len(key) <= LONGEST_KEY else _hash(key)


def _hash(*parts: str) -> str:
    return "sha256:" + sha256("\n".join(parts).encode()).hexdigest()
