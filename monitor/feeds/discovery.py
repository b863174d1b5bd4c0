"""A page, or a list of sitemaps → what in it may be a feed. Read in a worker, as everything from outside."""

import re
from collections.abc import Iterator

from monitor import urls
from monitor.feeds.elements import walk
from monitor.feeds.leads import Lead, Source, likeliest
from monitor.feeds.preclean import preclean
from monitor.feeds.sniff import after_prolog
from monitor.text.clean import one_line
from monitor.text.decoding import decode
from monitor.text.markup import tree_of

_TYPES = frozenset(
    ["application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "application/json",
     "application/xml", "text/xml"]
)  # fmt: skip
# WordPress declares its programming interface so.
_NO_FEED = re.compile(r"/wp-json/|/oembed", re.IGNORECASE)
_LIKE_FEED = re.compile(r"(?:\A|[/._?=-])(?:rss2?|feeds?|atom|rdf)(?:\Z|[/._?&=-])", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_INDEX = re.compile(r"<(?:\w+:)?sitemapindex[\s/>]", re.IGNORECASE)


def leads_in(body: bytes, content_type: str, url: str) -> tuple[Lead, ...]:
    """What a page, or a list of sitemaps, at `url` names: the declared ones first, each once. () for anything else."""
    served = _CHARSET.search(content_type)
    within = _CHARSET.search(body[:2000].decode("latin-1"))
    text = decode(body, *(found[1] for found in (served, within) if found))
    start = after_prolog(text)
    if _INDEX.match(text, start):
        return _sitemaps_in_index(preclean(text, start).encode(), url)
    found: dict[str, Lead] = {}
    for lead in sorted(_leads_in_page(text, url), key=lambda lead: lead.source is not Source.DECLARED):
        found.setdefault(urls.normalise(lead.url), lead)
    return tuple(found.values())


def _leads_in_page(text: str, url: str) -> Iterator[Lead]:
    root = tree_of(text)
    if root is None:
        return
    base = url
    for element in root.iter("base", "link", "a"):
        link = urls.absolute(base, _meant(element.get("href", "")))
        if element.tag == "base":
            base = link or base
        elif link and element.tag == "link" and _declares(element.get("rel", ""), element.get("type", "")):
            if not _NO_FEED.search(link):
                yield Lead(url=link, source=Source.DECLARED)
        elif link and element.tag == "a" and _LIKE_FEED.search(link.partition("://")[2].partition("/")[2]):
            yield Lead(url=link, source=Source.LINKED)


def _meant(href: str) -> str:
    """The link, where its scheme is feed: the address behind it."""
    given = one_line(href)
    return urls.typed(given) if given.lower().startswith("feed:") else given


def _declares(rel: str, kind: str) -> bool:
    rels = rel.lower().split()
    return "feed" in rels or ("alternate" in rels and kind.partition(";")[0].strip().lower() in _TYPES)


class _Locations:
    """A reader that gathers the addresses in a list of sitemaps."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def start(self, *_: object) -> None:
        """Nothing is told by a beginning."""

    def end(self, names: tuple[str, ...], text: str) -> None:
        if names[-2:] == ("sitemap", "loc"):
            self.found.append(text)


def _sitemaps_in_index(document: bytes, url: str) -> tuple[Lead, ...]:
    reader = _Locations()
    walk(document, reader)
    # Those without the word hold years of pages.
    return likeliest((found for found in reader.found if "news" in found.lower()), url)
