"""Whether a database is whole is told, whatever is wrong with it, and what to do."""

import random
import sqlite3
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store.check import check
from monitor.store.store import Store
from tests.conftest import Cluster
from tests.sizes import cases
from tests.store.everything import IDS, OTHER_STORY
from tests.store.test_copying import filled, told
from tests.store.test_faults import ENDED, create


@pytest.fixture
def source(database_url: str) -> str:
    return filled(database_url)


def tamper(url: str, *statements: str) -> None:
    """Writes what the database itself would refuse."""
    if "://" in url:
        create(url, "SET session_replication_role = replica", *statements)
        return
    with sqlite3.connect(url) as file:
        file.execute("PRAGMA ignore_check_constraints = ON")
        for statement in statements:
            if not statement.startswith("ALTER TABLE polls"):
                file.execute(statement)
    file.close()


def test_in_a_whole_database_nothing_is_wrong(source: str) -> None:
    seen: list[str] = []
    assert check(source, lambda what, *_: seen.append(what)) == ()
    assert list(dict.fromkeys(seen)) == ["the file", "the rules", "the values"]


def test_an_empty_one_is_whole(database_url: str) -> None:
    assert check(database_url, told) == ()


BROKEN = [
    (
        f"DELETE FROM texts WHERE article_id = '{IDS['ar']}'",
        "1 matches of articles without texts: ar-match",
        "`monitor retry ARTICLE` reads the page anew",
    ),
    (f"DELETE FROM addresses WHERE article_id = '{IDS['ar']}'", f"to which no address leads: {IDS['ar']}", "report"),
    (f"DELETE FROM unsearched WHERE article_id = '{IDS['fr']}'", f"that no search finds: {IDS['fr']}", "report"),
    ("UPDATE polls SET known = 7 WHERE id = 1", "1 polls that offered another number than new + known", "report"),
    (f"DELETE FROM members WHERE story_id = '{OTHER_STORY}'", f"1 stories without an article: {OTHER_STORY}", "report"),
    ("UPDATE matches SET version = 'x'", "5 matches by a version of their watchlist that is not known", "report"),
    ("UPDATE former_matches SET id = 'ar-match'", "1 former ids that are ids of matches, too: ar-match", "report"),
    (f"DELETE FROM articles WHERE id = '{IDS['ar']}'", "1 rows of matches whose article_id names no row of", "report"),
    (f"DELETE FROM entries WHERE article_id = '{IDS['ar']}'", "does not add up: new = stored: 5 ≠ 4", "report"),
]


@pytest.mark.parametrize(("statement", "what", "hint"), BROKEN)
def test_a_broken_rule_is_named_with_what_to_do(source: str, statement: str, what: str, hint: str) -> None:
    tamper(source, "ALTER TABLE polls DROP CONSTRAINT ck_polls_ck_polls_balance", statement)
    found = {fault.what: fault.hint for fault in check(source, told)}
    (said,) = [one for one in found if what in one]
    assert hint in found[said]


def test_many_rows_are_counted_and_few_named(source: str) -> None:
    tamper(source, "UPDATE matches SET version = 'x'")
    (fault,) = check(source, told)
    assert fault.what.endswith("not known: ar-match, en-match, fr-match, …")


def test_a_version_of_before_versions_were_recorded_is_no_fault(source: str) -> None:
    tamper(source, "DELETE FROM rule_versions")
    assert check(source, told) == ()


@pytest.mark.parametrize(("table", "column"), [("polls", "id"), ("members", "number")])
def test_a_number_that_the_server_would_give_twice_is_said(source: str, table: str, column: str) -> None:
    if "://" not in source:
        pytest.skip("SQLite looks which numbers are taken")
    create(source, f"SELECT setval('{table}_{column}_seq', 3)")
    (fault,) = check(source, told)
    assert fault.what == f"{table}: the server's next number is taken, so that nothing new can be saved"
    create(source, fault.hint)
    assert check(source, told) == ()


def blob(url: str, value: bytes) -> str:
    return f"'\\x{value.hex()}'" if "://" in url else f"x'{value.hex()}'"


@pytest.mark.parametrize(
    ("column", "table", "value"),
    [
        ("text", "texts", b"\0"),
        ("text", "texts", zlib.compress(b"\xff")),
        ("sample", "members", b"123"),
        ("body", "pages", b"<html>"),
        ("sha256", "pages", zlib.compress(b"<html>another")),
    ],
)
def test_a_value_that_cannot_be_read_is_named(source: str, column: str, table: str, value: bytes) -> None:
    of = "body" if column == "sha256" else column
    tamper(source, f"UPDATE {table} SET {of} = {blob(source, value)}")
    assert check(source, told, quick=True) == ()
    (fault,) = check(source, told)
    assert fault.what.startswith(f"{table}: ")
    assert f"{column} of " in fault.what
    assert "restore a backup" in fault.hint
    assert fault.what.endswith(", …") == (table == "texts")


