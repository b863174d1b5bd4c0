"""Databases for tests: each test that asks for one runs over SQLite and over a private PostgreSQL.

The PostgreSQL cluster is started once for a test process, speaks through a socket only, and is thrown away. `initdb`
and `postgres` refuse to run as root, so there an unprivileged user runs them.
"""

import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from monitor.store.store import Store

_numbers = itertools.count()
_BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "log_min_messages": "fatal",
    "autovacuum": "off",
    "max_wal_size": "128MB",
}
_MEMORY, _ROOM = "/dev/shm", 4 << 30


class Cluster:
    """A PostgreSQL server; `url` names one of its databases."""

    def __init__(self, folder: Path, version: int, command: list[str | Path], who: dict[str, Any]) -> None:
        self.folder = folder
        self._command, self._who = command, who
        self._server: subprocess.Popen[bytes] | None = None
        self._template_made = False
        # Copying files takes a seventh of the default's time. Before version 15 it is the only way, and has no name.
        self._strategy = "STRATEGY FILE_COPY" if version >= 15 else ""

    def start(self) -> None:
        self._server = subprocess.Popen(self._command, cwd=self.folder, stderr=subprocess.DEVNULL, **self._who)
        _await(self)

    def stop(self) -> None:
        """At once, as it would end in a crash ("immediate")."""
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait(30)

    def url(self, name: str) -> str:
        return f"postgresql://monitor@/{name}?host={self.folder}"

    def sql(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(f"host={self.folder} user=monitor dbname=postgres", autocommit=True) as connection:
            connection.execute(statement.encode())

    def create(self, *, template: str = "template0") -> str:
        name = f"test{next(_numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template} {self._strategy}")
        return name

    def create_ready(self) -> str:
        """A database that has its tables: copied, which is faster than the migrations."""
        if not self._template_made:
            from monitor.store.store import Store

            self.sql("CREATE DATABASE ready TEMPLATE template0")
            Store.open(self.url("ready")).close()
            self._template_made = True
        return self.create(template="ready")

    def drop(self, name: str) -> None:
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _binaries() -> Path | None:
    places = [Path(found).resolve().parent] if (found := shutil.which("initdb")) else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "postgres").exists()), None)


def _unprivileged() -> dict[str, Any]:
    return {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A private cluster; skips where PostgreSQL, or its driver, is not installed."""
    if no := no_postgres():
        pytest.skip(no)
    with cluster(_QUICK) as running:
        yield running


def no_postgres() -> str:
    """Why there can be no cluster; "" where there can."""
    if importlib.util.find_spec("psycopg") is None:
        return "psycopg is not installed"
    return "" if _binaries() else "no PostgreSQL binaries (initdb, postgres) here"


def _in_memory() -> str:
    """A folder in memory with room for clusters, where hundreds of databases are made in a fraction of the time; "" if
    there is none.
    """
    try:
        return _MEMORY if shutil.disk_usage(_MEMORY).free > _ROOM else ""
    except OSError:
        return ""


@contextmanager
def cluster(settings: Mapping[str, str]) -> Iterator[Cluster]:
    """A private cluster with these settings beside ours."""
    binaries = _binaries()
    assert binaries is not None
    # Not pytest's own folder: a socket's path may have 107 bytes, and the user needs to reach it.
    folder = Path(tempfile.mkdtemp(prefix="mmpg", dir=_in_memory() or "/tmp"))
    who = _unprivileged()
    if who:
        os.chown(folder, 65534, 65534)
    data = folder / "data"
    init: list[str | Path] = [
        binaries / "initdb",
        "-D",
        data,
        "-U",
        "monitor",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "-N",
    ]
    try:
        subprocess.run(init, check=True, cwd=folder, stdout=subprocess.DEVNULL, **who)
        given = [part for name, value in {**_SETTINGS, **settings}.items() for part in ("-c", f"{name}={value}")]
        version = int((data / "PG_VERSION").read_text().split(".")[0])
        made = Cluster(folder, version, [binaries / "postgres", "-D", data, "-k", folder, *given], who)
        try:
            made.start()
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _await(cluster: Cluster) -> None:
    import psycopg

    for _ in range(300):
        try:
            cluster.sql("SELECT 1")
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the private PostgreSQL did not start within 15 s")


@pytest.fixture(scope="session")
def _ready_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from monitor.store.store import Store

    path = tmp_path_factory.mktemp("ready") / "monitor.db"
    Store.open(str(path)).close()
    return path


@pytest.fixture(params=_BOTH)
def new_database(request: pytest.FixtureRequest) -> Iterator[Callable[..., str]]:
    """Makes databases of one kind: `new_database()` has its tables, `new_database(empty=True)` has nothing."""
    if request.param == "sqlite":
        yield _sqlite_maker(request.getfixturevalue("tmp_path"), request.getfixturevalue("_ready_sqlite"))
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    made: list[str] = []

    def make(*, empty: bool = False) -> str:
        made.append(cluster.create() if empty else cluster.create_ready())
        return cluster.url(made[-1])

    yield make
    for name in made:
        cluster.drop(name)


def _sqlite_maker(folder: Path, ready: Path) -> Callable[..., str]:
    def make(*, empty: bool = False) -> str:
        path = folder / f"monitor{next(_numbers)}.db"
        if not empty:
            shutil.copyfile(ready, path)
        return str(path)

    return make


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """A database with its tables and nothing in them."""
    return new_database()


@pytest.fixture
def store(database_url: str) -> "Iterator[Store]":
    """The same, open."""
    from monitor.store.store import Store

    with Store.open(database_url) as opened:
        yield opened
