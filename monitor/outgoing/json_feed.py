"""A feed → JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import json

from monitor.outgoing.atom import rfc3339
from monitor.outgoing.feed import OutgoingEntry, OutgoingFeed

ENDING = ".json"


def json_feed(feed: OutgoingFeed) -> str:
    """The document; what is not known is left out."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.base,
        "feed_url": feed.address_of(ENDING),
        "description": feed.description,
    }
    told = {name: value for name, value in document.items() if value}
    return json.dumps(told | {"items": [*map(_entry, feed.entries)]}, ensure_ascii=False, indent=1) + "\n"


def _entry(entry: OutgoingEntry) -> dict[str, object]:
    given: dict[str, object] = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.html,
        "date_published": rfc3339(entry.published_at),
        "date_modified": rfc3339(entry.updated_at),
        "authors": [{"name": author} for author in entry.authors or (entry.outlet,)],
        "tags": list(entry.terms),
        "language": entry.language,
    }
    return {name: value for name, value in given.items() if value}
