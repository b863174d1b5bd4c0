"""`monitor run`: the daemon, or one pass over everything due."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.options import database_option, environment, folder_of, settings_as_far
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.config.change import Refusal
    from monitor.config.load import Config


@click.command("run")
@click.option(
    "--once", is_flag=True, help="One pass over everything due, then a summary; exit code 1 if a feed failed."
)
@click.option("--force", is_flag=True, help="Start with the files although they shrink what is watched.")
@click.option("--log-format", type=click.Choice(("text", "json")), help="[default: text on a terminal, else json]")
@click.option("-v", "--verbose", is_flag=True, help="Say more: unchanged feeds, every page.")
@database_option
def run_command(
    *, once: bool, force: bool, log_format: str | None, verbose: bool, config: str | None, database: str | None
) -> int:
    """Poll the feeds, read the articles, match and store them: as a daemon, or --once.

    Ends cleanly on SIGTERM and Ctrl-C. A second daemon on the same database is refused. The daemon follows changes of
    the configuration; a broken one, or one that shrinks what is watched, does not come into force.
    """
    from monitor.cli.logs import say_refusal, set_levels, set_up_logging

    set_up_logging(log_format, verbose=verbose, quiet=once)
    _demand_no_daemon(config, database)
    import asyncio

    from monitor.app import load_or_last_good

    folder, variables = folder_of(config), environment(database)
    loaded, refusal = load_or_last_good(folder, variables, forced=force)
    if not once:
        set_levels(loaded.settings.log, verbose=verbose)
    if refusal:
        say_refusal(refusal, log_format)
    work = _pass(loaded, refusal) if once else _follow(loaded, folder, variables, refusal)
    return asyncio.run(work)


def _demand_no_daemon(config: str | None, database: str | None) -> None:
    """Before what takes a second to load; who is the daemon is decided when it takes its lock.

    Raises: LockedError, StoreError.
    """
    from monitor.store.lock import demand_none

    # A configuration that does not say which database is told of with all that is wrong in it.
    with suppress(ConfigError):
        demand_none(settings_as_far(config, database).database_url)


async def _pass(config: "Config", refusal: "Refusal | None") -> int:
    from monitor.cli.progress import run_once_with_progress

    return EXIT_FAILED if (await run_once_with_progress(config, refusal=refusal)).failed else 0


async def _follow(config: "Config", folder: Path, variables: Mapping[str, str], refusal: "Refusal | None") -> int:
    from monitor.daemon import run_daemon

    await run_daemon(config, folder, variables, refusal)
    return 0
