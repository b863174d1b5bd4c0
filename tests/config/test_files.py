"""The files of a folder: the YAML in it, and one problem for each that cannot be read."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.config.files import look, read_files
from monitor.config.source import LARGEST
from monitor.errors import ConfigError


def problems(folder: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_files(folder)
    return [str(problem) for problem in caught.value.problems]


def write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")


def test_yaml_files_of_the_folder_and_its_subfolders_are_read(tmp_path: Path) -> None:
    wanted = [
        "feeds.yaml",
        "lists/rafah.yaml",
        "lists/tunnels.yml",
        "odd/one.yaml",
        "monitor.yml",
        "lists/deep/er.yaml",
    ]
    write(tmp_path, *wanted, "README.md", ".hidden.yaml", "lists/.#rafah.yaml", ".git/x.yaml", "lists/deep/er.txt")

    assert read_files(tmp_path) == {name: name.encode() for name in wanted}


def test_links_are_followed_out_of_the_folder(tmp_path: Path) -> None:
    write(tmp_path, "shared/feeds.yaml", "shared/lists/a.yaml", "config/monitor.yaml")
    (tmp_path / "config/feeds.yaml").symlink_to(tmp_path / "shared/feeds.yaml")
    (tmp_path / "config/lists").symlink_to(tmp_path / "shared/lists")

    assert list(read_files(tmp_path / "config")) == ["feeds.yaml", "lists/a.yaml", "monitor.yaml"]


def test_a_link_to_a_folder_around_it_is_followed_once(tmp_path: Path) -> None:
    write(tmp_path, "lists/a.yaml", "watchlists/b.yaml")
    (tmp_path / "lists" / "round").symlink_to(tmp_path / "lists")
    (tmp_path / "lists" / "across").symlink_to(tmp_path / "watchlists")
    assert sorted(read_files(tmp_path)) == ["lists/a.yaml", "lists/across/b.yaml", "watchlists/b.yaml"]


def test_of_a_huge_file_only_so_much_is_read_as_shows_it(tmp_path: Path) -> None:
    with (tmp_path / "feeds.yaml").open("wb") as file:
        file.truncate(10**10)

    assert len(read_files(tmp_path)["feeds.yaml"]) == LARGEST + 1


def test_a_missing_folder_names_the_command_that_makes_one(tmp_path: Path) -> None:
    folder = tmp_path / "config"

    hint = '"monitor init" writes a configuration to begin with'
    assert problems(folder) == [f"{folder}: no such folder ({hint})"]


def test_everything_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    write(tmp_path, "feeds.yaml")
    (tmp_path / "monitor.yaml").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    (tmp_path / "lists/a.yaml").mkdir(parents=True)

    assert [problem.split(" (")[0] for problem in problems(tmp_path)] == [
        "lists/a.yaml: not a file",
        "loop.yaml: a link that leads nowhere",
        "monitor.yaml: a link that leads nowhere",
        "pipe.yaml: not a file",
    ]


def test_a_file_instead_of_the_folder_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "config")

    assert problems(tmp_path / "config") == [f"{tmp_path / 'config'}: cannot be read: Not a directory"]


def test_a_name_that_is_no_text_can_be_printed(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.yaml")).write_text("x: y")

    assert list(read_files(tmp_path)) == ["caf\\udce9.yaml"]


def test_what_may_not_be_read_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "feeds.yaml", "lists/a.yaml", "monitor.yaml")
    tmp_path.chmod(0o755)
    (tmp_path / "feeds.yaml").chmod(0)
    (tmp_path / "lists").chmod(0)
    # Relative: the folders above belong to root alone, where root runs the tests.
    monkeypatch.chdir(tmp_path)
    try:
        with nobody():
            found = problems(Path())
    finally:
        (tmp_path / "lists").chmod(0o755)

    advice = "may not be read (allow the user who runs the monitor to read it)"
    assert found == [f"feeds.yaml: {advice}", f"lists: {advice}"]


@contextmanager
def nobody() -> Iterator[None]:
    """As a user who may read only what everybody may: root may read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_look_tells_every_change_without_reading(tmp_path: Path) -> None:
    for name in ("lists", "watchlists"):
        (tmp_path / name).mkdir()
    path = tmp_path / "lists" / "words.yaml"
    path.write_text("words: {en: [one]}\n")
    looks = [look(tmp_path)]
    assert looks == [look(tmp_path)]
    kept = path.stat()

    def changed() -> bool:
        looks.append(look(tmp_path))
        return looks[-1] != looks[-2]

    path.write_text("words: {en: [two]}\n")
    os.utime(path, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    assert changed()
    (tmp_path / "lists" / "other.yaml").symlink_to("nowhere")
    assert changed()
    (tmp_path / "feeds.yaml").write_text("outlets: {}\n")
    assert changed()
    path.unlink()
    assert changed()
    write(tmp_path, "lists/old/words.yaml")
    assert changed()
    (tmp_path / "lists" / "notes.txt").write_text("no YAML")
    (tmp_path / "lists" / ".words.yaml.swp").write_text("hidden")
    assert not changed()
    (tmp_path / "lists").rename(tmp_path / "elsewhere")
    assert changed()


def test_a_look_at_nothing_differs_from_one_at_an_empty_folder(tmp_path: Path) -> None:
    assert look(tmp_path / "missing") != look(tmp_path)


def test_a_look_tells_what_becomes_of_files_elsewhere(tmp_path: Path) -> None:
    (folder := tmp_path / "config").mkdir()
    secret = tmp_path / "token"
    looks = [look(folder), look(folder, [str(secret)])]
    secret.write_text("1", encoding="utf-8")
    looks.append(look(folder, [str(secret)]))
    secret.write_text("22", encoding="utf-8")
    looks.append(look(folder, [str(secret)]))
    assert len(set(looks)) == 4
    assert looks[3] == look(folder, [str(secret)])
