"""Statements that every article needs, handed to the driver as SQLAlchemy would: over each it takes ten times as long
as SQLite does.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, exc
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement, Executable
from sqlalchemy.sql.compiler import SQLCompiler

from monitor.store.connections import Transaction

_Process = Callable[[Any], Any]


class _Made(NamedTuple):
    text: str
    given: Sequence[tuple[str, _Process]]
    """Of the parameters whose values the driver does not take as they are."""
    found: Sequence[tuple[int, _Process]]
    """Likewise of the columns, by their places."""


class Direct:
    """A statement, compiled once for each kind of database."""

    def __init__(self, statement: Executable, found: Sequence[ColumnElement[Any]] = ()) -> None:
        """`found`: the columns of its rows, where there are any that drivers do not know."""
        self._statement = cast("ClauseElement", statement)
        self._found = found
        self._made: dict[str, _Made] = {}

    def __call__(self, tx: Transaction, given: dict[str, Any]) -> list[Any]:
        """The rows, as tuples or lists; `given`: all parameters, which are made what the driver takes.

        Raises:
            DBAPIError: as SQLAlchemy raises it.
        """
        made = self._made.get(tx.dialect.name) or self._make(tx.dialect)
        for name, process in made.given:
            given[name] = process(given[name])
        cursor = tx.connection.cursor()
        try:
            cursor.execute(made.text, given)
            rows: list[Any] = [*cursor.fetchall()] if cursor.description else []
        except tx.dialect.loaded_dbapi.Error as error:
            kind = tx.dialect.loaded_dbapi.Error
            raise exc.DBAPIError.instance(made.text, given, error, kind, dialect=tx.dialect) from error
        finally:
            cursor.close()
        return [_processed(row, made.found) for row in rows] if made.found else rows

    def _make(self, dialect: Dialect) -> _Made:
        # SQLite's driver takes parameters by their names, too.
        named = sqlite.dialect(paramstyle="named") if dialect.name == "sqlite" else dialect
        compiled = cast("SQLCompiler", self._statement.compile(dialect=named))
        given = {name: bind.type.dialect_impl(named).bind_processor(named) for name, bind in compiled.binds.items()}
        found = [column.type.dialect_impl(named).result_processor(named, None) for column in self._found]
        made = self._made[dialect.name] = _Made(
            text=str(compiled),
            given=[(name, process) for name, process in given.items() if process],
            found=[(place, process) for place, process in enumerate(found) if process],
        )
        return made


def _processed(row: Sequence[Any], processes: Sequence[tuple[int, _Process]]) -> list[Any]:
    values = list(row)
    for place, process in processes:
        values[place] = process(values[place])
    return values
