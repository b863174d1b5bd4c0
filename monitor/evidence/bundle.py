"""Exhibits → a folder of plain files that `sha256sum -c SHA256SUMS` verifies."""

from collections.abc import Iterator
from hashlib import sha256
from mimetypes import guess_extension
from pathlib import Path

from monitor.evidence.exhibit import Exhibit
from monitor.model import RawPage

SUMS = "SHA256SUMS"
_HTML = ".html"
_UNKNOWN = ".bin"


class Bundle:
    """A folder that is being filled; it must be empty."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sums: list[str] = []

    def add(self, exhibit: Exhibit) -> None:
        """Writes a folder of an article. Raises: OSError."""
        own = self._folder / exhibit.name
        own.mkdir()
        for name, content in _files(exhibit):
            (own / name).write_bytes(content)
            self._sums.append(f"{sha256(content).hexdigest()}  {exhibit.name}/{name}\n")

    def close(self) -> None:
        """Writes the manifest. Raises: OSError."""
        (self._folder / SUMS).write_text("".join(self._sums), encoding="utf-8")


def _files(exhibit: Exhibit) -> Iterator[tuple[str, bytes]]:
    for name, page in zip(page_names(exhibit.pages), exhibit.pages, strict=True):
        yield name, page.body
    yield "text.txt", exhibit.text.encode()
    yield "metadata.json", exhibit.metadata_json()


def page_names(pages: tuple[RawPage, ...]) -> tuple[str, ...]:
    """The names of their files: page.html, page-2.html, …; where it is no HTML, page.pdf and the like."""
    return tuple(
        f"page{f'-{number}' if number > 1 else ''}{_ending(page)}" for number, page in enumerate(pages, start=1)
    )


def _ending(page: RawPage) -> str:
    kind = dict(page.headers).get("content-type", "").partition(";")[0].strip().lower()
    return _HTML if not kind or "html" in kind else guess_extension(kind) or _UNKNOWN
