"""`monitor search`: the stored articles, matched or not, that a query of the rule language finds."""

from datetime import tzinfo
from itertools import islice
from typing import TYPE_CHECKING

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.articles import COLUMNS, SPARE
from monitor.cli.filters import listing_options, moment_of
from monitor.cli.ids import feed_named
from monitor.cli.options import open_store
from monitor.cli.output import number_of, print_rows
from monitor.cli.records import Record, article_record, hit_record, short, when
from monitor.cli.sentences import sentences
from monitor.cli.terminal import isolate
from monitor.model import Article, FeedId, Found

if TYPE_CHECKING:
    from monitor.config.load import Config
    from monitor.pipeline.search import Query
    from monitor.store.articles import ArticleQuery
    from monitor.store.store import Transaction

EMPTY = "No article says so, as far as these filters go. `monitor rules explain --query …` shows what is looked for."


@click.command("search")
@click.argument("text", metavar="TEXT...", nargs=-1, required=True)
@click.option("-v", "--verbose", is_flag=True, help="Below each article the sentence that says most of it.")
@click.option("--exit-code", is_flag=True, help="Exit code 1 where there is none.")
@listing_options
def search_command(
    *,
    text: tuple[str, ...],
    verbose: bool,
    exit_code: bool,
    since: str | None,
    until: str | None,
    lang: str | None,
    outlet: str | None,
    feed: str | None,
    limit: int,
    output: str,
    config: str | None,
    database: str | None,
) -> int:
    """List the stored articles that TEXT finds, newest first, matched or not.

    TEXT is a query as in a watchlist: words, "phrases", AND, OR, NOT, NEAR/n, @lists, title:(…), outlet:…; it finds
    what a watchlist with this query would.
    """
    from monitor.cli.rulebook import rules_of
    from monitor.store.articles import ArticleQuery

    loaded = rules_of(config, database)
    query, zone = query_of(loaded, " ".join(text)), loaded.settings.timezone
    asked = ArticleQuery(
        since=moment_of("--since", since, zone),
        until=moment_of("--until", until, zone),
        language=lang,
        outlet=outlet,
        feed=FeedId(feed) if feed else None,
    )
    with open_store(loaded.settings) as store, store.reading() as tx:
        found = _found(tx, query, asked, limit)
    if output != "table":
        records = [article_record(article) | {"hits": list(map(hit_record, one.hits))} for article, one in found]
        print_rows(records, output, columns={}, empty="")
    elif verbose and found:
        for article, one in found:
            _print_sentences(article, one, zone)
    else:
        rows = [_row(article, zone) for article, _ in found]
        print_rows(rows, output, columns=COLUMNS, empty=EMPTY, spare=SPARE)
    return EXIT_FAILED if exit_code and not found else 0


def query_of(loaded: "Config", text: str) -> "Query":
    """What is searched for. Raises: click's Exit, where the query is wrong, which is told."""
    from monitor.articles.outlets import Outlets
    from monitor.cli.rulebook import QUERY, chosen
    from monitor.pipeline.search import Query
    from monitor.rules.needs import need_of

    matcher, _ = chosen(loaded, None, text)
    lists = {terms.id: terms for terms in loaded.lists}
    need = need_of(matcher.tree(QUERY), lists)
    return Query(matcher=matcher, id=QUERY, need=need, outlets=Outlets(loaded.outlets))


def _found(tx: "Transaction", query: "Query", asked: "ArticleQuery", limit: int) -> list[tuple[Article, Found]]:
    """The first of them; what is not looked at is said. Raises: click.UsageError, where there is no such feed."""
    from monitor.pipeline.search import MOST_LOOKED_AT, find
    from monitor.store import unsearched

    if asked.feed:
        feed_named(tx, asked.feed)
    found = list(islice(find(tx, query, asked), limit))
    missing = unsearched.waiting(tx) - MOST_LOOKED_AT
    if missing > 0 and query.need is not None:
        hint = "the daemon puts them in as it runs, the oldest first"
        click.echo(
            f"{number_of(missing, 'article')} are not searched, for the index does not hold them yet: {hint}.", err=True
        )
    return found


def _row(article: Article, zone: tzinfo) -> Record:
    return {**article_record(article), "short": short(article.id), "when": when(article, zone)}


def _print_sentences(article: Article, found: Found, zone: tzinfo) -> None:
    head = f"{short(article.id)}  {when(article, zone)}  {article.outlet}, {article.language}"
    click.echo(f"{head}  {isolate(article.headline)}")
    for sentence in sentences(article, [found]):
        click.echo(f"    {sentence.shown()}")
