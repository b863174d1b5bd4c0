"""`monitor retry`: pages that were given up, and feeds that crash, are tried again."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from monitor.cli.ids import feed_named, known
from monitor.cli.options import database_option, open_store, settings_as_far
from monitor.model import ArticleId, FeedId, Shortfall

if TYPE_CHECKING:
    from monitor.store.store import Transaction


@click.command("retry")
@click.argument("given", metavar="[ID]...", nargs=-1)
@click.option("--quarantined", is_flag=True, help="Pages that crashed or outlasted their reader three times.")
@click.option(
    "--shortfall",
    type=click.Choice([str(one) for one in Shortfall]),
    metavar="KIND",
    help="Pages whose text could not be had for this reason, as `monitor articles` lists it.",
)
@click.option("--feed", metavar="ID", help="Poll this feed; with another option: only pages that it has offered.")
@click.option("--dry-run", is_flag=True, help="Only say what would be tried again.")
@database_option
def retry_command(
    *,
    given: tuple[str, ...],
    quarantined: bool,
    shortfall: str | None,
    feed: str | None,
    dry_run: bool,
    config: str | None,
    database: str | None,
) -> None:
    """Read pages again as if for the first time: of the articles or matches with these IDs, or all of a kind.

    With --feed alone, the feed is polled, and what crashed its parser is parsed again. Works beside a running daemon,
    which then does it within seconds.
    """
    from monitor import clock
    from monitor.store.lock import daemon_pid

    _demand_one(given, of_a_kind=quarantined or shortfall is not None, feed=feed)
    settings = settings_as_far(config, database)
    # A database that is not there is not made: it has nothing to try again.
    open_store(settings).close()
    with open_store(settings, read_only=dry_run) as store, store.reading() if dry_run else store.writing() as tx:
        if feed and not (quarantined or shortfall):
            said = _retry_feed(tx, feed_named(tx, feed), clock.now(), dry=dry_run)
        else:
            named = feed_named(tx, feed) if feed else None
            kind = Shortfall(shortfall) if shortfall else None
            wanted = _named(tx, given) if given else _of_a_kind(tx, kind, named, quarantined=quarantined)
            said = _retry_pages(tx, wanted, clock.now(), dry=dry_run)
    click.echo(said)
    if not dry_run and daemon_pid(settings.database_url) is None:
        click.echo("No daemon works on this database: `monitor run` does it.")


def _demand_one(given: tuple[str, ...], *, of_a_kind: bool, feed: str | None) -> None:
    """Raises: click.UsageError, where it is not said what to try again, or in two ways."""
    if not (given or of_a_kind or feed):
        raise click.UsageError("say what to try again: IDs, --quarantined, --shortfall KIND or --feed ID")
    if given and (of_a_kind or feed):
        raise click.UsageError("name either IDs or a kind of pages, not both")


def _named(tx: "Transaction", given: tuple[str, ...]) -> list[ArticleId]:
    return [known(tx, one).article_id for one in given]


def _of_a_kind(
    tx: "Transaction", shortfall: Shortfall | None, feed: FeedId | None, *, quarantined: bool
) -> list[ArticleId]:
    from monitor.store import articles
    from monitor.store.articles import ArticleQuery

    asked = ArticleQuery(shortfall=shortfall, feed=feed, quarantined=quarantined, limit=None)
    return [article.id for article in articles.query(tx, asked)]


def _retry_pages(tx: "Transaction", wanted: list[ArticleId], now: datetime, *, dry: bool) -> str:
    from monitor.store import readings

    number = readings.retry(tx, wanted, now, dry=dry)
    left = len(set(wanted)) - number
    besides = f"; {left} have no address, or are being read at this moment" if left else ""
    verb = "would be" if dry else "is" if number == 1 else "are"
    return f"{number:,} {'page' if number == 1 else 'pages'} {verb} due again{besides}."


def _retry_feed(tx: "Transaction", feed: FeedId, now: datetime, *, dry: bool) -> str:
    from monitor.store import polls

    if dry:
        return f"{feed} would be polled now, and parsed whatever it sends."
    if not polls.retry(tx, feed, now):
        return f"{feed} is not in the configuration any more: nothing to do."
    return f"{feed} is due now, and is parsed whatever it sends."
