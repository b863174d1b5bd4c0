"""A database whose file is taken away, or replaced, while it is open: nothing is written to what nobody will find."""

from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store import counts
from monitor.store.store import Store


def write(store: Store) -> None:
    with store.writing() as tx:
        counts.totals(tx)


def test_a_folder_that_is_taken_away_is_said_to_be_and_work_resumes_when_it_is_back(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    with Store.open(str(folder / "monitor.db")) as store:
        write(store)
        folder.rename(elsewhere)
        for _ in range(2):
            with pytest.raises(StoreError, match=r"is gone: moved, deleted.*put it back, or mount its disk"):
                write(store)
        folder.mkdir()  # the place where a disk was mounted
        with pytest.raises(StoreError, match="is gone"):
            write(store)
        assert list(folder.iterdir()) == []
        folder.rmdir()
        elsewhere.rename(folder)
        write(store)


def test_another_file_in_its_place_is_not_mistaken_for_it(tmp_path: Path) -> None:
    path, other = tmp_path / "monitor.db", tmp_path / "other.db"
    Store.open(str(other)).close()
    with Store.open(str(path)) as store:
        write(store)
        other.rename(path)
        with pytest.raises(StoreError, match="another file than the one that was opened: restart the monitor"):
            write(store)


def test_a_file_that_vanishes_before_anything_was_written_is_one_that_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    Store.open(str(path)).close()
    with Store.open(str(path)) as store:
        path.unlink()
        with pytest.raises(StoreError, match="is gone"):
            write(store)
