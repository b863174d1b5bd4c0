"""`monitor config`."""

import json
from pathlib import Path

from monitor.config.schema import FileKind, schema_of
from tests.cli.conftest import Run


def test_a_schema_is_printed(monitor: Run) -> None:
    assert json.loads(monitor("config", "schema", "--file", "lists").out) == schema_of(FileKind.LISTS)
    assert set(json.loads(monitor("config", "schema").out)) == {"monitor", "feeds", "agencies", "lists", "watchlists"}


def test_schemas_are_written_where_the_files_look_for_them(monitor: Run, tmp_path: Path) -> None:
    said = monitor("config", "schema", "--write", str(tmp_path))
    assert said.out == f"5 schemas written to {tmp_path}/schema\n"
    assert monitor("config", "schema", "--write", str(tmp_path / "nowhere")).code == 2


def test_what_does_not_go_together_is_told(monitor: Run, tmp_path: Path) -> None:
    assert "leave out --file" in monitor("config", "schema", "--write", "--file", "lists").err
    assert "add --write" in monitor("config", "schema", str(tmp_path)).err
