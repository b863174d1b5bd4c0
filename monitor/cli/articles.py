"""`monitor articles`: everything that was read, matched or not; what was changed in it, and where an address leads."""

from typing import Any

import click

from monitor.cli.articles_diff import diff_command
from monitor.cli.articles_url import url_command
from monitor.cli.filters import listing_options, moment_of
from monitor.cli.ids import feed_named
from monitor.cli.moments import show_moment
from monitor.cli.options import open_store, refuse_options, settings_of
from monitor.cli.output import print_rows
from monitor.cli.records import article_record, short, when
from monitor.model import FeedId, Shortfall, TextSource

COLUMNS = {
    "id": "short",
    "published": "when",
    "text": "text_source",
    "shortfall": "shortfall",
    "lang": "language",
    "outlet": "outlet",
    "title": "title",
}
REMOVED = {
    "id": "short",
    "published": "when",
    "removed": "since",
    "by": "removed_why",
    "lang": "language",
    "outlet": "outlet",
    "title": "title",
}
SPARE = ("lang", "text", "outlet", "shortfall")
EMPTY = "No articles. Run `monitor run --once` to poll the feeds, or widen the filters."


@click.group("articles", invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--text-source",
    type=click.Choice([str(source) for source in TextSource]),
    help="Only those whose text is from here.",
)
@click.option(
    "--shortfall",
    type=click.Choice([str(shortfall) for shortfall in Shortfall]),
    metavar="KIND",
    help="Only those whose text is not their page's for this reason, as it is listed.",
)
@click.option("--quarantined", is_flag=True, help="Only those whose page crashed or outlasted its reader three times.")
@click.option("--removed", is_flag=True, help="Only those that their site has taken down.")
@listing_options
@click.pass_context
def articles_command(context: click.Context, /, **options: Any) -> None:
    """List the stored articles, newest first, matched or not; what changed in one; where an address leads."""
    if context.invoked_subcommand is None:
        _list(**options)
    else:
        refuse_options(context)


articles_command.add_command(diff_command)
articles_command.add_command(url_command)


def _list(
    *,
    text_source: str | None,
    shortfall: str | None,
    quarantined: bool,
    removed: bool,
    since: str | None,
    until: str | None,
    lang: str | None,
    outlet: str | None,
    feed: str | None,
    limit: int,
    output: str,
    config: str | None,
    database: str | None,
) -> None:
    from monitor.store import articles
    from monitor.store.articles import ArticleQuery

    settings = settings_of(config, database)
    query = ArticleQuery(
        since=moment_of("--since", since, settings.timezone),
        until=moment_of("--until", until, settings.timezone),
        language=lang,
        outlet=outlet,
        feed=FeedId(feed) if feed else None,
        text_source=TextSource(text_source) if text_source else None,
        shortfall=Shortfall(shortfall) if shortfall else None,
        quarantined=quarantined,
        removed=removed,
        limit=limit,
    )
    with open_store(settings) as store, store.reading() as tx:
        if feed:
            feed_named(tx, feed)
        found = articles.query(tx, query)
    records = [article_record(article) for article in found]
    if output == "table":
        shown = zip(records, found, strict=True)
        records = [
            {**record, "short": short(article.id), "when": when(article, settings.timezone)}
            | {"since": article.removed_at and show_moment(article.removed_at, settings.timezone)}
            for record, article in shown
        ]
    if removed:
        print_rows(records, output, columns=REMOVED, empty=EMPTY, spare=("lang", "published", "outlet"))
    else:
        print_rows(records, output, columns=COLUMNS, empty=EMPTY, spare=SPARE)
    if quarantined and output == "table" and found:
        click.echo("\n`monitor retry --quarantined` reads them again, `monitor retry ID` one of them.")
