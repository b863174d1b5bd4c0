"""Problems of the configuration, printed: file:line:column, what is wrong, the line with a caret under the place."""

import unicodedata
from collections.abc import Iterable

import click

from monitor.cli.terminal import harmless, isolate_within
from monitor.errors import Problem

_WIDEST = 120


def print_problems(problems: Iterable[Problem], where: str = "in the configuration") -> None:
    """All of them on standard error, then how many there are `where`."""
    problems = list(problems)
    for problem in problems:
        click.echo(isolate_within(str(problem)), err=True)
        for line in excerpt(problem):
            click.echo(line, err=True)
    noun = "problem" if len(problems) == 1 else "problems"
    click.echo(f"{len(problems)} {noun} {where}", err=True)


def excerpt(problem: Problem) -> list[str]:
    """The line and a caret under the column; nothing where a right-to-left letter would put the caret elsewhere."""
    line = problem.source.rstrip("\n").replace("\t", " ")
    if not problem.column or not line.strip() or len(line) > _WIDEST:
        return []
    line = harmless(line)
    if any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in line):
        return [f"    {line}"]
    return [f"    {line}", "    " + " " * (problem.column - 1) + "^"]
