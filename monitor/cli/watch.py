"""`monitor matches --watch`: new matches as they come, until Ctrl-C."""

import time
from collections.abc import Callable, Iterator, Sequence
from shutil import get_terminal_size
from typing import TYPE_CHECKING, NoReturn

import click

from monitor.cli.listing import Columns, Look, chosen_columns, picked
from monitor.cli.output import NARROW, NARROWEST, cell_of, fitting, record_lines, table_line
from monitor.cli.records import MATCH, Record, match_record
from monitor.cli.terminal import is_terminal
from monitor.errors import StoreError
from monitor.model import Match

if TYPE_CHECKING:
    from monitor.store.matches import MatchQuery
    from monitor.store.store import Store, Transaction

LOOKS = ("table", "jsonl", "csv", "ids")
"""Formats of which a line can be printed before the next one is known."""
_EVERY = 1.0
"""Seconds between two looks."""
_WIDTHS = {"id": 8, "published": 16, "watchlist": 22, "score": 5, "status": 10, "lang": 4, "outlet": 18}
_WIDTH = 12
_GAPS = 2


def wait() -> None:
    """Until it is time to look again."""
    time.sleep(_EVERY)


def follow(
    store: "Store",
    asked: "MatchQuery",
    look: Look,
    columns: Columns,
    *,
    row: Callable[[Match], Record],
    keep: "Callable[[Transaction, Sequence[Match]], Sequence[Match]]" = lambda _, found: found,
    wait: Callable[[], None] = wait,
) -> NoReturn:
    """Print the matches asked for that are there since `since`, if it is given, then each that comes, oldest first.

    `row`: the cells of a match for a person; `keep`: those of some matches that are wanted. Ends when `wait` raises
    something.
    Raises: click.UsageError, where a column is none; StoreError, other than that the database is busy for a while.
    """
    from dataclasses import replace

    from monitor.store import match_news, matches

    chosen = chosen_columns(look, columns, MATCH)
    if look.output == "table" and is_terminal() and not look.columns:
        chosen = tuple(fitting(chosen, _widths(chosen), columns.spare, get_terminal_size().columns))
    printer = _Printer(look, chosen, row)
    with store.reading() as tx:
        seen = match_news.present(tx)
        printer.print(keep(tx, matches.query(tx, asked)[::-1]) if asked.since else ())
    asked, busy = replace(asked, since=None), False
    while True:
        wait()
        try:
            with store.reading() as tx:
                found, seen = match_news.news(tx, seen, asked)
                wanted = keep(tx, found)
        except StoreError as error:
            if not error.temporary:
                raise
            if not busy:
                click.echo(f"monitor: {error}; looking again", err=True)
            busy = True
            continue
        busy = False
        printer.print(wanted)


class _Printer:
    """Prints matches a few at a time, under one row of headings."""

    def __init__(self, look: Look, columns: Sequence[str], row: Callable[[Match], Record]) -> None:
        self._look, self._columns, self._row = look, columns, row
        self._begun = False

    def print(self, found: Sequence[Match]) -> None:
        for line in self._lines(found):
            click.echo(line)

    def _lines(self, found: Sequence[Match]) -> Iterator[str]:
        is_table = self._look.output == "table"
        if not (found or is_table):
            return
        first, self._begun = not self._begun, True
        if is_table:
            if first:
                yield self._line(self._columns)
            for match in found:
                cells = match_record(match) | self._row(match)
                yield self._line([cell_of(cells[name]) for name in self._columns])
            return
        lines = record_lines(picked([*map(match_record, found)], self._columns), self._look.output, bom=self._look.bom)
        for number, line in enumerate(lines):
            # CSV begins with a row of headings, each time anew.
            if self._look.output != "csv" or number or first:
                yield line

    def _line(self, cells: Sequence[str]) -> str:
        widths = _widths(self._columns)
        room = get_terminal_size().columns if is_terminal() else 1_000
        widths[-1] = max(NARROWEST, room - sum(widths[:-1]) - _GAPS * (len(widths) - 1))
        return table_line(cells, widths)


def _widths(columns: Sequence[str]) -> list[int]:
    """What each column is given before its cells are known; the last one is given what is left."""
    return [*(_WIDTHS.get(name, _WIDTH) for name in columns[:-1]), NARROW]
