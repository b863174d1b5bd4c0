"""PostgreSQL's own programs, for backups: pg_dump and pg_restore, wherever they are installed."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.engine import URL

from monitor.errors import StoreError
from monitor.store.address import Server
from monitor.store.connections import Transaction

ROOT = Path("/")
PLACES = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/libpq/bin")
"""Where packages put them, beside what PATH names."""


def snapshot(tx: Transaction) -> str:
    """The name under which others see what this transaction sees, as long as it is open."""
    return str(tx.execute(select(func.pg_export_snapshot())).scalar_one())


def write(server: Server, file: Path, *, snapshot: str) -> None:
    """Writes what a snapshot shows, in pg_dump's own format.

    Raises:
        StoreError: pg_dump is not installed, or fails.
    """
    address, password = _without_password(server.url)
    options = ["--format=custom", "--no-password", "--no-owner", "--no-acl", f"--snapshot={snapshot}", f"--file={file}"]
    # A password among the arguments could be read by everybody on this machine.
    _run("pg_dump", [*options, f"--dbname={address}"], {"PGPASSWORD": password} if password else {})


def check(file: Path) -> None:
    """Reads a whole dump. Raises: StoreError, where that fails."""
    _run("pg_restore", ["--file=/dev/null", str(file)], {})


def _without_password(url: URL) -> tuple[str, str]:
    """The address without the password, wherever it stands in it, and the password."""
    query = dict(url.query)
    given = query.pop("password", "")
    bare = URL.create(
        "postgresql", username=url.username, host=url.host, port=url.port, database=url.database, query=query
    )
    return bare.render_as_string(), url.password or (given if isinstance(given, str) else given[-1])


def _run(name: str, arguments: Sequence[str], variables: dict[str, str]) -> None:
    try:
        done = subprocess.run(  # noqa: S603 (no shell; the program is PostgreSQL's)
            [_program(name), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, **variables},
            check=False,
        )
    except OSError as error:
        raise StoreError(f"{name} cannot be run ({error.strerror})", hint="install it anew") from error
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines() or [f"it ended with {done.returncode}"]
        hint = "it must be of the server's version or newer; see that there is room for its file"
        raise StoreError(f"{name} failed: {words[0].removeprefix(f'{name}: ')}", hint=hint)


def _program(name: str) -> str:
    if found := shutil.which(name):
        return found
    for place in PLACES:
        if there := sorted(ROOT.glob(f"{place}/{name}"), reverse=True):
            return str(there[0])
    hint = "install PostgreSQL's programs for clients (Debian, Ubuntu: apt install postgresql-client)"
    raise StoreError(f"{name} is needed for a backup of PostgreSQL, and is not installed", hint=hint)
