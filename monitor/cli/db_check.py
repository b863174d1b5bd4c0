"""`monitor db check`: whether the database is whole."""

import json
from dataclasses import asdict

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.bar import bar
from monitor.cli.options import database_option, settings_of
from monitor.cli.output import number_of
from monitor.cli.terminal import harmless


@click.command("check")
@click.option("--quick", is_flag=True, help="Without reading every value.")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True)
@database_option
def check_command(*, quick: bool, output: str, config: str | None, database: str | None) -> int:
    """Look whether the database is whole, also beside the daemon: its file, what must be true of it, every value.

    Says what is wrong and what to do, and changes nothing. Exit code 1: something is wrong.
    """
    from monitor.store.check import check

    with bar() as told:
        found = check(settings_of(config, database).database_url, told, quick=quick)
    if output == "json":
        click.echo(json.dumps([asdict(fault) for fault in found], ensure_ascii=False, indent=2))
    elif not found:
        click.echo("ok: nothing is wrong")
    else:
        for fault in found:
            click.echo(harmless(f"{fault.what}\n    {fault.hint}"))
        click.echo(f"{number_of(len(found), 'thing')} wrong")
    return EXIT_FAILED if found else 0
