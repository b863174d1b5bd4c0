"""`monitor alerts test`: a message is sent now, to see whether it arrives."""

import asyncio
from typing import TYPE_CHECKING

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.channels import opened
from monitor.cli.options import config_option, settings_of
from monitor.cli.terminal import harmless
from monitor.errors import DeliveryError, DeliveryKind

if TYPE_CHECKING:
    from datetime import tzinfo

    from monitor.alerts.channel import Channel
    from monitor.alerts.message import Message

NOTE = "Whoever reads this is told by this channel; there is nothing to do."
_WHAT_THEN = {
    DeliveryKind.TEMPORARY: "an alert would be tried again, later and later, for a week",
    DeliveryKind.REFUSED: "an alert would be given up after three tries",
    DeliveryKind.GONE: "an alert would stop the channel",
}


@click.command("test")
@click.argument("channel", metavar="CHANNEL")
@config_option
def test_command(*, channel: str, config: str | None) -> int:
    """Send a message to CHANNEL now, as the daemon would, and say whether it was taken. Exit code 1: it was not."""
    from monitor.cli.logs import set_up_logging

    settings = settings_of(config, None)
    set_up_logging(None, verbose=False, quiet=True)
    found = opened(config, settings, channel)
    failure = asyncio.run(_send(found, _message(found, settings.timezone)))
    if failure:
        click.echo(harmless(f"monitor: {channel}: {failure}; {_WHAT_THEN[failure.kind]}"), err=True)
        return EXIT_FAILED
    click.echo(f"{channel} took the message.")
    return 0


async def _send(channel: "Channel", message: "Message") -> DeliveryError | None:
    """Why it was not taken; None where it was."""
    from monitor.alerts.send import Senders

    async with Senders() as senders:
        try:
            await senders.send(channel, message)
        except DeliveryError as error:
            return error
    return None


def _message(channel: "Channel", zone: "tzinfo") -> "Message":
    """A key of its own each time: else a receiver that knows it would throw it away."""
    from monitor import clock
    from monitor.alerts.message import Message
    from monitor.model import Occasion, WatchlistId, delivery_key

    now = clock.now()
    return Message(
        key=delivery_key(channel.id, WatchlistId(""), Occasion.TEST, "test", now.isoformat()),
        channel=channel.id,
        occasion=Occasion.TEST,
        watchlist_id=None,
        watchlist="",
        made_at=now.astimezone(zone),
        note=NOTE,
    )
