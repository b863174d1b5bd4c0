"""`monitor export` in the formats that are read: JSON lines, sheets, digests, outlets."""

import csv
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from monitor.cli.whole_file import as_document, replace_changed
from monitor.feeds.opml import read_opml
from monitor.model import ArticleId, Matched
from monitor.store import matches
from monitor.store.columns import storable
from monitor.store.store import Store
from monitor.text.harmless import harmless
from tests.builders import NOON
from tests.cli.conftest import Run, Said
from tests.cli.hostile_news import RAFAH, hostile, store_bare
from tests.cli.test_export import listed
from tests.outgoing.hostile import HOSTILE

ROOT = Path(__file__).parents[2]
__all__ = ["hostile"]
TEXTS = ("jsonl", "csv", "digest")


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline="")))


def test_articles_are_written_as_lines_that_show_knows(monitor: Run, demo: Path, tmp_path: Path) -> None:
    records = listed(monitor, demo, "--watchlist", RAFAH)
    path = tmp_path / "news.jsonl"
    said = monitor("export", "--jsonl", str(path), "--watchlist", RAFAH, at=demo)
    assert (said.code, said.out, said.err) == (0, f"{len(records)} articles written to {path}.\n", "")
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == [record["article"] for record in records]
    assert lines[0] == json.loads(monitor("show", lines[0]["id"], "--format", "json", at=demo).out)
    assert monitor("export", "--jsonl", "-", "--watchlist", RAFAH, at=demo).out == path.read_text(encoding="utf-8")


def test_a_sheet_has_a_row_for_each_match(monitor: Run, kept: Path, tmp_path: Path) -> None:
    first, *_ = records = listed(monitor, kept, "--watchlist", RAFAH)
    monitor("review", first["id"], "--relevant", "--note", "=urgent", at=kept)
    path = tmp_path / "news.csv"
    said = monitor("export", "--csv", str(path), "--bom", "--watchlist", RAFAH, at=kept)
    assert (said.code, said.out) == (0, f"{len(records)} matches written to {path}.\n")
    assert path.read_bytes().startswith(b"\xef\xbb\xbfid,watchlist,")
    found = rows(path.read_text(encoding="utf-8"))
    assert [row["id"] for row in found] == [record["id"] for record in records]
    row = found[0]
    assert (row["status"], row["note"], row["url"], row["title"]) == (
        "relevant", "'=urgent", first["url"], first["title"]
    )  # fmt: skip
    assert row["matched_at"] == first["matched_at"][:19].replace("T", " ")
    assert row["country"]
    assert "⟦" in row["sentence"]


def test_ids_are_of_matches_or_of_all_matches_of_an_article(monitor: Run, demo: Path) -> None:
    records = listed(monitor, demo)
    twice = next(one for one in records if sum(one["article"] == other["article"] for other in records) == 2)
    both = {one["id"] for one in records if one["article"] == twice["article"]}
    found = rows(monitor("export", "--csv", "-", twice["article"], at=demo).out)
    assert {row["id"] for row in found} == both
    assert [row["watchlist"] for row in found] == sorted(row["watchlist"] for row in found)
    (row,) = rows(monitor("export", "--csv", "-", twice["id"], twice["id"][:12], at=demo).out)
    assert row["id"] == twice["id"]
    digest = monitor("export", "--digest", "-", twice["article"], at=demo).out
    assert digest.count("\n## ") == 2


def test_ids_come_from_standard_input_too(monitor: Run, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third, *_ = listed(monitor, demo, "--watchlist", RAFAH)

    def exported(text: str) -> Said:
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(text.encode())))
        return monitor("export", "--csv", "-", third["id"], "-", at=demo)

    lines = f"{first['id']}\n\n{json.dumps(second)}\n"
    assert {row["id"] for row in rows(exported(lines).out)} == {first["id"], second["id"], third["id"]}
    assert [row["id"] for row in rows(exported("").out)] == [third["id"]]
    wrong = exported("{\n")
    assert (wrong.code, "line 1 of standard input: expected an id" in wrong.err) == (2, True)
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO()))
    nothing = monitor("export", "--csv", "-", "-", at=demo)
    assert (nothing.code, nothing.out) == (1, "")


