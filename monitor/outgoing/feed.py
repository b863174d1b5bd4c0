"""The matches of a watchlist as a feed that we publish: what stands in it, whatever its format."""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from html import escape
from urllib.parse import quote as percent_encoded

from monitor.model import MatchId, WatchlistId
from monitor.outgoing.quote import Quote

_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
UNTITLED = "(no title)"
"""What stands where an article has no headline: a feed's entry must have one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingEntry:
    """A match. All text is harmless."""

    id: str
    """A URI: see `entry_id`."""
    url: str
    """Absolute; "" for none."""
    title: str
    quotes: tuple[Quote, ...]
    outlet: str
    language: str
    """A tag of BCP 47; "" where it is not known."""
    authors: tuple[str, ...]
    terms: tuple[str, ...]
    published_at: datetime
    updated_at: datetime
    """When it last became what it is: matched, or its article reworded."""

    @property
    def html(self) -> str:
        """What to read of it, as a piece of HTML."""
        language = f' lang="{self.language}"' if self.language else ""
        said = "".join(f'<p dir="auto"{language}>{_html(quote)}</p>' for quote in self.quotes)
        facts = " · ".join(filter(None, [self.outlet, self.language, ", ".join(self.terms)]))
        return f'{said}<p dir="auto">{escape(facts)}</p>'


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingFeed:
    """The newest matches of a watchlist."""

    watchlist: WatchlistId
    title: str
    updated_at: datetime
    """Of the entry that was updated last; of the watchlist, where there is none."""
    entries: tuple[OutgoingEntry, ...]
    base: str = ""
    """The address of the folder in which the feeds will stand, with its slash; "" where nobody said."""

    @property
    def id(self) -> str:
        """A URI that stays."""
        return _urn(sha256(f"feed\n{self.watchlist}".encode()).hexdigest())

    @property
    def description(self) -> str:
        """What it is, in a sentence."""
        return f"The newest articles that match the watchlist {self.watchlist}"

    def address_of(self, ending: str) -> str:
        """Where the file with this ending will stand; "" where nobody said."""
        return self.base and f"{self.base}{percent_encoded(self.watchlist)}{ending}"


def entry_id(match: MatchId) -> str:
    """The URI of a match, wherever and as whatever it is published."""
    return _urn(match)


def language_tag(language: str) -> str:
    """The language as XML and JSON Feed take it; "" where it is no tag."""
    return language if _TAG.fullmatch(language) else ""


def _urn(digits: str) -> str:
    """A UUID of version 8 (RFC 9562: the bits are ours), which begins with the digits that `monitor show` takes."""
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"urn:uuid:{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def _html(quote: Quote) -> str:
    return "".join(f"<b>{escape(one.text)}</b>" if one.is_hit else escape(one.text) for one in quote.pieces)
