"""Rows → CSV that a spreadsheet opens right, and in which nothing is a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from monitor.text.harmless import harmless

BOM = "\ufeff"
"""What tells Excel that a file is UTF-8."""
# A spreadsheet takes a cell that begins so for a formula, and runs it; some look past blanks, or at the wide forms.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_LONGEST = 32_000
"""Characters of a cell: Excel takes 32,767, and moves what is more into the next rows."""


def cell(value: object) -> object:
    """A value as a cell: text is harmless and never a formula, numbers stay numbers, None is empty."""
    if not isinstance(value, str):
        return value
    text = harmless(value)
    return no_formula(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def no_formula(text: str) -> str:
    """Harmless text as a cell that no spreadsheet runs."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith("\t") else text


def sheet(headings: Sequence[str], rows: Iterable[Sequence[object]], *, bom: bool = False) -> Iterator[str]:
    """The document, a piece a row, the headings before the first one; nothing where there are no rows."""
    writer = csv.writer(_Passing(), lineterminator="\r\n")
    before = (BOM if bom else "") + _line(writer, headings)
    for row in rows:
        yield before + _line(writer, row)
        before = ""


class _Passing:
    """A file that gives back what is written to it: csv knows no other way to a line."""

    def write(self, text: str) -> str:
        return text


def _line(writer: Any, values: Sequence[object]) -> str:
    line: str = writer.writerow([cell(value) for value in values])
    return line
