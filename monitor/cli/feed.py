"""`monitor feed`: feeds that we publish (those that we poll are `monitor feeds`)."""

import click

from monitor.cli.feed_build import build_command


@click.group("feed", context_settings={"help_option_names": ["-h", "--help"]})
def feed_command() -> None:
    """Publish matches as feeds. Those that are polled are `monitor feeds`."""


feed_command.add_command(build_command)
