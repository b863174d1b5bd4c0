"""How a listing of matches or articles is shown: its format, its columns, page by page; the same options for both."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from monitor.cli import EXIT_FAILED
from monitor.cli.filters import refuse_beside
from monitor.cli.output import FORMATS, cell_of, markdown_lines, record_lines, table_lines
from monitor.cli.pager import show
from monitor.cli.records import Record

Function = TypeVar("Function", bound=Callable[..., object])

LOOKS = (*FORMATS, "md", "ids")
FOR_PEOPLE = ("table", "md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns of a listing."""

    headings: tuple[str, ...]
    """Of the table, as a person is shown them."""
    called: Mapping[str, str]
    """Heading → the name that programs have for it, where that is another."""
    spare: tuple[str, ...]
    """Headings that a narrow terminal does without, the first one first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a person asked for."""

    output: str
    columns: tuple[str, ...]
    """() for those that the format has of itself."""
    bom: bool
    paged: bool
    exit_code: bool
    """Finding nothing is told by the exit code."""

    @property
    def for_people(self) -> bool:
        """A person reads it."""
        return self.output in FOR_PEOPLE


PLAIN = Look(output="table", columns=(), bom=False, paged=False, exit_code=False)
"""A table, however long."""


def look_options(function: Function) -> Function:
    """--format --columns --bom --exit-code --no-pager."""
    options = (
        click.option(
            "--format",
            "output",
            type=click.Choice(LOOKS),
            default="table",
            show_default=True,
            help="A table to read; JSON, JSON lines or CSV for a program; a table in Markdown; ids alone, one a line.",
        ),
        click.option(
            "--columns",
            metavar="A,B,C",
            help="These columns, in this order; a wrong one names all.",
        ),
        click.option("--bom", is_flag=True, help="CSV as Excel wants it: a byte order mark, lines that end in CRLF."),
        click.option("--exit-code", is_flag=True, help="Exit with code 1 where nothing is found."),
        click.option("--no-pager", is_flag=True, help="Print what is longer than the terminal all at once."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def look_of(context: click.Context, given: Mapping[str, Any]) -> Look:
    """The answers to `look_options`. Raises: click.UsageError, where they do not go together."""
    output = given["output"]
    if given["bom"] and output != "csv":
        raise click.UsageError("--bom is for --format csv")
    if output == "ids":
        refuse_beside(context, "--format ids", {"columns": "--columns"})
    columns = tuple(part.strip() for part in given["columns"].split(",")) if given["columns"] is not None else ()
    return Look(
        output=output,
        columns=columns,
        bom=given["bom"],
        paged=not given["no_pager"],
        exit_code=given["exit_code"],
    )


def print_listing(
    records: Sequence[Record],
    look: Look,
    columns: Columns,
    *,
    shown: Callable[[int], Record],
    names: Sequence[str],
    empty: str,
) -> int:
    """Print the records; the exit code. `shown`: the cells of the n-th for a person, by heading; `names`: the names
    that all records have, `empty`: what to say of none to a person.

    Raises: click.UsageError, where a column is asked for that is none.
    """
    chosen = chosen_columns(look, columns, names)
    if look.for_people:
        rows = [
            [cell_of(cells[name]) for name in chosen]
            for cells in ({**record, **shown(number)} for number, record in enumerate(records))
        ]
        spare = () if look.columns else columns.spare
        lines = _for_people(rows, chosen, look, spare=spare) if rows else iter([empty])
    else:
        lines = record_lines(picked(records, chosen), look.output, bom=look.bom)
    show(lines, paged=look.paged)
    return EXIT_FAILED if look.exit_code and not records else 0


def chosen_columns(look: Look, columns: Columns, names: Sequence[str]) -> tuple[str, ...]:
    """The columns to show, by heading for a person, else by name. Raises: click.UsageError."""
    known = list(dict.fromkeys([*columns.headings, *names]))
    for column in look.columns:
        if column not in known:
            raise click.UsageError(_no_column(column, known))
    repeated = [column for column in look.columns if look.columns.count(column) > 1]
    if repeated:
        raise click.UsageError(f'--columns names "{repeated[0]}" twice')
    if look.for_people:
        return look.columns or columns.headings
    return tuple(dict.fromkeys(columns.called.get(column, column) for column in look.columns)) or tuple(names)


def picked(records: Sequence[Record], names: Sequence[str]) -> Iterator[Record]:
    """The records with these names alone, in this order."""
    return ({name: record[name] for name in names} for record in records)


def _no_column(column: str, known: Sequence[str]) -> str:
    from monitor.config.suggest import did_you_mean

    hint = did_you_mean(column, known)
    return f'there is no column "{column}"{f" ({hint})" if hint else ""}; there are {", ".join(known)}'


def _for_people(
    rows: Sequence[Sequence[str]], headings: Sequence[str], look: Look, *, spare: Sequence[str]
) -> Iterator[str]:
    if look.output == "md":
        return markdown_lines(rows, headings)
    return table_lines(rows, headings, spare)
