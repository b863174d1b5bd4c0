"""Rows, printed: a table for a person, JSON, JSON lines or CSV for a program."""

import csv
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from shutil import get_terminal_size
from typing import TypeVar

import click

from monitor.cli.terminal import crop, harmless, is_terminal, isolate, width

FORMATS = ("table", "json", "jsonl", "csv")
Function = TypeVar("Function", bound=Callable[..., object])

_GAP = "  "
_NARROWEST = 20
"""Columns of the last column, however narrow the terminal."""

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


def number_of(number: int, noun: str) -> str:
    """ "1 page", "2 pages"."""
    return f"{number:,} {noun if number == 1 else f'{noun}s'}"


def print_rows(
    records: Sequence[Mapping[str, object]],
    output: str,
    *,
    columns: Mapping[str, str],
    empty: str,
    spare: Sequence[str] = (),
) -> None:
    """Print the records; `columns`: heading of the table → key of the record, `empty`: what to say of none; `spare`:
    headings that a narrow terminal does without, the first one first.
    """
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
            print_table([[_cell(record[key]) for key in columns.values()] for record in records], list(columns), spare)


def print_table(rows: Sequence[Sequence[str]], headings: Sequence[str], spare: Sequence[str] = ()) -> None:
    """Columns as wide as their widest cell; on a terminal the last is cropped to what is left of the line, and where
    little is left, those that can be spared are left out.

    Not rich's table: importing it would cost every listing a fifth of its CPU.
    """
    lines = [list(headings), *([harmless(cell) for cell in row] for row in rows)]
    room = get_terminal_size().columns if is_terminal() else None
    if room is not None:
        lines = _fitted(lines, spare, room)
    widths = _widths(lines)
    if room is not None:
        widths[-1] = max(_NARROWEST, min(widths[-1], room - _before_last(widths)))
    lines.insert(1, ["─" * columns for columns in widths])
    for *front, last in lines:
        padded = [isolate(cell) + " " * (columns - width(cell)) for cell, columns in zip(front, widths, strict=False)]
        click.echo(_GAP.join([*padded, isolate(crop(last, widths[-1]))]).rstrip())


def _fitted(lines: list[list[str]], spare: Sequence[str], room: int) -> list[list[str]]:
    """The lines (the first has the headings) without as many of the spare columns as leave room for the last one."""
    for heading in spare:
        widths = _widths(lines)
        if _before_last(widths) + min(_NARROWEST, widths[-1]) <= room:
            break
        place = lines[0].index(heading)
        lines = [line[:place] + line[place + 1 :] for line in lines]
    return lines


def _widths(lines: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(width, column)) for column in zip(*lines, strict=True)]


def _before_last(widths: Sequence[int]) -> int:
    return sum(widths[:-1]) + len(_GAP) * (len(widths) - 1)


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
