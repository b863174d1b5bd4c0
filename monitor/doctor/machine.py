"""What this machine gives the monitor: a clock, names, certificates, room, files."""

import os
import resource
import shutil
import socket
import ssl
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor.doctor.finding import Finding, fail, ok, warn

FEW_BYTES, HARDLY_ANY_BYTES = 2_000_000_000, 100_000_000
FEW_INODES = 10_000
FEW_FILES = 512
"""Connections, databases and pipes of a daemon with 64 requests in flight take a quarter of it."""
_SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
_OLDEST = datetime(2025, 11, 1, tzinfo=UTC)
"""Before this version was written."""
_AHEAD = timedelta(minutes=5)
_DNS_PATIENCE = 5.0
_ZONES = ("Asia/Gaza", "Asia/Jerusalem", "Europe/Istanbul")
_PUBLIC = "example.com"
"""A name that is kept for such uses (RFC 2606), and resolves."""


def clock(now: datetime, newest: datetime | None, synchronised: Path = _SYNCHRONISED) -> Iterator[Finding]:
    """`newest`: the latest moment that the database holds of the past."""
    advice = "set it, and let it be kept: `timedatectl set-ntp true`"
    if now < _OLDEST:
        yield fail("clock", f"it says {now:%Y-%m-%d %H:%M}, which was before this version was written", advice)
    elif newest and newest - now > _AHEAD:
        yield fail(
            "clock", f"it says {now:%Y-%m-%d %H:%M}, and the database already knew {newest:%Y-%m-%d %H:%M}", advice
        )
    else:
        yield ok("clock", f"{now:%Y-%m-%d %H:%M} UTC")
    if not synchronised.parent.is_dir():
        yield ok("time source", "not told here (no systemd-timesyncd)")
    elif synchronised.exists():
        yield ok("time source", "synchronised by systemd-timesyncd")
    else:
        yield warn(
            "time source", "systemd-timesyncd runs, and has not synchronised since the start", "see `timedatectl`"
        )


def zones() -> Finding:
    """Whether time zones are known."""
    try:
        for name in _ZONES:
            ZoneInfo(name)
    except ZoneInfoNotFoundError as error:
        return fail(
            "time zones", f"no data: {error}", "`pip install --upgrade tzdata`, or install your system's tzdata"
        )
    return ok("time zones", "known")


def names(resolve: Callable[[str], object] = socket.gethostbyname) -> Finding:
    """Whether the names of hosts can be resolved."""
    asking = ThreadPoolExecutor(1)
    try:
        asking.submit(resolve, _PUBLIC).result(_DNS_PATIENCE)
    except TimeoutError:
        said = f"no answer about {_PUBLIC} within {_DNS_PATIENCE:g} s"
    except OSError as error:
        said = f"{_PUBLIC} is not resolved: {error}"
    else:
        return ok("DNS", f"{_PUBLIC} is resolved")
    finally:
        asking.shutdown(wait=False)
    return warn("DNS", said, "is this machine online? see /etc/resolv.conf; without it no feed can be polled")


def certificates(context: ssl.SSLContext | None = None) -> Finding:
    """Whether servers can be told from impostors."""
    known = len((context or ssl.create_default_context()).get_ca_certs())
    folder = ssl.get_default_verify_paths()
    if known or (folder.capath and any(Path(folder.capath).glob("*"))):
        return ok("certificates", f"{known} authorities, {folder.cafile or folder.capath}")
    advice = "install your system's ca-certificates, or set SSL_CERT_FILE"
    return fail("certificates", "no authority is known, so no https address can be fetched", advice)


def disk(folder: Path) -> Iterator[Finding]:
    """Room for the database in a folder that is there."""
    free, nodes = shutil.disk_usage(folder).free, os.statvfs(folder)
    yield room(free, folder)
    yield inodes(nodes.f_favail, nodes.f_files, folder)


def room(free: int, folder: Path) -> Finding:
    """Bytes."""
    said = f"{free / 1e9:,.1f} GB are free at {folder}"
    advice = "make room, keep less (`retention:`), or move the database; see docs/operations.md"
    if free < HARDLY_ANY_BYTES:
        return fail("disk", said, advice)
    return warn("disk", said, advice) if free < FEW_BYTES else ok("disk", said)


def inodes(free: int, all_of_them: int, folder: Path) -> Finding:
    """Files that can still be made; some file systems do not count them."""
    if not all_of_them:
        return ok("inodes", "not counted here")
    said = f"{free:,} files can still be made at {folder}"
    return warn("inodes", said, "delete files that nobody needs") if free < FEW_INODES else ok("inodes", said)


def data_folder(folder: Path) -> Iterator[Finding]:
    """Where an SQLite file is, or is to be; a folder that is not there is made by the daemon."""
    there = next(place for place in (folder, *folder.parents) if place.is_dir())
    if not os.access(there, os.W_OK | os.X_OK):
        yield fail(
            "data folder",
            f"{there} cannot be written by this user",
            f"`chown` it, or set `database:` (user {os.getuid()})",
        )
        return
    said = f"{folder} can be written" if there == folder else f"{folder} will be made"
    if there == folder and stat.S_IMODE(folder.stat().st_mode) & stat.S_IWOTH:
        yield warn("data folder", f"{folder} can be written by everybody", f"`chmod o-w {folder}`")
    else:
        yield ok("data folder", said)
    yield from disk(there)


def config_folder(folder: Path) -> Finding:
    """Where the configuration is."""
    if not folder.is_dir():
        return fail("config folder", f"{folder} is no folder", "`monitor init` writes one; or name it with --config")
    others = [path for path in (folder, *folder.rglob("*")) if stat.S_IMODE(path.lstat().st_mode) & stat.S_IWOTH]
    others = [path for path in others if not path.is_symlink()]
    if others:
        what = f"{others[0]} can be written by everybody"
        return warn("config folder", what, f"`chmod -R o-w {folder}`: who writes there decides what is watched")
    if not os.access(folder, os.R_OK | os.X_OK):
        return fail("config folder", f"{folder} cannot be read by this user", "`chmod` or `chown` it")
    return ok("config folder", str(folder))


def open_files(limit: int | None = None) -> Finding:
    """How many files and connections may be open at once."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0] if limit is None else limit
    if soft != resource.RLIM_INFINITY and soft < FEW_FILES:
        return warn("open files", f"only {soft} may be open", "`ulimit -n 4096`, or LimitNOFILE=4096 in the unit")
    return ok("open files", "as many as wanted" if soft == resource.RLIM_INFINITY else f"{soft} may be open")
