"""docs/queries.md: its commands print what stands below them, its names are those of the records and of the schema."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from monitor.cli.records import ARTICLE, LINE, MATCH, TURN
from tests.cli.conftest import Run
from tests.cli.test_tutorial import agree, steps

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "queries.md"
SCHEMA = json.loads((DOCS / "records.schema.json").read_text(encoding="utf-8"))


def validator(name: str) -> Draft202012Validator:
    schema = {**SCHEMA, "$ref": f"#/$defs/{name}"}
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def names_of(*parts: str) -> list[str]:
    return [name for part in parts for name in SCHEMA["$defs"][part]["properties"]]


def records(monitor: Run, demo: Path, *arguments: str) -> list[dict[str, Any]]:
    said = monitor(*arguments, "--format", "json", at=demo)
    assert said.code == 0, said.err
    found: list[dict[str, Any]] = json.loads(said.out)
    assert found
    return found


def test_the_page_prints_what_it_says(monitor: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    codes = []
    for command, lines in steps(PAGE):
        _, *arguments = shlex.split(command)
        said = monitor(*arguments)
        agree(lines, [*said.out.splitlines(), *said.err.splitlines()])
        expected = 2 if any(line.startswith("Error: ") for line in lines) else 1 if "--exit-code" in arguments else 0
        assert said.code == expected, command
        codes.append(said.code)
    assert {0, 1, 2} <= set(codes)
    changed = records(monitor, tmp_path / "demo", "matches", "--changed")
    for record in changed:
        validator("change").validate(record)
        assert tuple(record) == TURN


@pytest.mark.parametrize("part", ["told", "article", "found", "match", "hit", "change", "count"])
def test_the_page_tells_of_every_name_what_the_schema_does(part: str) -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    for name, value in SCHEMA["$defs"][part]["properties"].items():
        assert value["description"] in PAGE.read_text(encoding="utf-8"), name
        assert name in told


def test_the_schema_has_the_names_of_the_records() -> None:
    assert sorted(ARTICLE) == sorted(names_of("told", "article"))
    assert sorted(MATCH) == sorted(names_of("told", "found"))
    assert sorted(LINE) == sorted(names_of("told", "found", "match"))
    assert sorted(TURN) == sorted(names_of("told", "found", "change"))


@pytest.mark.parametrize(
    ("command", "part", "names"),
    [
        (("articles", "--limit", "1000"), "article", ARTICLE),
        (("matches", "--all", "--limit", "1000"), "match", LINE),
        (("matches", "--limit", "1000", "--lost"), "match", LINE),
    ],
)
def test_records_are_as_the_schema_says(
    monitor: Run, demo: Path, command: tuple[str, ...], part: str, names: tuple[str, ...]
) -> None:
    found = records(monitor, demo, *command)
    check = validator(part)
    for record in found:
        check.validate(record)
        assert tuple(record) == names
    broken = {**found[0], "id": "short", "first_seen_at": None}
    assert not check.is_valid(broken)


@pytest.mark.parametrize("by", ["day", "hour", "outlet", "lang", "watchlist", "term", "status", "country"])
def test_counts_are_as_the_schema_says_and_add_up(monitor: Run, demo: Path, by: str) -> None:
    found = records(monitor, demo, "matches", "--by", by)
    for record in found:
        validator("count").validate(record)
    (whole,) = records(monitor, demo, "matches", "--count")
    assert len(records(monitor, demo, "matches", "--all", "--limit", "1000")) == whole["matches"]
    if by != "term":
        assert sum(record["matches"] for record in found) == whole["matches"]
    if by in ("outlet", "lang", "country"):
        articles = records(monitor, demo, "articles", "--by", by)
        assert sum(record["articles"] for record in articles) == 77
