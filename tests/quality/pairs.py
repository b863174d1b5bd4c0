"""Pairs of real items judged by reading: is it the same text, another text about the same event, or neither?

pairs.jsonl holds pairs in one language, pairs-across.jsonl pairs in two; pairs-linked.jsonl pairs in two that are a
random sample of all that was linked in the news of two weeks, so that it tells how often a link is right. A line names
two items of ../shared/corpora and says how they were judged, and why in a few words. Nothing of the items stands here.
How a reference is written:

- labelled-dev:ID, an item of topic/labelled-dev.jsonl;
- cnn:PATH, palestine:LANGUAGE:URL, spiegel:URL, an item of the set of that name in texts/;
- wire:LANGUAGE:FEED#KEY, an entry of a feed of feeds/wire-2026-08, by the key that our parser gives it;
- sequence:LANGUAGE:FEED/STATE#KEY, an entry as one state of a feed in feeds/sequences has it.

Feeds rarely say their language, so the reference says it. "text" is the same text or a near copy: most of the shorter
one's sentences stand in the other, which may be a headline's one. "event" is another text on the same happening, of the
same day or so: what a news overview puts under one headline, so reactions and background of that day too. The rest is
"different", mostly what is easily mistaken: another day, place or step of one story, or one template filled twice.
"""

import gzip
import json
from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Any

from monitor.feeds.parse import parse

SAME_LANGUAGE = Path(__file__).with_name("pairs.jsonl")
ACROSS_LANGUAGES = Path(__file__).with_name("pairs-across.jsonl")
LINKED = Path(__file__).with_name("pairs-linked.jsonl")
_FOLDERS = {"wire": "wire-2026-08", "sequence": "sequences"}
_LONG_AFTER = datetime(2030, 1, 1, tzinfo=UTC)
"""The parser dates nothing later than the fetch; here every entry keeps its date."""


class Judgement(StrEnum):
    """What a reader said of a pair."""

    TEXT = "text"
    EVENT = "event"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One side of a pair."""

    id: str
    """The reference."""
    language: str
    title: str
    text: str
    """The whole, a summary, or "" where only the title is known."""
    published_at: datetime | None
    """None: not known. Of cnn the day of the copy, often days after publication; of labelled-dev the day alone."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two items and how they were judged."""

    a: Item
    b: Item
    judged: Judgement
    why: str


def load_pairs(corpora: Path, judged: Path = SAME_LANGUAGE) -> list[Pair]:
    """The pairs of the file `judged`, with their items from `corpora`. Raises: KeyError when an item is not there."""
    lines = [json.loads(line) for line in judged.read_text().splitlines()]
    items = load_items(corpora, {line[side] for line in lines for side in "ab"})
    return [
        Pair(a=items[line["a"]], b=items[line["b"]], judged=Judgement(line["judged"]), why=line["why"])
        for line in lines
    ]


def news_since(corpora: Path, moment: datetime) -> list[Item]:
    """What outlets of two sets, in Arabic, English and German, have published since, by its date."""
    found = chain(_palestine(corpora), _spiegel(corpora))
    return sorted((one for one in found if (one.published_at or moment) > moment), key=_published)


def _published(item: Item) -> datetime:
    return item.published_at or _LONG_AFTER


def load_items(corpora: Path, wanted: Set[str]) -> dict[str, Item]:
    """Those of the wanted items that are there, by reference."""
    feeds = {reference.partition("#")[0] for reference in wanted if reference.partition(":")[0] in _FOLDERS}
    found = chain(
        _labelled(corpora),
        _cnn(corpora),
        _palestine(corpora),
        _spiegel(corpora),
        *(_entries(corpora, feed) for feed in feeds),
    )
    return {item.id: item for item in found if item.id in wanted}


def _labelled(corpora: Path) -> Iterator[Item]:
    for line in (corpora / "topic" / "labelled-dev.jsonl").read_text().splitlines():
        row = json.loads(line)
        yield Item(
            id=f"labelled-dev:{row['id']}",
            language=row["lang"],
            title=row["title"],
            text=row["text"],
            published_at=datetime.fromisoformat(row["date"]).replace(tzinfo=UTC),
            source=row["source"],
        )


def _cnn(corpora: Path) -> Iterator[Item]:
    for row in _rows(corpora, "cnn-fulltext-2024-07"):
        yield Item(
            id=f"cnn:{row['path']}",
            language=row["lang"],
            title=row["title"],
            text=row["text"],
            published_at=datetime.fromisoformat(row["date"]).replace(tzinfo=UTC),
            source="CNN",
        )


def _palestine(corpora: Path) -> Iterator[Item]:
    for row in _rows(corpora, "palestine-ar-en-2026-07_08"):
        yield Item(
            id=f"palestine:{row['lang']}:{row['url']}",
            language=row["lang"],
            title=row["title"],
            # The source's own summary where there is one: the brief is a machine's retelling of it.
            text=row["dek"] or row["brief"],
            published_at=datetime.fromisoformat(row["date"]),
            source=row["source"],
        )


def _spiegel(corpora: Path) -> Iterator[Item]:
    for row in _rows(corpora, "spiegel-2025-07_2026-08"):
        yield Item(
            id=f"spiegel:{row['url']}",
            language=row["lang"],
            title=row["title"],
            text=row["description"] or "",
            published_at=parsedate_to_datetime(row["date"]),
            source="DER SPIEGEL",
        )


def _rows(corpora: Path, name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(corpora / "texts" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _entries(corpora: Path, feed: str) -> Iterator[Item]:
    collection, language, name = feed.split(":")
    document = next((corpora / "feeds" / _FOLDERS[collection]).rglob(f"{name}.xml.gz"))
    body = gzip.decompress(document.read_bytes())
    for entry in parse(body, content_type="", url="https://feed.invalid/", now=_LONG_AFTER).entries:
        yield Item(
            id=f"{feed}#{entry.key}",
            language=language,
            title=entry.title,
            text=entry.text,
            published_at=entry.published_at,
            source=name.partition("/")[0],
        )
