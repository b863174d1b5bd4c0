"""The articles of the demo site as they are written: content/LANGUAGE/SLUG.txt in, manuscripts out.

A file is header lines ("title: …"), an empty line, then paragraphs with an empty line between them; a paragraph may be
wrapped. Headers:

    title      the headline
    summary    what the feed says beside it
    feeds      ids of the feeds that list it; the first one's outlet publishes it
    labels     ids of the watchlists that must match it; empty: none may
    hours      how long before the site's `now` it was published, in hours
    author     optional
    page       optional: what its address answers, a `PageKind`; full where it is not said
    told       optional: "page" where only the page's text, not the feed, tells what a watchlist looks for
    corrected  optional: the headline that it has later; behind a paragraph "* * *" follows the text that it has then
    later      optional: "removed" where its page is taken down later
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from monitor.demo.outlets import OUTLET_OF_FEED

CONTENT = Path(__file__).parent / "content"

WATCHLISTS = frozenset({"rafah-tunnel-fighters", "ceasefire-talks"})
_NEEDED = frozenset({"title", "summary", "feeds", "labels", "hours"})
_OPTIONAL = frozenset({"author", "page", "told", "corrected", "later"})
_REMOVED = "removed"
_CORRECTION = "\n\n* * *\n\n"
"""Between an article's text and its corrected one."""


class PageKind(StrEnum):
    """What the address of an article answers."""

    FULL = "full"
    MOVED = "moved"
    """301 to the full page."""
    CHALLENGE = "challenge"
    """403 with a bot check."""
    PAYWALL = "paywall"
    """The first paragraph and an offer to subscribe."""
    MISSING = "missing"
    """404."""
    BROKEN = "broken"
    """500."""

    @property
    def readable(self) -> bool:
        """Whether the whole text can be had there."""
        return self in {PageKind.FULL, PageKind.MOVED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manuscript:
    """An article of the demo site as its author wrote it."""

    slug: str
    language: str
    title: str
    summary: str
    paragraphs: tuple[str, ...]
    feeds: tuple[str, ...]
    labels: frozenset[str]
    age: timedelta
    """Before the site's `now`."""
    author: str
    page: PageKind
    told_in_feed: bool
    """Whether title and summary alone tell what a watchlist looks for."""
    later: "Manuscript | None" = None
    """What becomes of it; None where it stays as it is."""


def manuscripts(folder: Path = CONTENT) -> tuple[Manuscript, ...]:
    """All articles below the folder, the newest first.

    Raises: ValueError, with the file's name, for one that is not written as the module says.
    """
    written = [_read(path) for path in sorted(folder.glob("*/*.txt"))]
    return tuple(sorted(written, key=lambda manuscript: (manuscript.age, manuscript.language, manuscript.slug)))


def _read(path: Path) -> Manuscript:
    try:
        return parse(path.read_text(encoding="utf-8"), slug=path.stem, language=path.parent.name)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def parse(text: str, *, slug: str, language: str) -> Manuscript:
    """One article from the text of its file.

    Raises: ValueError: a header is missing, unknown or says what it cannot.
    """
    head, _, body = text.partition("\n\n")
    headers = dict(_header(line) for line in head.splitlines())
    _check(headers, body)
    text, _, correction = body.strip().partition(_CORRECTION)
    written = Manuscript(
        slug=slug,
        language=language,
        title=headers["title"],
        summary=headers["summary"],
        paragraphs=_paragraphs(text),
        feeds=tuple(headers["feeds"].split()),
        labels=frozenset(headers["labels"].split()),
        age=timedelta(hours=float(headers["hours"])),
        author=headers.get("author", ""),
        page=PageKind(headers.get("page", PageKind.FULL)),
        told_in_feed=headers.get("told", "feed") == "feed",
    )
    if "later" in headers:
        return replace(written, later=replace(written, page=PageKind.MISSING))
    if correction:
        return replace(written, later=replace(written, title=headers["corrected"], paragraphs=_paragraphs(correction)))
    return written


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon:
        raise ValueError(f'"{line}": expected "name: value"')
    return name, value.strip()


def _check(headers: dict[str, str], body: str) -> None:
    if missing := _NEEDED - headers.keys():
        raise ValueError(f"no {', '.join(sorted(missing))}")
    unknown = headers.keys() - _NEEDED - _OPTIONAL
    unknown |= set(headers["labels"].split()) - WATCHLISTS
    unknown |= set(headers["feeds"].split()) - OUTLET_OF_FEED.keys()
    unknown |= {headers.get("told", "feed")} - {"feed", "page"}
    unknown |= {headers.get("later", _REMOVED)} - {_REMOVED}
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    if not headers["feeds"]:
        raise ValueError("no feed lists it")
    if ("corrected" in headers) != (_CORRECTION in body):
        raise ValueError('a corrected headline and a text behind "* * *" go together')
