"""The other sides of bench/fetch.py: programs that read feeds too, each in processes of its own, on the same site."""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

_UPDATE = """
import logging, sys, time
from reader import make_reader

logging.disable()
reader = make_reader(sys.argv[1])
for url in sys.stdin.readline().split():
    reader.add_feed(url)
for line in sys.stdin:
    began = time.process_time()
    reader.update_feeds(scheduled=False, workers=int(sys.argv[2]))
    print(time.process_time() - began, reader.get_entry_counts().total, flush=True)
"""
"""Its own CPU, without starting Python; then how many entries it has."""

# The second is for the feedparser that the first brings along, which asks for it on current Pythons only by its import.
_PACKAGES = ("reader", "sgmllib3k")


class Side(Protocol):
    """A program that polls the feeds of a site."""

    name: str

    def poll(self) -> float:
        """Poll every feed; seconds of CPU."""
        ...

    def entries(self) -> int:
        """How many entries it has by now."""
        ...


def reader_python(folder: Path) -> Path:
    """A Python with lemon24's `reader`, in a virtual environment that is made in `folder` if it is not there.

    Raises: OSError, subprocess.CalledProcessError: it cannot be had.
    """
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *_PACKAGES], check=True, capture_output=True)
    subprocess.run([python, "-c", "import reader._vendor.feedparser"], check=True, capture_output=True)
    return python


class Reader:
    """lemon24's `reader`: `update_feeds(workers=N)`, in one process that lives as long as the block."""

    name = "reader"

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._entries = 0

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid

    def poll(self) -> float:
        """Poll every feed; seconds of CPU. Raises: RuntimeError, when it has died."""
        if not self._process.stdin or not self._process.stdout:
            raise RuntimeError("reader was started without pipes")
        self._process.stdin.write("update\n")
        self._process.stdin.flush()
        said = self._process.stdout.readline().split()
        if not said:
            raise RuntimeError(f"reader ended with {self._process.wait()}")
        self._entries = int(said[1])
        return float(said[0])

    def entries(self) -> int:
        """How many entries it has by now."""
        return self._entries


@contextmanager
def reader(python: Path, folder: Path, urls: Sequence[str], workers: int) -> Iterator[Reader]:
    """A new reader of these feeds, with its database in `folder`."""
    command: list[str | Path] = [python, "-c", _UPDATE, folder / "reader.db", str(workers)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdin:
                process.stdin.write(" ".join(urls) + "\n")
            yield Reader(process)
        finally:
            process.kill()


class Newsboat:
    """`newsboat -x reload`: started for every poll, which is how it is used from a timer."""

    name = "newsboat"

    def __init__(self, folder: Path, urls: Sequence[str]) -> None:
        self._folder = folder
        (folder / "urls").write_text("\n".join(urls) + "\n")
        (folder / "newsboat.config").write_text("reload-threads 4\n")

    def poll(self) -> float:
        """Poll every feed; seconds of CPU, its start with all that it has stored included."""
        return self._run("reload")[0]

    def entries(self) -> int:
        """How many unread entries it has by now: all of them."""
        return int(self._run("print-unread")[1].split()[0])

    def _run(self, command: str) -> tuple[float, str]:
        names = {"-u": "urls", "-c": "cache.db", "-C": "newsboat.config"}
        options = [part for option, name in names.items() for part in (option, str(self._folder / name))]
        environment: Mapping[str, str] = {**os.environ, "HOME": str(self._folder)}
        process = subprocess.Popen(
            ["newsboat", *options, "-x", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
        )
        said = process.stdout.read().decode(errors="replace") if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"newsboat -x {command} ended with {process.returncode}: {said[-500:]}")
        return usage.ru_utime + usage.ru_stime, said


def newsboat_missing() -> str:
    """Why newsboat is not measured, "" where it can be."""
    return "" if shutil.which("newsboat") else "newsboat is not installed (apt install newsboat)"
