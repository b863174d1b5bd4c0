"""A `monitor` command in a process of its own: started, watched, ended; and whatever it leaves running, found."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

MONITOR = (sys.executable, "-c", "from monitor.cli import main; main()")
PROJECT = Path(__file__).parents[2]
_MARK = "MONITOR_TEST_MARK"


def eventually(condition: Callable[[], object], seconds: float = 20) -> bool:
    """Whether the condition holds within this time; looks every few milliseconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


class Running:
    """A command, its output in files; what is left of it is killed at the end of the `with` block.

    `program`: what is started with the arguments; `options`: of subprocess.Popen.
    """

    def __init__(
        self,
        arguments: list[str],
        folder: Path,
        *,
        environment: Mapping[str, str] | None = None,
        program: tuple[str, ...] = MONITOR,
        **options: Any,
    ) -> None:
        self._mark = uuid.uuid4().hex
        self._out, self._err = folder / f"{self._mark}.out", folder / f"{self._mark}.err"
        # Nothing of the caller's own settings may reach it; warnings of its own are errors there as they are here.
        given = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [*program, *arguments],
                **{"stdin": subprocess.DEVNULL, "stdout": out, "stderr": err, "cwd": PROJECT, **options},
                env={**given, **(environment or {}), _MARK: self._mark},
                start_new_session=True,
            )
        self.started = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        for pid in {*self.family(), *([] if self.is_over() else [self.pid])}:
            _send(pid, signal.SIGKILL)
        self.process.wait()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def output(self) -> str:
        """Standard output so far."""
        return self._out.read_text(encoding="utf-8", errors="replace")

    @property
    def errors(self) -> str:
        """Standard error so far."""
        return self._err.read_text(encoding="utf-8", errors="replace")

    def is_over(self) -> bool:
        return self.process.poll() is not None

    def said(self, words: str) -> bool:
        """Whether it has said this, or has ended: to be awaited."""
        return words in self.errors or self.is_over()

    def send(self, number: signal.Signals) -> None:
        _send(self.pid, number)

    def wait(self, seconds: float = 30) -> int:
        """Its exit code. Raises: subprocess.TimeoutExpired."""
        return self.process.wait(seconds)

    def family(self) -> list[int]:
        """It and its descendants, as far as they live: all processes that have inherited its mark."""
        return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and self._is_marked(entry)]

    def _is_marked(self, process: Path) -> bool:
        try:
            return f"{_MARK}={self._mark}".encode() in (process / "environ").read_bytes()
        except OSError:
            return False


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
