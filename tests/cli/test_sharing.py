"""docs/sharing.md, run as it is written: every command prints the lines that stand below it."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run

PAGE = Path(__file__).parents[2] / "docs" / "sharing.md"


def steps() -> Iterator[tuple[str, str]]:
    """(command, what stands below it) in the order of the page."""
    for block in re.findall(r"```console\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = step.partition("\n")
            yield command, printed


def plain(text: str) -> str:
    """Without the number of a digest's paragraphs: around midnight a story is told on two days."""
    return re.sub(r"\d+ paragraphs", "N paragraphs", text)


def test_the_page_prints_what_it_says(monitor: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    commands = []
    for command, printed in steps():
        name, *arguments = shlex.split(command)
        said = monitor(*arguments)
        assert (name, said.code) == ("monitor", 0), said.err
        assert arguments[0] == "demo" or (plain(said.out), said.err) == (plain(printed), "")
        commands.append(arguments[0])
    assert set(commands) == {"demo", "export", "feed", "report"}
    made = {path.name for path in tmp_path.iterdir()}
    assert made == {
        "demo",
        "feeds",
        "matches.csv",
        "passage.csv",
        "digest.md",
        "articles.jsonl",
        "outlets.opml",
        "week.html",
        "week.md",
    }
