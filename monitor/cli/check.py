"""`monitor check`: everything that is wrong with the configuration, each with its place."""

import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.options import environment, folder_of

if TYPE_CHECKING:
    from monitor.config.load import Config
    from monitor.store.unmatched import Unmatched

_PATIENCE = timedelta(seconds=2)
"""With a database that does not answer: nobody waits for a hint."""


@click.command("check")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True)
def check_command(*, folder: Path | None, output: str) -> int:
    """Check the configuration in DIR (default: as for `monitor run`), the watchlists' examples included.

    Prints file:line:column: what is wrong. Exit code 0: nothing is; 1: something is. A hint is nothing wrong.
    """
    from monitor.config.load import load_config
    from monitor.errors import ConfigError

    try:
        config = load_config(folder_of(str(folder) if folder else None), environment(None))
    except ConfigError as error:
        if output == "json":
            click.echo(json.dumps([asdict(problem) for problem in error.problems], ensure_ascii=False, indent=2))
        else:
            from monitor.cli.problems import print_problems

            print_problems(error.problems)
        return EXIT_FAILED
    if output == "json":
        click.echo("[]")
        return 0
    counts = (len(config.feeds), len(config.outlets), len(config.lists), len(config.watchlists))
    examples = sum(len(one.should_match) + len(one.should_not_match) for one in config.watchlists)
    click.echo("ok: {} feeds of {} outlets, {} lists, {} watchlists".format(*counts) + f", {examples} examples hold")
    if not config.agencies:
        from monitor.config.agencies import MISSING

        click.echo(f"hint: {MISSING}")
    if not config.settings.contact:
        from monitor.config.settings import NO_CONTACT

        click.echo(f"hint: {NO_CONTACT}")
    for line in _unmatched(config):
        click.echo(f"hint: {line}")
    return 0


def _unmatched(config: "Config") -> list[str]:
    """Of which watchlists stored articles know only an earlier version; nothing where no database can be asked: it is
    the configuration that is checked.
    """
    from monitor.errors import StoreError
    from monitor.store import unmatched
    from monitor.store.store import Store

    try:
        with (
            Store.open(config.settings.database_url, read_only=True, patience=_PATIENCE) as store,
            store.reading() as tx,
        ):
            found = unmatched.unmatched(tx, config.matcher.versions)
    except StoreError:
        return []
    return [_offered(one) for one in found]


def _offered(one: "Unmatched") -> str:
    command = f"`monitor rematch --watchlist {one.watchlist_id}` shows what"
    if one.before is None:
        return f"{one.watchlist_id} is newer than stored articles: {command} it finds in them"
    return f"{one.watchlist_id} changed since version {one.before.version}: {command} stored articles gain and lose"
