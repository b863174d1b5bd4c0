"""`monitor db`, run as a person runs it, on both databases."""

import hashlib
import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.bar import bar
from monitor.cli.sizes import show_bytes
from monitor.store import copy_state, copying
from monitor.store.lock import daemon_lock
from monitor.store.schema import REVISIONS
from tests.cli.conftest import Run
from tests.store.test_copying import contents, filled
from tests.store.test_earlier_databases import load
from tests.store.test_faults import create

HEAD = REVISIONS[-1]


@pytest.fixture
def source(database_url: str) -> str:
    return filled(database_url)


def lines(out: str) -> dict[str, str]:
    return {line.split()[0]: line.split(maxsplit=1)[1] for line in out.splitlines()}


def test_status_says_where_it_is_and_how_large(monitor: Run, source: str) -> None:
    said = monitor("db", "status", "--database", source)
    assert said.code == 0
    told = lines(said.out)
    names = ["database", "revision", "feeds", "entries", "articles", "matches", "reviews", "size", "largest", "daemon"]
    assert list(told) == names
    assert (told["revision"], told["articles"], told["daemon"]) == (HEAD, "5", "none")
    assert told["size"].split()[1] in ("KB", "MB")
    assert told["largest"].count(",") == 4


def test_status_for_a_program(monitor: Run, source: str) -> None:
    record = json.loads(monitor("db", "status", "--format", "json", "--database", source).out)
    assert list(record) == ["database", "revision", "wanted", "rows", "bytes", "daemon"]
    assert record["daemon"] == {"running": False, "pid": None}
    assert record["rows"]["matches"] == 5
    assert list(record["bytes"]) == ["database", "log", "free", "tables"]
    assert record["bytes"]["tables"]["articles"] > 0
    with daemon_lock(source):
        record = json.loads(monitor("db", "status", "--format", "json", "--database", source).out)
        assert record["daemon"] == {"running": True, "pid": os.getpid()}
        assert monitor("db", "status", "--database", source).out.endswith(f"process {os.getpid()}\n")
        assert monitor("db", "status", "--running", "--database", source).code == 0
    assert monitor("db", "status", "--running", "--database", source).code == 1


def test_status_says_that_an_older_database_wants_an_upgrade(monitor: Run, source: str) -> None:
    create(source, "UPDATE monitor_version SET version_num = '0009'")
    said = monitor("db", "status", "--database", source)
    assert said.code == 0
    assert lines(said.out)["revision"] == f"0009, this version wants {HEAD}: `monitor db upgrade`"
    assert "articles  " not in said.out


