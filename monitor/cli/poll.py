"""`monitor poll`: poll feeds now, due or not."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.ids import nearest_feed
from monitor.cli.options import database_option, environment, folder_of

if TYPE_CHECKING:
    from monitor.config.change import Refusal
    from monitor.config.load import Config
    from monitor.model import FeedId


@click.command("poll")
@click.argument("feed", metavar="[FEED]", required=False)
@click.option(
    "-v", "--verbose", is_flag=True, help="Say what was asked, what came, and what was new and matched in it."
)
@click.option("--dry-run", is_flag=True, help="The same, and store nothing: what would be new, what would match.")
@database_option
def poll_command(*, feed: str | None, verbose: bool, dry_run: bool, config: str | None, database: str | None) -> int:
    """Poll FEED now (all feeds without one), read what is new, and say what came of it.

    While the daemon runs, the daemon does it: the feed is made due, and is polled within seconds; with -v the feed is
    asked beside it, too, and what that brings is shown and not stored.
    """
    import asyncio

    from monitor.app import load_or_last_good, make_due
    from monitor.cli.logs import say_refusal, set_up_logging
    from monitor.model import FeedId

    set_up_logging(None, verbose=False, quiet=True)
    loaded, refusal = load_or_last_good(folder_of(config), environment(database))
    if refusal:
        say_refusal(refusal, None)
    ids = [one.id for one in loaded.feeds]
    if feed is not None and feed not in ids:
        raise click.UsageError(f'there is no feed "{feed}" ({nearest_feed(feed, ids)})')
    if feed is None and (verbose or dry_run):
        raise click.UsageError("name the one feed to be told of")
    wanted = ids if feed is None else [FeedId(feed)]
    if dry_run:
        return asyncio.run(_try(loaded, wanted[0]))
    return asyncio.run(_poll(loaded, refusal, wanted, feed, make_due(loaded, wanted), told=verbose))


async def _try(config: "Config", feed: "FeedId") -> int:
    """Poll the feed without storing anything; returns the exit code."""
    from monitor.app import try_poll
    from monitor.cli.poll_told import print_observed
    from monitor.model import Failed

    observed = await try_poll(config, feed)
    print_observed(observed, config.settings.timezone, stored=False)
    return EXIT_FAILED if isinstance(observed.outcome, Failed) else 0


async def _poll(
    config: "Config",
    refusal: "Refusal | None",
    wanted: Sequence["FeedId"],
    feed: str | None,
    scheduled: Collection["FeedId"],
    *,
    told: bool,
) -> int:
    """Poll the `wanted` feeds, or leave that to the daemon; returns the exit code."""
    from monitor.cli.progress import run_once_with_progress
    from monitor.errors import LockedError

    try:
        tally = await run_once_with_progress(config, wanted, refusal=refusal, told=told)
    except LockedError as error:
        if feed and feed not in scheduled:
            click.echo(f"The daemon (process {error.pid}) does not know {feed} yet: see `monitor status`.")
            return EXIT_FAILED
        click.echo(f"The daemon (process {error.pid}) polls {feed or 'all feeds'} now; see `monitor feeds`.")
        return await _try(config, wanted[0]) if told else 0
    return EXIT_FAILED if tally.failed else 0
