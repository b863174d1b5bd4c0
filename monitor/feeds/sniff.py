"""What the body of an answer is, before a parser sees it: JSON, XML with a feed in it, or something else with a name.

feedparser spends seconds on two megabytes of HTML or noise, and takes a feed with a line of PHP warnings before it for
noise; so what is no feed is refused here, and what stands before a feed is cut off.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from monitor.errors import ParseError
from monitor.text.clean import one_line

_MAGIC = (
    (b"%PDF", "a PDF file"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "compressed data"),
)
_BLANK = re.compile(r"[\s\ufeff\x00]*")
_ROOT = re.compile(r"<((?:[A-Za-z_][\w.-]*:)?(?:rss|rdf|feed|channel|urlset))(?=[\s/>])", re.IGNORECASE)
_ANY_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_HTML = re.compile(r"<(?:html|head|body|title|script|meta|div|p)\b", re.IGNORECASE)
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{1,300})", re.IGNORECASE)
_OTHER_ROOTS = {
    "sitemapindex": "a list of sitemaps: give the address of the one with the news",
    "opml": "an OPML list of feeds: import it instead",
}
HEAD = 65_536
"""Characters in which the beginning of the feed is looked for."""


class Format(StrEnum):
    """The families of feeds."""

    JSON = "json"
    XML = "xml"
    SITEMAP = "sitemap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sniffed:
    """A body that may be a feed."""

    format: Format
    start: int = 0
    """Where the root element begins, in characters; likewise its name."""
    root: str = ""


def refuse_files(body: bytes) -> None:
    """Raises: ParseError for an empty body and for files of other kinds."""
    if not body.strip(b" \t\r\n\x00"):
        raise ParseError("the answer is empty, not a feed")
    for magic, name in _MAGIC:
        if body.startswith(magic):
            raise ParseError(f"this is {name}, not a feed")


def sniff(text: str) -> Sniffed:
    """What the text is. Raises: ParseError, saying what it is instead of a feed."""
    start = after_prolog(text)
    if text.startswith(("{", "["), start):
        return Sniffed(format=Format.JSON, start=start)
    if found := _ROOT.match(text, start):
        return _found(found)
    if _HTML.match(text, start) or "<!doctype html" in text[:start].lower():
        raise ParseError(_html_message(text))
    if found := _ROOT.search(text, start, start + HEAD):
        return _found(found)
    raise ParseError(_other_message(text, start))


def _found(root: re.Match[str]) -> Sniffed:
    is_sitemap = root[1].lower().endswith("urlset")
    return Sniffed(format=Format.SITEMAP if is_sitemap else Format.XML, start=root.start(), root=root[1])


def after_prolog(text: str) -> int:
    """Where the first thing begins that is neither blank, processing instruction, comment nor DOCTYPE."""
    position = 0
    while True:
        position = _BLANK.match(text, position).end()  # type: ignore[union-attr]  # it matches nothing, too
        end = _end_of_prolog_part(text, position)
        if end <= position:
            return position
        position = end


def _end_of_prolog_part(text: str, start: int) -> int:
    """Where the part of the prolog that begins at `start` ends; 0 where none does, or it never ends."""
    if text.startswith("<?", start):
        return text.find("?>", start) + 2 if text.find("?>", start) >= 0 else 0
    if text.startswith("<!--", start):
        return text.find("-->", start + 4) + 3 if text.find("-->", start + 4) >= 0 else 0
    if text[start : start + 9].upper() == "<!DOCTYPE":
        return end_of_doctype(text, start)
    return 0


def end_of_doctype(text: str, start: int) -> int:
    """Where the DOCTYPE that begins at `start` ends, its internal subset included; 0 where it never does."""
    end = text.find(">", start)
    subset = text.find("[", start, end)
    if subset >= 0:
        close = re.compile(r"\]\s*>").search(text, subset)
        return close.end() if close else 0
    return end + 1


def _html_message(text: str) -> str:
    title = _TITLE.search(text, 0, HEAD)
    named = f': "{one_line(title[1])[:100]}"' if title else ""
    return f"this is an HTML page, not a feed{named}; look for the site's feed address"


def _other_message(text: str, start: int) -> str:
    if root := _ANY_ROOT.match(text, start):
        name = root[1].rpartition(":")[2].lower()
        return f"this is {_OTHER_ROOTS.get(name, f'XML with the root <{root[1][:50]}>')}, not a feed"
    return f'this is not a feed: it begins with "{one_line(text[start : start + 60])}"'
