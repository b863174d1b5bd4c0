"""What `monitor feeds add` and `import` have in common: a person's wishes, and what becomes of feeds.yaml."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from monitor.cli.records import Record
from monitor.model import Affiliation
from monitor.urls import redact

if TYPE_CHECKING:
    from monitor.config.edit import Addition
    from monitor.config.load import Config
    from monitor.config.propose import Wishes

Function = TypeVar("Function", bound=Callable[..., object])


def outlet_options(function: Function) -> Function:
    """The options that describe new outlets."""
    options = (
        click.option("--country", metavar="CODE", help="Of a new outlet: EG, PS, or INT.  [default: by its address]"),
        click.option("--language", metavar="CODE", help="Of the feeds and a new outlet.  [default: what they say]"),
        click.option(
            "--affiliation",
            type=click.Choice([*map(str, Affiliation)]),
            help="Of a new outlet: who it answers to.  [default: independent, to be checked]",
        ),
        click.option(
            "--write", "write_it", is_flag=True, help="Write them into feeds.yaml, instead of printing what to paste."
        ),
        click.option("--format", "output", type=click.Choice(("text", "json")), default="text", show_default=True),
    )
    for option in reversed(options):
        function = option(function)
    return function


def wishes_of(given: Mapping[str, str | None]) -> "Wishes":
    """The wishes in these options. Raises: click.UsageError for codes and ids that are none."""
    from monitor.config.codes import COUNTRY, LANGUAGE
    from monitor.config.propose import Wishes
    from monitor.config.shape import Wrong
    from monitor.config.values import SLUG, TEXT

    shapes = {"feed_id": SLUG, "outlet_id": SLUG, "name": TEXT, "country": COUNTRY, "language": LANGUAGE}
    said: dict[str, str] = {}
    for name, value in given.items():
        if value is None or name not in shapes:
            continue
        try:
            said[name] = shapes[name].parse(value)
        except Wrong as wrong:
            option = {"feed_id": "--id", "outlet_id": "--outlet"}.get(name, f"--{name}")
            hint = f" ({wrong})" if str(wrong) else ""
            raise click.UsageError(f'{option}: expected {shapes[name].expected}, got "{value}"{hint}') from wrong
    affiliation = given.get("affiliation")
    return Wishes(affiliation=Affiliation(affiliation) if affiliation else None, **said)


def write(folder: Path, config: "Config", additions: "Sequence[Addition]", environment: Mapping[str, str]) -> Path:
    """Write the additions; returns the file. Raises: ConfigError, and then nothing is written."""
    from monitor.config.rewrite import add_feeds

    return add_feeds(folder, config, additions, environment)


def shown_block(additions: "Sequence[Addition]") -> str:
    """The lines to paste; of an address with a secret in it all but that."""
    from dataclasses import replace

    from monitor.config.edit import block

    return block(
        [replace(one, feeds=tuple(replace(feed, url=redact(feed.url)) for feed in one.feeds)) for one in additions]
    )


def addition_records(additions: "Sequence[Addition]") -> list[Record]:
    """Each feed to be added, for a program."""
    return [
        {
            "feed": feed.id,
            "url": redact(feed.url),
            "language": feed.language or None,
            "tags": list(feed.tags),
            "outlet": addition.outlet_id,
            "new_outlet": not isinstance(addition.outlet, str),
            "check": [] if isinstance(addition.outlet, str) else list(addition.outlet.remarks),
        }
        for addition in additions
        for feed in addition.feeds
    ]


def say_what_to_check(additions: "Sequence[Addition]") -> None:
    """Which values of which new outlets were guessed."""
    for addition in additions:
        if not isinstance(addition.outlet, str) and addition.outlet.remarks:
            click.echo(f"Check {', '.join(addition.outlet.remarks)} of the outlet {addition.outlet.id}.")
