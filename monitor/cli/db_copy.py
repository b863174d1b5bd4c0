"""`monitor db copy`: everything moves to another database."""

import click

from monitor.cli import EXIT_INTERRUPTED
from monitor.cli.bar import bar
from monitor.cli.options import database_option, settings_of
from monitor.cli.output import number_of


@click.command("copy")
@click.argument("target", metavar="TARGET_URL")
@click.option("--restart", is_flag=True, help="Throw away what an interrupted copy has brought, and begin anew.")
@database_option
def copy_command(*, target: str, restart: bool, config: str | None, database: str | None) -> int:
    """Copy everything into another database: an empty one on a PostgreSQL server, or a file that is not there yet.

    Stop the daemon first; nobody else can write meanwhile. Interrupted, the same command goes on where it was. At the
    end every row is read again from both and compared; until then no other command works on the target.
    """
    from monitor.store.copying import copy

    url = settings_of(config, database).database_url
    try:
        with bar() as told:
            done = copy(url, target, told, restart=restart)
    except KeyboardInterrupt:
        click.echo("monitor: interrupted; the same command goes on where it was", err=True)
        return EXIT_INTERRUPTED
    for name, number in done.rows.items():
        click.echo(f"{name:<19} {number:,}")
    before = f", {done.before:,} of them by an earlier run" if done.before else ""
    click.echo(f"Copied {number_of(sum(done.rows.values()), 'row')}{before}; both databases hold the same.")
    click.echo("To work with the new one, name it as `database:` in monitor.yaml, or in MONITOR_DATABASE_URL.")
    return 0
