"""Articles and matches written as JSON lines, as a sheet, as a digest: one after the other, however many."""

import json
from collections.abc import Iterator
from datetime import datetime, tzinfo
from itertools import chain
from typing import TYPE_CHECKING

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.dossier import Dossier
from monitor.cli.export_pages import NOTHING
from monitor.cli.options import folder_of
from monitor.cli.publishers import Publishers, publishers
from monitor.cli.quotes import Quoted, quoted
from monitor.cli.told import told
from monitor.cli.whole_file import STDOUT, new_text

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.store.match_stream import Placed
    from monitor.store.store import Transaction

HEADINGS = (
    "id", "watchlist", "status", "score", "matched_at", "published_at", "outlet", "country", "affiliation", "language",
    "title", "url", "terms", "sentence", "story", "article", "reviewer", "reviewed_at", "note",
)  # fmt: skip


def write_jsonl(target: str, dossiers: Iterator[Dossier]) -> int:
    """A line an article; the exit code. Raises: click.UsageError."""
    lines = (f"{json.dumps(one.record(), ensure_ascii=False)}\n" for one in dossiers)
    return _written(target, lines, "article", "articles")


def write_csv(
    target: str, tx: "Transaction", placed: "Iterator[Placed]", settings: "Settings", config: str | None, *, bom: bool
) -> int:
    """A row a match; the exit code. Raises: click.UsageError."""
    from monitor.outgoing.sheet import sheet

    known = publishers(folder_of(config), settings)
    rows = (_row(tx, one, known, settings.timezone) for one in quoted(tx, placed))
    return _written(target, sheet(HEADINGS, rows, bom=bom), "match", "matches")


def write_digest(
    target: str, tx: "Transaction", placed: "Iterator[Placed]", settings: "Settings", config: str | None
) -> int:
    """A paragraph for the matches that a story holds on a day; the exit code. Raises: click.UsageError."""
    from monitor.outgoing.digest import digest

    paragraphs = told(tx, placed, publishers(folder_of(config), settings), settings.timezone)
    return _written(target, digest(paragraphs, title="Digest of matches"), "paragraph", "paragraphs")


def _row(tx: "Transaction", one: Quoted, known: Publishers, zone: tzinfo) -> tuple[object, ...]:
    from monitor.outgoing.address import address
    from monitor.store import reviews

    match, article = one.placed.match, one.article
    outlet = known.outlets.get(article.outlet)
    last = next(reversed(reviews.of(tx, match.id)), None)
    return (
        match.id,
        match.found.watchlist_id,
        str(match.status),
        match.found.score,
        _local(match.matched_at, zone),
        _local(article.published_at, zone),
        known.outlet(article.outlet),
        outlet.country if outlet else "",
        str(outlet.affiliation) if outlet else "",
        article.language,
        article.headline,
        address(article.url),
        ", ".join(dict.fromkeys(hit.term for hit in match.found.hits)),
        " … ".join(quote.marked for quote in one.quotes),
        one.placed.story_id,
        article.id,
        last.reviewer if last else "",
        _local(last.reviewed_at, zone) if last else "",
        last.note if last else "",
    )


def _local(moment: datetime | None, zone: tzinfo) -> str:
    """As a spreadsheet takes a date."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def _written(target: str, pieces: Iterator[str], noun: str, nouns: str) -> int:
    """Write the pieces of a document, if there are any, and say how many; the exit code. Raises: click.UsageError."""
    first = next(pieces, None)
    if first is None:
        click.echo(NOTHING, err=True)
        return EXIT_FAILED
    number = 0
    with new_text(target) as file:
        for piece in chain([first], pieces):
            file.write(piece)
            number += 1
    if target != STDOUT:
        click.echo(f"{number:,} {noun if number == 1 else nouns} written to {target}.")
    return 0
