"""`monitor doctor`: what may be wrong with this machine, this installation and this configuration."""

import json
from dataclasses import asdict

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.options import database_option, environment, folder_of
from monitor.cli.terminal import harmless


@click.command("doctor")
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True)
@database_option
def doctor_command(*, output: str, config: str | None, database: str | None) -> int:
    """Look for what may be wrong: versions with known faults, clock, names, certificates, room, permissions,
    configuration, guard, database, workers; and say of each what to do.

    Works while the configuration is broken, and beside the daemon; polls nothing, changes nothing. Exit code 1:
    something fails.
    """
    from monitor import clock
    from monitor.doctor.examine import examine
    from monitor.doctor.finding import Level

    found = []
    for one in examine(folder_of(config), environment(database), clock.now()):
        found.append(one)
        if output == "text":
            click.echo(harmless(f"{one.level:<5} {one.name:<14} {one.said}"))
            if one.advice:
                click.echo(harmless(f"{'':<20} → {one.advice}"))
    if output == "json":
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
    return EXIT_FAILED if any(one.level is Level.FAIL for one in found) else 0