def test_a_digest_folds_what_a_story_holds_and_quotes_it(monitor: Run, demo: Path, tmp_path: Path) -> None:
    (*lines,) = map(
        json.loads,
        monitor("matches", "--watchlist", RAFAH, "--limit", "1000", "--format", "jsonl", at=demo).out.splitlines(),
    )
    path = tmp_path / "digest.md"
    said = monitor("export", "--digest", str(path), "--watchlist", RAFAH, at=demo)
    assert (said.code, said.out) == (0, f"{len(lines)} paragraphs written to {path}.\n")
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# Digest of matches\n\n## Hamas fighters trapped in the Rafah tunnels\n\n### ")
    assert text.count("\n- [") == len(lines)
    folded = [line["further"] for line in lines if line["further"]]
    assert text.count("in this story: ") == len(folded)
    assert f"and {folded[0]} further match" in text
    assert "⟦במנהרות⟧" in text
    # A Hebrew title and a Hebrew sentence, each isolated from what stands beside it.
    assert "- [\u2068" in text
    assert "> \u2068" in text


def test_an_article_without_a_story_or_a_title_is_told_too(monitor: Run, hostile: Path, database_url: str) -> None:
    with Store.open(database_url) as store, store.writing() as tx:
        store_bare(tx)
    first = monitor("export", "--digest", "-", "--watchlist", RAFAH, at=hostile).out.split("\n- ")[1]
    assert "· stranger · en · new ·" in first


@pytest.mark.parametrize("form", TEXTS)
def test_hostile_titles_come_out_as_they_are(monitor: Run, hostile: Path, form: str) -> None:
    said = monitor("export", f"--{form}", "-", "--watchlist", RAFAH, at=hostile)
    assert (said.code, said.err) == (0, "")
    said.out.encode()
    titles = [harmless(storable(title).partition("\n")[0]) for title in reversed(HOSTILE.values())]
    if form == "csv":
        assert [harmless(row["title"]).removeprefix("'") for row in rows(said.out)] == titles
    elif form == "jsonl":
        assert [json.loads(line)["title"] for line in said.out.split("\n")[:-1]] == [
            storable(title).partition("\n")[0] for title in reversed(HOSTILE.values())
        ]
    else:
        tokens = [
            child for one in MarkdownIt("gfm-like", {"linkify": False}).parse(said.out) for child in one.children or []
        ]
        assert sum(one.type == "link_open" for one in tokens) == len(titles)
        assert {one.type for one in tokens} == {"text", "link_open", "link_close", "hardbreak", "code_inline"}


@pytest.mark.parametrize("form", TEXTS)
def test_nothing_to_export_makes_no_file(monitor: Run, demo: Path, tmp_path: Path, form: str) -> None:
    said = monitor("export", f"--{form}", str(tmp_path / "x"), "--watchlist", RAFAH, "--since", "0m", at=demo)
    assert (said.code, said.out, said.err) == (1, "", "There is nothing to export: nothing was written.\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", [*TEXTS, "opml"])
def test_no_file_is_overwritten_and_a_folder_that_is_none_is_said(
    monitor: Run, demo: Path, tmp_path: Path, form: str
) -> None:
    selection = [] if form == "opml" else ["--watchlist", RAFAH]
    taken = tmp_path / "taken"
    taken.write_text("mine")
    said = monitor("export", f"--{form}", str(taken), *selection, at=demo)
    assert (said.code, taken.read_text()) == (2, "mine")
    assert "taken exists already" in said.err
    said = monitor("export", f"--{form}", str(tmp_path / "nowhere/x"), *selection, at=demo)
    assert said.code == 2
    assert "x cannot be written (No such file or directory)" in said.err


@pytest.mark.parametrize("form", TEXTS)
def test_an_id_that_does_not_exist_writes_nothing(monitor: Run, demo: Path, tmp_path: Path, form: str) -> None:
    said = monitor("export", f"--{form}", str(tmp_path / "x"), "ffffffffff", at=demo)
    assert (said.code, list(tmp_path.iterdir())) == (3, [])
    assert "ffffffffff" in said.err


