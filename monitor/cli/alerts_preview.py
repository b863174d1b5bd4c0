"""`monitor alerts preview`: what the next alert of a watchlist would say."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from monitor.cli.alerts_show import LOOKS, print_message
from monitor.cli.channels import configured, named
from monitor.cli.options import database_option, open_store
from monitor.cli.rulebook import named as watchlist_named
from monitor.cli.rulebook import rules_of
from monitor.errors import StoreError
from monitor.model import ChannelId, DeliveryKey, Occasion, Subscription, Watchlist, When

if TYPE_CHECKING:
    from monitor.alerts.message import Item, Message
    from monitor.config.load import Config
    from monitor.store.store import Transaction

_DAY = timedelta(days=1)


@click.command("preview")
@click.argument("watchlist", metavar="WATCHLIST")
@click.option("--channel", metavar="ID", help="As this channel gets it.  [default: the watchlist's first]")
@click.option("--format", "output", type=click.Choice(LOOKS), default="text", show_default=True)
@database_option
def preview_command(
    *, watchlist: str, channel: str | None, output: str, config: str | None, database: str | None
) -> None:
    """Show what the next alert of a watchlist would say: of its newest match; where nothing is stored yet, of its
    first example. Nothing is sent or stored.
    """
    from monitor import clock
    from monitor.pipeline.items import in_zone

    loaded, now = rules_of(config, database), clock.now()
    found, templates = watchlist_named(loaded, watchlist), configured(loaded.settings)
    wanted = _subscription(found, named(channel, templates) if channel else None)
    message = _head(found, wanted, now)
    try:
        with open_store(loaded.settings) as store, store.reading() as tx:
            message = _of_store(tx, message, found, loaded)
    except StoreError as error:
        click.echo(f"monitor: {error}", err=True)
    if not message.items:
        click.echo("Nothing that matches is stored yet: this is an example of the watchlist.", err=True)
        message = in_zone(_with(message, _example(found, loaded, now)), loaded.settings.timezone)
    print_message(message, output, templates.get(wanted.channel))


def _subscription(watchlist: Watchlist, channel: ChannelId | None) -> Subscription:
    """How the channel is told of it; of one that is not told, how one would be told of stories."""
    of_it = [one for one in watchlist.alerts if channel in (None, one.channel)]
    return (of_it or [Subscription(channel=channel or ChannelId("preview"))])[0]


def _head(watchlist: Watchlist, wanted: Subscription, now: datetime) -> "Message":
    """The message without what it tells."""
    from monitor.alerts.message import Message

    is_digest = wanted.when is When.DIGEST
    occasion = {When.DIGEST: Occasion.DIGEST, When.MATCH: Occasion.MATCH}.get(wanted.when, Occasion.STORY)
    return Message(
        key=DeliveryKey(""),
        channel=wanted.channel,
        occasion=occasion,
        watchlist_id=watchlist.id,
        watchlist=watchlist.title,
        made_at=now,
        since=now - (wanted.every or _DAY) if is_digest else None,
        until=now if is_digest else None,
    )


def _of_store(tx: "Transaction", message: "Message", watchlist: Watchlist, loaded: "Config") -> "Message":
    """Of a digest all matches of its while; else, or where there are none, the newest."""
    from monitor.pipeline.message import Told, with_items
    from monitor.store import match_places, matches
    from monitor.store.matches import MatchQuery

    ids = []
    if message.since and message.until:
        ids = match_places.made_between(tx, watchlist.id, message.since, message.until)
    ids = ids or [one.id for one in matches.query(tx, MatchQuery(watchlists=(watchlist.id,), limit=1))]
    reason = "a new story" if message.occasion is not Occasion.MATCH else ""
    names = {one.id: one.name for one in loaded.outlets}
    return with_items(tx, message, [Told(one, reason) for one in ids], names, loaded.settings.timezone)


def _example(watchlist: Watchlist, loaded: "Config", now: datetime) -> "Item":
    """Raises: click.UsageError, where there is none that matches."""
    from monitor.pipeline.items import example
    from monitor.rules.examples import document_of

    for one in map(document_of, watchlist.should_match):
        if found := loaded.matcher.find(one, watchlist.id):
            return example(one, found, "(an example)", now)
    raise click.UsageError(
        f"nothing that {watchlist.id} matches is stored, and it has no example that it matches: give it should_match"
    )


def _with(message: "Message", item: "Item") -> "Message":
    from dataclasses import replace

    reason = "a new story" if message.occasion is not Occasion.MATCH else ""
    return replace(message, items=(replace(item, reason=reason),))
