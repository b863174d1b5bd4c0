"""A feed → Atom 1.0 (RFC 4287)."""

from datetime import datetime

from monitor.outgoing.feed import OutgoingEntry, OutgoingFeed
from monitor.outgoing.xml import XmlDocument

ENDING = ".atom.xml"


def atom(feed: OutgoingFeed) -> str:
    """The document."""
    xml = XmlDocument()
    own = feed.address_of(ENDING)
    with xml.inside("feed", {"xmlns": "http://www.w3.org/2005/Atom"}):
        xml.leaf("id", feed.id)
        xml.leaf("title", feed.title)
        xml.leaf("subtitle", feed.description)
        xml.leaf("updated", rfc3339(feed.updated_at))
        xml.leaf("generator", "media-monitor")
        if own:
            xml.leaf("link", "", {"rel": "self", "href": own, "type": "application/atom+xml"})
        for entry in feed.entries:
            with xml.inside("entry", {"xml:lang": entry.language} if entry.language else {}):
                _entry(xml, entry)
    return str(xml)


def rfc3339(moment: datetime) -> str:
    """A moment in UTC, to the second."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _entry(xml: XmlDocument, entry: OutgoingEntry) -> None:
    xml.leaf("id", entry.id)
    xml.leaf("title", entry.title)
    xml.leaf("published", rfc3339(entry.published_at))
    xml.leaf("updated", rfc3339(entry.updated_at))
    for author in entry.authors or (entry.outlet,):
        with xml.inside("author"):
            xml.leaf("name", author)
    if entry.url:
        xml.leaf("link", "", {"rel": "alternate", "href": entry.url})
    for term in entry.terms:
        xml.leaf("category", "", {"term": term})
    xml.leaf("content", entry.html, {"type": "html"})
