"""`monitor articles`: everything that was read, matched or not; what was changed in it, and where an address leads."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

import click

from monitor.cli.articles_diff import diff_command
from monitor.cli.articles_url import url_command
from monitor.cli.counts import count_options, is_counted, print_counts
from monitor.cli.filters import SORTS, filter_option, filter_options, page_of, page_options, shared_conditions
from monitor.cli.listing import Columns, look_of, look_options, print_listing
from monitor.cli.moments import show_moment
from monitor.cli.options import database_option, open_store, refuse_options, settings_of
from monitor.cli.records import ARTICLE, Record, article_record, short, when
from monitor.model import Article, Shortfall

COLUMNS = ("id", "published", "text", "shortfall", "lang", "outlet", "title")
SPARE = ("lang", "text", "outlet", "shortfall")
_CALLED = {"published": "published_at", "text": "text_source", "lang": "language"}
LISTED = Columns(headings=COLUMNS, called=_CALLED, spare=SPARE)
REMOVED = Columns(
    headings=("id", "published", "removed", "by", "lang", "outlet", "title"),
    called={"removed": "removed_at", "by": "removed_why", **_CALLED},
    spare=("lang", "published", "outlet"),
)
BYS = ("day", "hour", "outlet", "lang", "country")
EMPTY = "No articles. Run `monitor run --once` to poll the feeds, or widen the filters."


@click.group("articles", invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@filter_options
@filter_option(
    "--shortfall",
    type=click.Choice([str(shortfall) for shortfall in Shortfall]),
    metavar="KIND",
    help="Only those whose text is not their page's for this reason, as it is listed.",
)
@click.option("--quarantined", is_flag=True, help="Only those whose page crashed or outlasted its reader three times.")
@click.option("--removed", is_flag=True, help="Only those that their site has taken down.")
@count_options(BYS)
@page_options(SORTS)
@look_options
@database_option
@click.pass_context
def articles_command(context: click.Context, /, **given: Any) -> int:
    """List the stored articles, newest first, matched or not; what changed in one; where an address leads."""
    if context.invoked_subcommand is None:
        return _list(context, given)
    refuse_options(context)
    return 0


articles_command.add_command(diff_command)
articles_command.add_command(url_command)


def _list(context: click.Context, given: Mapping[str, Any]) -> int:
    from monitor.store import articles
    from monitor.store.articles import ArticleQuery

    look = look_of(context, given)
    counted = is_counted(context, look, given)
    settings = settings_of(given["config"], given["database"])
    with open_store(settings) as store, store.reading() as tx:
        query = ArticleQuery(
            **shared_conditions(tx, settings, given),
            **page_of(given),
            shortfall=Shortfall(given["shortfall"]) if given["shortfall"] else None,
            quarantined=given["quarantined"],
            removed=given["removed"],
        )
        if counted:
            return print_counts(tx, query, context, look, settings, noun="articles")
        found = articles.query(tx, query)

    def shown(number: int) -> Record:
        return cells_of(found[number], settings.timezone)

    columns = REMOVED if given["removed"] else LISTED
    code = print_listing([*map(article_record, found)], look, columns, shown=shown, names=ARTICLE, empty=EMPTY)
    if given["quarantined"] and look.output == "table" and found:
        click.echo("\n`monitor retry --quarantined` reads them again, `monitor retry ID` one of them.")
    return code


def cells_of(article: Article, zone: tzinfo) -> Record:
    """What a person is shown of an article, by heading."""
    return {
        "id": short(article.id),
        "published": when(article, zone),
        "text": str(article.text_source),
        "lang": article.language,
        "removed": article.removed_at and show_moment(article.removed_at, zone),
        "by": article.removed_why and str(article.removed_why),
    }
