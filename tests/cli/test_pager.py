"""What is longer than the screen goes through the pager; whatever becomes of that, nothing is lost, nothing fails."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from monitor.cli.pager import pager, show

Screen = Callable[..., str]
LINES = [f"line {number} رفح" for number in range(30)]


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Screen:
    """Shows lines on a terminal of ten rows and twenty columns with this environment; what came on it."""
    monkeypatch.setattr("monitor.cli.pager.is_terminal", lambda: True)
    for name in ("MONITOR_PAGER", "PAGER", "LESS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"LINES": "10", "COLUMNS": "20", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)

    def shown(lines: list[str], environment: Mapping[str, str], *, paged: bool = True) -> str:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        capfd.readouterr()
        show(iter(lines), paged=paged)
        return capfd.readouterr().out

    return shown


def numbered(folder: Path) -> str:
    """A pager that numbers what it is given."""
    path = folder / "a pager"
    path.write_text("#!/bin/sh\nexec cat -n\n")
    path.chmod(0o755)
    return f"'{path}' --flag"


def test_what_fits_the_screen_is_printed(screen: Screen, tmp_path: Path) -> None:
    assert screen(LINES[:9], {"PAGER": numbered(tmp_path)}) == "\n".join(LINES[:9]) + "\n"
    assert screen([], {}) == ""


def test_what_does_not_goes_through_the_pager_right_to_left_marks_and_all(screen: Screen, tmp_path: Path) -> None:
    lines = ["\u2068رفح\u2069", *LINES]
    said = screen(lines, {"PAGER": "false", "MONITOR_PAGER": numbered(tmp_path)})
    assert said.splitlines() == [f"{number:6}\t{line}" for number, line in enumerate(lines, start=1)]


def test_a_line_may_take_several_rows(screen: Screen, tmp_path: Path) -> None:
    assert screen(["x" * 200], {"PAGER": numbered(tmp_path)}).startswith("     1\t")


@pytest.mark.parametrize("said", ["", "cat", " cat ", "no-such-pager", "'unclosed", "/dev/null"])
def test_a_pager_that_is_none_or_not_there_is_no_error(screen: Screen, said: str) -> None:
    assert screen(LINES, {"MONITOR_PAGER": said}) == "\n".join(LINES) + "\n"


def test_a_program_that_cannot_be_started_is_no_error(screen: Screen, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/no/such/interpreter\n")
    broken.chmod(0o755)
    assert screen(LINES, {"PAGER": str(broken)}) == "\n".join(LINES) + "\n"


def test_a_pager_is_not_asked_for_what_is_not_to_be_paged(screen: Screen) -> None:
    assert screen(LINES, {"PAGER": "false"}, paged=False) == "\n".join(LINES) + "\n"


def test_a_pager_that_is_left_early_is_no_error(screen: Screen) -> None:
    assert screen([*LINES * 10_000], {"PAGER": "head -n 2"}) == "\n".join(LINES[:2]) + "\n"


def test_less_is_the_pager_unless_another_is_named_or_the_terminal_is_dumb(tmp_path: Path) -> None:
    less = tmp_path / "less"
    less.write_text("")
    less.chmod(0o755)
    path = {"PATH": str(tmp_path)}
    assert pager(path) == ["less"]
    assert pager({**path, "TERM": "dumb"}) == pager({"PATH": ""}) == pager({**path, "PAGER": ""}) == []
    assert pager({**path, "PAGER": "", "MONITOR_PAGER": "less -S"}) == ["less", "-S"]


def test_ctrl_c_is_the_pagers_affair(screen: Screen, tmp_path: Path) -> None:
    path = tmp_path / "interrupting"
    path.write_text("#!/bin/sh\nkill -INT $PPID\nexec cat\n")
    path.chmod(0o755)
    assert screen(LINES, {"PAGER": str(path)}).splitlines()[-1] == LINES[-1]


def test_a_real_terminal_shows_a_long_listing_in_the_pager(demo: Path, tmp_path: Path) -> None:
    """Through a pseudo-terminal of 24 rows, as a person has it."""
    main, other = pty.openpty()
    code = "from monitor.cli import main; main()"
    command = [sys.executable, "-c", code, "matches", "--all", "--config", str(demo / "config")]
    environment = {**os.environ, "PAGER": numbered(tmp_path), "TERM": "xterm", "LINES": "24", "COLUMNS": "100"}
    process = subprocess.Popen(command, stdin=other, stdout=other, stderr=other, env=environment)
    os.close(other)
    said = b""
    try:
        while piece := os.read(main, 65_536):
            said += piece
    except OSError:
        pass  # The terminal's last writer has gone.
    os.close(main)
    assert process.wait() == 0
    lines = said.decode().splitlines()
    assert lines[0].split()[:2] == ["1", "id"]
    assert len(lines) == 52
