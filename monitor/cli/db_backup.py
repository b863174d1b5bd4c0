"""`monitor db backup`: a consistent copy in a file."""

import json
from pathlib import Path

import click

from monitor.cli.bar import bar
from monitor.cli.options import database_option, settings_of
from monitor.cli.sizes import show_bytes


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "output", type=click.Choice(("table", "json")), default="table", show_default=True)
@database_option
def backup_command(*, file: Path, output: str, config: str | None, database: str | None) -> None:
    """Write a consistent copy of the database to FILE, also while the daemon runs, and check it.

    Nobody has to wait for it. FILE is overwritten by nothing and appears only when it is whole. It is a database of
    SQLite like any other; of PostgreSQL, what pg_dump writes, for pg_restore.
    """
    from monitor.store.backup import back_up

    with bar() as told:
        done = back_up(settings_of(config, database).database_url, file, told)
    if output == "json":
        record = {"file": str(done.file), "bytes": done.bytes, "sha256": done.sha256, "revision": done.revision}
        click.echo(json.dumps({**record, "rows": dict(done.rows)}, ensure_ascii=False, indent=2))
        return
    click.echo(f"{'file':<9} {done.file}")
    click.echo(f"{'size':<9} {show_bytes(done.bytes)}")
    click.echo(f"{'sha256':<9} {done.sha256}")
    click.echo(f"{'revision':<9} {done.revision}")
    for name, number in done.rows.items():
        click.echo(f"{name:<9} {number}")
