"""Rows, printed: a table for a person, JSON, JSON lines or CSV for a program."""

import csv
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import click

from monitor.cli.terminal import is_terminal, isolate

FORMATS = ("table", "json", "jsonl", "csv")
Function = TypeVar("Function", bound=Callable[..., object])

# A spreadsheet takes a cell that begins so for a formula, and runs it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def format_option(function: Function) -> Function:
    """The option --format, as every listing has it."""
    return click.option(
        "--format",
        "output",
        type=click.Choice(FORMATS),
        default="table",
        show_default=True,
        help="A table to read, or JSON, JSON lines or CSV for a program.",
    )(function)


def print_rows(records: Sequence[Mapping[str, object]], output: str, *, columns: Mapping[str, str], empty: str) -> None:
    """Print the records; `columns`: heading of the table → key of the record, `empty`: what to say of none."""
    match output:
        case "json":
            click.echo(json.dumps(list(records), ensure_ascii=False, indent=2))
        case "jsonl":
            for record in records:
                click.echo(json.dumps(record, ensure_ascii=False))
        case "csv":
            _print_csv(records)
        case _ if not records:
            click.echo(empty)
        case _:
            print_table([[isolate(_cell(record[key])) for key in columns.values()] for record in records], columns)


def print_table(rows: Iterable[Sequence[str]], headings: Iterable[str]) -> None:
    """A table as wide as the terminal; piped, as wide as it needs to be. The last column folds."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if is_terminal() else 250, highlight=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    *front, last = headings
    for heading in front:
        table.add_column(heading, no_wrap=True)
    table.add_column(last, overflow="fold", ratio=1)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def _print_csv(records: Sequence[Mapping[str, object]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    for number, record in enumerate(records):
        if number == 0:
            writer.writerow(record)
        writer.writerow([_harmless_cell(_cell(value)) for value in record.values()])


def _cell(value: object) -> str:
    """A value as one cell of text."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _harmless_cell(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
