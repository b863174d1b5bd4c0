"""The configured outlets, with what is known of them and their feeds, as a list that other programs read."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import click

from monitor.cli.feeds_export import listed, say_left_out, site_of
from monitor.cli.options import environment, folder_of
from monitor.cli.output import number_of
from monitor.cli.whole_file import STDOUT, new_text

if TYPE_CHECKING:
    from monitor.feeds.opml import Folder
    from monitor.model import Feed, Outlet


def write_outlets(target: str, config: str | None) -> int:
    """OPML with a folder an outlet; the exit code. Raises: click.UsageError, ConfigError."""
    from monitor import clock
    from monitor.config.load import load_config
    from monitor.feeds.opml import write_folders

    loaded = load_config(folder_of(config), environment(None), secrets=False)
    by_outlet: dict[str, list[Feed]] = {one.id: [] for one in loaded.outlets}
    for feed in loaded.feeds:
        by_outlet[feed.outlet.id].append(feed)
    folders = [_folder(one, by_outlet[one.id]) for one in loaded.outlets]
    with new_text(target) as file:
        file.write(write_folders(folders, title="Outlets of the monitor", now=clock.now()))
    say_left_out(loaded.feeds)
    if target != STDOUT:
        click.echo(f"{number_of(len(folders), 'outlet')}, {number_of(len(loaded.feeds), 'feed')} written to {target}.")
    return 0


def _folder(outlet: "Outlet", feeds: "Iterable[Feed]") -> "Folder":
    from monitor.feeds.opml import Folder

    said: Mapping[str, str] = {
        "country": outlet.country,
        "language": outlet.language,
        "affiliation": str(outlet.affiliation),
    }
    return Folder(
        text=outlet.name,
        site=site_of(outlet),
        categories=tuple(f"{what}/{value}" for what, value in said.items()),
        feeds=tuple(map(listed, feeds)),
    )
