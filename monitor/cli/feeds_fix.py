"""`monitor feeds fix`: feeds that have moved get their new address in feeds.yaml."""

from collections.abc import Collection, Mapping, Sequence
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
    from monitor.config.load import load_config
    from monitor.config.rewrite import change_addresses, guarded, patch

    folder, variables = folder_of(config), environment(database)
    loaded = load_config(folder, variables, secrets=False)
    fit, left = _judged(loaded.feeds, _moved(loaded), guarded(loaded))
    for said in left:
        click.echo(said, err=True)
    if not fit:
        click.echo("No feed has moved to an address that can be written: nothing to fix.")
    elif write_it:
        file = change_addresses(folder, loaded, fit, variables)
        click.echo(f"Written to {file}: {', '.join(fit)}. The daemon takes it up by itself.")
    else:
        click.echo(patch(loaded, fit), nl=False)


def _moved(loaded: "Config") -> Mapping[FeedId, str]:
    from monitor.store import polls

    with open_store(loaded.settings) as store, store.reading() as tx:
        return polls.moved(tx, loaded.feeds)


def _judged(
    feeds: Sequence[Feed], moved: Mapping[FeedId, str], guarded: Collection[FeedId]
) -> tuple[dict[FeedId, str], list[str]]:
    """The new addresses that can be written, and why others are left to a person."""
    taken = {place(feed.url): feed.id for feed in feeds}
    fit: dict[FeedId, str] = {}
    left: list[str] = []
    for feed in feeds:
        if feed.id not in moved:
            continue
        url = moved[feed.id]
        said = f"{feed.id} has moved to {redact(url)}, "
        if taken.setdefault(place(url), feed.id) != feed.id:
            left.append(f"{said}which is another feed's: remove one of the two.")
        elif feed.id in guarded:
            left.append(f"{said}whose server would get its secret: change the url: by hand, if it may have it.")
        else:
            fit[feed.id] = url
    return fit, left
