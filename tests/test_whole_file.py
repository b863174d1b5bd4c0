"""Files that are there whole or not at all."""

from pathlib import Path

import pytest

from monitor.whole_file import replace_changed


def test_a_file_is_replaced_only_where_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "f"
    assert replace_changed(path, b"one")
    before = path.stat()
    assert not replace_changed(path, b"one")
    assert path.stat() == before
    assert replace_changed(path, b"two")
    assert path.read_bytes() == b"two"
    assert [one.name for one in tmp_path.iterdir()] == ["f"]


def test_what_cannot_be_written_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    with pytest.raises(IsADirectoryError):
        replace_changed(tmp_path / "f", b"one")
    assert [one.name for one in tmp_path.iterdir()] == ["f"]
