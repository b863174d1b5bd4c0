"""A folder of feeds as a site: each file a feed on a host of its own, each folder of states a feed that changes."""

import gzip
import json
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from zlib import crc32

from bench.site import Answer

_ENDINGS = (".xml", ".json", ".gz")
_GZIP = b"\x1f\x8b"
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d")
# feedparser's own tests say in a comment at the top how they are to be served.
_SERVED_WITH = re.compile(rb"^Header:[ \t]*([A-Za-z-]+):[ \t]*([\x20-\x7e]+?)[ \t]*$", re.MULTILINE)
_COMMENT = 2048
"""Bytes in which that comment stands."""
_DOMAIN = "corpus.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusFeed:
    """A feed of the corpus."""

    id: str
    name: str
    """Its path below the corpus."""
    states: tuple[Path, ...]
    """What it answers to the first poll, the second, …; the last one ever after."""

    @property
    def host(self) -> str:
        """Nobody else's."""
        return f"{self.id}.{_DOMAIN}"

    @property
    def url(self) -> str:
        """Where the replay serves it."""
        return f"https://{self.host}/feed"


def feeds_in(folders: Iterable[Path], limit: int | None = None) -> list[CorpusFeed]:
    """The feeds of these folders, by path; with `limit`, so many of them, spread over the whole."""
    named: dict[str, list[Path]] = {}
    for folder in folders:
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and is_feed(path)):
            is_state = bool(_TIMESTAMP.match(path.name))
            named.setdefault(str((path.parent if is_state else path).relative_to(folder.parent)), []).append(path)
    feeds = [
        CorpusFeed(id=f"f{number}", name=name, states=tuple(states))
        for number, (name, states) in enumerate(sorted(named.items()))
    ]
    return feeds if limit is None else feeds[:: -(-len(feeds) // limit)]


def is_feed(path: Path) -> bool:
    """Whether a file of the corpus is a feed, and not what some parser is expected to make of the one beside it."""
    is_expected = path.name.endswith(".expected.json.gz") or (
        path.name.endswith(".json.gz") and path.with_name(path.name.replace(".json.gz", ".xml.gz")).exists()
    )
    return path.name.endswith(_ENDINGS) and not is_expected


def document(path: Path) -> bytes:
    """What a file holds, unzipped."""
    body = path.read_bytes()
    return gzip.decompress(body) if body.startswith(_GZIP) else body


@dataclass(slots=True, kw_only=True)
class CorpusSite:
    """Answers with the feeds, and to every other address with one of `pages`, or 404 where there are none."""

    feeds: Mapping[str, tuple[Path, ...]]
    """Host → states."""
    pages: tuple[Path, ...] = ()
    asked: Counter[str] = field(default_factory=Counter)

    def answer(self, host: str, target: str) -> Answer:
        """A state of a feed, the next one at each request; or a page, always the same for an address."""
        states = self.feeds.get(host) if target == "/feed" else None
        if states:
            self.asked[host] += 1
            return _feed_answer(states[min(self.asked[host], len(states)) - 1])
        if not self.pages:
            return Answer(status=404)
        body = self.pages[crc32(f"{host}{target}".encode()) % len(self.pages)].read_bytes()
        headers = {"Content-Type": "text/html"} | ({"Content-Encoding": "gzip"} if body.startswith(_GZIP) else {})
        return Answer(body=body, headers=headers)


def _feed_answer(path: Path) -> Answer:
    body = document(path)
    kind = "application/feed+json" if ".json" in path.name else "application/xml"
    told = {name.decode().title(): value.decode() for name, value in _SERVED_WITH.findall(body, 0, _COMMENT)}
    return Answer(body=body, headers={"Content-Type": kind} | told)


def offered_by(path: Path) -> int:
    """How many entries feedparser alone (or a plain reading of the JSON) finds in a file; 0 where it fails."""
    import feedparser

    body = document(path)
    try:
        if body.lstrip().startswith(b"{"):
            return len(json.loads(body).get("items", ()))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = feedparser.parse(BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
            return len(parsed.entries)
    except (ValueError, LookupError):
        return 0