@pytest.mark.parametrize(("column", "value"), [("text_source", "television"), ("authors", "[")])
def test_a_word_that_means_nothing_is_named(source: str, column: str, value: str) -> None:
    tamper(source, f"UPDATE articles SET {column} = '{value}' WHERE id = '{IDS['he']}'")
    faults = check(source, told)
    assert any(f"{column} of {IDS['he']}" in fault.what for fault in faults)
    added = [fault.what for fault in faults if fault.what.startswith("what feeds offered cannot be added up: ")]
    assert len(added) == (column == "text_source")


@pytest.mark.parametrize("value", ["'soon'", "7", "CAST(x'ff' AS TEXT)"])
def test_rows_that_the_driver_cannot_read_are_said(tmp_path: Path, value: str) -> None:
    url = filled(str(tmp_path / "monitor.db"))
    tamper(url, f"UPDATE reviews SET reviewed_at = {value}", f"UPDATE revisits SET since = {value}")
    assert [fault.what.split(" (")[0] for fault in check(url, told)] == [
        "revisits: rows cannot be read",
        "reviews: rows cannot be read",
    ]


BREAKS = """
CREATE FUNCTION broken() RETURNS boolean LANGUAGE plpgsql STABLE AS
$$ BEGIN RAISE EXCEPTION 'invalid page in block 0' USING ERRCODE = 'XX001'; END $$
"""


@pytest.mark.postgres
@pytest.mark.parametrize(("table", "what"), [("texts", "the server cannot read it"), ("reloads", "reloads: rows")])
def test_what_the_server_cannot_read_is_said(postgres: Cluster, table: str, what: str) -> None:
    url = filled(postgres.url(postgres.create_ready()))
    columns = "*" if table == "texts" else "id, asked_at, broken() AS forced, answered_at, accepted, said, problems"
    broken = "WHERE broken()" if table == "texts" else ""  # else counting its rows reads none of them
    view = f"CREATE VIEW {table} AS SELECT {columns} FROM kept {broken}"
    create(url, BREAKS, f"ALTER TABLE {table} RENAME TO kept", view)
    (fault,) = check(url, told)
    assert what in fault.what
    assert "invalid page in block 0" in fault.what
    assert fault.hint == "look at the server's log; restore a backup"


@pytest.mark.postgres
@pytest.mark.parametrize("moment", ["the rules", "the values"])
def test_a_server_that_goes_away_is_no_damage(postgres: Cluster, moment: str) -> None:
    url = filled(postgres.url(postgres.create_ready()))

    def end(what: str, done: int, total: int) -> None:
        if what == moment:
            create(url, ENDED)

    with pytest.raises(StoreError, match=r"ended our connection|cannot be reached"):
        check(url, end)


def test_a_damaged_file_is_told_by_what_sqlite_says(tmp_path: Path) -> None:
    path = Path(filled(str(tmp_path / "monitor.db")))
    whole = path.read_bytes()
    path.write_bytes(whole[: 4096 * 8] + b"\xff" * 4096 + whole[4096 * 9 :])
    faults = check(str(path), told)
    assert faults
    assert {fault.what.split(":")[0] for fault in faults} == {"the file is damaged"}
    assert {fault.hint for fault in faults} == {"restore a backup; `sqlite3 FILE .recover` saves what is left"}


@pytest.mark.parametrize("start", [0, 16, 100])
def test_a_damaged_beginning_is_told(tmp_path: Path, start: int) -> None:
    path = Path(filled(str(tmp_path / "monitor.db")))
    whole = path.read_bytes()
    path.write_bytes(whole[:start] + b"\xff" * 200 + whole[start + 200 :])
    (fault,) = check(str(path), told)
    assert fault.what.startswith("the file is damaged: ")


def flipped(whole: bytes, seed: int) -> bytes:
    """With some bytes of a page that are others, or without its end."""
    chosen = random.Random(seed)
    damaged = bytearray(whole)
    page = chosen.randrange(len(whole) // 4096) * 4096
    for _ in range(chosen.choice((1, 8, 200))):
        damaged[page + chosen.randrange(4096)] ^= 1 << chosen.randrange(8)
    return bytes(damaged[: chosen.randrange(len(whole))] if seed % 10 == 0 else damaged)


@pytest.mark.nightly
def test_however_a_file_is_damaged_there_is_an_answer(tmp_path: Path) -> None:
    path = Path(filled(str(tmp_path / "monitor.db")))
    with sqlite3.connect(path) as file:
        file.execute("PRAGMA journal_mode=DELETE")
    file.close()
    whole = path.read_bytes()
    found = 0
    for seed in range(cases(40)):
        path.write_bytes(flipped(whole, seed))
        try:
            found += bool(check(str(path), told))
        except StoreError:
            found += 1
    # The rest hit room that nothing uses, or turned one letter into another.
    assert found > 10


def test_an_older_one_is_to_be_upgraded_first(source: str) -> None:
    create(source, "UPDATE monitor_version SET version_num = '0009'")
    with pytest.raises(StoreError, match="run `monitor db upgrade`"):
        check(source, told)


def test_it_looks_beside_whoever_writes(source: str) -> None:
    with Store.open(source) as store, store.writing():
        assert check(source, told) == ()


def test_what_is_not_there_is_not_whole(tmp_path: Path, new_database: Callable[..., str]) -> None:
    url = new_database(empty=True)
    with pytest.raises(StoreError, match="no database yet"):
        check(url, told)
