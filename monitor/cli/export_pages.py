"""The pages of articles as evidence, written as a WARC or as a folder of plain files."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.dossier import Dossier
from monitor.cli.output import number_of
from monitor.cli.records import short
from monitor.cli.whole_file import new

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.evidence.exhibit import Exhibit

NOTHING = "There is nothing to export: nothing was written."
_NAMED = 5
"""Articles that are named of those without a page."""


def write_warc(path: Path, dossiers: Iterator[Dossier], settings: "Settings") -> int:
    """A WARC of their pages; the exit code. Raises: click.UsageError."""
    from monitor.evidence.warc import WarcFile

    tally = _Tally()
    with new(path) as unfinished:
        with unfinished.open("wb") as file:
            warc = WarcFile(file, name=path.name, operator=settings.contact)
            for one in dossiers:
                tally.count(one)
                warc.add(_exhibit(one))
        if not tally.pages:
            unfinished.unlink()
    return tally.say(path, written=tally.pages)


def write_bundle(path: Path, dossiers: Iterator[Dossier]) -> int:
    """A folder of their pages, texts and metadata; the exit code. Raises: click.UsageError."""
    from monitor.evidence.bundle import Bundle

    tally = _Tally()
    with new(path) as unfinished:
        unfinished.mkdir()
        bundle = Bundle(unfinished)
        for one in dossiers:
            tally.count(one)
            bundle.add(_exhibit(one))
        bundle.close()
        if not tally.articles:
            shutil.rmtree(unfinished)
    return tally.say(path, written=tally.articles)


def _exhibit(one: Dossier) -> "Exhibit":
    from monitor.evidence.exhibit import Exhibit

    parts = (one.article.title, one.article.summary, one.article.text)
    text = "\n\n".join(filter(None, parts)) + "\n"
    return Exhibit(name=one.article.id, metadata=one.record(), text=text, pages=one.pages)


class _Tally:
    """What was written, for a person."""

    def __init__(self) -> None:
        self.articles = 0
        self.pages = 0
        self._without: list[str] = []

    def count(self, one: Dossier) -> None:
        self.articles += 1
        self.pages += len(one.pages)
        if not one.pages:
            self._without.append(short(one.article.id))

    def say(self, path: Path, *, written: int) -> int:
        """Print it; the exit code."""
        if written:
            click.echo(f"{number_of(self.articles, 'article')}, {number_of(self.pages, 'page')} written to {path}.")
        else:
            click.echo(NOTHING, err=True)
        if self._without:
            named = ", ".join([*self._without[:_NAMED], *(["…"] if len(self._without) > _NAMED else [])])
            hint = "`evidence:` in monitor.yaml says whose is kept, when it is read"
            click.echo(f"No page is kept of {number_of(len(self._without), 'article')}: {named} ({hint}).", err=True)
        return EXIT_FAILED if self._without or not written else 0
