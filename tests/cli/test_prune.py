"""`monitor prune`, on what the demo stored."""

import json
from datetime import timedelta
from pathlib import Path

from sqlalchemy import update

from monitor.store.schema import articles, readings
from monitor.store.store import Store
from tests.builders import NOON
from tests.cli.conftest import Run


def make_old(kept: Path) -> None:
    """As if all of it had been read long ago."""
    with Store.open(str(kept / "data/monitor.db")) as store, store.writing() as tx:
        tx.execute(update(articles).values(first_seen_at=NOON - timedelta(days=400), read_at=None))
        tx.execute(update(readings).values(next_read_at=None))


def configure(kept: Path) -> None:
    with (kept / "config/monitor.yaml").open("a") as file:
        file.write("\nretention:\n  unmatched: 90d\n")


def test_without_a_retention_nothing_is_pruned(monitor: Run, kept: Path) -> None:
    make_old(kept)
    said = monitor("prune", at=kept)
    assert said.code == 0
    assert said.out.startswith("Nothing is pruned: monitor.yaml sets no retention.")


def test_old_texts_are_pruned_and_what_matched_stays(monitor: Run, kept: Path) -> None:
    configure(kept)
    make_old(kept)
    listed = ("articles", "--limit", "999", "--format", "jsonl")
    ids = [json.loads(line)["id"] for line in monitor(*listed, at=kept).out.splitlines()]
    found = monitor("matches", "--all", "--lost", "--limit", "999", "--format", "json", at=kept).out
    matched = {record["article"] for record in json.loads(found)}
    number = len(ids) - len(matched)
    assert 0 < number < len(ids)
    for arguments, said in ((("--dry-run",), "Would prune"), ((), "Pruned")):
        done = monitor("prune", *arguments, at=kept)
        assert (done.code, done.out) == (0, f"{said} {number} articles and 0 pages.\n")
    assert monitor("prune", at=kept).out == "Pruned 0 articles and 0 pages.\n"
    shown = {one: monitor("show", one, at=kept).out for one in ids}
    assert {one for one, out in shown.items() if ", pruned; first seen" in out} == set(ids) - matched
    assert monitor("ledger", "--since", "2025-01-01", at=kept).code == 0


def test_a_database_that_is_not_there_is_not_made(monitor: Run, kept: Path, tmp_path: Path) -> None:
    configure(kept)
    said = monitor("prune", "--database", str(tmp_path / "none.db"), at=kept)
    assert said.code == 3
    assert not (tmp_path / "none.db").exists()
