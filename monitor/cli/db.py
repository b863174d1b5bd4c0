"""`monitor db`: the database itself."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.db_backup import backup_command
from monitor.cli.db_check import check_command
from monitor.cli.db_copy import copy_command
from monitor.cli.db_vacuum import vacuum_command
from monitor.cli.options import database_option, open_store, settings_of
from monitor.cli.sizes import show_bytes

if TYPE_CHECKING:
    from monitor.config.settings import Settings

_LARGEST = 5
"""Tables that a person is shown."""
_BESIDE = {"log": "of log beside it", "free": "of it free for what comes"}


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
@click.option("--format", "output", type=click.Choice(("table", "json")), default="table", show_default=True)
@database_option
def status_command(*, running: bool, output: str, config: str | None, database: str | None) -> int:
    """Say where the database is, its revision, what it holds, how large it is, and whether a daemon works on it."""
    from monitor.store.lock import daemon_pid

    settings = settings_of(config, database)
    pid = daemon_pid(settings.database_url)
    if running:
        return EXIT_FAILED if pid is None else 0
    record = {**_stored(settings), "daemon": {"running": pid is not None, "pid": pid or None}}
    if output == "json":
        click.echo(json.dumps(record, ensure_ascii=False, indent=2))
        return 0
    for name, said in _lines(record):
        click.echo(f"{name:<9} {said}")
    return 0


def _stored(settings: "Settings") -> dict[str, Any]:
    """What is stored, and where; of an older database not what its tables hold, for they are other ones."""
    from monitor.store import counts
    from monitor.store.address import parse
    from monitor.store.size import size
    from monitor.store.store import revision

    have, head = revision(settings.database_url)
    rows = {}
    if have == head:
        with open_store(settings) as store, store.reading() as tx:
            rows = counts.totals(tx)
    found = size(settings.database_url, with_tables=True)
    return {
        "database": str(parse(settings.database_url)),
        "revision": have,
        "wanted": head,
        "rows": rows,
        "bytes": {"database": found.database, "log": found.log, "free": found.free, "tables": dict(found.tables)},
    }


def _lines(record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The same for a person: what a line is about, and what it says."""
    yield "database", record["database"]
    have, head, sizes = record["revision"], record["wanted"], record["bytes"]
    yield "revision", (have or "none") + ("" if have == head else f", this version wants {head}: `monitor db upgrade`")
    for name, number in record["rows"].items():
        yield name, str(number)
    beside = [f"{show_bytes(sizes[name])} {what}" for name, what in _BESIDE.items() if sizes[name]]
    yield "size", show_bytes(sizes["database"]) + (f" ({', '.join(beside)})" if beside else "")
    if sizes["tables"]:
        largest = list(sizes["tables"].items())[:_LARGEST]
        yield "largest", ", ".join(f"{name} {show_bytes(number)}" for name, number in largest)
    pid = record["daemon"]["pid"]
    yield "daemon", (f"process {pid or 'unknown'}" if record["daemon"]["running"] else "none")


for command in (backup_command, check_command, copy_command, vacuum_command):
    db_command.add_command(command)
