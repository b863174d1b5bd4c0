"""How large a database is, and what a vacuum gives back."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor.errors import LockedError, StoreError
from monitor.store import articles, size, vacuum
from monitor.store.lock import daemon_lock
from monitor.store.store import Store
from tests.builders import an_article
from tests.store.test_copying import contents, filled
from tests.store.test_faults import create


@pytest.fixture
def wasteful(database_url: str) -> str:
    """A database most of which is gone."""
    url = filled(database_url)
    with Store.open(url) as store, store.writing() as tx:
        articles.insert_new(tx, [an_article(f"https://x.example/{n}", title="ظ" * 1000) for n in range(1000)])
    create(
        url,
        "DELETE FROM texts WHERE article_id IN (SELECT id FROM articles WHERE title LIKE 'ظظ%')",
        "DELETE FROM addresses WHERE article_id IN (SELECT id FROM articles WHERE title LIKE 'ظظ%')",
        "DELETE FROM articles WHERE title LIKE 'ظظ%'",
    )
    return url


def test_a_vacuum_gives_room_back_and_keeps_everything(wasteful: str) -> None:
    before = contents(wasteful)
    done = vacuum.vacuum(wasteful)
    assert contents(wasteful) == before
    if "://" not in wasteful:
        assert done.before.free > 1_000_000
        assert (done.after.free, done.after.log) == (0, 0)
        assert done.after.database < done.before.database - 1_000_000


def test_a_file_is_not_vacuumed_beside_a_daemon_and_a_server_is(wasteful: str) -> None:
    with daemon_lock(wasteful):
        if "://" in wasteful:
            assert vacuum.vacuum(wasteful).before.database > 0
            return
        with pytest.raises(LockedError, match="already has a daemon"):
            vacuum.vacuum(wasteful)
    assert size.size(wasteful).free > 1_000_000


def test_without_room_for_a_copy_nothing_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = filled(str(tmp_path / "monitor.db"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 9))
    with pytest.raises(StoreError, match=r"too large for the room that is left on its disk: make room for \d+ MB"):
        vacuum.vacuum(url)


def test_what_is_not_there_is_not_vacuumed(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no database yet"):
        vacuum.vacuum(str(tmp_path / "none.db"))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_may_be_called_as_it_likes(tmp_path: Path) -> None:
    folder = tmp_path / "l'été 100%"
    folder.mkdir()
    assert vacuum.vacuum(filled(str(folder / "monitor.db"))).after.database > 0


def test_tables_count_with_their_indexes_the_largest_first(wasteful: str) -> None:
    found = size.size(wasteful, with_tables=True)
    assert list(found.tables.values()) == sorted(found.tables.values(), reverse=True)
    assert {"articles", "texts", "matches", "monitor_version"} <= found.tables.keys()
    assert not [name for name in found.tables if name.startswith(("ix_", "sqlite_autoindex"))]
    assert found.database >= sum(found.tables.values()) * 0.9
    assert size.size(wasteful).tables == {}


def test_what_stands_in_the_log_only_is_counted(tmp_path: Path) -> None:
    url = filled(str(tmp_path / "monitor.db"))
    assert size.size(url).log == 0
    with Store.open(url) as store:
        with store.writing() as tx:
            articles.insert_new(tx, [an_article()])
        assert size.size(url).log > 0


def test_where_sqlite_cannot_tell_of_tables_nothing_is_said_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(size, "_SQLITE", text("SELECT name, bytes FROM left_out"))
    assert size.size(filled(str(tmp_path / "monitor.db")), with_tables=True).tables == {}
