"""`monitor prune`: texts that are kept no longer leave the database."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from monitor.cli.options import database_option, open_store, settings_of
from monitor.cli.output import number_of

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.store.retention import Pruned


@click.command("prune")
@click.option("--dry-run", is_flag=True, help="Only say what would be pruned.")
@database_option
def prune_command(*, dry_run: bool, config: str | None, database: str | None) -> None:
    """Take the texts from old articles that nothing has matched, as `retention:` in monitor.yaml says.

    Their titles and addresses stay, so they never come back as new. Whatever has matched stays whole, also if it was
    lost since. A running daemon does this once a day; beside it, both get their turns.
    """
    import asyncio

    from monitor import clock

    settings = settings_of(config, database)
    if settings.retention_unmatched is None:
        click.echo("Nothing is pruned: monitor.yaml sets no retention. For example: retention: {unmatched: 90d}")
        return
    before = clock.now() - settings.retention_unmatched
    # A database that is not there is not made: it has nothing to prune.
    open_store(settings).close()
    found = _counted(settings, before) if dry_run else asyncio.run(_prune(settings, before))
    verb = "Would prune" if dry_run else "Pruned"
    click.echo(f"{verb} {number_of(found.articles, 'article')} and {number_of(found.pages, 'page')}.")


def _counted(settings: "Settings", before: datetime) -> "Pruned":
    from monitor.store import retention

    with open_store(settings) as store, store.reading() as tx:
        return retention.prunable(tx, before)


async def _prune(settings: "Settings", before: datetime) -> "Pruned":
    from monitor.pipeline.database import Database
    from monitor.pipeline.prune import prune

    with open_store(settings, read_only=False) as store:
        async with Database(store) as database:
            return await prune(database, before)
