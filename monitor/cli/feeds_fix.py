"""`monitor feeds fix`: feeds that have moved get their new address in feeds.yaml."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from monitor.cli.options import database_option, environment, folder_of, open_store
from monitor.model import Feed, FeedId
from monitor.urls import place, redact

if TYPE_CHECKING:
    from monitor.config.load import Config


@click.command("fix")
@click.option("--write", "write_it", is_flag=True, help="Write it into feeds.yaml, instead of printing the patch.")
@database_option
def fix_command(*, write_it: bool, config: str | None, database: str | None) -> None:
    """Print the patch that gives feeds the address to which permanent redirects have led at least three times.

    They are followed meanwhile, so nothing is lost without it; but redirects end one day. With --write the addresses
    are written, comments and all other lines stay as they are, and what would not load is not written.
    """
    from monitor.app import load_config
    from monitor.config.rewrite import change_addresses, patch

    folder, variables = folder_of(config), environment(database)
    loaded = load_config(folder, variables, secrets=False)
    moved = _moved(loaded)
    free = _free(loaded.feeds, moved)
    for feed_id in sorted(moved.keys() - free.keys()):
        message = f"{feed_id} has moved to {redact(moved[feed_id])}, which is another feed's: remove one of the two."
        click.echo(message, err=True)
    if not free:
        click.echo("No feed has moved to an address of its own: nothing to fix.")
    elif write_it:
        file = change_addresses(folder, loaded, free, variables)
        click.echo(f"Written to {file}: {', '.join(free)}. The daemon takes it up by itself.")
    else:
        click.echo(patch(loaded, free), nl=False)


def _moved(loaded: "Config") -> Mapping[FeedId, str]:
    from monitor.store import polls

    with open_store(loaded.settings) as store, store.reading() as tx:
        return polls.moved(tx, loaded.feeds)


def _free(feeds: Sequence[Feed], moved: Mapping[FeedId, str]) -> dict[FeedId, str]:
    """The new addresses that no other feed has, before or after."""
    taken = {place(feed.url): feed.id for feed in feeds}
    return {feed_id: url for feed_id, url in moved.items() if taken.setdefault(place(url), feed_id) == feed_id}