@pytest.mark.parametrize("form", [*TEXTS, "opml"])
def test_a_pipe_that_closes_is_no_error(demo: Path, form: str) -> None:
    selection = [] if form == "opml" else ["--watchlist", RAFAH]
    command = [
        sys.executable,
        "-m",
        "monitor",
        "export",
        f"--{form}",
        "-",
        *selection,
        "--config",
        str(demo / "config"),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize("form", [*TEXTS, "opml"])
def test_documents_are_utf_8_whatever_the_terminal_is(demo: Path, form: str) -> None:
    selection = [] if form == "opml" else ["--watchlist", RAFAH]
    command = [
        sys.executable,
        "-m",
        "monitor",
        "export",
        f"--{form}",
        "-",
        *selection,
        "--config",
        str(demo / "config"),
    ]
    given = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, check=True)
    assert "إذاعة صوت الساحل" in done.stdout.decode() or "אנשי חמאס" in done.stdout.decode()
    assert (b"\r\n" in done.stdout) is (form == "csv")


def test_a_stream_that_has_no_encoding_is_left_alone() -> None:
    stream = StringIO()
    as_document(stream)
    assert stream.getvalue() == ""


def test_a_lost_match_is_exported_without_a_sentence(monitor: Run, hostile: Path, database_url: str) -> None:
    (_, first, *_) = rows(monitor("export", "--csv", "-", "--watchlist", RAFAH, at=hostile).out)
    assert first["sentence"]
    with Store.open(database_url) as store, store.writing() as tx:
        matches.put(tx, [Matched(article_id=ArticleId(first["article"]), found=())], [RAFAH], NOON)
    (row,) = rows(monitor("export", "--csv", "-", first["id"], at=hostile).out)
    assert (row["id"], row["sentence"]) == (first["id"], "")
    assert monitor("export", "--csv", "-", first["article"], at=hostile).code == 1


def test_outlets_are_listed_with_what_is_known_of_them(monitor: Run, demo: Path, tmp_path: Path) -> None:
    path = tmp_path / "outlets.opml"
    said = monitor("export", "--opml", str(path), at=demo)
    assert said.code == 0
    assert said.out.endswith(f"feeds written to {path}.\n")
    document = path.read_bytes()
    found: dict[str, Any] = {one.get("text", ""): one for one in ET.fromstring(document).findall("body/outline")}
    courier = found["The Harbour Courier"]
    assert courier.get("category") == "/country/GB,/language/en,/affiliation/independent"
    assert courier.get("htmlUrl") == "https://harbour-courier.example/"
    assert [one.get("text") for one in courier] == ["harbour-courier-world", "harbour-courier-mideast"]
    assert "قناة" in document.decode() or "إذاعة صوت الساحل" in found
    again = read_opml(document)
    assert len(again.feeds) == sum(map(len, found.values()))  # type: ignore[union-attr]
    assert monitor("export", "--opml", "-", at=demo).out.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<opml')


def test_secrets_of_feeds_are_not_handed_on(monitor: Run, kept: Path) -> None:
    feeds = kept / "config/feeds.yaml"
    text = feeds.read_text(encoding="utf-8")
    feeds.write_text(
        text.replace("harbour-courier-world.xml", "harbour-courier-world.xml?token=hunter2"), encoding="utf-8"
    )
    said = monitor("export", "--opml", "-", at=kept)
    assert said.code == 0
    assert "hunter2" not in said.out
    assert said.err == ("harbour-courier-world: a secret in its address was left out; whoever imports it must add it\n")


def test_a_file_is_replaced_only_where_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    assert replace_changed(path, b"one") is True
    before = path.stat()
    assert replace_changed(path, b"one") is False
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert replace_changed(path, b"two") is True
    assert (path.read_bytes(), [one.name for one in tmp_path.iterdir()]) == (b"two", ["feed.xml"])
