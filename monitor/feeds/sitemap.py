"""A news sitemap (https://www.google.com/schemas/sitemap-news/0.9) → items."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.errors import ParseError
from monitor.feeds.elements import Names, walk
from monitor.feeds.items import Item, Wording, iso_moment
from monitor.feeds.keys import cut_off, unreadable
from monitor.model import Skipped
from monitor.text.markup import looks_like_html

_NAMESPACE = "schemas/sitemap-news"
_URL = ("urlset", "url")
# By the names of elements: what prefix stands for the namespace is each site's choice, and some never say.
_WANTED: Mapping[Names, str] = {
    (*_URL, "loc"): "link",
    (*_URL, "news", "title"): "title",
    (*_URL, "news", "publication_date"): "date",
    (*_URL, "news", "publication", "name"): "name",
    (*_URL, "news", "publication", "language"): "language",
}


@dataclass(slots=True, kw_only=True)
class Sitemap:
    """What a news sitemap holds."""

    items: list[Item | Skipped] = field(default_factory=list)
    name: str = ""
    """Of the publication, as the first item says; likewise its language."""
    language: str = ""
    cut_off: bool = False
    """The document ends, or goes wrong, before its end."""


def read(document: bytes) -> Sitemap:
    """The items of a precleaned document.

    Raises: ParseError when it lists no news but pages, or cannot be read at all.
    """
    reader = _Reader()
    fault = walk(document, reader)
    reader.close()
    sitemap = reader.sitemap
    sitemap.cut_off = fault is not None
    if fault and not any(isinstance(item, Item) for item in sitemap.items):
        raise ParseError(f"the sitemap is broken or cut off, and nothing in it can be read: {fault.what}")
    if not reader.is_news and not any(isinstance(item, Item) for item in sitemap.items):
        raise ParseError(
            "this is a sitemap of pages, not of news: it gives no titles; "
            "look for the site's news sitemap, often named in its robots.txt"
        )
    return sitemap


class _Reader:
    """Gathers an item's parts until its element ends."""

    def __init__(self) -> None:
        self.sitemap = Sitemap()
        self.is_news = False
        self._given: dict[str, str] = {}

    def start(self, names: Names, attributes: Mapping[str, str], line: int) -> None:  # noqa: ARG002 - a Reader's
        self.is_news = self.is_news or any(_NAMESPACE in value for value in attributes.values() if "://" in value)
        if names == _URL:
            self._given = {}

    def end(self, names: Names, text: str) -> None:
        name = _WANTED.get(names)
        if name and text.strip():
            self._given.setdefault(name, text.strip())
        if names == _URL:
            self.sitemap.items.append(self._item())
            self._given = {}

    def close(self) -> None:
        """Take what a document that is cut off still says of its last item, if that can be known again."""
        if self._given:
            self.sitemap.items.append(self._item() if {"title", "link"} <= self._given.keys() else cut_off())

    def _item(self) -> Item | Skipped:
        given = self._given
        if "title" not in given:
            return unreadable("a page without a title, no news")
        self.sitemap.name = self.sitemap.name or given.get("name", "")
        self.sitemap.language = self.sitemap.language or given.get("language", "")
        title, date = given["title"], given.get("date", "")
        return Item(
            links=(given.get("link", ""),),
            title=Wording(value=title, is_html=looks_like_html(title)),
            published=iso_moment(date),
            published_raw=date,
            language=given.get("language", ""),
        )
