"""What a page says of itself: title, date, authors, language, canonical address, paywall. One pass over its tree.

JSON-LD first, then OpenGraph and its kin, then plain HTML: the more deliberate, the more often right.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lxml.html import HtmlElement

from monitor import urls
from monitor.articles.json_ld import Declared, declared_in
from monitor.model import EARLIEST, Page
from monitor.text.clean import one_line
from monitor.text.language_tags import primary
from monitor.text.markup import plain

_TITLES = ("og:title", "twitter:title", "parsely-title", "dc.title", "title")
_DATES = (
    "article:published_time",
    "article:published:time",
    "og:article:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "publishdate",
    "publish-date",
    "publication_date",
    "pubdate",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "date",
)
_MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "last-modified", "dcterms.modified", "lastmod")
_AUTHORS = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "byl")
_TAIL = re.compile(r"\s+[–—·•-]\s+\S|\s*[|ㅣ｜]\s*\S")
_HEADING = 12
"""Characters of a heading that may be the article's title; a shorter one is the site's or the section's name."""
_JOINED_NAMES = re.compile(r"\s*[,;/]\s*|\s+(?:and|und|et|og|och|en|y|e|ve)\s+")
_NAME = re.compile(r"[^\W\d_]+(?:[ .'’-]+[^\W\d_]+){1,3}\.?")
"""Two to four words without digits: what is joined to another by a comma may be a title, a city."""
MOST_DATE = 100
"""Characters that are kept of a date as it is written."""
MOST_JSON = 1_000_000
"""Characters of JSON-LD read of a page: ten megabytes of it would be a gigabyte of Python."""
_KEYS_OF_INTEREST = ('"headline"', '"datePublished"', '"isAccessibleForFree"', '"isAccessibleforFree"', '"author"')


@dataclass(slots=True)
class _Seen:
    """Collected while walking the tree."""

    meta: dict[str, str] = field(default_factory=dict)
    """Name or property in lower case → the first content that is not empty."""
    canonical: str = ""
    title: str = ""
    headings: list[str] = field(default_factory=list)
    """The texts of <h1>. Times before the first one are of the page: of breaking news, of today."""
    time: str = ""
    """The first one that is marked as the date of publication, or stands behind the headline."""
    json: list[str] = field(default_factory=list)
    json_size: int = 0


def metadata(root: HtmlElement, url: str) -> Page:
    """What the page at `url` says of itself, as a Page whose text is what it declares to be the article's, or ""."""
    seen = _walked(root)
    declared = declared_in(seen.json)
    title = one_line(plain(declared.headline or _first(seen.meta, _TITLES) or seen.title))
    published, published_raw = _dated(declared.published, _first(seen.meta, _DATES), seen.time)
    modified, modified_raw = _dated(declared.modified, _first(seen.meta, _MODIFIED))
    authors = declared.authors or tuple(filter(_is_name, [_first(seen.meta, _AUTHORS)]))
    return Page(
        text=plain(declared.body),
        title=_without_site(title, seen.headings),
        canonical=urls.absolute(url, seen.canonical),
        language=_language(root, seen.meta, declared),
        authors=tuple(dict.fromkeys(name for given in authors for name in _names(one_line(plain(given))))),
        published_at=published,
        # One that is earlier than the publication tells of the template, or of a draft.
        modified_at=modified if modified and not (published and modified < published) else None,
        published_raw=published_raw,
        modified_raw=modified_raw,
        paywalled=declared.paywalled or seen.meta.get("article:content_tier", "").lower() == "locked",
    )


def _dated(*written: str) -> tuple[datetime | None, str]:
    """The first that is a date, and as it is written; else what is written in its place."""
    for raw in written:
        if moment := moment_of(raw):
            return moment, _shortened(raw)
    return None, _shortened(next(filter(None, written), ""))


def _shortened(raw: str) -> str:
    return one_line(raw)[:MOST_DATE]


def moment_of(text: str) -> datetime | None:
    """The moment that a date as pages write it means, in UTC; None for nonsense, such as the year 1, which is what many
    pages write for no date. Without a zone it is taken as UTC.
    """
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text.strip())
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        return moment if moment >= EARLIEST else None
    return None


def _walked(root: HtmlElement) -> _Seen:
    seen = _Seen()
    for element in root.iter("meta", "link", "title", "script", "h1", "time"):
        match element.tag:
            case "meta":
                _add_meta(seen, element)
            case "link" if not seen.canonical and element.get("rel", "").lower() == "canonical":
                seen.canonical = element.get("href", "")
            case "title" if not seen.title:
                seen.title = element.text or ""
            case "h1":
                seen.headings.append(one_line("".join(element.itertext())))
            case "time" if not seen.time and (seen.headings or element.get("itemprop") == "datePublished"):
                seen.time = element.get("datetime", "")
            case "script" if "ld+json" in element.get("type", ""):
                _add_json(seen, element.text or "")
            case _:
                pass
    return seen


def _add_meta(seen: _Seen, element: HtmlElement) -> None:
    name = element.get("property") or element.get("name") or element.get("itemprop") or ""
    content = element.get("content", "").strip()
    if name and content:
        seen.meta.setdefault(name.lower(), content)


def _add_json(seen: _Seen, text: str) -> None:
    if seen.json_size + len(text) <= MOST_JSON and any(key in text for key in _KEYS_OF_INTEREST):
        seen.json.append(text)
        seen.json_size += len(text)


def _first(meta: dict[str, str], names: tuple[str, ...]) -> str:
    return next((meta[name] for name in names if name in meta), "")


def _is_name(author: str) -> bool:
    return bool(author) and "://" not in author and "@" not in author and not author.isdigit()


def _names(author: str) -> list[str]:
    """The persons whom one text names: "Jane Doe and Joe Bloggs"; as it is, unless all of its parts look like names."""
    parts = _JOINED_NAMES.split(author)
    return parts if all(map(_NAME.fullmatch, parts)) else [author] if author else []


def _without_site(title: str, headings: list[str]) -> str:
    """The title without what pages write behind it, the section and the site, where a heading shows where it ends."""
    return next((heading for heading in headings if _is_title_of(heading, title)), title)


def _is_title_of(heading: str, title: str) -> bool:
    return len(heading) >= _HEADING and title.startswith(heading) and bool(_TAIL.match(title, len(heading)))


def _language(root: HtmlElement, meta: dict[str, str], declared: Declared) -> str:
    tags = (root.get("lang"), root.get("{http://www.w3.org/XML/1998/namespace}lang"), root.get("xml:lang"))
    candidates = [*tags, declared.language, meta.get("og:locale"), meta.get("content-language")]
    return next(filter(None, (primary(tag) for tag in candidates if tag)), "")
