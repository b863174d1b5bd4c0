"""`monitor why`: why a stored article matches a watchlist as it is now, or why it does not."""

import json

import click

from monitor.cli.ids import known
from monitor.cli.options import database_option, open_store
from monitor.cli.terminal import isolate
from monitor.cli.verdicts import print_verdict, verdict_record


@click.command("why")
@click.argument("given", metavar="ARTICLE")
@click.argument("watchlist", metavar="WATCHLIST")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option("-v", "--verbose", is_flag=True, help="The whole query, also the clauses that did not decide.")
@database_option
def why_command(
    *, given: str, watchlist: str, output: str, verbose: bool, config: str | None, database: str | None
) -> None:
    """Say why the stored ARTICLE (the first digits of its id) matches WATCHLIST, or what keeps it from matching.

    By the rules as they are in the files now: the clause that fails, the exclusion that vetoes, how near it comes.
    """
    from monitor.articles.outlets import Outlets
    from monitor.cli.rulebook import named, rules_of
    from monitor.pipeline.news import document_of
    from monitor.store import articles, matches

    loaded = rules_of(config, database)
    asked = named(loaded, watchlist)
    with open_store(loaded.settings) as store, store.reading() as tx:
        meant = known(tx, given)
        article = articles.at(tx, [meant.article_id])[meant.article_id]
        stored = [one for one in matches.of_article(tx, meant.article_id) if one.found.watchlist_id == asked.id]
    document = document_of(article, Outlets(loaded.outlets))
    if output == "json":
        record = {"article": article.id, "title": article.headline, **verdict_record(document, loaded.matcher, asked)}
        click.echo(json.dumps(record, ensure_ascii=False, indent=2))
        return
    click.secho(isolate(article.headline), bold=True)
    matched = print_verdict(document, loaded.matcher, asked, verbose=verbose)
    if matched != any(match.lost_at is None for match in stored):
        state = "does not count as a match" if matched else "still counts as a match"
        click.echo(f"In the database it {state}: the rule has changed since.")
