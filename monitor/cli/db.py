"""`monitor db`: the database itself."""

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.options import database_option, open_store, settings_of


@click.group("db", context_settings={"help_option_names": ["-h", "--help"]})
def db_command() -> None:
    """Look after the database."""


@db_command.command("upgrade")
@database_option
def upgrade_command(*, config: str | None, database: str | None) -> None:
    """Bring the tables up to what this version needs; keeps all data. SQLite files are upgraded by themselves."""
    from monitor.store.store import upgrade

    done = upgrade(settings_of(config, database).database_url)
    if done.before == done.after:
        click.echo(f"The database is up to date (revision {done.after}).")
        return
    click.echo(
        f"Upgraded from revision {done.before or 'none'} to {done.after}."
        + (f" The copy made first: {done.copy}" if done.copy else "")
    )


@db_command.command("status")
@click.option("--running", is_flag=True, help="Exit code 1 unless a daemon works on it: for health checks.")
@database_option
def status_command(*, running: bool, config: str | None, database: str | None) -> int:
    """Say where the database is, its revision, what it holds, and whether a daemon works on it."""
    from monitor.store import counts
    from monitor.store.lock import daemon_pid
    from monitor.store.store import revision

    settings = settings_of(config, database)
    pid = daemon_pid(settings.database_url)
    if running:
        return EXIT_FAILED if pid is None else 0
    have, head = revision(settings.database_url)
    with open_store(settings) as store, store.reading() as tx:
        click.echo(f"database  {store}")
        click.echo(f"revision  {have}" + ("" if have == head else f", this version wants {head}: `monitor db upgrade`"))
        for name, number in counts.totals(tx).items():
            click.echo(f"{name:<9} {number}")
    click.echo(f"daemon    {'none' if pid is None else f'process {pid}'}")
    return 0
