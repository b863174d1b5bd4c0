"""What this machine gives, and what is said where it does not."""

import os
import resource
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.doctor import machine
from monitor.doctor.finding import Level

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ROOT = os.geteuid() == 0


def test_a_clock_that_goes_right(tmp_path: Path) -> None:
    there = tmp_path / "synchronized"
    there.touch()
    said = list(machine.clock(NOW, NOW - timedelta(days=1), there))
    assert [(one.level, one.said) for one in said] == [
        (Level.OK, "2026-03-01 00:00 UTC"),
        (Level.OK, "synchronised by systemd-timesyncd"),
    ]


@pytest.mark.parametrize(
    ("now", "newest", "level"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), None, Level.FAIL),
        (NOW, NOW + timedelta(days=1), Level.FAIL),
        (NOW, NOW + timedelta(minutes=1), Level.OK),
        (NOW, None, Level.OK),
    ],
)
def test_a_clock_that_is_wrong_is_told(now: datetime, newest: datetime | None, level: Level, tmp_path: Path) -> None:
    clock, source = machine.clock(now, newest, tmp_path / "missing" / "synchronized")
    assert (clock.level, source.level) == (level, Level.OK)


def test_a_time_source_that_was_not_reached_is_told(tmp_path: Path) -> None:
    assert list(machine.clock(NOW, None, tmp_path / "synchronized"))[1].level is Level.WARN


def test_time_zones_are_known_or_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.zones().level is Level.OK
    monkeypatch.setattr(machine, "_ZONES", ("Asia/Nowhere",))
    assert machine.zones().level is Level.FAIL


def test_names_are_resolved_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: str) -> str:
        raise OSError(-2, "Name or service not known")

    assert machine.names(lambda _: "192.0.2.1").level is Level.OK
    assert "Name or service not known" in machine.names(unknown).said
    released = threading.Event()
    monkeypatch.setattr(machine, "_DNS_PATIENCE", 0.05)
    assert "no answer about example.com within 0.05 s" in machine.names(lambda _: released.wait(60)).said
    released.set()


def test_without_authorities_nothing_can_be_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    monkeypatch.setattr(
        ssl,
        "get_default_verify_paths",
        lambda: ssl.DefaultVerifyPaths(None, None, "", "", "", str(tmp_path)),  # type: ignore[arg-type]
    )
    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    assert machine.certificates(bare).level is Level.FAIL
    monkeypatch.setattr(
        ssl,
        "get_default_verify_paths",
        lambda: ssl.DefaultVerifyPaths(None, str(tmp_path), "", "", "", str(tmp_path)),  # type: ignore[arg-type]
    )
    assert machine.certificates(bare).level is Level.FAIL
    (tmp_path / "one.pem").touch()
    assert machine.certificates(bare).level is Level.OK


@pytest.mark.parametrize(("free", "level"), [(10, Level.FAIL), (10**9, Level.WARN), (10**10, Level.OK)])
def test_room(free: int, level: Level) -> None:
    assert machine.room(free, Path("/data")).level is level


@pytest.mark.parametrize(
    ("free", "whole", "level"), [(0, 0, Level.OK), (10, 1000, Level.WARN), (10**6, 10**7, Level.OK)]
)
def test_inodes(free: int, whole: int, level: Level) -> None:
    assert machine.inodes(free, whole, Path("/data")).level is level


def test_a_folder_that_will_be_made_is_looked_at_where_it_will_stand(tmp_path: Path) -> None:
    said = list(machine.data_folder(tmp_path / "data" / "deep"))
    assert [one.name for one in said] == ["data folder", "disk", "inodes"]
    assert said[0].said.endswith("will be made")


def test_a_folder_that_everybody_may_write_is_told(tmp_path: Path) -> None:
    assert next(machine.data_folder(tmp_path)).level is Level.OK
    tmp_path.chmod(0o777)
    assert next(machine.data_folder(tmp_path)).level is Level.WARN
    assert machine.config_folder(tmp_path).level is Level.WARN
    tmp_path.chmod(0o700)
    (tmp_path / "link").symlink_to("/tmp")
    assert machine.config_folder(tmp_path).level is Level.OK
    assert machine.config_folder(tmp_path / "none").level is Level.FAIL


def test_a_folder_that_nobody_may_write_or_read_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may do everything
    (said,) = machine.data_folder(tmp_path)
    assert said.level is Level.FAIL
    assert machine.config_folder(tmp_path).level is Level.FAIL


@pytest.mark.parametrize(
    ("limit", "level"), [(256, Level.WARN), (1024, Level.OK), (resource.RLIM_INFINITY, Level.OK), (None, Level.OK)]
)
def test_open_files(limit: int | None, level: Level) -> None:
    assert machine.open_files(limit).level is level
