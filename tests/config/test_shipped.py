"""`monitor init`: the shipped configuration is written whole, or not at all."""

from pathlib import Path

import pytest

from monitor.config import shipped
from monitor.config.files import read_files
from monitor.config.load import load
from monitor.config.shipped import shipped_folder, write_shipped
from monitor.errors import ConfigError
from monitor.model import Affiliation
from tests.config.valid import HOME


def test_every_shipped_file_is_written_as_it_is(tmp_path: Path) -> None:
    written = write_shipped(tmp_path / "new" / "config")

    assert read_files(tmp_path / "new" / "config") == read_files(shipped_folder())
    assert tmp_path / "new" / "config" / "feeds.yaml" in written


@pytest.mark.parametrize("name", ["feeds.yaml", "monitor.yaml"])
def test_nothing_is_written_where_a_file_is_already(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to(tmp_path / "nowhere")

    with pytest.raises(ConfigError, match=f"{name}: exists already"):
        write_shipped(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigError, match=r"file.*: cannot be written: Not a directory \(name another folder\)"):
        write_shipped(tmp_path / "file" / "config")


def test_what_was_written_is_removed_when_the_rest_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "lists").write_text("")

    with pytest.raises(ConfigError, match="lists: cannot be written: File exists"):
        write_shipped(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["lists"]


def test_an_installed_package_brings_the_files_beside_its_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipped, "__file__", str(tmp_path / "shipped.py"))
    (tmp_path / "shipped").mkdir()

    assert shipped_folder() == tmp_path / "shipped"


def test_every_shipped_outlet_that_is_an_agency_stands_in_the_table() -> None:
    shipped_config = load(read_files(shipped_folder()), environment={}, home=HOME, secrets=False, proven=False)
    agencies = {outlet.id for outlet in shipped_config.outlets if outlet.affiliation is Affiliation.AGENCY}
    assert agencies - {agency.id for agency in shipped_config.agencies} == set()
