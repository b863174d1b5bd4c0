"""Feeds that were found at an address, as `monitor feeds discover` and `add` print them."""

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

import click

from monitor.cli.moments import show_moment
from monitor.cli.records import Record
from monitor.cli.terminal import isolate
from monitor.urls import place, redact, typed

if TYPE_CHECKING:
    from monitor.config.load import Config
    from monitor.model import FeedId, ParsedFeed
    from monitor.pipeline.discover import Discovery, FoundFeed

_PREVIEWED = 3
"""Entries of a feed."""


def demand_address(given: str) -> None:
    """Raises: click.UsageError, where it is neither an address nor a host."""
    if not typed(given):
        raise click.UsageError(f'"{redact(given)}" is no http(s) address; write a host or a URL')


def configured(config: "Config") -> "Mapping[str, FeedId]":
    """The place of each configured feed's address → its id."""
    return {place(feed.url): feed.id for feed in config.feeds}


def found_record(feed: "FoundFeed", known: "Mapping[str, FeedId]") -> Record:
    """A feed that was found, for a program."""
    parsed = feed.parsed
    newest = _newest(parsed)
    return {
        "url": redact(feed.url),
        "source": str(feed.source),
        "title": parsed.title,
        "format": parsed.format,
        "entries": len(parsed.entries),
        "newest_at": newest.isoformat() if newest else None,
        "language": parsed.language or None,
        "damaged": parsed.damaged or None,
        "comments": feed.is_of_comments,
        "same_as": redact(feed.same_as) or None,
        "configured": known.get(place(feed.url)),
        "preview": [
            {
                "title": entry.title,
                "link": redact(entry.link) or None,
                "published_at": entry.published_at.isoformat() if entry.published_at else None,
            }
            for entry in parsed.entries[:_PREVIEWED]
        ],
    }


def discovery_record(found: "Discovery", known: "Mapping[str, FeedId]") -> Record:
    """All that was found, for a program."""
    return {
        "feeds": [found_record(feed, known) for feed in found.feeds],
        "tried": [{"url": redact(one.url), "reason": one.reason} for one in found.tried],
        "left_off": found.left_off,
    }


def print_found(found: "Discovery", known: "Mapping[str, FeedId]", zone: tzinfo) -> None:
    """Each feed with its first entries; what the given address answered, if that is no feed; or all that was tried."""
    if found.feeds and (given := found.no_feed):
        click.echo(f"{isolate(redact(given.url))}: {isolate(given.reason)}", err=True)
        click.echo("Found instead:", err=True)
    for feed in found.feeds:
        click.secho(isolate(redact(feed.url)), bold=True)
        for line in _lines(feed, known, zone):
            click.echo(f"  {line}")
    if found.left_off:
        click.echo(f"{found.left_off} more links look like feeds and were not asked: name the one you want.")
    if not found.feeds:
        click.echo("No feed was found. Tried:", err=True)
        for one in found.tried:
            click.echo(f"  {isolate(redact(one.url))}: {isolate(one.reason)}", err=True)


def _lines(feed: "FoundFeed", known: "Mapping[str, FeedId]", zone: tzinfo) -> Iterator[str]:
    parsed = feed.parsed
    newest = _newest(parsed)
    noun = "entry" if len(parsed.entries) == 1 else "entries"
    dated = f", the newest of {show_moment(newest, zone)}" if newest else ", none with a date"
    told = [f"{len(parsed.entries)} {noun}{dated if parsed.entries else ''}", parsed.language or "language unknown"]
    yield f"{isolate(parsed.title or '(no title)')}: {parsed.format}, {', '.join(told)} ({feed.source})"
    remarks = {
        f"configured already, as {known.get(place(feed.url))}": place(feed.url) in known,
        "readers' comments, it seems": feed.is_of_comments,
        f"the same articles as {redact(feed.same_as)}": bool(feed.same_as),
        parsed.damaged: bool(parsed.damaged),
    }
    yield from (f"({remark})" for remark, holds in remarks.items() if holds)
    for entry in parsed.entries[:_PREVIEWED]:
        moment = show_moment(entry.published_at, zone) if entry.published_at else "no date"
        yield f"  {moment}  {isolate(entry.title or '(no title)')}"


def _newest(parsed: "ParsedFeed") -> datetime | None:
    return max((entry.published_at for entry in parsed.entries if entry.published_at), default=None)
