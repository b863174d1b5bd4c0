"""What a database holds, and how two of them differ: without moments and without logs, which no two runs share."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table, select

from monitor import clock
from monitor.model import EARLIEST
from monitor.store import schema
from monitor.store.ledger import ledger
from monitor.store.store import Store, Transaction
from tests.campaigns.newsroom import Truth

Contents = Mapping[tuple[object, ...], tuple[object, ...]]
"""(table, primary key…) → the other columns."""

_COMPARED = (
    schema.feeds,
    schema.entries,
    schema.articles,
    schema.texts,
    schema.addresses,
    schema.readings,
    schema.matches,
    schema.former_matches,
    schema.reviews,
)
# Moments, what is learned of them, and what counts attempts: those differ from run to run, and may.
_PASSING = {
    "feeds": (
        "next_poll_at",
        "last_polled_at",
        "last_success_at",
        "last_new_at",
        "whole_at",
        "interval",
        "unchanged_poll",
    ),
    "entries": ("first_seen_at", "changed_at"),
    # An article that several feeds offer is that one's which came first.
    "articles": ("first_seen_at", "read_at", "feed_id"),
    "readings": ("next_read_at", "attempts", "interruptions", "taken_at"),
    "matches": ("matched_at", "lost_at"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What one database lacks of another, has beside it, and has otherwise; each a line for a person."""

    lost: tuple[str, ...]
    extra: tuple[str, ...]
    changed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.lost or self.extra or self.changed)

    def __str__(self) -> str:
        kinds = {"lost": self.lost, "extra": self.extra, "changed": self.changed}
        return "\n".join(f"{kind}: {line}" for kind, lines in kinds.items() for line in lines[:5])


def imbalance(database_url: str) -> tuple[str, ...]:
    """What of its ledger does not add up."""
    with Store.open(database_url, read_only=True) as store, store.reading() as tx:
        return ledger(tx, EARLIEST, clock.now()).errors


def contents(database_url: str) -> dict[tuple[object, ...], tuple[object, ...]]:
    """Everything that a database holds."""
    with Store.open(database_url, read_only=True) as store, store.reading() as tx:
        return {key: row for table in _COMPARED for key, row in _rows(tx, table)}


def compare(right: Contents, found: Contents) -> Difference:
    """How `found` differs from what is right."""
    shared = right.keys() & found.keys()
    return Difference(
        lost=tuple(sorted(str(key) for key in right.keys() - found.keys())),
        extra=tuple(sorted(str(key) for key in found.keys() - right.keys())),
        changed=tuple(sorted(f"{key}: {found[key]} is not {right[key]}" for key in shared if found[key] != right[key])),
    )


def totals(found: Contents) -> Truth:
    """How much there is."""
    tables = [key[0] for key in found]
    places = [column.name for column in _kept(schema.articles)]
    texts = [row for key, row in found.items() if key[0] == "articles" and row[places.index("text_source")] == "page"]
    return Truth(
        entries=tables.count("entries"),
        articles=tables.count("articles"),
        texts=len(texts),
        matches=tables.count("matches"),
    )


def quarantined(database_url: str) -> int:
    """How many pages are in quarantine."""
    with Store.open(database_url, read_only=True) as store, store.reading() as tx:
        return len(tx.execute(select(schema.readings).where(schema.readings.c.quarantined)).all())


def integrity(path: Path) -> str:
    """What SQLite itself says of a file: "ok", or what is wrong."""
    with sqlite3.connect(path) as file:
        said = [row[0] for row in file.execute("PRAGMA integrity_check")]
        said += [f"foreign key {row}" for row in file.execute("PRAGMA foreign_key_check")]
    file.close()
    return "; ".join(said)


def _rows(tx: Transaction, table: Table) -> Any:
    keys = [column.name for column in table.primary_key]
    others = [column.name for column in _kept(table)]
    for row in tx.execute(select(table)).mappings():
        lost = [row["lost_at"] is not None] if "lost_at" in row else []
        yield (table.name, *(row[key] for key in keys)), (*(str(row[name]) for name in others), *lost)


def _kept(table: Table) -> list[Column[Any]]:
    passing = _PASSING.get(table.name, ())
    return [column for column in table.columns if not column.primary_key and column.name not in passing]
