"""`monitor show`: one article with its hits in the text, why it matched, where and when it was found."""

import json
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

import click

from monitor.cli.audit import kept_told, review_line
from monitor.cli.clauses import outline, reasons
from monitor.cli.dossier import dossier
from monitor.cli.ids import known
from monitor.cli.moments import show_moment
from monitor.cli.options import database_option, open_store, settings_of
from monitor.cli.records import short
from monitor.cli.terminal import harmless, is_coloured, is_terminal, isolate
from monitor.model import Article, Hit, Match, Review, Revision, TextSource
from monitor.outgoing.sentences import merged, texts_of

if TYPE_CHECKING:
    from rich.text import Text

    from monitor.store.articles import Appearance
    from monitor.store.revisits import Visits


@click.command("show")
@click.argument("given", metavar="ID|URL")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option("-v", "--verbose", is_flag=True, help="The whole query, also the clauses that did not hold.")
@database_option
def show_command(*, given: str, output: str, verbose: bool, config: str | None, database: str | None) -> None:
    """Show the match or article whose id begins with ID, or that is at URL: its text with the hits marked, and why it
    matched.
    """
    from monitor.store import revisits

    settings = settings_of(config, database)
    with open_store(settings) as store, store.reading() as tx:
        meant = known(tx, given)
        found = dossier(tx, meant.article_id, meant.match_id)
        visits = revisits.of(tx, found.article.id)
    if output == "json":
        click.echo(json.dumps(found.record(), ensure_ascii=False, indent=2))
        return
    _print_head(found.article, found.appearances, settings.timezone)
    for line in _versions(found.article, found.revisions, visits, settings.timezone):
        click.echo(line)
    for page in found.pages:
        kept_on = show_moment(page.fetched_at, settings.timezone)
        click.echo(f"page of {kept_on} kept: {len(page.body):,} bytes, sha256 {page.sha256}")
    for match in found.matches:
        _print_match(match, found.reviews[match.id], len(found.revisions), settings.timezone, verbose=verbose)
    # Where a match is lost, its hits are those of an earlier text.
    _print_texts(found.article, [hit for match in found.matches if not match.lost_at for hit in match.found.hits])


def _print_head(article: Article, appearances: Sequence["Appearance"], zone: tzinfo) -> None:
    click.secho(isolate(article.headline), bold=True)
    modified = f", modified {show_moment(article.modified_at, zone)}" if article.modified_at else ""
    click.echo(f"{article.outlet}, {article.language}, published {show_moment(article.published_at, zone)}{modified}")
    click.echo(harmless(article.url) or "(the feed gives no address)")
    text = f"text from the {article.text_source}"
    if article.shortfall:
        text += f", not the whole page: {article.shortfall}"
    if article.text_source is not TextSource.TITLE and not (article.summary or article.text):
        text += ", pruned"
    click.echo(
        f"{text}; first seen {show_moment(article.first_seen_at, zone)}, read {show_moment(article.read_at, zone)}"
    )
    for one in appearances:
        click.echo(f"found in {one.feed_id} on {show_moment(one.first_seen_at, zone)}")


def _versions(article: Article, changes: Sequence[Revision], visits: "Visits | None", zone: tzinfo) -> Iterator[str]:
    """What became of it after it was found."""
    if article.removed_at:
        yield f"removed: found so on {show_moment(article.removed_at, zone)} ({article.removed_why}); its text is kept"
    if changes:
        noun = "revision" if len(changes) == 1 else "revisions"
        headlines = sum(bool(one.new_headline) for one in changes)
        told = f", {headlines} of the headline" if headlines else ""
        last = show_moment(changes[-1].replaced_at, zone)
        yield f"{len(changes)} {noun}{told}, the last on {last}: `monitor articles diff {short(article.id)}`"
    if visits and visits.alternations:
        yield f"its page shows now one text, now another: {visits.alternations} visits met one that was there before"
    if visits and visits.error:
        yield f"its last visit told nothing: {harmless(visits.error)}"


def _print_match(match: Match, decisions: Sequence[Review], revisions: int, zone: tzinfo, *, verbose: bool) -> None:
    found = match.found
    click.echo()
    click.secho(f"{found.watchlist_id}  {short(match.id)}  score {found.score:g}  {match.status}", bold=True)
    click.echo(f"matched {show_moment(match.matched_at, zone)} by version {found.version}")
    if match.lost_at:
        click.echo(
            f"lost {show_moment(match.lost_at, zone)}: with a better text, or an edited rule, it matches no more"
        )
    if verbose:
        click.echo("\n".join(outline(found.explanation, texts_of(match.article))))
    else:
        click.echo("\n".join(reasons(found.explanation, texts_of(match.article))))
    if match.tags or match.assignee:
        click.echo(kept_told(match))
    for review in decisions:
        click.echo(review_line(review, zone) + _about(review, match, revisions))


def _about(review: Review, match: Match, revisions: int) -> str:
    """Where a decision was about another text, or by other rules, than there are now."""
    told = [f"by version {review.version}"] if review.version not in ("", match.found.version) else []
    if review.revision is not None and review.revision < revisions:
        told.append(f"before revision {review.revision + 1}")
    return f" [{', '.join(told)}]" if told else ""


def _print_texts(article: Article, hits: Sequence[Hit]) -> None:
    from rich.console import Console

    console = Console(highlight=False, width=None if is_terminal() else 1000)
    for field, text in texts_of(article).items():
        if text:
            click.echo()
            click.secho(f"── {field}", dim=True)
            console.print(marked(text, [hit for hit in hits if hit.field is field], plain=not is_coloured()))


def marked(text: str, hits: Sequence[Hit], *, plain: bool) -> "Text":
    """The text, harmless, its hits reversed; where it is `plain` (no terminal) they stand in ⟦ ⟧."""
    from rich.text import Text

    shown = Text()
    at = 0
    for start, end in merged((hit.start, hit.end) for hit in hits):
        shown.append(harmless(text[at:start]))
        word = harmless(text[start:end])
        shown.append(f"⟦{word}⟧" if plain else word, style="" if plain else "bold reverse")
        at = end
    return shown.append(harmless(text[at:]))
