"""`monitor show`: one article with its hits in the text, why it matched, where and when it was found."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

import click

from monitor.cli.clauses import clause_record, outline, reasons, texts_of
from monitor.cli.ids import known
from monitor.cli.moments import show_moment
from monitor.cli.options import database_option, open_store, settings_of
from monitor.cli.records import Record, article_record, match_record, review_record, revision_record, short
from monitor.cli.terminal import harmless, is_terminal, isolate
from monitor.model import Article, Hit, Match, MatchId, Review, Revision

if TYPE_CHECKING:
    from rich.text import Text

    from monitor.store.articles import Appearance
    from monitor.store.revisits import Visits


@click.command("show")
@click.argument("given", metavar="ID")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option("-v", "--verbose", is_flag=True, help="The whole query, also the clauses that did not hold.")
@database_option
def show_command(*, given: str, output: str, verbose: bool, config: str | None, database: str | None) -> None:
    """Show the match or article whose id begins with ID: its text with the hits marked, and why it matched."""
    from monitor.store import articles, matches, reviews, revisions, revisits

    settings = settings_of(config, database)
    with open_store(settings) as store, store.reading() as tx:
        meant = known(tx, given)
        article = articles.at(tx, [meant.article_id])[meant.article_id]
        appearances = articles.entries_of(tx, meant.article_id)
        found = [match for match in matches.of_article(tx, meant.article_id) if meant.match_id in (None, match.id)]
        decisions = {match.id: reviews.of(tx, match.id) for match in found}
        changes, visits = revisions.of(tx, article.id), revisits.of(tx, article.id)
    if output == "json":
        click.echo(json.dumps(_record(article, found, appearances, decisions, changes), ensure_ascii=False, indent=2))
        return
    _print_head(article, appearances, settings.timezone)
    for line in _versions(article, changes, visits, settings.timezone):
        click.echo(line)
    for match in found:
        _print_match(match, decisions[match.id], settings.timezone, verbose=verbose)
    # Where a match is lost, its hits are those of an earlier text.
    _print_texts(article, [hit for match in found if not match.lost_at for hit in match.found.hits])


def _record(
    article: Article,
    found: Sequence[Match],
    appearances: Sequence["Appearance"],
    decisions: Mapping[MatchId, Sequence[Review]],
    changes: Sequence[Revision],
) -> Record:
    """What a program reads: the article with its texts, its matches with their explanation, and where it was found."""
    return {
        **article_record(article),
        "headlines": article.title.split("\n"),
        "summary": article.summary,
        "text": article.text,
        "found_in": [
            {"feed": one.feed_id, "key": one.entry.key, "link": one.entry.link, "at": one.first_seen_at.isoformat()}
            for one in appearances
        ],
        "revisions": [revision_record(one) for one in changes],
        "matches": [
            {
                **match_record(match),
                "explanation": clause_record(match.found.explanation),
                "reviews": [review_record(review) for review in decisions[match.id]],
            }
            for match in found
        ],
    }


def _print_head(article: Article, appearances: Sequence["Appearance"], zone: tzinfo) -> None:
    click.secho(isolate(article.headline), bold=True)
    click.echo(f"{article.outlet}, {article.language}, published {show_moment(article.published_at, zone)}")
    click.echo(harmless(article.url) or "(the feed gives no address)")
    text = f"text from the {article.text_source}"
    if article.shortfall:
        text += f", not the whole page: {article.shortfall}"
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


def _print_match(match: Match, decisions: Sequence[Review], zone: tzinfo, *, verbose: bool) -> None:
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
    for review in decisions:
        said = f": {isolate(review.note)}" if review.note else ""
        click.echo(f"{show_moment(review.reviewed_at, zone)} {isolate(review.reviewer)}: {review.status}{said}")


def _print_texts(article: Article, hits: Sequence[Hit]) -> None:
    from rich.console import Console

    console = Console(highlight=False, width=None if is_terminal() else 1000)
    for field, text in texts_of(article).items():
        if text:
            click.echo()
            click.secho(f"── {field}", dim=True)
            console.print(marked(text, [hit for hit in hits if hit.field is field], plain=not is_terminal()))


def marked(text: str, hits: Sequence[Hit], *, plain: bool) -> "Text":
    """The text, harmless, its hits reversed; where it is `plain` (no terminal) they stand in ⟦ ⟧."""
    from rich.text import Text

    shown = Text()
    at = 0
    for start, end in _merged(hits):
        shown.append(harmless(text[at:start]))
        word = harmless(text[start:end])
        shown.append(f"⟦{word}⟧" if plain else word, style="" if plain else "bold reverse")
        at = end
    return shown.append(harmless(text[at:]))


def _merged(hits: Sequence[Hit]) -> list[tuple[int, int]]:
    """The hits' places in order, overlapping ones as one."""
    places: list[tuple[int, int]] = []
    for start, end in sorted((hit.start, hit.end) for hit in hits):
        if places and start < places[-1][1]:
            places[-1] = (places[-1][0], max(end, places[-1][1]))
        else:
            places.append((start, end))
    return places
