"""What a channel is told: the same for all of them; how it looks is `render`'s and the senders' business.

A message is made once, when it is sent first, and kept: every further attempt says the same under the same key.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from monitor.model import ChannelId, DeliveryKey, Occasion, WatchlistId
from monitor.outgoing.quote import Piece, Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A match, as it is told. All text is harmless."""

    id: str
    """Of the match: 32 digits, of which `monitor show` takes eight."""
    title: str
    url: str
    """Absolute; "" for none."""
    outlet: str
    """Its name."""
    language: str
    """A tag of BCP 47; "" where it is not known."""
    published_at: datetime | None
    matched_at: datetime
    score: float
    terms: tuple[str, ...]
    quotes: tuple[Quote, ...]
    """The sentences with hits."""
    reason: str = ""
    """Why it is news, for a person: "a new independent origin: AFP"; "" for a match as such."""
    story: str = ""
    """The story's id; "" for none."""
    further: int = 0
    """Other articles of the story."""
    origins: int = 0
    """Independent ones, of the story; 0 where they are not known."""
    outlets: tuple[str, ...] = ()
    """Of the story, by their names."""
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One delivery's words."""

    key: DeliveryKey
    channel: ChannelId
    occasion: Occasion
    watchlist_id: WatchlistId | None
    """None: of none, as in a test."""
    watchlist: str
    """Its title."""
    made_at: datetime
    since: datetime | None = None
    """Of a digest, or of what was kept back: from when to when; of a spike or a silence likewise."""
    until: datetime | None = None
    note: str = ""
    """What there is to say beside the items: of a spike "14 stories today, 3 are usual by this hour"."""
    items: tuple[Item, ...] = ()
    left_out: int = 0
    """Further items that the message does not hold: it would be too long."""


def to_json(message: Message) -> str:
    """The message as it is kept, and as webhooks and commands get it; docs/alerts.md says what is in it."""
    return json.dumps(asdict(message), ensure_ascii=False, default=datetime.isoformat)


def from_json(text: str) -> Message:
    """The message again."""
    said: dict[str, Any] = json.loads(text)
    said["occasion"] = Occasion(said["occasion"])
    for name in ("made_at", "since", "until"):
        said[name] = _moment(said[name])
    said["items"] = tuple(map(_item, said["items"]))
    return Message(**said)


def _item(said: dict[str, Any]) -> Item:
    quotes = tuple(Quote(pieces=tuple(Piece(**piece) for piece in one["pieces"])) for one in said["quotes"])
    listed = {name: tuple(said[name]) for name in ("terms", "outlets", "languages")}
    moments = {name: _moment(said[name]) for name in ("published_at", "matched_at")}
    return Item(**{**said, **listed, **moments, "quotes": quotes})


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
