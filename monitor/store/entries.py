"""Entries: what a feed has offered so far, and in which words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, select

from monitor.model import Article, ArticleId, Entry, FeedId, Sighting
from monitor.store.articles import at
from monitor.store.connections import Transaction
from monitor.store.schema import entries
from monitor.store.statements import batches, upsert

_KEY = ("feed_id", "key_hash")
_CHANGING = (
    "wording",
    "article_id",
    "link",
    "title",
    "published_at",
    "published_raw",
    "authors",
    "language",
    "changed_at",
)
# Made once: building it costs more than running it.
_STORED = select(entries.c.key_hash, entries.c.wording, entries.c.article_id, entries.c.title, entries.c.link).where(
    entries.c.feed_id == bindparam("feed"), entries.c.key_hash.in_(bindparam("hashes", expanding=True))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """An entry as the store has it."""

    article: Article
    """That it points to, with its texts."""
    title: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the store knows of the entries that a feed offers."""

    unchanged: frozenset[str]
    """Keys of the entries that it has in this very wording (title, text and link)."""
    changed: Mapping[str, Before]
    """Key of each entry that it has in another wording → what it has."""
    articles: Mapping[ArticleId, Article]
    """Address of each entry that is not `unchanged` → the article that stands there already, with its texts."""


def seen(tx: Transaction, feed_id: FeedId, offered: Sequence[Entry], addresses: Mapping[str, ArticleId]) -> Seen:
    """What is known of `offered`; `addresses`: entry key → `article_key` of its normalised link, asked only for those
    that are new or newly worded.
    """
    hashes = {entry.key: _hash(entry.key) for entry in offered}
    stored = _stored(tx, feed_id, [*hashes.values()])
    rows = {key: stored[hashed] for key, hashed in hashes.items() if hashed in stored}
    unchanged = frozenset(entry.key for entry in offered if entry.key in rows and rows[entry.key][0] == _wording(entry))
    others = [entry.key for entry in offered if entry.key not in unchanged]
    changed = {key: rows[key] for key in others if key in rows}
    wanted = {addresses[key] for key in others}
    found = at(tx, wanted | {ArticleId(article) for _, article, _, _ in changed.values()})
    return Seen(
        unchanged=unchanged,
        changed={
            key: Before(article=found[ArticleId(article)], title=title, link=link)
            for key, (_, article, title, link) in changed.items()
        },
        articles={address: found[address] for address in wanted if address in found},
    )


def save(tx: Transaction, feed_id: FeedId, sightings: Sequence[Sighting], now: datetime) -> None:
    """Saves entries that are new or newly worded."""
    if sightings:
        tx.execute(upsert(tx, entries, _KEY, _CHANGING), [_row(feed_id, sighting, now) for sighting in sightings])


def _stored(tx: Transaction, feed_id: FeedId, hashes: Sequence[str]) -> dict[str, tuple[str, str, str, str]]:
    """Hash of the key → (wording, article, title, link)."""
    found: dict[str, tuple[str, str, str, str]] = {}
    for batch in batches(hashes):
        rows = tx.execute(_STORED, {"feed": feed_id, "hashes": batch})
        found |= {row[0]: (row[1], row[2], row[3], row[4]) for row in rows}
    return found


def _hash(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _wording(entry: Entry) -> str:
    return _hash(entry.title, entry.text, entry.link)


def _row(feed_id: FeedId, sighting: Sighting, now: datetime) -> dict[str, Any]:
    entry = sighting.entry
    return {
        "feed_id": feed_id,
        "key_hash": _hash(entry.key),
        "key": entry.key,
        "wording": _wording(entry),
        "article_id": sighting.article_id,
        "link": entry.link,
        "title": entry.title,
        "published_at": entry.published_at,
        "published_raw": entry.published_raw,
        "authors": entry.authors,
        "language": entry.language,
        "first_seen_at": now,
        "changed_at": now,
    }
