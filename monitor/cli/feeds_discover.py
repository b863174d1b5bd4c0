"""`monitor feeds discover`: which feeds a site has."""

import asyncio
import json
from typing import TYPE_CHECKING

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.found import configured, demand_address, discovery_record, print_found
from monitor.cli.options import config_option, environment, folder_of

if TYPE_CHECKING:
    from monitor.config.load import Config


@click.command("discover")
@click.argument("given", metavar="URL|SITE")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True)
@config_option
def discover_command(*, given: str, output: str, config: str | None) -> int:
    """List the feeds of a site: those that its page names or links, its news sitemaps, else what is at the usual paths.

    Exit code 0: there are some; 1: none was found, and what was tried is said.
    """
    from monitor.cli.logs import set_up_logging
    from monitor.config.load import load_config

    demand_address(given)
    set_up_logging(None, verbose=False, quiet=True)
    return asyncio.run(_discover(given, load_config(folder_of(config), environment(None), secrets=False), output))


async def _discover(given: str, loaded: "Config", output: str) -> int:
    from monitor.app import find_feeds

    found = await find_feeds(loaded, given)
    known = configured(loaded)
    if output == "json":
        click.echo(json.dumps(discovery_record(found, known), ensure_ascii=False, indent=2))
    else:
        print_found(found, known, loaded.settings.timezone)
    return 0 if found.feeds else EXIT_FAILED
