"""Which articles a watchlist is asked about at all."""

from dataclasses import dataclass
from datetime import datetime

from monitor.model import Document, Watchlist
from monitor.text.language_tags import primary


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of a watchlist. What nobody knows of an article never keeps it out: missing one is the worst fault."""

    languages: frozenset[str] = frozenset()
    """Primary tags; likewise none of the others limits anything where it is empty or None."""
    outlets: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None

    def against(self, document: Document) -> str:
        """Why a document is out of bounds, for a person; "" where it is within."""
        language, outlet, published = primary(document.language), document.outlet, document.published_at
        if self.languages and language and language not in self.languages:
            return f"the watchlist is limited to articles in {', '.join(sorted(self.languages))}; this is {language}"
        if self.outlets and outlet and outlet not in self.outlets:
            return f"the watchlist is limited to some outlets, and {outlet} is none of them"
        if self.since and published and published < self.since:
            return f"the watchlist begins at {self.since:%Y-%m-%d %H:%M} UTC"
        if self.until and published and published >= self.until:
            return f"the watchlist ends at {self.until:%Y-%m-%d %H:%M} UTC"
        return ""


def limits_of(watchlist: Watchlist) -> Limits:
    """The limits as a watchlist's file sets them."""
    return Limits(
        languages=frozenset(map(primary, watchlist.languages)),
        outlets=frozenset(watchlist.outlets),
        since=watchlist.since,
        until=watchlist.until,
    )
