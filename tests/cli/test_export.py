"""`monitor export`, on what the demo stored."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete
from warcio.archiveiterator import ArchiveIterator

from monitor.model import article_key
from monitor.store import pages
from monitor.store.schema import pages as table
from monitor.store.store import Store
from tests.cli.conftest import Run

RAFAH = "rafah-tunnel-fighters"


def listed(monitor: Run, demo: Path, *filters: str) -> list[dict[str, Any]]:
    lines = monitor("matches", "--all", "--limit", "1000", "--format", "jsonl", *filters, at=demo).out.splitlines()
    return [json.loads(line) for line in lines]


def has_page(record: dict[str, Any]) -> bool:
    return bool(record["text_source"] == "page")


def responses(path: Path) -> list[tuple[str, bytes]]:
    """Address and body of each page."""
    with path.open("rb") as file:
        return [
            (record.rec_headers.get_header("WARC-Target-URI"), record.content_stream().read())
            for record in ArchiveIterator(file, check_digests="raise")
            if record.rec_type == "response"
        ]


def test_matches_are_written_as_a_warc(monitor: Run, demo: Path, tmp_path: Path) -> None:
    first, second, *_ = filter(has_page, listed(monitor, demo, "--watchlist", RAFAH))
    path = tmp_path / "news.warc.gz"
    said = monitor("export", "--warc", str(path), first["id"][:10], second["article"], first["article"], at=demo)
    assert (said.code, said.err) == (0, "")
    assert said.out == f"2 articles, 2 pages written to {path}.\n"
    found = responses(path)
    assert [url for url, _ in found] == [first["url"], second["url"]]
    assert b"<html" in found[0][1]
    with path.open("rb") as file:
        (metadata, _) = (
            json.loads(record.content_stream().read())
            for record in ArchiveIterator(file)
            if record.rec_type == "metadata"
        )
    assert metadata["title"] == first["title"]
    assert [match["watchlist"] for match in metadata["matches"]]
    assert None not in (metadata["published_at"], metadata["first_seen_at"], metadata["pages"][0]["fetched_at"])
    assert [one.name for one in tmp_path.iterdir()] == ["news.warc.gz"]


def test_all_that_a_watchlist_matches_is_written_as_a_bundle_that_verifies(
    monitor: Run, demo: Path, tmp_path: Path
) -> None:
    records = listed(monitor, demo, "--watchlist", RAFAH)
    with_pages = sum(map(has_page, records))
    assert 0 < with_pages < len(records)
    folder = tmp_path / "bundle"
    said = monitor("export", "--bundle", str(folder), "--watchlist", RAFAH, at=demo)
    assert said.code == 1
    assert f"{len(records)} articles, " in said.out
    assert "No page is kept of " in said.err
    assert {path.name for path in folder.iterdir()} == {record["article"] for record in records} | {"SHA256SUMS"}
    done = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0
    record = next(filter(has_page, records))
    own = folder / record["article"]
    metadata = json.loads((own / "metadata.json").read_text(encoding="utf-8"))
    shown = json.loads(monitor("show", record["article"], "--format", "json", at=demo).out)
    assert metadata == shown
    assert metadata["pages"][0]["bytes"] == len((own / "page.html").read_bytes())
    text = (own / "text.txt").read_text(encoding="utf-8")
    assert text == "\n\n".join(filter(None, ["\n".join(shown["headlines"]), shown["summary"], shown["text"]])) + "\n"


def test_filters_choose_among_what_a_watchlist_matches(monitor: Run, demo: Path, tmp_path: Path) -> None:
    path = tmp_path / "news.warc"
    chosen = ("export", "--warc", str(path), "--watchlist", RAFAH)
    for none in (("--since", "0m"), ("--until", "2000-01-01"), ("--status", "later")):
        said = monitor(*chosen, *none, at=demo)
        assert (said.code, said.out) == (1, "")
        assert said.err == "There is nothing to export: nothing was written.\n"
        assert list(tmp_path.iterdir()) == []
    said = monitor("export", "--bundle", str(tmp_path / "bundle"), *chosen[3:], "--since", "0m", at=demo)
    assert (said.code, said.out, list(tmp_path.iterdir())) == (1, "", [])
    assert monitor(*chosen, "--since", "2000-01-01", "--until", "2099-01-01", "--status", "new", at=demo).out
    assert path.exists()


def test_an_article_without_a_page_is_named_and_makes_no_warc(monitor: Run, kept: Path, tmp_path: Path) -> None:
    ids = [record["article"] for record in listed(monitor, kept, "--watchlist", RAFAH)][:6]
    with Store.open(str(kept / "data/monitor.db")) as store, store.writing() as tx:
        tx.execute(delete(table))
    said = monitor("export", "--warc", str(tmp_path / "news.warc"), *ids, at=kept)
    assert said.code == 1
    named = ", ".join([*(one[:8] for one in ids[:5]), "…"])
    assert f"No page is kept of {len(ids)} articles: {named} (" in said.err
    assert list(tmp_path.glob("*.warc")) == []
    said = monitor("export", "--bundle", str(tmp_path / "bundle"), ids[0], at=kept)
    assert (said.code, said.out) == (1, f"1 article, 0 pages written to {tmp_path / 'bundle'}.\n")


def test_nothing_is_overwritten(monitor: Run, demo: Path, tmp_path: Path) -> None:
    (first, *_) = filter(has_page, listed(monitor, demo))
    taken, empty, full = tmp_path / "news.warc", tmp_path / "empty", tmp_path / "full"
    taken.write_text("mine")
    empty.mkdir()
    full.mkdir()
    (full / "mine").write_text("mine")
    for arguments in (("--warc", taken), ("--bundle", taken), ("--bundle", full)):
        said = monitor("export", *map(str, arguments), first["id"], at=demo)
        assert said.code == 2
        assert f"{arguments[1]} exists already and is not overwritten: name another" in said.err
    assert (taken.read_text(), [path.name for path in full.iterdir()]) == ("mine", ["mine"])
    assert monitor("export", "--bundle", str(empty), first["id"], at=demo).code == 0
    assert (empty / "SHA256SUMS").exists()


def test_what_cannot_be_written_is_said(monitor: Run, demo: Path, tmp_path: Path) -> None:
    (first, *_) = filter(has_page, listed(monitor, demo))
    said = monitor("export", "--warc", str(tmp_path / "nowhere/news.warc"), first["id"], at=demo)
    assert said.code == 2
    assert "news.warc cannot be written (No such file or directory)" in said.err


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("1f2e3d4c",), "say how to write it: --jsonl, --csv, --digest, --opml or --warc with a FILE, or --bundle DIR"),
        (("1f2e3d4c", "--warc", "a", "--bundle", "b"), "say how to write it"),
        (("--warc", "a"), "say what to write: IDs, or filters such as --watchlist ID"),
        (("1f2e3d4c", "--watchlist", "rafah", "--warc", "a"), "say what to write"),
        (("1f2e3d4c", "--warc", "-"), "name a file or a folder, not -"),
        (("1f2e3d4c", "--warc", "a", "--since", "1d"), "say what to write"),
        (("1f2e3d4c", "--jsonl", "a", "--bom"), "--bom goes with --csv"),
        (("1f2e3d4c", "--opml", "a"), "--opml writes what is configured"),
        (("--opml", "a", "--watchlist", "rafah"), "--opml writes what is configured"),
    ],
)
def test_it_must_be_said_what_to_write_and_how(
    monitor: Run, demo: Path, arguments: tuple[str, ...], advice: str
) -> None:
    said = monitor("export", *arguments, at=demo)
    assert said.code == 2
    assert advice in said.err


def test_show_names_the_pages_that_are_kept(monitor: Run, demo: Path) -> None:
    record = next(filter(has_page, listed(monitor, demo)))
    with Store.open(str(demo / "data/monitor.db"), read_only=True) as store, store.reading() as tx:
        (page,) = pages.of_article(tx, article_key(record["url"]))
    assert f"kept: {len(page.body):,} bytes, sha256 {page.sha256}" in monitor("show", record["id"], at=demo).out
