"""`monitor config`: the configuration's files themselves."""

import json
from pathlib import Path

import click

from monitor.cli.options import folder_of


@click.group("config", context_settings={"help_option_names": ["-h", "--help"]})
def config_command() -> None:
    """Look after the configuration's files."""


@config_command.command("schema")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--file",
    "kind",
    type=click.Choice(("monitor", "feeds", "agencies", "lists", "watchlists")),
    help="Of this kind alone.",
)
@click.option("--write", is_flag=True, help="Write them to DIR/schema, where the files look for them.")
def schema_command(*, folder: Path | None, kind: str | None, write: bool) -> None:
    """Print the JSON Schema of the files, by which editors complete and check them; DIR: the configuration's folder.

    Without --file it prints an object with all five. An editor with a YAML language server finds them by the first line
    of each shipped file; after an upgrade --write brings them up to date.
    """
    from monitor.config.schema import FileKind, schema_of, write_schemas

    if write:
        if kind:
            raise click.UsageError("--write writes all of them: leave out --file")
        written = write_schemas(folder_of(str(folder) if folder else None))
        click.echo(f"{len(written)} schemas written to {written[0].parent}")
        return
    if folder:
        raise click.UsageError("DIR is where --write writes to: add --write, or leave it out")
    schema = schema_of(FileKind(kind)) if kind else {str(one): schema_of(one) for one in FileKind}
    click.echo(json.dumps(schema, ensure_ascii=False, indent=1))
