"""`monitor feeds export`: the configured feeds as a list that other programs read."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.options import config_option, environment, folder_of
from monitor.urls import redact, without_user

if TYPE_CHECKING:
    from monitor.feeds.opml import Listed
    from monitor.model import Feed, Outlet


@click.command("export")
@click.argument("file", metavar="[FILE|-]", default="-")
@click.option("--opml", is_flag=True, default=True, help="As OPML 2.0, which feed readers import: the only format.")
@config_option
def export_command(*, file: str, opml: bool, config: str | None) -> None:  # noqa: ARG001 - there is one format
    """Write the configured feeds to FILE (else to standard output) as OPML. Overwrites nothing.

    User names, passwords and other secrets in addresses are left out, and that is said. `monitor feeds import` reads it
    back: ids, addresses, languages, tags and outlets' names; OPML has no place for the rest.
    """
    from monitor import clock
    from monitor.config.load import load_config
    from monitor.feeds.opml import write_opml

    loaded = load_config(folder_of(config), environment(None), secrets=False)
    text = write_opml([listed(feed) for feed in loaded.feeds], title="Feeds of the monitor", now=clock.now())
    if file == "-":
        click.echo(text, nl=False)
    else:
        _write(Path(file), text)
        click.echo(f"{len(loaded.feeds)} feeds written to {file}.")
    say_left_out(loaded.feeds)


def say_left_out(feeds: "Iterable[Feed]") -> None:
    """Name the feeds whose addresses hold a secret, which is not handed on."""
    for feed in feeds:
        if redact(feed.url) != feed.url:
            click.echo(f"{feed.id}: a secret in its address was left out; whoever imports it must add it", err=True)


def listed(feed: "Feed") -> "Listed":
    """A feed as a list names it, without secrets."""
    from monitor.feeds.opml import Listed

    return Listed(
        url=redact(without_user(feed.url)),
        text=feed.id,
        title=feed.outlet.name,
        site=site_of(feed.outlet),
        language=feed.language,
        tags=feed.tags,
    )


def site_of(outlet: "Outlet") -> str:
    """Where an outlet publishes; "" where that is not configured."""
    return f"https://{outlet.domains[0]}/" if outlet.domains else ""


def _write(path: Path, text: str) -> None:
    """Raises: click.UsageError."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise click.UsageError(f"{path} exists already: name another file") from error
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written ({error.strerror})") from error
