"""What editors are told is what the loader reads."""

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from monitor.config import agencies, feeds, settings, watchlists
from monitor.config.files import read_files
from monitor.config.schema import FileKind, schema_files, schema_of, write_schemas
from monitor.config.shape import Keys, Shape
from monitor.config.shipped import shipped_folder
from monitor.config.source import open_source
from monitor.config.yaml import Items, Node, Table, Text, read_tree
from monitor.errors import ConfigError
from tests.config.test_bad_files import BAD
from tests.config.test_documentation import rows
from tests.config.valid import HOME, files

CONFIG = Path(__file__).parents[2] / "config"
KINDS = {"monitor.yaml": FileKind.MONITOR, "feeds.yaml": FileKind.FEEDS, "agencies.yaml": FileKind.AGENCIES}


def plain(node: Node | None) -> Any:
    """The tree as an editor's YAML has it, where every scalar is in quotes."""
    match node:
        case Text(value=value):
            return value
        case Items(nodes=nodes):
            return [plain(one) for one in nodes]
        case Table(entries=entries):
            return {key.value: plain(value) for key, value in entries}
        case _:
            return None


def mistakes(kind: FileKind, content: bytes) -> list[str]:
    tree = read_tree(open_source("x.yaml", content))
    return [error.message for error in Draft202012Validator(schema_of(kind)).iter_errors(plain(tree))]


def kind_of(name: str) -> FileKind:
    return KINDS.get(name) or FileKind(name.partition("/")[0])


@pytest.mark.parametrize("kind", FileKind)
def test_a_schema_is_one(kind: FileKind) -> None:
    Draft202012Validator.check_schema(schema_of(kind))


@pytest.mark.parametrize(("name", "content"), [*read_files(shipped_folder()).items(), *files().items()])
def test_files_that_load_fit_their_schema(name: str, content: bytes) -> None:
    assert mistakes(kind_of(name), content) == []


def _schema_can_tell(path: Path) -> bool:
    said = path.with_suffix(".txt").read_text(encoding="utf-8")
    return "no such key" in said or " is missing" in said or " are missing" in said


@pytest.mark.parametrize(
    "path", [path for path in sorted(BAD.glob("*/*.yaml")) if _schema_can_tell(path)], ids=lambda path: path.stem
)
def test_files_with_wrong_or_missing_keys_do_not_fit(path: Path) -> None:
    assert mistakes(FileKind(path.parent.name), path.read_bytes())


@pytest.mark.parametrize(
    ("kind", "text", "mistake"),
    [
        (FileKind.MONITOR, "workers: {count: two}", "'two'"),
        (FileKind.MONITOR, "poll: {every: fifteen minutes}", "'fifteen minutes'"),
        (FileKind.MONITOR, "fetch: {feed_size: 5 megabytes}", "'5 megabytes'"),
        (FileKind.AGENCIES, "afp: {name: AFP, credits: {en: AFP}}", "'AFP'"),
        (FileKind.LISTS, "Rafah: {en: [a]}", "'Rafah'"),
        (FileKind.LISTS, "rafah: {arabic: [a]}", "'arabic'"),
        (FileKind.LISTS, "rafah: {en: []}", "[]"),
        (FileKind.LISTS, "rafah: {en: a}", "'a'"),
        (FileKind.WATCHLISTS, "{query: a, score: {min: many}}", "'many'"),
        (FileKind.WATCHLISTS, "{query: a, should_match: [{body: a}]}", "{'body': 'a'}"),
    ],
)
def test_a_value_that_cannot_be_meant_does_not_fit(kind: FileKind, text: str, mistake: str) -> None:
    assert [one.startswith(mistake) for one in mistakes(kind, text.encode())] == [True]


def test_numbers_fit_as_numbers_and_within_their_bounds() -> None:
    validator = Draft202012Validator(schema_of(FileKind.MONITOR))
    assert validator.is_valid({"workers": {"count": 2}})
    assert not validator.is_valid({"workers": {"count": 65}})
    assert validator.is_valid(None)
    watchlist = Draft202012Validator(schema_of(FileKind.WATCHLISTS))
    assert watchlist.is_valid({"query": "a", "score": {"min": 1.5}, "should_match": [2803]})


def described(shape: Shape[Any], prefix: str = "") -> dict[str, str]:
    """Key → what editors are told, of every mapping with known keys, in the names of docs/configuration.md."""
    found = {}
    for key, child in shape.keys.items() if isinstance(shape, Keys) else ():
        found[prefix + key] = shape.about[key]  # type: ignore[attr-defined]
        found |= described(child, f"{prefix}{key}.")
    return found


@pytest.mark.parametrize(
    ("section", "shape", "prefix"),
    [
        ("monitor.yaml", settings.file_shape(HOME, {}), ""),
        ("feeds.yaml", feeds.FILE, ""),
        ("feeds.yaml", feeds._OUTLET, "outlets.ID."),
        ("feeds.yaml", feeds._FEED, "outlets.ID.feeds.ID."),
        ("agencies.yaml", agencies._AGENCY, "ID."),
        ("watchlists/*.yaml", watchlists.FILE, ""),
    ],
)
def test_editors_are_told_what_the_page_says(section: str, shape: Shape[Any], prefix: str) -> None:
    page = rows(section)
    told = described(shape, prefix)
    assert [
        key for key, meaning in told.items() if key in page and not page[key][-1].startswith(meaning.rstrip("`"))
    ] == []


def test_the_schemas_that_are_shipped_are_those_of_the_code() -> None:
    assert {f"schema/{path.name}": path.read_bytes() for path in (CONFIG / "schema").iterdir()} == schema_files()


@pytest.mark.parametrize("path", sorted(CONFIG.rglob("*.yaml")), ids=lambda path: path.name)
def test_a_shipped_file_names_its_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").split("\n")[0]
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert found
    kind = kind_of(path.relative_to(CONFIG).as_posix())
    assert (path.parent / found[1]).resolve() == CONFIG / "schema" / f"{kind}.json"


def test_schemas_are_written_over_old_ones(tmp_path: Path) -> None:
    first = write_schemas(tmp_path)
    first[0].write_text("old")
    assert write_schemas(tmp_path) == first
    assert {f"schema/{path.name}": path.read_bytes() for path in first} == schema_files()


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"schema: cannot be written: No such file or directory"):
        write_schemas(tmp_path / "nowhere")
