"""A feed → RSS 2.0 (https://www.rssboard.org/rss-specification)."""

from email.utils import format_datetime

from monitor.outgoing.feed import OutgoingEntry, OutgoingFeed
from monitor.outgoing.xml import XmlDocument

ENDING = ".rss.xml"
_NAMESPACES = {
    "version": "2.0",
    "xmlns:atom": "http://www.w3.org/2005/Atom",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
}


def rss(feed: OutgoingFeed) -> str:
    """The document. A channel must have a link: where nobody said where the feed will stand, it is the feed's URN."""
    xml = XmlDocument()
    own = feed.address_of(ENDING)
    with xml.inside("rss", _NAMESPACES), xml.inside("channel"):
        xml.leaf("title", feed.title)
        xml.leaf("link", feed.base or feed.id)
        xml.leaf("description", feed.description)
        xml.leaf("lastBuildDate", format_datetime(feed.updated_at, usegmt=True))
        xml.leaf("generator", "media-monitor")
        if own:
            xml.leaf("atom:link", "", {"rel": "self", "href": own, "type": "application/rss+xml"})
        for entry in feed.entries:
            with xml.inside("item"):
                _entry(xml, entry)
    return str(xml)


def _entry(xml: XmlDocument, entry: OutgoingEntry) -> None:
    xml.leaf("title", entry.title)
    if entry.url:
        xml.leaf("link", entry.url)
    xml.leaf("guid", entry.id, {"isPermaLink": "false"})
    xml.leaf("pubDate", format_datetime(entry.published_at, usegmt=True))
    xml.leaf("description", entry.html)
    for author in entry.authors or (entry.outlet,):
        xml.leaf("dc:creator", author)
    for term in entry.terms:
        xml.leaf("category", term)
    if entry.language:
        xml.leaf("dc:language", entry.language)
