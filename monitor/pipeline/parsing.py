"""The bytes of a feed → its entries, in worker processes; what kills or outlasts one costs an item, not the feed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.errors import ParseError, ParseKind
from monitor.feeds.keys import joined, keyed, unreadable
from monitor.feeds.pieces import MOST, Pieces
from monitor.model import ParsedFeed
from monitor.workers.pool import Workers
from monitor.workers.tasks import parse_feed, parse_pieces, split_feed

PATIENCE = timedelta(seconds=4)
"""For one run of a worker over pieces: a sound item takes it a hundredth of a second."""
MOST_DEATHS = 16
"""Runs over the pieces of one feed that may fail; items that are suspect by then are skipped."""
_TOGETHER = 32
"""Items read in one run; of a run that fails the items are read one by one."""


async def parse(body: bytes, content_type: str, url: str, now: datetime, workers: Workers) -> ParsedFeed:
    """The feed at `url`, as `monitor.feeds.parse.parse`. Where reading it kills a worker or takes too long or too much
    memory, it is read item by item; those that do so alone are skipped as unreadable.

    Raises: ParseError when the bytes are no feed, or nothing can be had of it even so.
    """
    try:
        return await workers.run(parse_feed, body, content_type, url, now)
    except ParseError as error:
        if error.kind is ParseKind.INVALID:
            raise
        salvaged = await _in_pieces(body, content_type, url, now, workers)
        if salvaged is None or not salvaged.entries:
            raise
        return salvaged


async def _in_pieces(body: bytes, content_type: str, url: str, now: datetime, workers: Workers) -> ParsedFeed | None:
    """None where the feed cannot be taken apart."""
    try:
        pieces = await workers.run_within(PATIENCE, split_feed, body, content_type)
    except ParseError:
        return None
    if len(pieces.items) > MOST:
        return None
    return await _Salvage(url, now, workers).read(pieces)


class _Salvage:
    """Reads one feed piece by piece, as long as not too many runs fail."""

    def __init__(self, url: str, now: datetime, workers: Workers) -> None:
        self._url = url
        self._now = now
        self._workers = workers
        self._lives = MOST_DEATHS

    async def read(self, pieces: Pieces) -> ParsedFeed:
        """What the pieces offer together."""
        documents = pieces.documents
        groups = [documents[start : start + _TOGETHER] for start in range(0, len(documents), _TOGETHER)]
        parts = [part for group in groups for part in await self._group(group)]
        (frame,) = await self._one(pieces.frame)
        return joined(parts, replace(frame, damaged=pieces.damaged))

    async def _group(self, documents: Sequence[str]) -> list[ParsedFeed]:
        try:
            return await self._run(documents)
        except ParseError:
            return [part for document in documents for part in await self._one(document)]

    async def _one(self, document: str) -> list[ParsedFeed]:
        try:
            return await self._run([document])
        except ParseError as error:
            return [keyed([unreadable(str(error))])]

    async def _run(self, documents: Sequence[str]) -> list[ParsedFeed]:
        """Raises: ParseError when the worker fails, or has failed too often."""
        if not self._lives:
            raise ParseError("not read: too many items of this feed crash or outlast the parser")
        try:
            return [*await self._workers.run_within(PATIENCE, parse_pieces, tuple(documents), self._url, self._now)]
        except ParseError:
            self._lives -= 1
            raise
