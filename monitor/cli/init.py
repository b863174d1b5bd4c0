"""`monitor init`: writes the shipped configuration."""

from pathlib import Path

import click


@click.command("init")
@click.argument("folder", metavar="[DIR]", default="config", type=click.Path(path_type=Path))
def init_command(*, folder: Path) -> None:
    """Write the shipped feeds, lists and watchlists to DIR (default: ./config), to be edited. Overwrites nothing."""
    from monitor.config.shipped import write_shipped

    written = write_shipped(folder)
    click.echo(f"{len(written)} files written to {folder}. Next: `monitor check {folder}`, then `monitor run`.")
