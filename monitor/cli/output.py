"""Rows, printed: a table for a person, JSON, JSON lines or CSV for a program."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from io import StringIO
from shutil import get_terminal_size
from typing import TypeVar

import click

from monitor.cli.terminal import crop, harmless, is_terminal, is_unicode, isolate, width
from monitor.outgoing.sheet import no_formula

FORMATS = ("table", "json", "jsonl", "csv")
Function = TypeVar("Function", bound=Callable[..., object])

_GAP = "  "
NARROW = 20
"""Columns for the last column, for which others are left out."""
NARROWEST = 10
"""Columns of the last column, however narrow the terminal."""

_SAID_IN_MARKDOWN = re.compile(r"[\\`*_{}\[\]()#|<>&~!$]")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


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
    if output == "table":
        rows = [[cell_of(record[key]) for key in columns.values()] for record in records]
        lines = table_lines(rows, list(columns), spare) if rows else iter([empty])
    else:
        lines = record_lines(records, output)
    for line in lines:
        click.echo(line)


def record_lines(records: Iterable[Mapping[str, object]], output: str, *, bom: bool = False) -> Iterator[str]:
    """The records for a program, in lines without their ends; `bom`: CSV as spreadsheets want it."""
    match output:
        case "json":
            yield from json.dumps(list(records), ensure_ascii=False, indent=2).split("\n")
        case "jsonl":
            yield from (json.dumps(record, ensure_ascii=False) for record in records)
        case "ids":
            yield from (str(record["id"]) for record in records)
        case _:
            yield from _csv_lines(records, bom=bom)


def table_lines(rows: Sequence[Sequence[str]], headings: Sequence[str], spare: Sequence[str] = ()) -> Iterator[str]:
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
        widths[-1] = min(widths[-1], max(NARROWEST, room - _before_last(widths)))
    lines.insert(1, [("─" if is_unicode() else "-") * columns for columns in widths])
    yield from (table_line(line, widths) for line in lines)


def print_table(rows: Sequence[Sequence[str]], headings: Sequence[str], spare: Sequence[str] = ()) -> None:
    """Print `table_lines`."""
    for line in table_lines(rows, headings, spare):
        click.echo(line)


def table_line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """One row: each cell as wide as its column or wider, the last one cropped to it."""
    *front, last = map(harmless, cells)
    padded = [isolate(cell) + " " * (columns - width(cell)) for cell, columns in zip(front, widths, strict=False)]
    return _GAP.join([*padded, isolate(crop(last, widths[-1]))]).rstrip()


def markdown_lines(rows: Iterable[Sequence[str]], headings: Sequence[str]) -> Iterator[str]:
    """A table in Markdown (GitHub's); what stands in a cell is text, whatever it looks like."""
    yield f"| {' | '.join(map(_markdown, headings))} |"
    yield f"|{' --- |' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(map(_markdown, row))} |"


def _markdown(cell: str) -> str:
    return _SAID_IN_MARKDOWN.sub(lambda found: _ENTITIES.get(found[0], f"\\{found[0]}"), isolate(cell))


def _fitted(lines: list[list[str]], spare: Sequence[str], room: int) -> list[list[str]]:
    """The lines (the first has the headings) without as many of the spare columns as leave room for the last one."""
    kept = fitting(lines[0], _widths(lines), spare, room)
    places = [place for place, heading in enumerate(lines[0]) if heading in kept]
    return [[line[place] for place in places] for line in lines]


def fitting(headings: Sequence[str], widths: Sequence[int], spare: Sequence[str], room: int) -> list[str]:
    """The headings of columns of these widths, without as many of the spare ones as leave room for the last one."""
    kept = list(zip(headings, widths, strict=True))
    for heading in spare:
        if _before_last([columns for _, columns in kept]) + min(NARROW, kept[-1][1]) <= room:
            break
        kept = [one for one in kept if one[0] != heading]
    return [heading for heading, _ in kept]


def _widths(lines: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(width, column)) for column in zip(*lines, strict=True)]


def _before_last(widths: Sequence[int]) -> int:
    return sum(widths[:-1]) + len(_GAP) * (len(widths) - 1)


def _csv_lines(records: Iterable[Mapping[str, object]], *, bom: bool) -> Iterator[str]:
    """Lines end in LF, which Unix tools want and spreadsheets take; with a byte order mark, for Excel, in CRLF as
    RFC 4180 has them."""
    end = "\r" if bom else ""
    for number, record in enumerate(records):
        if number == 0:
            yield ("\ufeff" if bom else "") + _csv_row(record) + end
        yield _csv_row(_harmless_cell(cell_of(value)) for value in record.values()) + end


def _csv_row(cells: Iterable[str]) -> str:
    row = StringIO()
    csv.writer(row, lineterminator="").writerow(cells)
    return row.getvalue()


def cell_of(value: object) -> str:
    """A value as one cell of text."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _harmless_cell(cell: str) -> str:
    """Neither a formula, nor anything to a terminal that it is printed on; a return alone ends a line, too."""
    return no_formula(harmless(re.sub(r"\r\n?", "\n", cell)))
