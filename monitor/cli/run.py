"""`monitor run`: the daemon, or one pass over everything due."""

from typing import TYPE_CHECKING

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.options import database_option, environment, folder_of

if TYPE_CHECKING:
    from monitor.config.load import Config


@click.command("run")
@click.option(
    "--once", is_flag=True, help="One pass over everything due, then a summary; exit code 1 if a feed failed."
)
@click.option("--log-format", type=click.Choice(("text", "json")), help="[default: text on a terminal, else json]")
@click.option("-v", "--verbose", is_flag=True, help="Say more: unchanged feeds, every page.")
@database_option
def run_command(*, once: bool, log_format: str | None, verbose: bool, config: str | None, database: str | None) -> int:
    """Poll the feeds, read the articles, match and store them: as a daemon, or --once.

    Ends cleanly on SIGTERM and Ctrl-C. A second daemon on the same database is refused.
    """
    import asyncio

    from monitor.app import load_or_last_good
    from monitor.cli.logs import say_problems, set_up_logging

    set_up_logging(log_format, verbose=verbose, quiet=once)
    loaded, problems = load_or_last_good(folder_of(config), environment(database))
    if problems:
        say_problems(problems, log_format)
    return asyncio.run(_work(loaded, once=once))


async def _work(config: "Config", *, once: bool) -> int:
    from monitor.cli.progress import run_once_with_progress
    from monitor.daemon import run_daemon

    if once:
        return EXIT_FAILED if (await run_once_with_progress(config)).failed else 0
    await run_daemon(config)
    return 0
