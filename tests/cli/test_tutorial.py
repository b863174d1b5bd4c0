"""The tutorial of docs/stories.md, run as it is written: every command prints the lines that stand below it."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run

PAGE = Path(__file__).parents[2] / "docs" / "stories.md"
LEFT_OUT = "…"
_ID = re.compile(r"\b[0-9a-f]{8}\b")
_WHEN = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")


def steps(page: Path = PAGE) -> Iterator[tuple[str, list[str]]]:
    """(command, the lines below it) in the order of the page."""
    for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = step.splitlines()
            yield command, lines


def plain(line: str) -> str:
    """The line without what differs from run to run."""
    return " ".join(_WHEN.sub("WHEN", _ID.sub("ID", line)).split())


def place_of(wanted: list[str], printed: list[str]) -> int:
    """Where the wanted lines stand in a row. Fails where they do not."""
    rows = [[*map(plain, printed[start : start + len(wanted)])] for start in range(len(printed) + 1)]
    assert [*map(plain, wanted)] in rows, "\n".join([*wanted, "-- is not in --", *printed])
    return rows.index([*map(plain, wanted)])


def agree(page: list[str], printed: list[str]) -> dict[str, str]:
    """Finds what the page says in what was printed, in its order; the page's ids → those of this run."""
    ids: dict[str, str] = {}
    for part in "\n".join(page).split(LEFT_OUT):
        wanted = part.strip("\n").splitlines()
        start = place_of(wanted, printed)
        for line, real in zip(wanted, printed[start:], strict=False):
            ids |= dict(zip(_ID.findall(line), _ID.findall(real), strict=True))
        printed = printed[start + len(wanted) :]
    return ids


def test_the_tutorial_prints_what_it_says(monitor: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ids: dict[str, str] = {}
    commands = []
    for command, lines in steps():
        name, *arguments = shlex.split(command)
        said = monitor(*(ids.get(argument, argument) for argument in arguments))
        assert (name, said.code) == ("monitor", 0), said.err
        ids |= agree(lines, said.out.splitlines())
        commands.append(arguments[0])
    assert set(commands) == {"demo", "stories", "matches", "articles", "show", "export"}
    (listed,) = monitor("stories", "--sort", "origins", "--limit", "1", "--config", "demo/config").out.splitlines()[2:]
    story = monitor("stories", "show", listed.split()[0], "--config", "demo/config").out
    linked = story.partition("linked, in other languages")[2]
    assert set(re.findall(r"^    [0-9a-f]{8}  (\w\w)  ", linked, re.MULTILINE)) == {"ar", "fr"}
