"""`monitor alerts show`: a message as it is, or would be, sent."""

from typing import TYPE_CHECKING

import click

from monitor.cli.channels import configured
from monitor.cli.options import database_option, open_store, settings_of
from monitor.cli.records import short
from monitor.cli.rulebook import rules_of
from monitor.cli.terminal import isolate
from monitor.errors import StoreError
from monitor.model import DeliveryState

if TYPE_CHECKING:
    from monitor.alerts.message import Message
    from monitor.store.deliveries import Delivery
    from monitor.store.store import Transaction

LOOKS = ("text", "html", "json")


@click.command("show")
@click.argument("given", metavar="KEY")
@click.option("--format", "output", type=click.Choice(LOOKS), default="text", show_default=True)
@database_option
def show_command(*, given: str, output: str, config: str | None, database: str | None) -> None:
    """Show the message of the delivery whose key begins with KEY: as it is sent, or would be now."""
    settings = settings_of(config, database)
    with open_store(settings) as store, store.reading() as tx:
        one = delivery_named(tx, given)
        if one.state is DeliveryState.FOLDED:
            by = f": `monitor alerts show {short(one.into)}` is the one that tells it" if one.into else ""
            click.echo(f"not sent by itself{by}{f' ({isolate(one.note)})' if one.note else ''}", err=True)
        message = _message(tx, one, config, database)
    print_message(message, output, configured(settings).get(one.channel))


def delivery_named(tx: "Transaction", given: str) -> "Delivery":
    """The delivery meant. Raises: click.UsageError, where it is no key; StoreError, where it is not one's."""
    from monitor.store import delivery_lists

    try:
        found = delivery_lists.named(tx, given)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if not found:
        raise StoreError(f"no delivery has a key that begins with {given}", hint="see `monitor alerts list`")
    if len(found) > 1:
        names = ", ".join(short(one.key) for one in found)
        raise StoreError(f"{given} is the beginning of several keys ({names})", hint="give more of its digits")
    return found[0]


def print_message(message: "Message", output: str, template: str | None) -> None:
    """Print it as mails, as plain text under its subject, or as JSON, as webhooks and commands get it."""
    from monitor.alerts.message import to_json
    from monitor.alerts.render import html, subject, text

    if output == "json":
        click.echo(to_json(message))
    elif output == "html":
        click.echo(html(message), nl=False)
    else:
        click.secho(f"Subject: {subject(message)}", bold=True)
        click.echo()
        click.echo(text(message, template), nl=False)


def _message(tx: "Transaction", one: "Delivery", config: str | None, database: str | None) -> "Message":
    from monitor import clock
    from monitor.alerts.message import from_json
    from monitor.pipeline.message import make

    return from_json(one.message) if one.message else make(tx, one, one.note, rules_of(config, database), clock.now())
