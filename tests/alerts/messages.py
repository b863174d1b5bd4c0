"""Messages for tests: a test mentions only what it is about."""

from datetime import timedelta

from monitor.alerts.message import Item, Message
from monitor.model import ChannelId, DeliveryKey, Occasion, WatchlistId
from monitor.outgoing.quote import Quote, quote
from tests.builders import NOON

SAID = {
    "en": ("Two fighters left a tunnel below Rafah", "fighters"),
    "ar": ("خرج مقاتلان من نفق في رفح", "نفق"),
    "he": ("שני מחבלים יצאו ממנהרה ברפיח", "ממנהרה"),
    "tr": ("İki militan Refah'ta tünelden çıktı", "tünelden"),
    "fr": ("Deux combattants sortent d’un tunnel à Rafah", "tunnel"),
}
"""Language → a sentence, and the word in it for which it was found."""


def said(language: str) -> Quote:
    """The sentence, marked."""
    sentence, word = SAID[language]
    start = sentence.index(word)
    return quote(sentence, [(start, start + len(word))])


def an_item(**changes: object) -> Item:
    """A match with a title and a sentence, in no story."""
    given = {"id": "43b10346" + "0" * 24, "title": "Envoys meet in Cairo", "url": "https://gazette.example/news/1"}
    fixed = {"outlet": "The Gazette", "language": "en", "published_at": NOON, "matched_at": NOON, "score": 4.5}
    words = {"terms": ("envoy*",), "quotes": (quote("Envoys met.", [(0, 6)]),)}
    return Item(**{**fixed, **words, **given, **changes})  # type: ignore[arg-type]


def a_message(occasion: Occasion = Occasion.MATCH, *items: Item, **changes: object) -> Message:
    """A message of the hour before noon about the talks, to the desk."""
    given = {"key": DeliveryKey("0123abcd" * 4), "channel": ChannelId("desk"), "watchlist_id": WatchlistId("talks")}
    span = {"made_at": NOON, "since": NOON - timedelta(hours=1), "until": NOON, "watchlist": "Talks in Cairo"}
    return Message(**{"occasion": occasion, "items": items, **span, **given, **changes})  # type: ignore[arg-type]
