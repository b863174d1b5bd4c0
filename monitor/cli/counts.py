"""How many there are, by day, outlet and the like: bars for a person, records for a program."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, TypeVar

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.bars import chart
from monitor.cli.filters import filter_option, is_given, refuse_beside
from monitor.cli.listing import Look
from monitor.cli.output import markdown_lines, record_lines
from monitor.cli.pager import show
from monitor.cli.records import Record
from monitor.cli.terminal import is_unicode, isolate
from monitor.text.language_tags import primary

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.store.match_counts import Query
    from monitor.store.store import Transaction

Function = TypeVar("Function", bound=Callable[..., object])

UNKNOWN = "?"
"""Shown for what is not known."""
_KINDS = {"outlet": "outlet", "lang": "language", "watchlist": "watchlist", "status": "status"}
_IN_ORDER = ("day", "hour")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One line of a count."""

    label: str
    """For a person, harmless."""
    said: Record
    """For a program, without the number."""
    number: int


def count_options(bys: Sequence[str]) -> Callable[[Function], Function]:
    """--count --by."""
    count = click.option("--count", is_flag=True, help="How many there are, instead of a list.")
    by = filter_option("--by", type=click.Choice(bys), help="The same by day, outlet and so on, with bars.")

    def with_options(function: Function) -> Function:
        return count(by(function))

    return with_options


def is_counted(context: click.Context, look: Look, given: Mapping[str, Any], *others: str) -> bool:
    """Whether a count is asked for. Raises: click.UsageError, where it is with what has no meaning for it."""
    if not (given["count"] or given["by"]):
        return False
    option = "--by" if given["by"] else "--count"
    refused = {"columns": "--columns", "offset": "--offset", "sort": "--sort"}
    if not given["by"] or given["by"] in _IN_ORDER:
        refused["limit"] = "--limit"
    refuse_beside(context, option, refused | {name: f"--{name}" for name in others})
    if look.output == "ids":
        raise click.UsageError(f"{option} counts: --format ids has nothing to print")
    return True


def print_counts(
    tx: "Transaction",
    asked: "Query",
    context: click.Context,
    look: Look,
    settings: "Settings",
    *,
    noun: str,
    none: Callable[[], None] = lambda: None,
) -> int:
    """Print how many are asked for, by what --by says; the exit code. `noun`: "matches" or "articles"; `none`: asked
    where there are none.
    """
    from monitor.store import match_counts

    by = context.params["by"]
    found = _counted(tx, asked, by, settings, context.params["config"]) if by else []
    total = sum(one.number for one in found) if by else match_counts.total(tx, asked)
    if not total:
        none()
    if by and is_given(context, "limit"):
        found = found[: context.params["limit"]]
    show(_lines(found, look, by, noun) if by else _line(total, look, noun), paged=look.paged)
    return EXIT_FAILED if look.exit_code and not total else 0


def _line(total: int, look: Look, noun: str) -> Iterator[str]:
    return iter([str(total)]) if look.for_people else record_lines([{noun: total}], look.output, bom=look.bom)


def _lines(found: Sequence[Counted], look: Look, by: str, noun: str) -> Iterator[str]:
    match look.output:
        case "table":
            labelled = [(one.label, one.number) for one in found]
            return chart(labelled, room=get_terminal_size().columns, unicode=is_unicode())
        case "md":
            return markdown_lines([(one.label, str(one.number)) for one in found], (by, noun))
        case _:
            return record_lines(({**one.said, noun: one.number} for one in found), look.output, bom=look.bom)


def _counted(tx: "Transaction", asked: "Query", by: str, settings: "Settings", config: str | None) -> list[Counted]:
    from monitor.store import match_counts

    match by:
        case "day" | "hour":
            return _by_time(tx, asked, by, settings)
        case "term":
            return [
                _by_term(list_id, term, number)
                for (list_id, term), number in match_counts.by_term(tx, asked).items()  # type: ignore[arg-type]
            ]
        case "country":
            return _by_country(match_counts.by_kind(tx, asked, "outlet"), settings, config)
        case _:
            found = match_counts.by_kind(tx, asked, _KINDS[by])  # type: ignore[arg-type]
            return _by_value(by, _summed(found, primary) if by == "lang" else found)


def _by_time(tx: "Transaction", asked: "Query", by: str, settings: "Settings") -> list[Counted]:
    from monitor import clock
    from monitor.cli import periods
    from monitor.store import match_counts

    zone, there = settings.timezone, match_counts.span(tx, asked)
    unit: Any = "hour" if not there or periods.is_whole(zone, *there) else "minute"
    counted = match_counts.by_moment(tx, asked, unit)
    # What is asked for since then is asked for until now.
    until = asked.until or (clock.now() if asked.since else None)
    if by == "day":
        days = periods.by_day(counted, zone, asked.since, until)
        return [Counted(label=day, said={by: day}, number=number) for day, number in days.items()]
    hours = periods.by_hour(counted, zone, asked.since, until)
    shown = periods.shown_hours(hours)
    return [Counted(label=shown[hour], said={by: hour}, number=number) for hour, number in hours.items()]


def _by_term(list_id: str, term: str, number: int) -> Counted:
    label = f"{isolate(term)}  @{list_id}" if list_id else isolate(term)
    return Counted(label=label, said={"term": term, "list": list_id or None}, number=number)


def _by_country(outlets: Mapping[str, int], settings: "Settings", config: str | None) -> list[Counted]:
    from monitor.cli import publishers
    from monitor.cli.options import folder_of

    known = {one.id: one.country for one in publishers.outlets_of(folder_of(config), settings)}
    if not known:
        click.echo(publishers.UNKNOWN, err=True)
    return _by_value("country", _summed(outlets, lambda outlet: known.get(outlet, "")))


def _by_value(by: str, counted: Mapping[str, int]) -> list[Counted]:
    return [
        Counted(label=isolate(value) or UNKNOWN, said={by: value or None}, number=number)
        for value, number in counted.items()
    ]


def _summed(counted: Mapping[str, int], called: Callable[[str], str]) -> dict[str, int]:
    """The counts of what is called alike together, most first."""
    found: dict[str, int] = {}
    for value, number in counted.items():
        found[called(value)] = found.get(called(value), 0) + number
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))
