"""`monitor ledger`: the balance of all feeds, whether it adds up, and what may have passed unseen."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, TypeVar

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.filters import moment_of
from monitor.cli.ids import feed_named
from monitor.cli.moments import EXPECTED, show_moment, show_span
from monitor.cli.options import database_option, open_store, settings_as_far
from monitor.cli.records import Record
from monitor.cli.status import outage_record, shown_outage
from monitor.cli.terminal import harmless

if TYPE_CHECKING:
    from monitor.store.ledger import Downtime, Ledger

Name = TypeVar("Name", bound=str)

_WORST = 5
"""Feeds that a line names."""


@click.command("ledger")
@click.option("--since", metavar="WHEN", default="1d", show_default=True, help=f"Since when: {EXPECTED}.")
@click.option("--feed", metavar="ID", help="Of this feed alone.")
@click.option("--format", "output", type=click.Choice(("table", "json")), default="table", show_default=True)
@database_option
def ledger_command(*, since: str, feed: str | None, output: str, config: str | None, database: str | None) -> int:
    """Account for all that feeds offered: new, known, repeated or skipped, and what may have passed unseen.

    Asks the database alone. Exit code 1: it does not add up, which is a bug; please report it.
    """
    from monitor import clock
    from monitor.store.ledger import ledger

    settings = settings_as_far(config, database)
    begin = moment_of("--since", since, settings.timezone)
    with open_store(settings) as store, store.reading() as tx:
        found = ledger(tx, begin, clock.now(), feed=feed_named(tx, feed) if feed else None)
    if output == "json":
        click.echo(json.dumps(ledger_record(found), ensure_ascii=False, indent=2, default=datetime.isoformat))
    else:
        for name, said in ledger_lines(found, settings.timezone):
            click.echo(harmless(f"{name:<13} {said}"))
    return EXIT_FAILED if found.errors else 0


def ledger_record(ledger: "Ledger") -> Record:
    """All of it, for a program."""
    return {
        "since": ledger.since,
        "until": ledger.until,
        "polls": asdict(ledger.polls),
        "entries": asdict(ledger.entries),
        "articles": asdict(ledger.articles),
        "gaps": dict(ledger.gaps),
        "pages": {"due": ledger.pages_waiting, "quarantined": ledger.pages_quarantined},
        "outages": [
            {
                **outage_record(one.outage),
                "missed": round(_missed(one)),
                "unknown": one.unknown,
                "feeds": [
                    {"feed": loss.feed_id, "missed": round(loss.missed), "gap": loss.gap, "polled": loss.polled}
                    for loss in one.losses
                ],
            }
            for one in ledger.downtimes
        ],
        "errors": list(ledger.errors),
    }


def ledger_lines(ledger: "Ledger", zone: tzinfo) -> Iterator[tuple[str, str]]:
    """The same for a person: what a line is about, and what it says."""
    polls, entries, articles = ledger.polls, ledger.entries, ledger.articles
    yield "since", f"{show_moment(ledger.since, zone)}, {show_span(ledger.until - ledger.since)} ago"
    failed = _sum(polls.failed, "failed")
    yield "polls", f"{polls.made:,} = {polls.brought:,} brought a feed + {polls.unchanged:,} unchanged + {failed}"
    skipped = _sum(entries.skipped, "skipped")
    held = f"{entries.new:,} new + {entries.known:,} known + {entries.repeated:,} repeated + {skipped}"
    yield "entries", f"{entries.offered:,} offered = {held}"
    yield "articles", f"{articles.new:,} new, {articles.unread:,} of them without an answer of their page"
    if articles.sources:
        yield "texts from", _parts(articles.sources)
    if articles.shortfalls:
        yield "why not more", _parts(articles.shortfalls)
    yield "pages", f"{ledger.pages_waiting:,} due, {ledger.pages_quarantined:,} in quarantine"
    yield "gaps", _shown_gaps(ledger.gaps)
    for one in ledger.downtimes:
        yield "outage", shown_outage(one.outage, zone)
        yield "", _shown_losses(one)
    if not ledger.errors:
        yield "check", "it adds up, and every new entry is stored"
    for error in ledger.errors:
        yield "check", f"IT DOES NOT ADD UP: {error}. Please report this"


def _sum(numbers: Mapping[Name, int], name: str) -> str:
    """The sum and, where it is one of something, its parts."""
    total = sum(numbers.values())
    return f"{total:,} {name} ({_parts(numbers)})" if total else f"0 {name}"


def _parts(numbers: Mapping[Name, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in numbers.items())


def _shown_gaps(gaps: Mapping[Name, int]) -> str:
    if not gaps:
        return "none: between all polls some entry stayed"
    return f"{sum(gaps.values()):,}, at which entries may have passed unseen: {_worst(gaps)}"


def _worst(numbers: Mapping[Name, int]) -> str:
    """The feeds with the greatest numbers, which come first."""
    named = ", ".join(f"{feed} {number}" for feed, number in list(numbers.items())[:_WORST])
    return named if len(numbers) <= _WORST else f"{named} and {len(numbers) - _WORST:,} more feeds"


def _missed(downtime: "Downtime") -> float:
    return sum(loss.missed for loss in downtime.losses)


def _shown_losses(downtime: "Downtime") -> str:
    unknown = f"; {downtime.unknown:,} feeds: unknown" if downtime.unknown else ""
    if not downtime.losses:
        return f"no feed shows that anything was missed{unknown}"
    entries = _worst({loss.feed_id: round(loss.missed) for loss in downtime.losses})
    return f"about {round(_missed(downtime)):,} entries may be missed: {entries}{unknown}"
