"""What runs inside a worker process.

The parsers are imported inside the functions: the daemon's own process imports this module to name a task, and must
never load feedparser, trafilatura or lxml. The fork server loads them beforehand (`PRELOADED`), once for all workers.
"""

import pickle
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from monitor.feeds.pieces import Pieces
from monitor.model import Page, ParsedFeed
from monitor.workers.limits import allow_cpu

if TYPE_CHECKING:
    from monitor.feeds.elements import Fault
    from monitor.feeds.leads import Lead
    from monitor.feeds.opml import FeedList

T = TypeVar("T")

PRELOADED = (
    "monitor.workers.tasks",
    "monitor.feeds.parse",
    "monitor.articles.extract",
    "monitor.text.index_keys",
    "monitor.workers.settled",
)


def parse_feed(body: bytes, content_type: str, url: str, now: datetime) -> ParsedFeed:
    """`monitor.feeds.parse.parse`."""
    from monitor.feeds.parse import parse

    return parse(body, content_type=content_type, url=url, now=now)


def split_feed(body: bytes, content_type: str) -> Pieces:
    """`monitor.feeds.parse.split`."""
    from monitor.feeds.parse import split

    return split(body, content_type=content_type)


def parse_pieces(documents: tuple[str, ...], url: str, now: datetime) -> tuple[ParsedFeed, ...]:
    """`monitor.feeds.parse.parse_pieces`."""
    from monitor.feeds.parse import parse_pieces

    return parse_pieces(documents, url=url, now=now)


def extract_page(body: bytes, content_type: str, url: str) -> Page:
    """`monitor.articles.extract.extract`."""
    from monitor.articles.extract import extract

    return extract(body, content_type=content_type, url=url)


def feed_leads(body: bytes, content_type: str, url: str) -> "tuple[Lead, ...]":
    """`monitor.feeds.discovery.leads_in`."""
    from monitor.feeds.discovery import leads_in

    return leads_in(body, content_type, url)


def feed_list(body: bytes) -> "FeedList | Fault":
    """`monitor.feeds.opml.read_opml`."""
    from monitor.feeds.opml import read_opml

    return read_opml(body)


def index_keys(texts: Sequence[str]) -> list[list[str]]:
    """`monitor.text.index_keys.keys_of` of each."""
    from monitor.text.index_keys import keys_of

    return [list(keys_of(text)) for text in texts]


def perform(task: Callable[..., T], arguments: tuple[object, ...], limit: timedelta) -> T:
    """Run a task with `limit` of CPU time.

    Raises: whatever the task raises, as something that reaches the daemon whole.
    """
    allow_cpu(limit)
    try:
        return task(*arguments)
    except Exception as error:
        if _travels(error):
            raise
        # pebble's pool breaks on an exception that the daemon cannot rebuild.
        raise RuntimeError(f"{type(error).__name__}: {error}") from None


def _travels(error: Exception) -> bool:
    try:
        return type(pickle.loads(pickle.dumps(error))) is type(error)  # noqa: S301 - our own bytes
    except (pickle.PickleError, TypeError, ValueError, AttributeError, ImportError):
        return False
