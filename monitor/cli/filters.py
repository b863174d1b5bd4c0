"""The filters that all listings share."""

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import TypeVar, overload

import click

from monitor.cli.moments import EXPECTED, parse_moment
from monitor.cli.options import database_option
from monitor.cli.output import format_option

Function = TypeVar("Function", bound=Callable[..., object])

_MOST = 1_000_000


def listing_options(function: Function) -> Function:
    """--since --until --lang --outlet --feed --limit --format --config --database."""
    options = (
        click.option("--since", metavar="WHEN", help=f"Not older than: {EXPECTED}."),
        click.option("--until", metavar="WHEN", help="Older than; the same forms."),
        click.option("--lang", metavar="CODE", help="Only in this language, e.g. ar."),
        click.option("--outlet", metavar="ID", help="Only of this outlet."),
        click.option("--feed", metavar="ID", help="Only what this feed has offered."),
        click.option("--limit", type=click.IntRange(1, _MOST), default=50, show_default=True, help="At most so many."),
        format_option,
        database_option,
    )
    for option in reversed(options):
        function = option(function)
    return function


@overload
def moment_of(option: str, text: str, zone: tzinfo) -> datetime: ...
@overload
def moment_of(option: str, text: None, zone: tzinfo) -> None: ...
@overload
def moment_of(option: str, text: str | None, zone: tzinfo) -> datetime | None: ...
def moment_of(option: str, text: str | None, zone: tzinfo) -> datetime | None:
    """The moment an option names; None where it is not given. Raises: click.UsageError; also of a --since to come, for
    nothing has been since then.
    """
    from monitor import clock

    if text is None:
        return None
    now = clock.now()
    try:
        moment = parse_moment(text, now=now, zone=zone)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from error
    if option == "--since" and moment > now:
        raise click.BadParameter(f'"{text}" is in the future: expected {EXPECTED}', param_hint=option)
    return moment
