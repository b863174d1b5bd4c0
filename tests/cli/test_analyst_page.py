"""docs/analyst.md, run as it is written: every command prints the lines that stand below it."""

import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_tutorial import agree, steps

PAGE = Path(__file__).parents[2] / "docs" / "analyst.md"


def test_the_page_prints_what_it_says(monitor: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("MONITOR_REVIEWER", "Amal")
    commands = []
    for command, lines in steps(PAGE):
        name, *arguments = shlex.split(command)
        said = monitor(*arguments)
        assert (name, said.code) == ("monitor", 0), said.err
        agree(lines, (said.out + said.err).splitlines())
        commands.append(arguments[0])
    assert set(commands) == {"demo", "matches", "stories", "search", "review", "stats", "rematch", "report"}
    assert "<title>" in (tmp_path / "week.html").read_text(encoding="utf-8")
