"""feeds.yaml is replaced in one step by what loads, or left alone."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from monitor.config.edit import Addition, NewFeed
from monitor.config.load import load_config
from monitor.config.rewrite import add_feeds, change_addresses, guarded, patch
from monitor.errors import ConfigError
from monitor.model import FeedId
from tests.config.valid import FILES

NEW = Addition(outlet="gazette", feeds=(NewFeed(id="gazette-fr", url="https://gazette.example/fr.xml"),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "config"


def add(folder: Path, addition: Addition = NEW) -> Path:
    return add_feeds(folder, load_config(folder, {}), [addition], {})


def refused(folder: Path, addition: Addition = NEW) -> str:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(ConfigError) as caught:
        add(folder, addition)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    return str(caught.value)


def test_feeds_are_written_and_load(folder: Path) -> None:
    assert add(folder) == folder / "feeds.yaml"
    assert "gazette-fr" in [feed.id for feed in load_config(folder, {}).feeds]
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_mode_links_and_the_other_spelling_are_kept(folder: Path, tmp_path: Path) -> None:
    kept = (folder / "feeds.yaml").rename(tmp_path / "kept.yaml")
    kept.chmod(0o640)
    (folder / "feeds.yml").symlink_to(kept)
    assert add(folder) == folder / "feeds.yml"
    assert (folder / "feeds.yml").is_symlink()
    assert kept.stat().st_mode & 0o777 == 0o640
    assert "gazette-fr" in kept.read_text(encoding="utf-8")


def test_what_would_not_load_is_not_written(folder: Path) -> None:
    taken = Addition(outlet="gazette", feeds=(NewFeed(id="norsk", url="https://gazette.example/fr.xml"),))
    assert "the same feed id stands in line" in refused(folder, taken)


def test_a_result_in_which_other_feeds_read_otherwise_is_not_written(folder: Path) -> None:
    # What looks like a comment below the outlet is the end of its last value.
    path = folder / "feeds.yaml"
    block = "tags:\n          - |\n            daily\n            # 1"
    path.write_text(FILES["feeds.yaml"].replace("tags: [daily, كتاب]", block), encoding="utf-8")
    assert refused(folder) == "feeds.yaml: other feeds would change (paste the lines by hand)"


def test_a_file_that_somebody_else_changes_meanwhile_is_not_overwritten(folder: Path) -> None:
    config = load_config(folder, {})
    path = folder / "feeds.yaml"
    path.write_text(FILES["feeds.yaml"] + "# Mine.\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="has changed meanwhile"):
        add_feeds(folder, config, [NEW], {})
    assert path.read_text(encoding="utf-8").endswith("# Mine.\n")


def test_a_folder_that_cannot_be_written_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "feeds.yaml: cannot be written: No space left on device (paste the lines by hand)" in refused(folder)


def test_a_file_that_is_gone_says_so(folder: Path) -> None:
    config = load_config(folder, {})
    (folder / "feeds.yaml").unlink()
    with pytest.raises(ConfigError, match="cannot be written: No such file"):
        add_feeds(folder, config, [NEW], {})


MOVED = {FeedId("norsk"): "https://norsk.example/new.xml"}


def test_an_address_is_written_and_loads(folder: Path) -> None:
    before = load_config(folder, {})
    assert change_addresses(folder, before, MOVED, {}) == folder / "feeds.yaml"
    after = load_config(folder, {})
    assert [feed.id for feed in after.feeds] == [feed.id for feed in before.feeds]
    assert after.feeds[-1].url == "https://norsk.example/new.xml"
    with pytest.raises(ConfigError, match="the same feed address stands in line"):
        change_addresses(folder, after, {FeedId("norsk"): after.feeds[0].url}, {})
    assert load_config(folder, {}).feeds == after.feeds


def test_a_patch_says_what_would_be_written_and_no_secrets(folder: Path) -> None:
    path = folder / "feeds.yaml"
    old = FILES["feeds.yaml"].rstrip("\n").replace("//feeds.norsk", "//desk:hunter2@feeds.norsk")
    path.write_text(old, encoding="utf-8")
    moved = {FeedId("norsk"): "https://norsk.example/new.xml?token=hunter2"}
    assert patch(load_config(folder, {}), moved).splitlines()[-5:] == [
        "       norsk:",
        "-        url: https://***@feeds.norsk.example/all.xml",
        "\\ No newline at end of file",
        "+        url: https://norsk.example/new.xml?token=***",
        "\\ No newline at end of file",
    ]
    assert path.read_text(encoding="utf-8") == old


@pytest.mark.skipif(shutil.which("patch") is None, reason="no program patch here")
def test_a_patch_is_one_that_patch_takes(folder: Path) -> None:
    config = load_config(folder, {})
    subprocess.run(["patch", "-d", folder, "-s"], input=patch(config, MOVED), text=True, check=True)
    assert load_config(folder, {}).feeds[-1].url == MOVED[FeedId("norsk")]


def test_secrets_need_not_be_there_to_edit_the_file(folder: Path) -> None:
    path = folder / "feeds.yaml"
    guarded_feed = FILES["feeds.yaml"].replace("every: 10m", "auth: {bearer: env:NOT_SET}")
    path.write_text(guarded_feed, encoding="utf-8")
    config = load_config(folder, {}, secrets=False)
    assert guarded(config) == {"gazette-ar"}
    add_feeds(folder, config, [NEW], {})
    assert "gazette-fr" in path.read_text(encoding="utf-8")
