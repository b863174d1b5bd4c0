"""A person at a terminal of 80 × 24: starts a command in a pseudo-terminal, reads its screen, presses keys.

Where coverage is measured here it is measured there, too.
"""

import codecs
import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import coverage
import pyte

PROJECT = Path(__file__).parents[2]
_FULL_SCREEN = 1049 << 5
"""As pyte keeps the private mode of a program that has the screen for itself."""
_ISOLATES = str.maketrans("", "", "⁦⁧⁨⁩")
_BEGIN = """
import fcntl, os, sys, termios
try:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
except OSError:
    pass
import coverage
coverage.process_startup()
"""
MONITOR = f"{_BEGIN}\nfrom monitor.cli import main\nmain()"


class Person:
    """The command runs until the end of the `with` block, if it does not end before.

    `job`: as a shell's, so that it can be stopped and continued.
    """

    def __init__(
        self, arguments: list[str], environment: Mapping[str, str] | None = None, *, job: bool = False
    ) -> None:
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.Stream(self._screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self.received = b""
        self._own, theirs = pty.openpty()
        self._resize(80, 24)
        given = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
        for name in ("NO_COLOR", "BROWSER", "PAGER", "LESS", "LC_ALL", "LANG", "COLUMNS", "LINES"):
            given.pop(name, None)
        measured = {"COVERAGE_PROCESS_START": str(PROJECT / "pyproject.toml")} if coverage.Coverage.current() else {}
        command = [sys.executable, "-c", MONITOR, *arguments]
        self.process = subprocess.Popen(
            _as_job(command) if job else command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=PROJECT,
            env={**given, "TERM": "xterm", "LANG": "C.UTF-8", **measured, **(environment or {})},
            start_new_session=True,
        )
        self._theirs = theirs
        self.before = termios.tcgetattr(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        for handle in (self._own, self._theirs):
            if handle >= 0:
                os.close(handle)

    @property
    def lines(self) -> list[str]:
        """The screen."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def sees(self, text: str, *, but_not: str = "\0") -> str:
        """Waits until the whole screen is there and shows it; returns the screen. Fails after a minute, or where the
        command ended.
        """
        deadline = time.monotonic() + 60
        while text not in self.text or but_not in self.text or self._is_half():
            if not self._read() and self.process.poll() is not None and not self._read():
                break
            assert time.monotonic() < deadline, f"{text!r} is not in\n{self.text}"
        assert text in self.text, f"{text!r} is not in\n{self.text}"
        return self.text

    def presses(self, keys: str | bytes) -> None:
        os.write(self._own, keys if isinstance(keys, bytes) else keys.encode())

    def resizes(self, columns: int, rows: int) -> None:
        self._screen.resize(rows, columns)
        self._resize(columns, rows)

    def hangs_up(self) -> None:
        """The connection is lost: the terminal is gone."""
        os.close(self._theirs)
        os.close(self._own)
        self._own = self._theirs = -1

    def ends(self) -> int:
        """Waits for the command's end; returns its exit code."""
        deadline = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < deadline:
            self._read() if self._own >= 0 else time.sleep(0.01)
        while self._own >= 0 and self._read():
            pass
        return self.process.wait(1)

    def has_its_terminal_back(self) -> bool:
        """Whether it is as it was before the command."""
        return termios.tcgetattr(self._theirs) == self.before

    def _is_half(self) -> bool:
        """Whether a screen is being drawn: line by line, to the end of its last one, where the cursor stays."""
        cursor, last = self._screen.cursor, self._screen.lines - 1
        return _FULL_SCREEN in self._screen.mode and (cursor.y < last or not cursor.x)

    def _read(self) -> bool:
        if not select.select([self._own], [], [], 0.05)[0]:
            return False
        received = os.read(self._own, 65536)
        self.received += received
        # pyte leaves out whatever stands behind a letter without width that is no accent.
        self._stream.feed(self._decoder.decode(received).translate(_ISOLATES))
        return True

    def _resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._own, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def _as_job(command: list[str]) -> list[str]:
    """Run by a shell that says when the command is stopped, waits for a line, and lets it go on."""
    shell = shutil.which("bash") or shutil.which("sh")
    script = 'set -m; "$@"; echo "STOPPED $?"; read line; fg >/dev/null; echo "ENDED $?"'
    take = f"{_BEGIN}\nos.execv(sys.argv[1], sys.argv[1:])"
    return [sys.executable, "-c", take, str(shell), "-c", script, "shell", *command]
