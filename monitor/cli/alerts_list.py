"""`monitor alerts list`: what each channel was told, and is to be, and how the channels are."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

import click

from monitor.cli.channels import configured, ever, named
from monitor.cli.filters import moment_of
from monitor.cli.ids import watchlist_named
from monitor.cli.moments import EXPECTED, show_moment
from monitor.cli.options import database_option, open_store, settings_of
from monitor.cli.output import format_option, print_rows
from monitor.cli.records import Record, short
from monitor.cli.terminal import isolate
from monitor.model import ChannelId, DeliveryState

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.store.channels import ChannelState
    from monitor.store.deliveries import Delivery
    from monitor.store.delivery_lists import Queue

COLUMNS = {
    "key": "short",
    "made": "made",
    "channel": "channel",
    "watchlist": "watchlist",
    "about": "occasion",
    "state": "state",
    "when": "when",
    "tries": "attempts",
    "why": "why",
}
SPARE = ("made", "tries", "watchlist")
EMPTY = "No deliveries. docs/alerts.md says who is told of what, `monitor alerts preview WATCHLIST` shows a message."
_MOST = 1_000_000


@click.command("list")
@click.option("--channel", metavar="ID", help="Only for this channel.")
@click.option("--watchlist", metavar="ID", help="Only of this watchlist.")
@click.option(
    "--state", type=click.Choice([str(one) for one in DeliveryState]), multiple=True, help="Only in this state."
)
@click.option("--since", metavar="WHEN", help=f"Only what came up since: {EXPECTED}.")
@click.option("--limit", type=click.IntRange(1, _MOST), default=50, show_default=True, help="At most so many.")
@format_option
@database_option
def list_command(
    *,
    channel: str | None,
    watchlist: str | None,
    state: tuple[str, ...],
    since: str | None,
    limit: int,
    output: str,
    config: str | None,
    database: str | None,
) -> None:
    """List the deliveries, the newest first; before them, in the table, how each channel is.

    States: waiting, sent, folded (another delivery tells it, or it was no news any more; "why" says which), given-up.
    """
    from monitor.store import channels, delivery_lists
    from monitor.store.delivery_lists import DeliveryQuery

    settings = settings_of(config, database)
    moment = moment_of("--since", since, settings.timezone)
    with open_store(settings) as store, store.reading() as tx:
        there = ever(tx, settings)
        asked = DeliveryQuery(
            channel=named(channel, there) if channel else None,
            watchlist=watchlist_named(tx, watchlist) if watchlist else None,
            states=tuple(map(DeliveryState, state)),
            since=moment,
            limit=limit,
        )
        found = delivery_lists.query(tx, asked)
        states, queues = channels.all_of(tx), delivery_lists.queues(tx)
    if output != "table":
        print_rows([*map(delivery_record, found)], output, columns=COLUMNS, empty=EMPTY)
        return
    shown = [one for one in there if channel in (None, one)]
    for line in _channel_lines(shown, states, queues, settings):
        click.echo(line)
    if shown:
        click.echo()
    rows = [delivery_record(one) | _shown(one, settings.timezone) for one in found]
    print_rows(rows, output, columns=COLUMNS, empty=EMPTY, spare=SPARE)


def delivery_record(one: "Delivery") -> Record:
    """A delivery, for a program."""
    return {
        "key": one.key,
        "channel": one.channel,
        "watchlist": one.watchlist_id or None,
        "occasion": str(one.occasion),
        "state": str(one.state),
        "match": one.match_id or None,
        "article": one.article_id or None,
        "since": _iso(one.since),
        "until": _iso(one.until),
        "made_at": _iso(one.made_at),
        "due_at": _iso(one.due_at),
        "tried_at": _iso(one.tried_at),
        "settled_at": _iso(one.settled_at),
        "attempts": one.attempts,
        "error": one.error or None,
        "note": one.note or None,
        "told_by": one.into or None,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _shown(one: "Delivery", zone: tzinfo) -> Record:
    """The cells of the table that say it otherwise."""
    by = [f"told by {short(one.into)}"] if one.into else []
    why = "; ".join(filter(None, [one.error, *by, one.note]))
    return {
        "short": short(one.key),
        "made": show_moment(one.made_at, zone),
        "when": show_moment(one.settled_at or one.due_at, zone),
        "why": why,
    }


def _channel_lines(
    there: "Sequence[ChannelId]",
    states: "Mapping[ChannelId, ChannelState]",
    queues: "Mapping[ChannelId, Queue]",
    settings: "Settings",
) -> Iterator[str]:
    """A line a channel: whether it takes what it is sent, and what waits for it."""
    known = configured(settings)
    width = max(map(len, there), default=0)
    for name in there:
        said = [_how(states.get(name), settings.timezone)] if name in known else ["not configured any more"]
        if name in queues:
            waiting = queues[name]
            said.append(
                f"{waiting.number:,} waiting, the oldest since {show_moment(waiting.oldest, settings.timezone)}"
            )
        yield f"{name:<{width}}  {'; '.join(said)}"


def _how(state: "ChannelState | None", zone: tzinfo) -> str:
    if state is None or not (state.sent_at or state.failed_at):
        return "nothing was sent to it yet"
    error = isolate(state.error)
    if state.stopped_at:
        return f"stopped on {show_moment(state.stopped_at, zone)}: {error}: `monitor alerts retry --channel {state.id}`"
    if state.next_at:
        times = f"{state.failures} times in a row" if state.failures > 1 else "once"
        return f"backing off until {show_moment(state.next_at, zone)}, failed {times}: {error}"
    return f"up, last sent {show_moment(state.sent_at, zone)}"
