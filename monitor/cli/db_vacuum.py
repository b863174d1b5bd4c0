"""`monitor db vacuum`: room that nothing uses is given back."""

import click

from monitor.cli.options import database_option, settings_of
from monitor.cli.sizes import show_bytes


@click.command("vacuum")
@database_option
def vacuum_command(*, config: str | None, database: str | None) -> None:
    """Give back the room that nothing uses any more, and say how large the database was and is.

    A file of SQLite is written anew, for which it needs twice its size on the disk, and nobody may write meanwhile:
    stop the daemon first. PostgreSQL is vacuumed and analysed beside it.
    """
    from monitor.store.vacuum import vacuum

    done = vacuum(settings_of(config, database).database_url)
    for name, size in (("before", done.before), ("after", done.after)):
        click.echo(f"{name:<9} {show_bytes(size.database + size.log)}")
