"""What SQLAlchemy says differently for each database, and how many values go into one statement."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Literal, TypeVar

from sqlalchemy import Boolean, ColumnElement, Table, literal, literal_column
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import Executable
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import Join

from monitor.store.columns import Utc, storable
from monitor.store.connections import Transaction

T = TypeVar("T")

_BATCH = 500


def batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in portions that one `IN (…)` takes; the plan of a longer one is no better."""
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]


def listed_values(dialect: str, name: str, kind: str = "bigint") -> str:
    """What is in a JSON list, the parameter of this name, as a table with the column `value`: whole numbers or `text`.

    For statements as text: so one serves lists of all lengths; SQLAlchemy makes another for each length of `IN (…)`.
    """
    if dialect == "sqlite":
        return f"json_each(:{name})"
    return f"(SELECT CAST(value AS {kind}) AS value FROM json_array_elements_text(CAST(:{name} AS json)))"  # noqa: S608


def upsert(tx: Transaction, table: Table, key: tuple[str, ...], change: tuple[str, ...] = ()) -> Executable:
    """Inserts rows; where one with this key stands, takes over the columns `change`, or leaves it."""
    return _upsert(tx.dialect.name, table, key, change)


@cache
def _upsert(dialect: str, table: Table, key: tuple[str, ...], change: tuple[str, ...]) -> Executable:
    if dialect == "sqlite":
        insert = sqlite.insert(table)
        taken = {name: insert.excluded[name] for name in change}
        return (
            insert.on_conflict_do_update(index_elements=key, set_=taken) if change else insert.on_conflict_do_nothing()
        )
    from sqlalchemy.dialects import postgresql  # costs SQLite's users 30 ms

    other = postgresql.insert(table)
    taken = {name: other.excluded[name] for name in change}
    return other.on_conflict_do_update(index_elements=key, set_=taken) if change else other.on_conflict_do_nothing()


class _HasHit(FunctionElement[bool]):
    """Of hits as JSON, a JSON string to look for first, the place in a hit where it must stand, the string itself."""

    type = Boolean()
    inherit_cache = True


def has_hit(hits: ColumnElement[Any], term: str) -> ColumnElement[bool]:
    """The condition that a column of hits has one of this term, as its rule writes it, or of the list "@name"."""
    said, place = storable(term), 3
    if said.startswith("@"):
        said, place = said[1:], 4
    return _HasHit(hits, literal(json.dumps(said, ensure_ascii=False)), literal(place), literal(said))


# Looking for the text spares most rows from being taken apart, which costs ten times as much.
@compiles(_HasHit, "sqlite")
def _has_hit_sqlite(element: _HasHit, compiler: Any, **options: Any) -> str:
    hits, text, place, said = (compiler.process(one, **options) for one in element.clauses)
    found = f"SELECT 1 FROM json_each({hits}) AS hit WHERE json_extract(hit.value, '$[' || {place} || ']') = {said}"  # noqa: S608 (made of its parameters)
    return f"CASE WHEN instr({hits}, {text}) > 0 THEN EXISTS ({found}) ELSE 0 END"


@compiles(_HasHit, "postgresql")
def _has_hit_postgresql(element: _HasHit, compiler: Any, **options: Any) -> str:
    hits, text, place, said = (compiler.process(one, **options) for one in element.clauses)
    each = f"jsonb_array_elements(CAST({hits} AS jsonb)) AS hit"
    found = f"SELECT 1 FROM {each} WHERE hit ->> CAST({place} AS integer) = {said}"  # noqa: S608 (made of its parameters)
    return f"CASE WHEN strpos({hits}, {text}) > 0 THEN EXISTS ({found}) ELSE false END"


class InOrder(Join):
    """A join of two tables of which SQLite reads the left one first, whatever it thinks of their sizes.

    PostgreSQL, which gathers statistics by itself, reads them as it sees fit.
    """

    inherit_cache = True


@compiles(InOrder, "sqlite")
def _in_order_sqlite(element: InOrder, compiler: Any, **options: Any) -> str:
    joined: str = compiler.visit_join(element, **options)
    return joined.replace(" JOIN ", " CROSS JOIN ", 1)


class _Floor(FunctionElement[Any]):
    """The hour or the minute, in UTC, in which a moment lies: its unit in quotes, the moment."""

    type = Utc()
    inherit_cache = True


_KEPT = {"'hour'": (13, ":00:00.000000"), "'minute'": (16, ":00.000000")}
"""How many characters of a moment as SQLite has it say its hour, and what follows them in one that has just begun."""


def floor_of(moment: ColumnElement[Any], unit: Literal["hour", "minute"]) -> ColumnElement[Any]:
    """The beginning of the hour, or of the minute, in UTC, in which a column's moment lies."""
    return _Floor(literal_column(f"'{unit}'"), moment)


@compiles(_Floor, "sqlite")
def _floor_sqlite(element: _Floor, compiler: Any, **options: Any) -> str:
    unit, moment = (compiler.process(one, **options) for one in element.clauses)
    kept, rest = _KEPT[unit]
    return f"substr({moment}, 1, {kept}) || '{rest}'"


@compiles(_Floor, "postgresql")
def _floor_postgresql(element: _Floor, compiler: Any, **options: Any) -> str:
    return f"date_trunc({compiler.process(element.clauses, **options)})"
