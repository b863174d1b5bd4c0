"""`monitor feeds add`: a feed found, shown, and put into feeds.yaml."""

import asyncio
import json
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.found import configured, demand_address, discovery_record, print_found
from monitor.cli.options import config_option, environment, folder_of
from monitor.cli.proposals import (
    addition_records,
    outlet_options,
    say_what_to_check,
    shown_block,
    wishes_of,
    write,
)
from monitor.cli.terminal import isolate_within
from monitor.urls import host, is_redacted, redact

if TYPE_CHECKING:
    from monitor.config.load import Config
    from monitor.config.propose import Proposal, Wishes
    from monitor.pipeline.discover import Discovery, FoundFeed


@click.command("add")
@click.argument("given", metavar="URL|SITE")
@click.option("--id", "feed_id", metavar="ID", help="The feed's id.  [default: made of the outlet's]")
@click.option("--outlet", "outlet_id", metavar="ID", help="Its outlet, configured or new.  [default: by its address]")
@click.option("--name", metavar="NAME", help="Of a new outlet.  [default: the feed's title]")
@outlet_options
@config_option
def add_command(
    *,
    given: str,
    write_it: bool,
    output: str,
    config: str | None,
    **wished: str | None,
) -> int:
    """Find the feed at an address or of a site, show its first entries, and the lines for feeds.yaml.

    With --write they are written there, below the outlet's other feeds; comments and all other lines stay as they are,
    and what would not load is not written. What had to be guessed is marked "# check".

    Exit code 0: it is shown, written, or configured already; 1: there is no feed; 2: one is to be written, and it has
    to be named: several were found, or the address is that of another document.
    """
    from monitor.cli.logs import set_up_logging
    from monitor.config.load import load_config

    if is_redacted(given):
        raise click.UsageError(
            f"a secret was left out of {redact(given)}: write the address whole, with what *** is for"
        )
    demand_address(given)
    set_up_logging(None, verbose=False, quiet=True)
    wishes = wishes_of(wished)
    folder = folder_of(config)
    loaded = load_config(folder, environment(None), secrets=False)
    _demand_new(wishes, loaded)
    return asyncio.run(_add(given, loaded, wishes, folder if write_it else None, output))


async def _add(given: str, loaded: "Config", wishes: "Wishes", folder: Path | None, output: str) -> int:
    """Find the feed, and write it into the configuration's `folder`, if that is given; returns the exit code."""
    from monitor.app import find_feeds

    found = await find_feeds(loaded, given)
    chosen = _chosen(found, wanted=folder is not None)
    proposal = _proposal(chosen, loaded, wishes) if chosen else None
    additions = proposal.additions if proposal else ()
    file = write(folder, loaded, additions, environment(None)) if folder and additions else None
    if output == "json":
        record = {
            **discovery_record(found, configured(loaded)),
            "proposed": addition_records(additions),
            "yaml": shown_block(additions) if additions else None,
            "written_to": str(file) if file else None,
        }
        click.echo(json.dumps(record, ensure_ascii=False, indent=2))
    else:
        print_found(found, configured(loaded), loaded.settings.timezone)
        _say(found, proposal, file)
        _say_whose_hosts(proposal, loaded)
    return 0 if chosen else EXIT_FAILED


def _say(found: "Discovery", proposal: "Proposal | None", file: Path | None) -> None:
    if proposal is None:
        return
    for address, known in proposal.known:
        click.echo(f"{redact(address)} is configured already, as {known}: nothing to add.")
    for addition in proposal.additions:
        feed_id = addition.feeds[0].id
        if file:
            click.echo(f"\nWritten to {file}: {feed_id}, of {addition.outlet_id}.")
            click.echo(f"The daemon takes it up by itself; `monitor poll {feed_id}` polls it now.")
        else:
            again = f"to write one: `monitor feeds add {quote(redact(addition.feeds[0].url))} --write`"
            how = again if _has_to_be_named(found) else "or again with --write"
            click.echo(f"\nFor feeds.yaml ({how}):\n\n{shown_block([addition])}", nl=False)
    say_what_to_check(proposal.additions)


def _say_whose_hosts(proposal: "Proposal | None", loaded: "Config") -> None:
    """Of which outlet the host of a new one's feed is, where the new one got no domain for that."""
    from monitor.articles.outlets import Outlets

    outlets = Outlets(loaded.outlets)
    for addition in proposal.additions if proposal else ():
        if isinstance(addition.outlet, str) or addition.outlet.domains:
            continue
        url = addition.feeds[0].url
        if owner := outlets.at(url):
            click.echo(
                f"{host(url)} is of the outlet {owner.id}: no domain was set; --outlet {owner.id} adds the feed to it."
            )


def _demand_new(wishes: "Wishes", loaded: "Config") -> None:
    """Raises: click.UsageError, where an outlet is described that is there already, or the feed's id is taken."""
    described = wishes.name or wishes.country or wishes.affiliation
    if described and wishes.outlet_id in [outlet.id for outlet in loaded.outlets]:
        raise click.UsageError(f"the outlet {wishes.outlet_id} is configured already: edit it in feeds.yaml")
    if wishes.feed_id in [feed.id for feed in loaded.feeds]:
        raise click.UsageError(f'there is a feed "{wishes.feed_id}" already: name another id')


def _has_to_be_named(found: "Discovery") -> bool:
    """Whether it cannot be told which feed is meant: several are as likely, or what was named is none."""
    return len(found.eligible) > 1 or (bool(found.feeds) and found.no_feed is not None)


def _chosen(found: "Discovery", *, wanted: bool) -> "FoundFeed | None":
    """The feed to add: the likeliest. Raises: click.UsageError, where one is `wanted` and has to be named."""
    candidates = found.eligible or found.feeds
    if wanted and _has_to_be_named(found):
        listed = "".join(f"\n  {redact(feed.url)}" for feed in candidates)
        number = "1 feed was" if len(candidates) == 1 else f"{len(candidates)} feeds were"
        given = found.no_feed
        why = f"{redact(given.url)}: {given.reason}; " if given else ""
        raise click.UsageError(isolate_within(f"{why}{number} found; name the one to write:") + listed)
    return next(iter(candidates), None)


def _proposal(chosen: "FoundFeed", loaded: "Config", wishes: "Wishes") -> "Proposal":
    from monitor.articles.language import language_of
    from monitor.config.propose import Candidate, propose

    parsed = chosen.parsed
    titles = "\n".join(entry.title for entry in parsed.entries)
    links = [entry.link for entry in parsed.entries if entry.link]
    candidate = Candidate(
        url=chosen.url,
        title=parsed.title,
        site=links[0] if links else "",
        language=language_of(titles, parsed.language, *(entry.language for entry in parsed.entries[:1])),
    )
    return propose([candidate], loaded.outlets, loaded.feeds, wishes)
