"""`monitor reload`: the daemon looks at its configuration now, and says what came of it."""

import time

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.options import database_option, open_store, settings_as_far

PATIENCE = 15.0
"""Seconds to wait for the daemon's answer."""
_PAUSE = 0.1
"""Seconds between two looks for it."""


@click.command("reload")
@click.option("--force", is_flag=True, help="Bring the files into force although they shrink what is watched.")
@database_option
def reload_command(*, force: bool, config: str | None, database: str | None) -> int:
    """Let the daemon read its configuration again, and say what is in force, or why it is refused.

    The daemon follows changes by itself; what this adds is the answer, and --force: needed where much less would be
    watched than before. A broken configuration never comes into force. Exit code 1: it was refused.
    """
    from monitor import clock
    from monitor.cli.problems import print_problems
    from monitor.store import reloads
    from monitor.store.lock import daemon_pid

    settings = settings_as_far(config, database)
    pid = daemon_pid(settings.database_url)
    if pid is None:
        click.echo("No daemon works on this database; `monitor run` reads the configuration when it starts.")
        return EXIT_FAILED
    with open_store(settings, read_only=False) as store:
        with store.writing() as tx:
            number = reloads.ask(tx, clock.now(), forced=force)
        deadline, answer = time.monotonic() + PATIENCE, None
        while answer is None:
            if time.monotonic() > deadline:
                click.echo(f"The daemon (process {pid}) does not answer; see its log, and `monitor status`.", err=True)
                return EXIT_FAILED
            time.sleep(_PAUSE)
            with store.reading() as tx:
                answer = reloads.answer_to(tx, number)
    if answer.problems:
        print_problems(answer.problems)
    click.echo("\n".join(answer.said))
    return 0 if answer.accepted else EXIT_FAILED
