"""The bytes of a page → its text and what it says of itself. The only module that knows trafilatura."""

import re
import sys
from dataclasses import replace
from importlib import import_module
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from monitor.articles.furniture import drop_teasers, join_bodies, without_controls, without_notices
from monitor.articles.metadata import metadata
from monitor.articles.vouch import vouched
from monitor.errors import ParseError
from monitor.model import Page
from monitor.text.clean import clean
from monitor.text.decoding import decode
from monitor.text.markup import tree_of, visible_text, without_tags

MOST_ELEMENTS = 50_000
"""A page with more takes the extractor minutes; its text is then everything visible."""
TOO_LITTLE = 600
"""Characters; where the extractor finds fewer, it is asked again with all its fallbacks, and its notices stay."""
_META_HEAD = 4096
"""Bytes in which a page names its charset (HTML asks for 1,024; real ones are late)."""
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_META_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_OTHER_TYPES = re.compile(
    r"\s*(?:image|video|audio|font|model)/|\s*application/(?!xhtml|xml|octet|x-httpd|x-php|html)", re.I
)
_MAGIC = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"\x1f\x8b", b"RIFF", b"OggS", b"ID3")
# Never text of an article. trafilatura drops them too, but first copies the tree four times and asks every element for
# its class: without them an extraction takes a tenth less. JSON-LD stays, for it may hold the article.
_UNREAD = ("script", "style", "svg", "link")
_KEPT_SCRIPT = "monitor-json"
_RUBY = ("ruby", "rb", "rt", "rp", "rtc")
"""How a word is read, beside it. trafilatura makes it a line of its own, and loses the reading."""


def _trafilatura() -> Any:
    """Loaded without py3langid: where that is installed, trafilatura loads it, and NumPy with it, for a check that we
    never ask for. It would take 14 MB in the process that all workers come from.
    """
    held = sys.modules.get("py3langid")
    sys.modules["py3langid"] = None  # type: ignore[assignment]
    try:
        return import_module("trafilatura")
    finally:
        del sys.modules["py3langid"]
        if held:
            sys.modules["py3langid"] = held


trafilatura = _trafilatura()
# What trafilatura, justext and readability let through on odd trees.
_THEIR_BUGS = (ValueError, LookupError, AttributeError, TypeError, AssertionError, RuntimeError, OverflowError)


def extract(body: bytes, *, content_type: str, url: str) -> Page:
    """The page that was fetched from `url` (by which relative links are resolved). Never fetches anything.

    `published_at` is as the page says, perhaps in the future. Text "" means that nothing in it is an article.
    Raises: ParseError when the bytes are no page.
    """
    _refuse_files(body, content_type)
    text = _decoded(body, content_type)
    if content_type.strip().lower().startswith("text/plain"):
        return Page(text=clean(text))
    root = tree_of(text)
    if root is None:
        return Page(text=without_tags(text), degraded=True)
    page = metadata(root, url)
    _drop_unread(root)
    # Tags are counted first: they are an upper bound, nearly, and cost nothing.
    is_too_much = text.count("<") > MOST_ELEMENTS and root.xpath("count(//*)") > MOST_ELEMENTS
    found = None if is_too_much else _article_text(root)
    if found is None:
        return replace(page, text=visible_text(root), degraded=True)
    text = vouched(clean(found), page.text)
    # Of a short page the notices are what tells a wall from an article.
    return replace(page, text=without_controls(text) if len(text) < TOO_LITTLE else without_notices(text))


def _refuse_files(body: bytes, content_type: str) -> None:
    if not body.strip(b" \t\r\n\x00"):
        raise ParseError("the answer is empty, not a page")
    if _OTHER_TYPES.match(content_type) or body.startswith(_MAGIC):
        raise ParseError(f"this is no page but a file: {content_type.partition(';')[0].strip() or 'of unknown type'}")


def _decoded(body: bytes, content_type: str) -> str:
    served = _CHARSET.search(content_type)
    named = _META_CHARSET.search(body, 0, _META_HEAD)
    return decode(body, served[1] if served else "", named[1].decode("ascii", "ignore") if named else "")


def _drop_unread(root: HtmlElement) -> None:
    scripts = [script for script in root.iter("script") if "ld+json" in script.get("type", "")]
    for script in scripts:
        script.tag = _KEPT_SCRIPT
    etree.strip_elements(root, *_UNREAD, with_tail=False)
    etree.strip_tags(root, *_RUBY)
    for script in scripts:
        script.tag = "script"


def _article_text(root: HtmlElement) -> str | None:
    """What trafilatura takes for the article, "" for none; None where it fails on the page."""
    join_bodies(root)
    drop_teasers(root)
    try:
        # Its own rules alone do better than with readability and justext beside them, which on one page in fifty take
        # what surrounds the article, and find it only where the rules find next to nothing.
        found = _extracted(root, fast=True)
        return found if len(found) >= TOO_LITTLE else max(found, _extracted(root, fast=False), key=len)
    except _THEIR_BUGS:
        return None


def _extracted(root: HtmlElement, *, fast: bool) -> str:
    # Of the settings measured, recall is the best and the quickest; metadata of its own would double the bill.
    document = trafilatura.bare_extraction(root, fast=fast, favor_recall=True, include_comments=False)
    return (document.text or "") if isinstance(document, trafilatura.settings.Document) else ""
