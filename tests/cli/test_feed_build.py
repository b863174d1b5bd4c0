"""`monitor feed build`: matches as feeds, on what the demo stored and on what strangers titled."""

import json
import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from sqlalchemy import delete

from monitor.feeds.parse import parse
from monitor.model import Revision, RevisionSource
from monitor.outgoing.feed import UNTITLED
from monitor.store import revisions
from monitor.store.schema import rule_versions
from monitor.store.store import Store
from tests.builders import NOON, an_article
from tests.cli.conftest import Run
from tests.cli.hostile_news import RAFAH, hostile, store_bare
from tests.cli.test_export import listed
from tests.outgoing.hostile import HOSTILE

ENDINGS = (".rss.xml", ".atom.xml", ".json")
TALKS = "ceasefire-talks"

__all__ = ["hostile"]


def ids(path: Path) -> list[str]:
    """The ids of a feed's entries."""
    if path.suffix == ".json":
        return [one["id"] for one in json.loads(path.read_text(encoding="utf-8"))["items"]]
    return [one.id for one in feedparser.parse(str(path)).entries]


def test_every_watchlist_in_force_has_a_feed_in_three_formats(monitor: Run, demo: Path, tmp_path: Path) -> None:
    folder = tmp_path / "deep/feeds"
    said = monitor("feed", "build", str(folder), at=demo)
    assert (said.code, said.out, said.err) == (0, "2 watchlists: 6 files written, 0 files unchanged.\n", "")
    assert {one.name for one in folder.iterdir()} == {f"{name}{end}" for name in (RAFAH, TALKS) for end in ENDINGS}
    newest = [one["id"][:8] for one in listed(monitor, demo, "--watchlist", RAFAH)][:50]
    for ending in ENDINGS:
        assert [one.removeprefix("urn:uuid:")[:8] for one in ids(folder / f"{RAFAH}{ending}")] == newest
    feed = feedparser.parse(str(folder / f"{RAFAH}.atom.xml"))
    assert feed.bozo is False
    assert feed.feed.title == "Hamas fighters trapped in the Rafah tunnels"


def test_a_file_is_rewritten_only_when_it_changed(monitor: Run, kept: Path, tmp_path: Path) -> None:
    folder = tmp_path / "feeds"
    monitor("feed", "build", str(folder), at=kept)
    before = {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.iterdir()}
    said = monitor("feed", "build", str(folder), at=kept)
    assert said.out == "2 watchlists: 0 files written, 6 files unchanged.\n"
    assert before == {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.iterdir()}
    first, *_ = listed(monitor, kept, "--watchlist", RAFAH)
    monitor("review", first["id"], "--relevant", at=kept)
    said = monitor("feed", "build", str(folder), "--status", "relevant", "--watchlist", RAFAH, at=kept)
    assert said.out == "1 watchlist: 3 files written, 0 files unchanged.\n"
    assert [len(ids(folder / f"{RAFAH}{ending}")) for ending in ENDINGS] == [1, 1, 1]


def test_a_reworded_article_is_an_updated_entry(monitor: Run, hostile: Path, tmp_path: Path, database_url: str) -> None:
    reworded = NOON + timedelta(days=3)
    changed = Revision(
        article_id=an_article("https://gazette.example/0").id,
        source=RevisionSource.FEED,
        since=NOON,
        replaced_at=reworded,
        said="more",
    )
    with Store.open(database_url) as store, store.writing() as tx:
        revisions.add(tx, changed)
    monitor("feed", "build", str(tmp_path), "--watchlist", RAFAH, at=hostile)
    entries = feedparser.parse(str(tmp_path / f"{RAFAH}.atom.xml"))
    assert entries.feed.updated == "2025-11-13T12:00:00Z"
    assert [one.updated for one in entries.entries][-2:] == ["2025-11-10T12:01:00Z", "2025-11-13T12:00:00Z"]


def test_an_empty_feed_is_written_with_the_watchlists_own_date(monitor: Run, demo: Path, tmp_path: Path) -> None:
    said = monitor("feed", "build", str(tmp_path), "--status", "later", at=demo)
    assert said.code == 0
    assert [ids(tmp_path / f"{RAFAH}{ending}") for ending in ENDINGS] == [[], [], []]
    assert monitor("feed", "build", str(tmp_path), "--status", "later", at=demo).out.endswith("6 files unchanged.\n")


