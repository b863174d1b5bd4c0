"""`monitor alerts retry`: what was given up, or waits for a channel to come back, is sent again."""

from typing import TYPE_CHECKING

import click

from monitor.cli.alerts_show import delivery_named
from monitor.cli.channels import ever, named
from monitor.cli.options import database_option, open_store, settings_of
from monitor.cli.output import number_of
from monitor.cli.records import short
from monitor.model import ChannelId, DeliveryState

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.store.deliveries import Delivery
    from monitor.store.store import Transaction


@click.command("retry")
@click.argument("given", metavar="[KEY]...", nargs=-1)
@click.option("--channel", metavar="ID", help="Let this channel go on, whether it was stopped or backs off.")
@click.option("--given-up", is_flag=True, help="All that was given up; with --channel: all of it for this channel.")
@database_option
def retry_command(
    *, given: tuple[str, ...], channel: str | None, given_up: bool, config: str | None, database: str | None
) -> None:
    """Send again: the deliveries with these keys, or all that was given up; and let their channels go on.

    Each goes out under its old key, by which a receiver knows what it has already. A running daemon does it at once.
    """
    from monitor import clock
    from monitor.store.lock import daemon_pid

    if given and (channel or given_up):
        raise click.UsageError("name either keys, or --channel and --given-up")
    if not (given or channel or given_up):
        raise click.UsageError("say what to send again: keys, --channel ID or --given-up")
    settings, now = settings_of(config, database), clock.now()
    # A database that is not there is not made: it has nothing to send.
    open_store(settings).close()
    with open_store(settings, read_only=False) as store, store.writing() as tx:
        if given:
            said = _retry_these(tx, [delivery_named(tx, one) for one in given], now)
        else:
            one = named(channel, ever(tx, settings)) if channel else None
            said = _retry_all(tx, one, now, given_up=given_up)
    click.echo("\n".join(said))
    if daemon_pid(settings.database_url) is None:
        click.echo("No daemon works on this database: `monitor run` sends it.")


def _retry_these(tx: "Transaction", wanted: "list[Delivery]", now: "datetime") -> list[str]:
    """Raises: click.UsageError, where one of them is told."""
    from monitor.store import delivery_lists

    for one in wanted:
        if one.state is DeliveryState.SENT:
            raise click.UsageError(f"{short(one.key)} was sent: the channel took it")
        if one.state is DeliveryState.FOLDED:
            by = f"name {short(one.into)}, which tells it" if one.into else f"it is not sent by itself: {one.note}"
            raise click.UsageError(f"{short(one.key)} is folded: {by}")
    number = delivery_lists.retry(tx, [one.key for one in wanted], now)
    delivery_lists.start(tx, {one.channel for one in wanted})
    return [f"{_deliveries(number)} due now."]


def _retry_all(tx: "Transaction", channel: ChannelId | None, now: "datetime", *, given_up: bool) -> list[str]:
    from monitor.store import delivery_lists
    from monitor.store.delivery_lists import DeliveryQuery

    said = []
    if given_up:
        asked = DeliveryQuery(channel=channel, states=(DeliveryState.GIVEN_UP,), limit=None)
        delivery_lists.start(tx, {one.channel for one in delivery_lists.query(tx, asked)})
        said.append(f"{_deliveries(delivery_lists.retry_given_up(tx, now, channel))} due now.")
    if channel:
        delivery_lists.start(tx, [channel])
        waiting = delivery_lists.queues(tx).get(channel)
        said.append(f"{channel} goes on: {number_of(waiting.number if waiting else 0, 'message')} waiting for it.")
    return said


def _deliveries(number: int) -> str:
    return f"{number:,} {'delivery is' if number == 1 else 'deliveries are'}"
