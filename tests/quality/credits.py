"""Real items of which was judged by reading whose text they are: an agency's, by a credit line, or nobody's we know.

A line of credits.jsonl names an item of ../shared/corpora and the agency that it is credited to; "" is for one that
names an agency where a reader must not take it for a credit. Nothing of the items stands here. References are those of
pairs.py, and

- benchmark:ID and publishers:COUNTRY/PAGE, a page of extraction/, as we read it;
- real:FEED#KEY, an entry of a feed of feeds/real, by the key that our parser gives it.
"""

import gzip
import json
from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from monitor.articles.extract import extract
from monitor.feeds.parse import parse
from tests.quality.extraction import benchmark, publishers
from tests.quality.pairs import load_items

JUDGED = Path(__file__).with_name("credits.jsonl")
_FOLDERS = {"wire": "wire-2026-08", "real": "real"}
_LONG_AFTER = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    """An item, and whose text a reader says it is."""

    id: str
    headline: str
    text: str
    authors: tuple[str, ...]
    agency: str


def load_credited(corpora: Path) -> list[Credited]:
    """The judged items with their texts. Raises: KeyError when one is not there."""
    judged = {line["item"]: line["agency"] for line in map(json.loads, JUDGED.read_text().splitlines())}
    found = {one.id: one for one in _found(corpora, judged.keys())}
    return [
        Credited(
            id=key, headline=found[key].headline, text=found[key].text, authors=found[key].authors, agency=judged[key]
        )
        for key in judged
    ]


def _found(corpora: Path, wanted: Set[str]) -> Iterator[Credited]:
    yield from (
        Credited(id=one.id, headline=one.title, text=one.text, authors=(), agency="")
        for one in load_items(corpora, {key for key in wanted if key.partition(":")[0] not in _FOLDERS}).values()
    )
    for known in (*benchmark(), *publishers()):
        key = next(
            (f"{kind}:{known.name}" for kind in ("benchmark", "publishers") if f"{kind}:{known.name}" in wanted), ""
        )
        if key:
            page = extract(known.html, content_type="text/html", url=known.url)
            yield Credited(id=key, headline=page.title, text=page.text, authors=page.authors, agency="")
    for feed in sorted({key.partition("#")[0] for key in wanted if key.partition(":")[0] in _FOLDERS}):
        yield from _entries(corpora, feed)


def _entries(corpora: Path, feed: str) -> Iterator[Credited]:
    collection, _, name = feed.partition(":")
    files = (corpora / "feeds" / _FOLDERS[collection]).rglob("*.gz")
    document = next(path for path in files if path.name.removesuffix(".gz").removesuffix(".xml") == name)
    body = gzip.decompress(document.read_bytes())
    for entry in parse(body, content_type="", url="https://feed.invalid/", now=_LONG_AFTER).entries:
        yield Credited(
            id=f"{feed}#{entry.key}", headline=entry.title, text=entry.text, authors=entry.authors, agency=""
        )
