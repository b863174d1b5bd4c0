"""Backups: whole, while others write, and nothing half done is ever left."""

import hashlib
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store import articles, backup, dump
from monitor.store.address import Server, parse
from monitor.store.articles import ArticleQuery
from monitor.store.backup import back_up
from monitor.store.schema import REVISIONS
from monitor.store.store import Store
from tests.builders import an_article
from tests.conftest import Cluster
from tests.store.test_copying import contents, filled, told
from tests.store.test_faults import create


@pytest.fixture
def source(database_url: str) -> str:
    return filled(database_url)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A backup that is not there yet, in a folder where nothing is."""
    folder = tmp_path / "backups of 100%"
    folder.mkdir()
    return folder / "monitor?.backup"


def test_a_backup_of_a_file_is_a_database_that_holds_everything(tmp_path: Path, file: Path) -> None:
    source = filled(str(tmp_path / "monitor.db"))
    done = back_up(source, file, told)
    assert contents(str(file)) == contents(source)
    shutil.copy(file, tmp_path / "restored.db")
    with Store.open(str(tmp_path / "restored.db")) as store, store.writing() as tx:
        articles.insert_new(tx, [an_article()])
    assert done.bytes == file.stat().st_size


@pytest.mark.postgres
def test_a_backup_of_a_server_is_restored_by_pg_restore(postgres: Cluster, file: Path) -> None:
    name = postgres.create_ready()
    source = filled(postgres.url(name))
    back_up(source, file, told)
    fresh = postgres.create()
    command = [dump._program("pg_restore"), "--no-owner", f"--dbname={postgres.url(fresh)}", str(file)]
    subprocess.run(command, check=True)
    assert contents(postgres.url(fresh)) == contents(source)
    postgres.drop(name)
    postgres.drop(fresh)


def test_it_says_what_was_written(source: str, file: Path) -> None:
    done = back_up(source, file, told)
    assert done.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (done.file, done.revision, done.bytes) == (file, REVISIONS[-1], file.stat().st_size)
    assert done.rows == {"feeds": 3, "entries": 5, "articles": 5, "matches": 5, "reviews": 2}
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_whoever_writes_meanwhile_does_not_wait_and_is_not_in_it(
    source: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "_PAGES", 1)
    before = contents(source)
    written: list[str] = []

    def write(what: str, done: int, total: int) -> None:
        written.append(f"https://x.example/{len(written)}")
        with Store.open(source) as store, store.writing() as tx:
            articles.insert_new(tx, [an_article(written[-1])])

    done = back_up(source, file, write)
    assert len(written) >= (10 if "://" not in source else 3)
    assert done.rows["articles"] == 5
    if "://" not in source:
        assert contents(str(file)) == before
    with Store.open(source) as store, store.reading() as tx:
        assert len(articles.query(tx, ArticleQuery(limit=None))) == 5 + len(written)


def test_it_waits_for_nobody_who_writes(source: str, file: Path) -> None:
    with Store.open(source) as store, store.writing() as tx:
        articles.insert_new(tx, [an_article()])
        assert back_up(source, file, told).rows["articles"] == 5


def test_a_database_of_an_earlier_version_can_be_backed_up(source: str, file: Path) -> None:
    create(source, "UPDATE monitor_version SET version_num = '0009'")
    assert back_up(source, file, told).revision == "0009"


def test_nothing_is_overwritten(source: str, file: Path) -> None:
    file.write_bytes(b"of yesterday")
    with pytest.raises(StoreError, match=r"is there already: nothing is overwritten: name another file"):
        back_up(source, file, told)
    assert file.read_bytes() == b"of yesterday"


@pytest.mark.parametrize("moment", ["first", "checking", "hashing"])
def test_interrupted_it_leaves_nothing(source: str, file: Path, moment: str) -> None:
    def interrupt(what: str, done: int, total: int) -> None:
        assert list(file.parent.iterdir()) != []
        if moment in ("first", what):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(source, file, interrupt)
    assert list(file.parent.iterdir()) == []


def test_a_file_that_appears_meanwhile_is_not_overwritten(source: str, file: Path) -> None:
    def appear(*_: object) -> None:
        file.write_bytes(b"of somebody else")

    with pytest.raises(StoreError, match="is there already"):
        back_up(source, file, appear)
    assert [one.read_bytes() for one in file.parent.iterdir()] == [b"of somebody else"]


def test_a_folder_that_is_not_there_is_said(source: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"none/x.db cannot be written \(No such file or directory\): check that"):
        back_up(source, tmp_path / "none" / "x.db", told)


def test_a_folder_one_may_not_write_is_said(source: str, file: Path) -> None:
    user = os.geteuid()
    file.parent.chmod(0o555)
    folder = file.parent
    while folder != folder.parent:
        folder = folder.parent
        if folder.stat().st_uid == user:
            folder.chmod(folder.stat().st_mode | 0o055)
    if "://" not in source:
        Path(source).parent.chmod(0o777)
        for one in Path(source).parent.glob(f"{Path(source).name}*"):
            one.chmod(0o666)
    os.seteuid(user or 65534)
    try:
        with pytest.raises(StoreError, match=r"cannot be written \(Permission denied\)"):
            back_up(source, file, told)
    finally:
        os.seteuid(user)
        file.parent.chmod(0o755)
    assert list(file.parent.iterdir()) == []


def test_a_full_disk_is_said_and_leaves_nothing(source: str, file: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(StoreError, match=r"full|could not be read or written|pg_dump failed: it ended with"):
            back_up(source, file, told)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(file.parent.iterdir()) == []


def test_a_damaged_database_is_not_kept_as_a_backup(tmp_path: Path, file: Path) -> None:
    source = Path(filled(str(tmp_path / "monitor.db")))
    whole = source.read_bytes()
    for page in range(4096 * 4, len(whole), 4096 * 7):
        source.write_bytes(whole[:page] + b"\xff" * 4096 + whole[page + 4096 :])
        with pytest.raises(StoreError, match=r"is damaged \(.*\): "):
            back_up(str(source), file, told)
        assert list(file.parent.iterdir()) == []


def test_what_is_no_database_is_not_backed_up(tmp_path: Path, file: Path) -> None:
    with pytest.raises(StoreError, match="no database yet"):
        back_up(str(tmp_path / "none.db"), file, told)
    assert list(file.parent.iterdir()) == []


@pytest.mark.postgres
def test_without_pg_dump_it_says_what_to_install(
    postgres: Cluster, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.url(postgres.create_ready())
    monkeypatch.setenv("PATH", str(file.parent))
    monkeypatch.setattr(dump, "ROOT", file.parent)
    with pytest.raises(StoreError, match=r"pg_dump is needed .*apt install postgresql-client"):
        back_up(url, file, told)
    assert list(file.parent.iterdir()) == []


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(script)
    path.chmod(0o755)


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("#!/bin/sh\necho 'pg_dump: error: server version mismatch' >&2; exit 1", "failed: error: server version mism"),
        ("#!/bin/sh\nexit 3", "pg_dump failed: it ended with 3: it must be of the server's version or newer"),
        ("#!/none\n", r"pg_dump cannot be run \(No such file or directory\): install it anew"),
    ],
)
def test_what_pg_dump_says_is_said(
    postgres: Cluster, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    url = postgres.url(postgres.create_ready())
    program(tmp_path, "pg_dump", script)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(StoreError, match=said):
        back_up(url, file, told)
    assert list(file.parent.iterdir()) == []


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ana:se%40cret@db.example:5433/news?sslmode=require",
        "postgresql://ana@db.example:5433/news?sslmode=require&password=se%40cret",
        "postgresql://ana@db.example:5433/news?sslmode=require&password=old&password=se%40cret",
    ],
)
def test_a_password_is_handed_over_where_nobody_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    script = f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/given; printf "%s" "$PGPASSWORD" > {tmp_path}/password'
    program(tmp_path, "pg_dump", script)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    server = parse(address)
    assert isinstance(server, Server)
    dump.write(server, tmp_path / "file", snapshot="1")
    given = (tmp_path / "given").read_text()
    assert "--dbname=postgresql://ana@db.example:5433/news?sslmode=require\n" in given
    assert "cret" not in given
    assert (tmp_path / "password").read_text() == "se@cret"


def test_without_a_password_none_is_handed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "pg_dump", f'#!/bin/sh\nprintf "%s" "${{PGPASSWORD-none}}" > {tmp_path}/password')
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.delenv("PGPASSWORD", raising=False)
    server = parse("postgresql://db.example/news")
    assert isinstance(server, Server)
    dump.write(server, tmp_path / "file", snapshot="1")
    assert (tmp_path / "password").read_text() == "none"


KILLED = """
import os, signal, sys
from pathlib import Path
from monitor.store import backup
backup._PAGES = 1
seen = []
def die(what, done, total):
    seen.append(what)
    if len(seen) == 10:
        os.kill(os.getpid(), signal.SIGKILL)
backup.back_up(sys.argv[1], Path(sys.argv[2]), die)
"""


def test_killed_it_leaves_no_file_that_looks_like_a_backup(tmp_path: Path, file: Path) -> None:
    source = filled(str(tmp_path / "monitor.db"))
    command = [sys.executable, "-c", KILLED, source, str(file)]
    assert subprocess.run(command, env={"PYTHONPATH": "."}).returncode == -9
    assert [one.suffix for one in file.parent.iterdir()] == [".half"]
    back_up(source, file, told)
    assert contents(str(file)) == contents(source)


def test_the_newest_pg_dump_is_found_where_packages_put_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("15", "17", "16"):
        folder = tmp_path / f"usr/lib/postgresql/{version}/bin"
        folder.mkdir(parents=True)
        program(folder, "pg_dump", f"#!/bin/sh\necho {version} > {tmp_path}/run")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(dump, "ROOT", tmp_path)
    server = parse("postgresql://db.example/news")
    assert isinstance(server, Server)
    dump.write(server, tmp_path / "file", snapshot="1")
    assert (tmp_path / "run").read_text() == "17\n"
