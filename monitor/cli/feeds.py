"""`monitor feeds`: when each feed was polled, what it brought, how it is; feeds found, added, mended, exchanged."""

from datetime import tzinfo
from typing import TYPE_CHECKING

import click

from monitor.cli.feeds_add import add_command
from monitor.cli.feeds_discover import discover_command
from monitor.cli.feeds_export import export_command
from monitor.cli.feeds_fix import fix_command
from monitor.cli.feeds_health import health_command
from monitor.cli.feeds_import import import_command
from monitor.cli.moments import show_moment
from monitor.cli.options import database_option, environment, folder_of, open_store, refuse_options
from monitor.cli.output import format_option, print_rows
from monitor.cli.records import Record
from monitor.errors import StoreError
from monitor.model import Feed, FeedId

if TYPE_CHECKING:
    from monitor.store.feeds import Overview
    from monitor.store.store import Store

COLUMNS = {
    "feed": "id",
    "lang": "language",
    "polled": "last_polled_at",
    "next": "next_poll_at",
    "entries": "entries",
    "matches": "matches",
    "last error": "last_error",
}
SPARE = ("lang", "next", "polled")
EMPTY = "No feeds. Add some to feeds.yaml; `monitor check` tells what is wrong with it."


@click.group("feeds", invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--failing", is_flag=True, help="Only those whose last poll failed.")
@format_option
@database_option
@click.pass_context
def feeds_command(
    context: click.Context, *, failing: bool, output: str, config: str | None, database: str | None
) -> None:
    """List the configured feeds with what each has brought, those that fail first; or find, add, mend, exchange."""
    if context.invoked_subcommand is None:
        _list(failing=failing, output=output, config=config, database=database)
    else:
        refuse_options(context)


for command in (health_command, fix_command, add_command, discover_command, import_command, export_command):
    feeds_command.add_command(command)


def _list(*, failing: bool, output: str, config: str | None, database: str | None) -> None:
    from monitor.config.load import load_config

    loaded = load_config(folder_of(config), environment(database), secrets=False)
    try:
        with open_store(loaded.settings) as store:
            known = _overview(store)
    except StoreError as error:
        # Nothing has been polled yet: the feeds are listed all the same.
        click.echo(f"monitor: {error}", err=True)
        known = {}
    zone = loaded.settings.timezone if output == "table" else None
    records = [feed_record(feed, known.get(feed.id), zone) for feed in loaded.feeds]
    records.sort(key=lambda record: not record["last_error"])
    wanted = [record for record in records if record["last_error"] or not failing]
    print_rows(wanted, output, columns=COLUMNS, empty=EMPTY, spare=SPARE)


def _overview(store: "Store") -> dict[FeedId, "Overview"]:
    from monitor.store import feeds

    with store.reading() as tx:
        return {one.state.feed_id: one for one in feeds.overview(tx)}


def feed_record(feed: Feed, known: "Overview | None", zone: tzinfo | None) -> Record:
    """A feed and its yield; moments for a person in `zone`, or in ISO 8601 where there is none."""
    from monitor.urls import redact

    state = known.state if known else None
    moments = {
        "last_polled_at": state.last_polled_at if state else None,
        "last_success_at": state.last_success_at if state else None,
        "next_poll_at": state.next_poll_at if state else None,
        "last_new_at": known.last_new_at if known else None,
    }
    return {
        "id": feed.id,
        "url": redact(feed.url),
        "outlet": feed.outlet.name,
        "language": feed.language,
        "tags": list(feed.tags),
        **{
            name: show_moment(moment, zone) if zone else moment.isoformat() if moment else None
            for name, moment in moments.items()
        },
        "failures": state.failures if state else 0,
        "last_error": state.last_error if state else "",
        "entries": known.entries if known else 0,
        "articles": known.articles if known else 0,
        "matches": known.matches if known else 0,
    }
