"""Where a site's feeds may be, as far as that is known without reading a page: values, robots.txt, the usual paths.

Pure, and without the parsers: the process that fetches may import it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from monitor import urls
from monitor.text.clean import one_line

MOST = 20
"""Addresses of one page that are worth asking."""
USUAL = (
    "feed/",
    "rss",
    "rss.xml",
    "feed.xml",
    "atom.xml",
    "index.xml",
    "feeds",
    "rss/index.xml",
    "feed.json",
    "?feed=rss2",
)
"""Where feeds often are, below a site's root."""
MOST_SITEMAPS = 3

_COMMENTS = re.compile(r"comment|yorum|commentaire|kommentar", re.IGNORECASE)
_SITEMAP_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)


class Source(StrEnum):
    """Why an address may be a feed's."""

    GIVEN = "given"
    DECLARED = "declared"
    """A page's head names it."""
    LINKED = "linked"
    """A page links it, and it looks like one."""
    SITEMAP = "sitemap"
    """robots.txt or a list of sitemaps names it."""
    USUAL = "usual path"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """An address that may be a feed's."""

    url: str
    source: Source


def sitemaps_in(robots: str, url: str) -> tuple[Lead, ...]:
    """The sitemaps that a robots.txt at `url` names, if they may hold news."""
    return likeliest((found[1] for found in _SITEMAP_LINE.finditer(robots)), url)


def usual_leads(url: str) -> tuple[Lead, ...]:
    """The usual paths of the site of an address, and below the address itself."""
    below = [] if urls.is_front_page(url) or "?" in url else [f"{url.rstrip('/')}/feed/"]
    paths = [*below, *(urls.absolute(url, f"/{path}") for path in USUAL)]
    return tuple(Lead(url=path, source=Source.USUAL) for path in paths)


def is_of_comments(url: str, title: str) -> bool:
    """Whether a feed is likely to hold readers' comments."""
    return bool(_COMMENTS.search(url) or _COMMENTS.search(title))


def likeliest(addresses: Iterable[str], url: str) -> tuple[Lead, ...]:
    """The few sitemaps among these addresses that are likeliest to hold news: those that say so first."""
    links = dict.fromkeys(filter(None, (urls.absolute(url, one_line(address)) for address in addresses)))
    ordered = sorted(links, key=lambda link: "news" not in link.lower())
    return tuple(Lead(url=link, source=Source.SITEMAP) for link in ordered[:MOST_SITEMAPS])
