"""`monitor search`: the stored articles, matched or not, that a query of the rule language finds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.articles import BYS, LISTED, cells_of
from monitor.cli.counts import count_options, is_counted, print_counts
from monitor.cli.filters import SORTS, filter_options, page_of, page_options, shared_conditions
from monitor.cli.listing import Look, look_of, look_options, print_listing
from monitor.cli.options import database_option, open_store
from monitor.cli.output import number_of
from monitor.cli.pager import show
from monitor.cli.records import ARTICLE, Record, article_record, hit_record, short, when
from monitor.cli.terminal import isolate
from monitor.model import Article, ArticleId, Found
from monitor.outgoing.sentences import sentences

if TYPE_CHECKING:
    from monitor.config.load import Config
    from monitor.pipeline.search import Query
    from monitor.store.store import Transaction

EMPTY = "No article says so, as far as these filters go. `monitor rules explain --query …` shows what is looked for."


@click.command("search")
@click.argument("text", metavar="TEXT...", nargs=-1, required=True)
@click.option("-v", "--verbose", is_flag=True, help="Below each article the sentence that says most of it.")
@filter_options
@count_options(BYS)
@page_options(SORTS)
@look_options
@database_option
@click.pass_context
def search_command(context: click.Context, /, *, text: tuple[str, ...], verbose: bool, **given: Any) -> int:
    """List the stored articles that TEXT finds, newest first, matched or not.

    TEXT is a query as in a watchlist: words, "phrases", AND, OR, NOT, NEAR/n, @lists, title:(…), outlet:…; it finds
    what a watchlist with this query would.
    """
    from monitor.cli.rulebook import rules_of
    from monitor.pipeline.search import find
    from monitor.store import articles, search
    from monitor.store.articles import ArticleQuery, Order

    look = look_of(context, given)
    counted = is_counted(context, look, given)
    if verbose and (counted or look.output != "table" or look.columns):
        raise click.UsageError(
            "-v shows sentences below the lines of the table: it goes without --count, --by, --format and --columns"
        )
    loaded = rules_of(given["config"], given["database"])
    query, settings = query_of(loaded, " ".join(text)), loaded.settings
    with open_store(settings) as store, store.reading() as tx:
        asked = ArticleQuery(**shared_conditions(tx, settings, given), **page_of(given))
        # In any other order the first of them are known when all are.
        most = None if counted or asked.order is not Order.NEWEST else asked.offset + (asked.limit or 0)
        hits = {article.id: found for article, found in islice(find(tx, query, asked), most)}
        asked = replace(asked, among=search.these(tx, list(hits)), full=verbose)
        if counted:
            code = print_counts(tx, asked, context, look, settings, noun="articles")
        else:
            code = _print(articles.query(tx, asked), hits, look, settings.timezone, verbose=verbose)
        say_what_is_missing(tx, query)
    return code


def query_of(loaded: "Config", text: str, *, called: str = "TEXT") -> "Query":
    """What is searched for. Raises: click's Exit, where the query is wrong, which is told."""
    from monitor.articles.outlets import Outlets
    from monitor.cli.rulebook import QUERY, chosen
    from monitor.pipeline.search import Query
    from monitor.rules.needs import is_told_by_keys, need_of

    matcher, _ = chosen(loaded, None, text, called=called)
    tree, lists = matcher.tree(QUERY), {terms.id: terms for terms in loaded.lists}
    need, is_told = need_of(tree, lists), is_told_by_keys(tree, lists)
    return Query(matcher=matcher, id=QUERY, need=need, is_told=is_told, outlets=Outlets(loaded.outlets))


def say_what_is_missing(tx: "Transaction", query: "Query") -> None:
    """Say on standard error how many articles were not looked at."""
    from monitor.pipeline.search import MOST_LOOKED_AT
    from monitor.store import unsearched

    missing = unsearched.waiting(tx) - MOST_LOOKED_AT
    if missing > 0 and query.need is not None:
        what = f"{number_of(missing, 'article')} are not searched, for the index does not hold them yet"
        click.echo(f"{what}: the daemon puts them in as it runs, the oldest first.", err=True)


def _print(
    found: tuple[Article, ...], hits: Mapping[ArticleId, Found], look: Look, zone: tzinfo, *, verbose: bool
) -> int:
    """Print the articles; the exit code."""
    if verbose and found and look.output == "table":
        show(_with_sentences(found, hits, zone), paged=look.paged)
        return 0
    records: list[Record] = [
        article_record(article) | {"hits": [hit_record(hit) for hit in hits[article.id].hits]} for article in found
    ]

    def shown(number: int) -> Record:
        return cells_of(found[number], zone)

    return print_listing(records, look, LISTED, shown=shown, names=(*ARTICLE, "hits"), empty=EMPTY)


def _with_sentences(found: Sequence[Article], hits: Mapping[ArticleId, Found], zone: tzinfo) -> Iterator[str]:
    for article in found:
        head = f"{short(article.id)}  {when(article, zone)}  {article.outlet}, {article.language}"
        yield f"{head}  {isolate(article.headline)}"
        for sentence in sentences(article, [hits[article.id]]):
            yield f"    {sentence.shown()}"
