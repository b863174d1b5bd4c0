"""`monitor doctor`, on configurations and databases that are whole, broken or not there."""

import json
import shutil
import sqlite3
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import EXIT_FAILED, execute
from monitor.config.settings import Settings
from monitor.doctor import machine, own
from monitor.doctor.finding import Level, ok
from monitor.errors import FetchError, FetchKind
from monitor.fetch.fetcher import Fetcher
from monitor.fetch.settings import FetchSettings
from monitor.store import configurations
from monitor.store import daemon as record
from monitor.store.check import Fault
from monitor.store.lock import daemon_lock
from monitor.store.store import Store
from monitor.workers.settings import WorkerSettings
from tests.config.valid import files

Told = dict[str, dict[str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration that is whole, without a database."""
    made = tmp_path / "config"
    for name, content in files().items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_bytes(content)
    return made


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are asked of nobody, and workers started by one test alone."""
    monkeypatch.setattr(machine, "names", lambda: ok("DNS", "example.com is resolved"))
    monkeypatch.setattr(own, "workers", lambda _: ok("workers", "a worker process starts and answers"))
    for name in ("MONITOR_CONFIG", "MONITOR_DATABASE_URL", "MONITOR_CONTACT"):
        monkeypatch.delenv(name, raising=False)


def told(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, Told]:
    capsys.readouterr()
    code = execute(["doctor", "--format", "json", "--config", str(folder), *more])
    return code, {one["name"]: one for one in json.loads(capsys.readouterr().out)}


def database_of(folder: Path) -> Path:
    return folder.parent / "data" / "monitor.db"


def test_what_is_whole_fails_nowhere(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = told(folder, capsys)
    assert [one for one in found.values() if one["level"] == "fail"] == []
    assert code == 0
    assert found["database"]["said"] == "none yet: `monitor run` makes it"
    assert found["guard"]["level"] == "ok"
    assert {"Python", "expat", "SQLite", "libxml2", "OpenSSL", "clock", "certificates", "disk"} <= found.keys()


def test_a_person_reads_a_line_each_and_what_to_do(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "monitor.yaml").write_text("timezone: UTC\n", encoding="utf-8")
    assert execute(["doctor", "--config", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("ok    Python         3.")
    where = next(n for n, line in enumerate(lines) if line.startswith("warn  configuration  no contact is set"))
    assert lines[where + 1] == f"{'':<20} → set `contact:` in monitor.yaml"


def test_a_broken_configuration_hides_nothing_else(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "feeds.yaml").write_text("outlets: [this is no mapping]\n", encoding="utf-8")
    Store.open(str(database_of(folder))).close()
    code, found = told(folder, capsys)
    assert code == EXIT_FAILED
    assert found["configuration"]["level"] == "fail"
    assert found["database"]["said"] == "it is whole, as far as a quick look tells"
    (folder / "monitor.yaml").write_text("database: [x]\nlisten: y\n", encoding="utf-8")
    code, found = told(folder, capsys)
    assert found["configuration"]["said"].endswith(", and 2 more")
    assert found["database"]["said"] == "which one cannot be told while the configuration is broken"
    assert found["guard"]["level"] == "ok"
    shutil.rmtree(folder)
    assert told(folder, capsys)[1]["config folder"]["level"] == "fail"


def test_a_daemon_is_told_and_a_clock_that_was_set_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    future = datetime(2099, 1, 1, tzinfo=UTC)
    database = str(database_of(folder))
    with Store.open(database) as store, store.writing() as tx:
        configurations.save(tx, "c" * 64, {"monitor.yaml": b""}, future)
        record.begin(
            tx,
            record.Daemon(
                pid=1, host="desk", started_at=future, configuration="c" * 64, in_force_since=future, alive_at=future
            ),
        )
    code, found = told(folder, capsys)
    assert (code, found["clock"]["level"], found["daemon"]["level"]) == (EXIT_FAILED, "fail", "warn")
    with daemon_lock(database):
        assert told(folder, capsys)[1]["daemon"]["level"] == "ok"


def test_a_database_of_an_older_version_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Store.open(str(database_of(folder))).close()
    with sqlite3.connect(database_of(folder)) as connection:
        connection.execute("UPDATE monitor_version SET version_num = '0001'")
    connection.close()
    found = told(folder, capsys)[1]["database"]
    assert (found["level"], found["advice"]) == ("warn", "`monitor db upgrade`, with the daemon stopped")


def test_a_file_that_is_no_database_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database_of(folder).parent.mkdir()
    database_of(folder).write_bytes(b"this is no database at all" * 1000)
    code, found = told(folder, capsys)
    assert (code, found["database"]["level"]) == (EXIT_FAILED, "fail")


def test_what_is_wrong_inside_a_database_is_counted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = str(database_of(folder))
    Store.open(database).close()
    settings = Settings(database_url=database, fetch=FetchSettings(user_agent="x"))
    faults = (Fault(what="a row leads nowhere", hint="report it"), Fault(what="another", hint=""))
    for number, said in ((1, "a row leads nowhere"), (2, "a row leads nowhere, and 1 more")):
        monkeypatch.setattr(own, "check", lambda *_, n=number, **__: faults[:n])
        assert own.database(settings)[0][0].said == said


def test_a_server_has_no_folder_here(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = told(folder, capsys, "--database", "postgresql://me:c4n4ry@127.0.0.1:9/none")
    assert (code, found["database"]["level"]) == (EXIT_FAILED, "fail")
    assert "data folder" not in found
    assert "c4n4ry" not in str(found)


def test_a_guard_with_a_hole_fails_and_one_with_a_door_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    door = FetchSettings(user_agent="x", allow_addresses=(ip_network("192.168.1.0/24"),))
    assert own.guard(door).level is Level.WARN

    async def leaky(_: Any) -> None:
        raise FetchError("the guard let through", url="", kind=FetchKind.ADDRESS, temporary=False)

    monkeypatch.setattr(Fetcher, "self_test", leaky)
    assert own.guard(door).level is Level.FAIL


def test_workers_are_started_for_real(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert own.workers(WorkerSettings()).level is Level.OK

    def broken(*_: object) -> object:
        raise OSError("no more processes")

    monkeypatch.setattr("monitor.workers.pool._start", broken)
    assert own.workers(WorkerSettings()).said == "a worker process does not work: no more processes"


def test_an_address_that_is_none_is_said_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(folder, capsys, "--database", "mysql://x/y")[0] == EXIT_FAILED
