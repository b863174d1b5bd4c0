"""A feed that we publish, of a watchlist's matches or of alerts: what stands in it, whatever its format."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from html import escape
from urllib.parse import quote as percent_encoded

from monitor.model import DeliveryKey, MatchId
from monitor.outgoing.quote import Quote

_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
UNTITLED = "(no title)"
"""What stands where an article has no headline: a feed's entry must have one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingEntry:
    """A match, or an alert. All text is harmless."""

    id: str
    """A URI: see `entry_id`."""
    url: str
    """Absolute; "" for none."""
    title: str
    html: str
    """What to read of it, as a piece of HTML: see `html_of`."""
    outlet: str
    language: str
    """A tag of BCP 47; "" where it is not known."""
    authors: tuple[str, ...]
    terms: tuple[str, ...]
    published_at: datetime
    updated_at: datetime
    """When it last became what it is: matched, or its article reworded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingFeed:
    """The newest entries."""

    name: str
    """What it is known by, e.g. a watchlist's id."""
    title: str
    description: str
    """What it is, in a sentence."""
    updated_at: datetime
    """Of the entry that was updated last; where there is none, of what it is about."""
    entries: tuple[OutgoingEntry, ...]
    base: str = ""
    """The address of the folder in which the feeds will stand, with its slash; "" where nobody said."""

    @property
    def id(self) -> str:
        """A URI that stays."""
        return _urn(sha256(f"feed\n{self.name}".encode()).hexdigest())

    def address_of(self, ending: str) -> str:
        """Where the file with this ending will stand; "" where nobody said."""
        return self.base and f"{self.base}{percent_encoded(self.name)}{ending}"


def entry_id(key: MatchId | DeliveryKey) -> str:
    """The URI of a match or an alert, wherever and as whatever it is published."""
    return _urn(key)


def html_of(quotes: Sequence[Quote], *, outlet: str, language: str, terms: Sequence[str]) -> str:
    """What to read of a match; `language`: a tag of BCP 47, or ""."""
    tag = f' lang="{language}"' if language else ""
    said = "".join(f'<p dir="auto"{tag}>{_html(quote)}</p>' for quote in quotes)
    facts = " · ".join(filter(None, [outlet, language, ", ".join(terms)]))
    return f'{said}<p dir="auto">{escape(facts)}</p>'


def language_tag(language: str) -> str:
    """The language as XML and JSON Feed take it; "" where it is no tag."""
    return language if _TAG.fullmatch(language) else ""


def _urn(digits: str) -> str:
    """A UUID of version 8 (RFC 9562: the bits are ours), which begins with the digits that `monitor show` takes."""
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"urn:uuid:{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def _html(quote: Quote) -> str:
    return "".join(f"<b>{escape(one.text)}</b>" if one.is_hit else escape(one.text) for one in quote.pieces)
