"""Lists of feeds as other programs keep them, OPML 1.0 and 2.0 (https://opml.org/spec2.opml): read and written."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from monitor import urls
from monitor.errors import ParseError
from monitor.feeds.elements import Fault, Names, walk
from monitor.feeds.preclean import preclean
from monitor.feeds.sniff import after_prolog, refuse_files
from monitor.text.clean import one_line
from monitor.text.decoding import decode

LONGEST = 200
"""Characters of a title or a tag."""
_ROOT = re.compile(r"<opml[\s/>]", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE", re.IGNORECASE)
_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?\bencoding\s*=\s*[\"']([\w.:-]+)")
# What half of the programs write between the parameters of an address.
_BARE_AMPERSAND = re.compile(r"&(?!#?\w{1,40};)")
# One list in five has HTML or quotes in its descriptions as they are. A value ends where another attribute begins, or
# the tag ends before a tag or a line's end.
_KNOWN = "text|title|description|type|version|xmlUrl|htmlUrl|language|category|created|url|imageUrl"
_ATTRIBUTE = re.compile(
    rf"""(?<=\s)({_KNOWN})="(.*?)"(?=\s+(?:{_KNOWN})="|\s*/?>\s*(?:<|\n|\Z))""", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A feed in a list."""

    url: str
    """Absolute http(s) address."""
    text: str = ""
    """As it is shown; likewise the title."""
    title: str = ""
    site: str = ""
    """The page of which it is the feed; "" where that is not said, or no http(s) address."""
    language: str = ""
    """A tag, as it is written."""
    tags: tuple[str, ...] = ()
    """The folders that it is in, the outermost first, then its categories."""
    line: int = 0
    """Where it stands, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedList:
    """What an OPML file holds."""

    feeds: tuple[Listed, ...]
    refused: tuple[Fault, ...] = ()
    """Outlines that are meant as feeds, and have no address that can be polled."""


def read_opml(body: bytes) -> FeedList | Fault:
    """The feeds that a file lists, in its order; or what keeps it from being read."""
    try:
        refuse_files(body)
        document = _document(body)
    except ParseError as error:
        return Fault(line=1, column=1, what=str(error).replace("not a feed", "not OPML"))
    found = _told(document)
    if isinstance(found, Fault):
        # As it stands first: a file that is right is never touched.
        mended = _told(_ATTRIBUTE.sub(_requoted, document.decode()).encode())
        return found if isinstance(mended, Fault) else mended
    return found


def _told(document: bytes) -> FeedList | Fault:
    reader = _Reader()
    return walk(document, reader) or FeedList(feeds=tuple(reader.feeds), refused=tuple(reader.refused))


def _requoted(attribute: re.Match[str]) -> str:
    name, value = attribute.groups()
    return f'{name}="{value.replace("<", "&lt;").replace(chr(34), "&quot;")}"'


def _document(body: bytes) -> bytes:
    """XML that expat takes, as far as small repairs make it so; every line stays where it is. Raises: ParseError."""
    declared = _ENCODING.search(body, 0, 1000)
    text = decode(body, declared[1].decode("ascii", "ignore") if declared else "")
    start = after_prolog(text)
    if _DOCTYPE.search(text, 0, start):
        raise ParseError("a DTD, which may make a document explode; remove it")
    if not _ROOT.match(text, start):
        raise ParseError(f'not OPML: it begins with "{one_line(text[start : start + 60])}"')
    # preclean leaves out what stands before the root.
    return b"\n" * text.count("\n", 0, start) + preclean(_BARE_AMPERSAND.sub("&amp;", text[start:]), 0).encode()


class _Reader:
    """Gathers feeds; knows in which folders it is."""

    def __init__(self) -> None:
        self.feeds: list[Listed] = []
        self.refused: list[Fault] = []
        self._folders: list[str] = []

    def start(self, names: Names, attributes: Mapping[str, str], line: int) -> None:
        if names[-1] != "outline":
            return
        given = {name.lower(): one_line(value) for name, value in attributes.items()}
        self._folders.append("" if "xmlurl" in given else given.get("text") or given.get("title", ""))
        if "xmlurl" in given or given.get("type", "").lower() == "rss":
            self._take(given, line)

    def end(self, names: Names, text: str) -> None:  # noqa: ARG002 - a Reader's
        if names[-1] == "outline":
            self._folders.pop()

    def _take(self, given: Mapping[str, str], line: int) -> None:
        address = given.get("xmlurl", "")
        url = urls.typed(address)
        if refusal := _refusal(address, url):
            shown = given.get("text") or given.get("title", "")
            self.refused.append(Fault(line=line, column=0, what=f'"{shown[:60]}" has {refusal}'))
            return
        site = given.get("htmlurl", "")
        self.feeds.append(
            Listed(
                url=url,
                text=given.get("text", "")[:LONGEST],
                title=given.get("title", "")[:LONGEST],
                site=urls.typed(site),
                language=given.get("language", ""),
                tags=self._tags(given.get("category", "")),
                line=line,
            )
        )

    def _tags(self, categories: str) -> tuple[str, ...]:
        named = [*self._folders, *(part.strip(" /") for part in categories.split(","))]
        return tuple(dict.fromkeys(name[:LONGEST] for name in named if name))


def _refusal(address: str, url: str) -> str:
    """What is wrong with an address, which is `url` if it is one; "" where nothing is."""
    if not address:
        return "no address (xmlUrl)"
    shown = urls.redact(address)[:100]
    if not url:
        return f'no http(s) address: "{shown}"'
    return f'an address whose secret was left out: "{shown}"; write it whole' if urls.is_redacted(url) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """Feeds that are listed together."""

    text: str
    site: str = ""
    categories: tuple[str, ...] = ()
    """What is said of all of them, each as a path: "country/QA"."""
    feeds: tuple[Listed, ...] = ()


def write_opml(feeds: Sequence[Listed], *, title: str, now: datetime) -> str:
    """OPML 2.0 that lists these feeds; `read_opml` gives them back but for `line`. No secret may be among them."""
    return _written("".join(f"    {_outline(feed)}\n" for feed in feeds), title, now)


def write_folders(folders: Sequence[Folder], *, title: str, now: datetime) -> str:
    """OPML 2.0 that lists feeds in folders. No secret may be among them."""
    return _written("".join(map(_folder, folders)), title, now)


def _folder(folder: Folder) -> str:
    # Several are paths with a slash before them, by the specification; all programs show the text.
    given = {"text": folder.text, "htmlUrl": folder.site, "category": ",".join(f"/{one}" for one in folder.categories)}
    inside = "".join(f"      {_outline(feed)}\n" for feed in folder.feeds)
    return f"    <outline {_attributes(given)}>\n{inside}    </outline>\n"


def _written(body: str, title: str, now: datetime) -> str:
    created = format_datetime(now, usegmt=True)
    head = f"  <head>\n    <title>{escape(title)}</title>\n    <dateCreated>{created}</dateCreated>\n  </head>\n"
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{declaration}<opml version="2.0">\n{head}  <body>\n{body}  </body>\n</opml>\n'


def _outline(feed: Listed) -> str:
    attributes = {
        "type": "rss",
        "text": feed.text,
        "title": feed.title,
        "xmlUrl": feed.url,
        "htmlUrl": feed.site,
        "language": feed.language,
        # A comma separates categories; there is no other way to write one.
        "category": ",".join(tag.replace(",", " ") for tag in feed.tags),
    }
    return f"<outline {_attributes(attributes)}/>"


def _attributes(given: Mapping[str, str]) -> str:
    return " ".join(f"{name}={quoteattr(value)}" for name, value in given.items() if value)
