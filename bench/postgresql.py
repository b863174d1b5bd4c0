"""A private PostgreSQL server for a bench: it speaks through a socket only, and is thrown away."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_SETTINGS = {"listen_addresses": "", "shared_buffers": "64MB", "log_min_messages": "fatal"}
_NOBODY = 65534
_PATIENCE = 15.0
"""Seconds for it to start."""


def binaries() -> Path | None:
    """Where initdb and postgres are; None where they are not."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "postgres").exists()), None)


@contextmanager
def server(folder_of_binaries: Path) -> Iterator[str]:
    """The URL of an empty database; both refuse to run as root, who is somebody else then."""
    # A socket's path may have 107 bytes, and the other user needs to reach it.
    folder = Path(tempfile.mkdtemp(prefix="bench", dir="/tmp"))
    who: dict[str, Any] = {}
    if os.geteuid() == 0:
        os.chown(folder, _NOBODY, _NOBODY)
        who = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
    init: list[str | Path] = [
        folder_of_binaries / "initdb",
        "-D",
        folder / "data",
        "-U",
        "monitor",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
    ]
    options: list[str] = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    start: list[str | Path] = [folder_of_binaries / "postgres", "-D", folder / "data", "-k", folder, *options]
    quiet = subprocess.DEVNULL
    process = None
    try:
        subprocess.run(init, check=True, cwd=folder, stdout=quiet, **who)
        process = subprocess.Popen(start, cwd=folder, stderr=quiet, **who)
        _await(folder)
        yield f"postgresql://monitor@/postgres?host={folder}"
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)
            process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _await(folder: Path) -> None:
    import psycopg

    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            psycopg.connect(f"host={folder} user=monitor dbname=postgres").close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
