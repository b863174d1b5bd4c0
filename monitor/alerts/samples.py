"""A message of each kind, made up: templates are tried with them before they are needed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from monitor.alerts.message import Item, Message
from monitor.model import ChannelId, DeliveryKey, Occasion, WatchlistId
from monitor.outgoing.quote import quote

_AT = datetime(2025, 11, 10, 12, 0, tzinfo=UTC)
FULL = Item(
    id="43b10346000000000000000000000000",
    title="Envoys meet in Cairo",
    url="https://gazette.example/news/1",
    outlet="The Gazette",
    language="en",
    published_at=_AT,
    matched_at=_AT,
    score=4.5,
    terms=("envoy*", "Cairo"),
    quotes=(quote("Two envoys met in Cairo.", [(4, 10), (18, 23)]),),
    reason="a new independent origin: Levant Wire",
    story="5a000000000000000000000000000000",
    further=2,
    origins=2,
    outlets=("The Gazette", "صوت المدينة"),
    languages=("en", "ar"),
)
BARE = Item(
    id="fcf664cf000000000000000000000000",
    title="",
    url="",
    outlet="صوت المدينة",
    language="",
    published_at=None,
    matched_at=_AT,
    score=1.0,
    terms=(),
    quotes=(),
)
"""All that may be missing is."""
_NOTES = {
    Occasion.SPIKE: "14 stories today, 3 are usual by this hour",
    Occasion.QUIET: "nothing for 31 hours, 6 are usual",
}


def samples() -> Iterator[Message]:
    """Of every occasion at least one; of digests also an empty one."""
    for occasion in Occasion:
        items = {Occasion.TEST: (), Occasion.SPIKE: (FULL,), Occasion.QUIET: ()}.get(occasion, (FULL, BARE))
        yield sample(occasion, items=items)
    yield sample(Occasion.DIGEST)


def sample(occasion: Occasion, *, items: tuple[Item, ...] = ()) -> Message:
    """The message of this kind with these items."""
    is_test = occasion is Occasion.TEST
    return Message(
        key=DeliveryKey("0123456789abcdef0123456789abcdef"),
        channel=ChannelId("desk"),
        occasion=occasion,
        watchlist_id=None if is_test else WatchlistId("talks"),
        watchlist="" if is_test else "Talks in Cairo",
        made_at=_AT,
        since=None if is_test else _AT - timedelta(hours=1),
        until=None if is_test else _AT,
        note=_NOTES.get(occasion, ""),
        items=items,
        left_out=3 if len(items) > 1 and occasion in (Occasion.DIGEST, Occasion.REST) else 0,
    )
