"""`monitor feeds discover`: which feeds a site has."""

import json

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.found import configured, discovery_record, find, print_found
from monitor.cli.options import config_option, environment, folder_of


@click.command("discover")
@click.argument("given", metavar="URL|SITE")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True)
@config_option
def discover_command(*, given: str, output: str, config: str | None) -> int:
    """List the feeds of a site: those that its page names or links, its news sitemaps, else what is at the usual paths.

    Exit code 0: there are some; 1: none was found, and what was tried is said.
    """
    from monitor.app import load_config

    loaded = load_config(folder_of(config), environment(None))
    found = find(loaded, given)
    known = configured(loaded)
    if output == "json":
        click.echo(json.dumps(discovery_record(found, known), ensure_ascii=False, indent=2))
    else:
        print_found(found, known, loaded.settings.timezone)
    return 0 if found.feeds else EXIT_FAILED
