"""`monitor feeds import`: the feeds of another program's list."""

import asyncio
import json
from typing import TYPE_CHECKING

import click

from monitor.cli import EXIT_USAGE
from monitor.cli.given import given_bytes
from monitor.cli.options import config_option, environment, folder_of
from monitor.cli.proposals import (
    addition_records,
    outlet_options,
    say_what_to_check,
    shown_block,
    wishes_of,
    write,
)
from monitor.cli.records import Record
from monitor.cli.terminal import isolate_within
from monitor.errors import Problem
from monitor.urls import redact

if TYPE_CHECKING:
    from monitor.config.load import Config
    from monitor.config.propose import Candidate, Proposal
    from monitor.feeds.elements import Fault
    from monitor.feeds.opml import FeedList, Listed


@click.command("import")
@click.argument("given", metavar="FILE.opml")
@outlet_options
@config_option
def import_command(*, given: str, write_it: bool, output: str, config: str | None, **wished: str | None) -> int:
    """Add the feeds of an OPML file (- is standard input), which feed readers export. Nothing is fetched.

    A feed goes to the outlet whose domain its site is under, else to a new one, one for each host. Its folders and
    categories become its tags. What is configured already or stands there twice is said, and not added.

    Exit code 0: it is read, whatever there was to add; 2: it is no such list, and the line is said.
    """
    from monitor.cli.problems import print_problems
    from monitor.config.load import load_config
    from monitor.config.propose import propose
    from monitor.feeds.elements import Fault

    wishes = wishes_of(wished)
    folder, variables = folder_of(config), environment(None)
    loaded = load_config(folder, variables, secrets=False)
    listed = _read(given, loaded)
    if isinstance(listed, Fault):
        hint = 'inside a value write &quot; for a quote and &lt; for "<"' if "well-formed" in listed.what else ""
        problem = Problem(file=given, line=listed.line, column=listed.column, what=listed.what, hint=hint)
        print_problems([problem], "in the list")
        return EXIT_USAGE
    proposal = propose(list(map(_candidate, listed.feeds)), loaded.outlets, loaded.feeds, wishes)
    additions = proposal.additions
    file = write(folder, loaded, additions, variables) if write_it and additions else None
    if output == "json":
        record = {**_record(listed, proposal), "written_to": str(file) if file else None}
        click.echo(json.dumps(record, ensure_ascii=False, indent=2))
        return 0
    if additions and not file:
        click.echo(shown_block(additions), nl=False)
    _say(listed, proposal)
    say_what_to_check(additions)
    if file:
        click.echo(f"Written to {file}. `monitor poll` polls them now, all at once.")
    return 0


def _read(given: str, loaded: "Config") -> "FeedList | Fault":
    """Raises: click.UsageError, ParseError."""
    from monitor.app import read_feed_list
    from monitor.cli.logs import set_up_logging

    set_up_logging(None, verbose=False, quiet=True)
    most = loaded.settings.fetch.feed_size
    body = given_bytes(given, most + 1)
    if len(body) > most:
        raise click.UsageError(f"{given} is larger than {most:,} bytes: raise fetch.feed_size in monitor.yaml")
    return asyncio.run(read_feed_list(loaded, body))


def _candidate(feed: "Listed") -> "Candidate":
    from monitor.config.propose import Candidate

    return Candidate(
        url=feed.url,
        title=feed.title or feed.text,
        site=feed.site,
        language=feed.language,
        tags=feed.tags,
        id=feed.text,
    )


def _record(listed: "FeedList", proposal: "Proposal") -> Record:
    return {
        "listed": len(listed.feeds) + len(listed.refused),
        "proposed": addition_records(proposal.additions),
        "configured": [{"url": redact(url), "feed": feed_id} for url, feed_id in proposal.known],
        "repeated": [redact(url) for url in proposal.repeated],
        "refused": [{"line": fault.line, "reason": fault.what} for fault in listed.refused],
        "yaml": shown_block(proposal.additions) if proposal.additions else None,
    }


def _say(listed: "FeedList", proposal: "Proposal") -> None:
    """How the list adds up; what was left out, and why."""
    for url, feed_id in proposal.known:
        click.echo(f"configured already, as {feed_id}: {redact(url)}", err=True)
    for url in proposal.repeated:
        click.echo(f"listed twice: {redact(url)}", err=True)
    for fault in listed.refused:
        click.echo(isolate_within(f"line {fault.line}: {fault.what}"), err=True)
    new = sum(len(addition.feeds) for addition in proposal.additions)
    outlets = sum(not isinstance(addition.outlet, str) for addition in proposal.additions)
    click.echo(
        f"{len(listed.feeds) + len(listed.refused)} feeds listed = {new} new, of {outlets} new outlets, "
        f"{len(proposal.known)} configured already, {len(proposal.repeated)} listed twice, "
        f"{len(listed.refused)} without a whole address",
        err=True,
    )
