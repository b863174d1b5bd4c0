"""`monitor articles diff`: what was changed in an article, word by word."""

import json
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

import click

from monitor.cli.ids import known
from monitor.cli.moments import show_moment
from monitor.cli.options import database_option, open_store, settings_of
from monitor.cli.records import Record, revision_record
from monitor.cli.terminal import harmless, is_coloured, isolate, line_of
from monitor.model import Article, Revision

if TYPE_CHECKING:
    from monitor.articles.word_diff import Piece

_EMBEDDED = {"removed": ("[-", "-]", "red"), "added": ("{+", "+}", "green")}
"""What stands in one text only: the signs around it where there is no colour, and its colour."""


@click.command("diff")
@click.argument("given", metavar="ID")
@click.option("--revision", "number", type=click.IntRange(1), metavar="N", help="This revision alone.")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True)
@database_option
def diff_command(*, given: str, number: int | None, output: str, config: str | None, database: str | None) -> None:
    """Show what was changed in the article whose id (or whose match's id) begins with ID, each revision with its time.

    What was taken out is red, or in [-these-]; what was put in is green, or in {+these+}. Lines in which nothing was
    changed are left out.
    """
    from monitor.store import articles, revisions

    settings = settings_of(config, database)
    with open_store(settings) as store, store.reading() as tx:
        meant = known(tx, given)
        article = articles.at(tx, [meant.article_id])[meant.article_id]
        found = revisions.of(tx, article.id)
    if number is not None and number > len(found):
        raise click.UsageError(f"there is no revision {number}: the article has {len(found)}")
    wanted = [one for one in found if number in (None, one.number)]
    later = {one.number: text for one, text in _later_texts(article, found)}
    if output == "json":
        records = [_record(one, later[one.number]) for one in wanted]
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
        return
    click.secho(isolate(article.headline), bold=True)
    if not wanted:
        click.echo("No revisions: as far as the monitor has seen, it stands as it was first read.")
    for one in wanted:
        click.echo()
        for line in _lines(one, later[one.number], settings.timezone):
            click.echo(line)


def _later_texts(article: Article, found: Sequence[Revision]) -> Iterator[tuple[Revision, str]]:
    """Each revision with the text that replaced its own: that of the next one of the text, else the present one."""
    text = article.text
    for one in reversed(found):
        yield one, text
        text = text if one.text is None else one.text


def _lines(revision: Revision, later: str, zone: tzinfo) -> Iterator[str]:
    from monitor.articles.word_diff import Kind, Piece, changed_lines, differences

    words = f"words: {revision.words_added} added, {revision.words_removed} removed"
    back = "; the text is again what it was before" if revision.is_return else ""
    moment = show_moment(revision.replaced_at, zone)
    yield click.style(f"revision {revision.number}  {moment}, by the {revision.source}; {words}{back}", bold=True)
    yield f"(as it was since {show_moment(revision.since, zone)})"
    if revision.new_headline:
        yield click.style("── headline", dim=True)
        yield _shown(differences(revision.headline, revision.new_headline))
    if revision.text is not None:
        yield click.style("── text", dim=True)
        yield from map(_shown, changed_lines(differences(revision.text, later)))
    if revision.said:
        yield click.style("── added by the feed", dim=True)
        yield from (_shown((Piece(Kind.ADDED, line),)) for line in revision.said.split("\n"))


def _shown(pieces: "Sequence[Piece]") -> str:
    """One line with its pieces marked; the line runs as its words do, and each marked piece is isolated in it."""
    return line_of("".join(map(_marked, pieces)), runs_as="".join(piece.text for piece in pieces))


def _marked(piece: "Piece") -> str:
    text = harmless(piece.text).replace("\n", " ")
    if piece.kind not in _EMBEDDED:
        return text
    before, after, colour = _EMBEDDED[piece.kind]
    words = text.rstrip()
    rest = text[len(words) :]
    shown = isolate(words)
    return (click.style(shown, fg=colour) if is_coloured() else f"{before}{shown}{after}") + rest


def _record(revision: Revision, later: str) -> Record:
    from monitor.articles.revision import similarity
    from monitor.articles.word_diff import differences

    def told(one: str, other: str) -> list[Record]:
        return [{"kind": str(piece.kind), "text": piece.text} for piece in differences(one, other)]

    return {
        **revision_record(revision),
        "similarity": None if revision.text is None else round(similarity(revision.text, later), 3),
        "headline_diff": told(revision.headline, revision.new_headline) if revision.new_headline else None,
        "text_diff": None if revision.text is None else told(revision.text, later),
    }
