"""docs/review.md, run as it is written: commands print the lines below them, the walk shows the screen of the page."""

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.person import Person
from tests.cli.test_tutorial import agree, place_of, steps

PAGE = Path(__file__).parents[2] / "docs" / "review.md"
_PLACE = re.compile(r"^\d+ of (\d+)", re.MULTILINE)
"""On the page of 3; of 2 where the feed of another outlet that offers one of them was polled first."""


def walk_as_on_the_page(folder: Path) -> None:
    (block,) = re.findall(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    filters = ["--outlet", "levant-wire", "--watchlist", "rafah-tunnel-fighters", "--config", str(folder / "config")]
    with Person(["review", *filters], {"NO_COLOR": "1"}) as person:
        total = int(_PLACE.findall(person.sees("1 of "))[0])
        while "give themselves up" not in person.text:
            place = int(person.lines[0].split()[0])
            person.presses("j")
            person.sees(f"{place + 1} of {total}")
        shown = _PLACE.sub("1 of 3", person.text).splitlines()
        person.presses("q")
        assert person.ends() == 0
    for part in block.split("…\n"):
        wanted = part.splitlines()
        shown = shown[place_of(wanted, shown) + len(wanted) :]


def test_the_page_prints_what_it_says(monitor: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert monitor("demo", "--keep", "demo").code == 0
    walk_as_on_the_page(tmp_path / "demo")
    ids: dict[str, str] = {}
    codes = []
    for command, lines in steps(PAGE):
        reviewer = re.match(r"MONITOR_REVIEWER=(\w+) ", command)
        monkeypatch.setenv("MONITOR_REVIEWER", reviewer[1] if reviewer else "Amal")
        _, *arguments = shlex.split(command[reviewer.end() :] if reviewer else command)
        said = monitor(*(ids.get(argument, argument) for argument in arguments))
        ids |= agree(lines, (said.out + said.err).splitlines())
        codes.append(said.code)
    assert codes == [0, 0, 0, 1, 0, 0, 0, 0]
