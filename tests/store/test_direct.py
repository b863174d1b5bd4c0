"""What goes to the driver directly gives and raises what SQLAlchemy does."""

import pytest
from sqlalchemy import bindparam, exc, func, insert, select, text

from monitor.store.direct import Direct
from monitor.store.schema import stories
from monitor.store.store import Store
from tests.builders import NOON

COLUMNS = (stories.c.id, stories.c.began_at, func.count())
BEGAN = Direct(select(*COLUMNS).where(stories.c.grown_at == bindparam("grown")).group_by(stories.c.id), COLUMNS)


def test_values_are_those_of_the_columns(store: Store) -> None:
    with store.writing() as tx:
        tx.execute(insert(stories), {"id": "a", "began_at": NOON, "grown_at": NOON})
        assert [tuple(row) for row in BEGAN(tx, {"grown": NOON})] == [("a", NOON, 1)]
        assert Direct(text("UPDATE stories SET id = :id"))(tx, {"id": "b"}) == []
        assert Direct(text("SELECT id FROM stories"))(tx, {}) == [("b",)]


def test_what_fails_is_an_error_of_sqlalchemy(store: Store) -> None:
    twice = Direct(text("INSERT INTO stories SELECT * FROM stories"))
    with store.writing() as tx:
        tx.execute(insert(stories), {"id": "a", "began_at": NOON, "grown_at": NOON})
    with pytest.raises(exc.IntegrityError, match="INSERT INTO stories"), store.writing() as tx:
        twice(tx, {})
