"""Channels as commands name them: those of monitor.yaml, and those that were told something before."""

from collections.abc import Collection
from typing import TYPE_CHECKING

import click

from monitor.cli.options import environment, folder_of
from monitor.model import ChannelId

if TYPE_CHECKING:
    from monitor.alerts.channel import Channel
    from monitor.config.settings import Settings
    from monitor.store.store import Transaction


def configured(settings: "Settings") -> dict[ChannelId, str | None]:
    """Channel → its own template, None for ours."""
    return {ChannelId(one.id): one.value.template.value if one.value.template else None for one in settings.channels}


def named(given: str, there: Collection[str]) -> ChannelId:
    """The channel of this id. Raises: click.UsageError with the nearest."""
    from monitor.config.suggest import did_you_mean

    if given not in there:
        hint = "docs/alerts.md says how to set one up"
        if there:
            hint = did_you_mean(given, there) or f"there are {', '.join(sorted(there))}"
        raise click.UsageError(f'there is no channel "{given}" ({hint})')
    return ChannelId(given)


def ever(tx: "Transaction", settings: "Settings") -> list[ChannelId]:
    """All that are configured, and all others that anything was ever for."""
    from monitor.store import channels, delivery_lists

    return list(dict.fromkeys([*configured(settings), *channels.all_of(tx), *delivery_lists.channels_of(tx)]))


def opened(config: str | None, settings: "Settings", given: str) -> "Channel":
    """A channel with its secrets; those of others need not be there.

    Raises: click.UsageError, where there is none of this id; ConfigError, where its secrets cannot be read.
    """
    from monitor.config.channels import channels_of
    from monitor.config.files import SETTINGS, read_settings_file
    from monitor.config.source import open_source
    from monitor.errors import ConfigError

    named(given, configured(settings))
    folder = folder_of(config)
    source = open_source(SETTINGS, read_settings_file(folder)[SETTINGS])
    these = tuple(one for one in settings.channels if one.id == given)
    found, _ = channels_of(these, source, environment(None), folder.parent, settings.timezone)
    if source.problems:
        raise ConfigError(source.problems)
    return found[0]