def test_hostile_titles_are_read_back_by_our_own_reader(monitor: Run, hostile: Path, tmp_path: Path) -> None:
    said = monitor("feed", "build", str(tmp_path), "--limit", "3", at=hostile)
    assert said.code == 0
    assert [len(ids(tmp_path / f"{RAFAH}{ending}")) for ending in ENDINGS] == [3, 3, 3]
    monitor("feed", "build", str(tmp_path), "--url", "https://news.example/f", at=hostile)
    for ending in ENDINGS:
        path = tmp_path / f"{RAFAH}{ending}"
        if ending != ".json":
            ET.fromstring(path.read_bytes())
        parsed = parse(path.read_bytes(), url=f"https://news.example/f/{path.name}", content_type="", now=NOON)
        assert (parsed.damaged, len(parsed.skipped), len(parsed.entries)) == ("", 0, len(HOSTILE))
        assert parsed.entries[0].title == HOSTILE["french"]


def test_an_entry_has_a_title_and_needs_no_address(
    monitor: Run, hostile: Path, tmp_path: Path, database_url: str
) -> None:
    with Store.open(database_url) as store, store.writing() as tx:
        store_bare(tx)
    monitor("feed", "build", str(tmp_path), "--limit", "1", at=hostile)
    for ending in ENDINGS[:2]:
        path = tmp_path / f"{RAFAH}{ending}"
        (entry,) = feedparser.parse(str(path)).entries
        assert entry.title == UNTITLED
        assert "https://" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("--url", "javascript:alert(1)"), "is not the http(s) address of a folder"),
        (("--url", "https://news.example/?a=b"), "is not the http(s) address of a folder"),
        (("--watchlist", "rafa"), 'there is no watchlist "rafa"'),
        (("--limit", "0"), "0 is not in the range"),
        (("--status", "maybe"), "'maybe' is not one of"),
    ],
)
def test_what_is_asked_wrongly_is_said(
    monitor: Run, demo: Path, tmp_path: Path, arguments: tuple[str, ...], advice: str
) -> None:
    said = monitor("feed", "build", str(tmp_path / "feeds"), *arguments, at=demo)
    assert said.code == 2
    assert advice in said.err


def test_a_folder_that_cannot_be_had_is_said(monitor: Run, demo: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    said = monitor("feed", "build", str(tmp_path / "file/feeds"), at=demo)
    assert said.code == 2
    assert "cannot be made (Not a directory)" in said.err
    (tmp_path / f"feeds/{RAFAH}.rss.xml").mkdir(parents=True)
    said = monitor("feed", "build", str(tmp_path / "feeds"), "--watchlist", RAFAH, at=demo)
    assert said.code == 2
    assert "rss.xml cannot be written (Is a directory)" in said.err


def test_a_database_without_watchlists_says_what_to_do(monitor: Run, kept: Path, tmp_path: Path) -> None:
    with Store.open(str(kept / "data/monitor.db")) as store, store.writing() as tx:
        tx.execute(delete(rule_versions))
    said = monitor("feed", "build", str(tmp_path / "feeds"), at=kept)
    assert said.code == 2
    assert "this database has no watchlist yet: run `monitor run`" in said.err


@pytest.mark.skipif(shutil.which("newsboat") is None, reason="newsboat is not installed")
@pytest.mark.parametrize("ending", [".rss.xml", ".atom.xml"])
def test_newsboat_reads_them(monitor: Run, hostile: Path, tmp_path: Path, ending: str) -> None:
    monitor("feed", "build", str(tmp_path / "feeds"), "--watchlist", RAFAH, at=hostile)
    (tmp_path / "urls").write_text(f"file://{tmp_path}/feeds/{RAFAH}{ending}\n", encoding="utf-8")
    (tmp_path / "config").write_text("", encoding="utf-8")
    told = {"env": {**os.environ, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}, "capture_output": True, "check": True}
    newsboat = ["newsboat", "-u", "urls", "-c", "cache.db", "-C", "config", "-x"]
    subprocess.run([*newsboat, "reload"], cwd=tmp_path, timeout=60, **told)  # type: ignore[call-overload]
    done = subprocess.run([*newsboat, "print-unread"], cwd=tmp_path, timeout=60, **told)  # type: ignore[call-overload]
    assert done.stdout.decode().split() == [str(len(HOSTILE)), "unread", "articles"]
