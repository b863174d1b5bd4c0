"""Entries and skipped items → the feed that offers them, keyed so that nothing a feed offers is lost.

offered = entries + repeated + skipped, for whatever comes in. Loads no parser: what worker processes read of the pieces
of a feed is put together outside them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256

from monitor import urls
from monitor.model import Entry, ParsedFeed, Skipped, SkipReason

LONGEST_KEY = 500
"""Characters; a longer guid is replaced by its hash, for the database keeps an index of keys."""


def keyed(found: Sequence[Entry | Skipped]) -> ParsedFeed:
    """The feed that offers these, in their order. Entries bring the key that their item gives itself, "" for none."""
    positioned = [replace(each, position=n) for n, each in enumerate(found) if isinstance(each, Skipped)]
    entries = _with_keys([each for each in found if isinstance(each, Entry)])
    distinct: dict[str, Entry] = {}
    for entry in entries:
        distinct.setdefault(entry.key, entry)
    return ParsedFeed(
        offered=len(found),
        entries=tuple(distinct.values()),
        repeated=len(entries) - len(distinct),
        skipped=tuple(positioned),
    )


def joined(parts: Sequence[ParsedFeed], frame: ParsedFeed) -> ParsedFeed:
    """The feed whose items are those of the parts, in their order, and which says of itself what `frame` says."""
    items: list[Entry | Skipped] = []
    for part in parts:
        items += (*part.entries, *part.skipped)
    found = keyed(items)
    repeated = sum(part.repeated for part in parts)
    return replace(
        frame,
        offered=found.offered + repeated,
        entries=found.entries,
        repeated=found.repeated + repeated,
        skipped=found.skipped,
    )


def unreadable(detail: str) -> Skipped:
    """An item that cannot be read; `detail`: why, for a person."""
    return Skipped(position=0, reason=SkipReason.UNREADABLE, detail=detail)


def cut_off() -> Skipped:
    """An item within which its document ends."""
    return Skipped(position=0, reason=SkipReason.CUT_OFF)


def _with_keys(entries: Sequence[Entry]) -> list[Entry]:
    """The entries with keys by which they are known again in the next document; equal ones only where all is equal.

    Bad feeds give one guid to several items. Then the link is added to the key, and where that is the same too, the
    wording: told apart by what they say, whatever their order, no item hides another.
    """
    found = [_keyed(entry) for entry in entries]
    found = _told_apart(found, lambda entry: urls.normalise(entry.link) if entry.link else "")
    return _told_apart(found, lambda entry: _hash(entry.title, entry.text))


def _keyed(entry: Entry) -> Entry:
    key = _bounded(entry.key or _hash(entry.title, entry.text))
    return entry if key == entry.key else replace(entry, key=key)


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