def test_status_says_of_an_empty_file_that_it_has_no_tables(monitor: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    said = monitor("db", "status", "--database", str(tmp_path / "empty.db"))
    assert lines(said.out)["revision"] == f"none, this version wants {HEAD}: `monitor db upgrade`"
    assert "largest" not in said.out


def test_status_tells_what_of_the_file_is_free(monitor: Run, tmp_path: Path) -> None:
    url = filled(str(tmp_path / "monitor.db"))
    create(url, "CREATE TABLE much AS SELECT randomblob(100000) AS x", "DROP TABLE much")
    assert "KB of it free for what comes)" in lines(monitor("db", "status", "--database", url).out)["size"]


@pytest.mark.parametrize(
    "command",
    [
        ("db", "status"),
        ("db", "upgrade"),
        ("db", "check"),
        ("db", "vacuum"),
        ("db", "backup", "F"),
        ("db", "copy", "F"),
        ("run",),
        ("matches",),
        ("ledger",),
    ],
)
def test_a_newer_database_is_refused_with_what_to_do(
    monitor: Run, source: str, command: tuple[str, ...], tmp_path: Path
) -> None:
    create(source, "UPDATE monitor_version SET version_num = '9999'")
    file = tmp_path / "new" / "file"
    said = monitor(*(str(file) if part == "F" else part for part in command), "--database", source)
    assert (said.code, said.out) == (3, "")
    assert f"was written by a newer monitor (tables 9999, known {HEAD})" in said.err
    assert "install the version of the monitor that wrote it, or name another database" in said.err
    assert not file.parent.exists()


def test_a_backup_is_written_and_described(monitor: Run, source: str, tmp_path: Path) -> None:
    file = tmp_path / "monitor.backup"
    said = monitor("db", "backup", str(file), "--database", source)
    assert (said.code, said.err) == (0, "")
    told = lines(said.out)
    assert (told["file"], told["articles"], told["matches"]) == (str(file), "5", "5")
    assert told["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert told["size"] == show_bytes(file.stat().st_size)
    said = monitor("db", "backup", str(file), "--database", source)
    assert (said.code, said.out) == (3, "")
    assert "is there already: nothing is overwritten" in said.err
    said = monitor("db", "backup", f"{file}2", "--format", "json", "--database", source)
    record = json.loads(said.out)
    assert (record["bytes"], record["rows"]["reviews"]) == (Path(f"{file}2").stat().st_size, 2)


def test_what_is_wrong_is_printed_with_what_to_do(monitor: Run, source: str) -> None:
    said = monitor("db", "check", "--database", source)
    assert (said.code, said.out, said.err) == (0, "ok: nothing is wrong\n", "")
    create(source, "UPDATE matches SET version = 'x'")
    said = monitor("db", "check", "--quick", "--database", source)
    assert said.code == 1
    assert said.out.splitlines()[0].startswith("5 matches by a version of their watchlist that is not known: ar-match")
    assert said.out.splitlines()[1:] == ["    please report this, with the database if you can", "1 thing wrong"]
    said = monitor("db", "check", "--format", "json", "--database", source)
    assert said.code == 1
    assert [list(fault) for fault in json.loads(said.out)] == [["what", "hint"]]


def test_a_damaged_file_is_a_report_and_no_traceback(monitor: Run, tmp_path: Path) -> None:
    path = Path(filled(str(tmp_path / "monitor.db")))
    whole = path.read_bytes()
    path.write_bytes(whole[: 4096 * 8] + b"\xff" * 4096 + whole[4096 * 9 :])
    said = monitor("db", "check", "--database", str(path))
    assert (said.code, said.err) == (1, "")
    assert said.out.startswith("the file is damaged: ")
    assert "    restore a backup; `sqlite3 FILE .recover` saves what is left\n" in said.out


def test_a_vacuum_says_before_and_after(monitor: Run, source: str) -> None:
    said = monitor("db", "vacuum", "--database", source)
    assert (said.code, list(lines(said.out))) == (0, ["before", "after"])


def test_a_vacuum_beside_a_daemon_is_refused(monitor: Run, tmp_path: Path) -> None:
    url = filled(str(tmp_path / "monitor.db"))
    with daemon_lock(url):
        said = monitor("db", "vacuum", "--database", url)
    assert said.code == 4
    assert "already has a daemon" in said.err


def test_everything_moves_and_how_much_is_said(monitor: Run, source: str, tmp_path: Path) -> None:
    target = str(tmp_path / "target.db")
    said = monitor("db", "copy", target, "--database", source)
    assert (said.code, said.err) == (0, "")
    assert "articles            5\n" in said.out
    total = sum(len(found) for found in contents(source).values())
    assert f"Copied {total} rows; both databases hold the same.\n" in said.out
    assert "name it as `database:` in monitor.yaml" in said.out
    assert contents(target) == contents(source)
    said = monitor("db", "copy", target, "--database", source)
    assert said.code == 3
    assert "holds data already" in said.err


def test_an_interrupted_copy_says_how_to_go_on(
    monitor: Run, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = str(tmp_path / "target.db")
    notes = copy_state.note
    with monkeypatch.context() as patch:
        patch.setattr(copying, "BATCH", 2)

        def note(tx: Any, table: Any, reached: copy_state.Reached) -> None:
            if table.name == "texts":
                # As Ctrl-C does, and a service manager.
                os.kill(os.getpid(), signal.SIGTERM)
            notes(tx, table, reached)

        patch.setattr(copy_state, "note", note)
        said = monitor("db", "copy", target, "--database", source)
    assert (said.code, said.out) == (130, "")
    assert said.err == "monitor: interrupted; the same command goes on where it was\n"
    refused = monitor("matches", "--database", target)
    assert refused.code == 3
    assert "finish it with the same `monitor db copy`" in refused.err
    said = monitor("db", "copy", target, "--database", source)
    assert said.code == 0
    assert " of them by an earlier run; both databases hold the same." in said.out
    assert contents(target) == contents(source)


def test_on_a_terminal_a_bar_says_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    before = signal.getsignal(signal.SIGTERM)
    with bar() as told:
        told("checking", 0, 0)
        told("copying", 3, 10)
    drawn = capsys.readouterr()
    assert drawn.out == ""
    assert "copying" in drawn.err
    assert "3/10" in drawn.err
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 KB"),
        (335_872, "335.9 KB"),
        (999_999, "1.0 MB"),
        (5_300_000_000, "5.3 GB"),
        (7_654_000_000_000, "7,654.0 GB"),
    ],
)
def test_sizes_are_shown_in_their_largest_unit(number: int, said: str) -> None:
    assert show_bytes(number) == said


def test_a_restored_file_is_worked_with_by_naming_it(monitor: Run, tmp_path: Path) -> None:
    url, file = filled(str(tmp_path / "monitor.db")), tmp_path / "monitor-2025-11-10.db"
    monitor("db", "backup", str(file), "--database", url)
    with sqlite3.connect(url) as lost:
        lost.execute("DROP TABLE matches")
    lost.close()
    assert monitor("matches", "--database", str(file)).code == 0
    assert monitor("db", "check", "--database", str(file)).out == "ok: nothing is wrong\n"


def test_a_backup_is_named_where_it_was_written(
    monitor: Run, kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert monitor("db", "backup", "copy.db", at=kept).code == 0
    assert monitor("db", "check", "--database", "copy.db", at=kept).code == 0
    for wrong in (":memory:", "./"):
        assert monitor("db", "check", "--database", wrong, at=kept).code == 2


def test_an_older_database_is_upgraded_and_that_is_said(
    monitor: Run, new_database: Callable[..., str], tmp_path: Path
) -> None:
    url = new_database(empty=True)
    load("0004", url)
    said = monitor("db", "upgrade", "--database", url)
    copy = "" if "://" in url else f" The copy made first: {url}.before-{HEAD}"
    assert (said.code, said.out) == (0, f"Upgraded from revision 0004 to {HEAD}.{copy}\n")
    said = monitor("db", "upgrade", "--database", url)
    assert (said.code, said.out) == (0, f"The database is up to date (revision {HEAD}).\n")
