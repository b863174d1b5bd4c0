"""Versions of what the monitor rests on ↔ those with known faults. Values in, findings out."""

from collections.abc import Iterator

from monitor.doctor.finding import Finding, fail, ok, warn

Version = tuple[int, ...]

OLDEST_PYTHON: Version = (3, 11)
SAFE_EXPAT: Version = (2, 7, 2)
"""2.7.0 no longer overflows the stack over chained entities (https://blog.hartwork.org/posts/expat-2-7-0-released);
2.7.2 bounds what a small document makes it allocate (https://nvd.nist.gov/vuln/detail/CVE-2025-59375).
"""
CRASHING_EXPAT: Version = (2, 7)
SAFE_SQLITE: Version = (3, 51, 3)
"""From 3.7.0 on, two connections that write and checkpoint at the same instant may corrupt the database
(https://www.sqlite.org/wal.html#walresetbug); mended also in 3.44.6 and 3.50.7. Our lock keeps them apart, but not
other programs that open the file.
"""
MENDED_SQLITE: tuple[Version, ...] = ((3, 44, 6), (3, 50, 7))
SAFE_LIBXML2: Version = (2, 13, 8)
"""Out-of-bounds reads in schemas and in Python's bindings, neither of which are used here (CVE-2025-32414,
CVE-2025-32415); older ones have more.
"""
LAST_OPENSSL_1: Version = (3, 0)
"""OpenSSL 1.1.1 has had no public fixes since 11 September 2023 (https://openssl-library.org/policies/releasestrat/)."""


def parsed(text: str) -> Version:
    """The numbers of a version: "expat_2.7.1" is (2, 7, 1)."""
    numbers = "".join(letter if letter.isdigit() else " " for letter in text).split()
    return tuple(map(int, numbers[:3]))


def judge(*, python: Version, expat: Version, sqlite: Version, libxml2: Version, openssl: Version) -> Iterator[Finding]:
    """What is known of these versions."""
    yield _of_python(python)
    yield _of_expat(expat)
    yield _of_sqlite(sqlite)
    if libxml2 < SAFE_LIBXML2:
        yield warn("libxml2", f"{shown(libxml2)} has known faults", "upgrade lxml: `pip install --upgrade lxml`")
    else:
        yield ok("libxml2", shown(libxml2))
    if openssl < LAST_OPENSSL_1:
        yield warn("OpenSSL", f"{shown(openssl)} gets no fixes any more", "use a Python that is built with OpenSSL 3")
    else:
        yield ok("OpenSSL", shown(openssl))


def _of_python(version: Version) -> Finding:
    if version < OLDEST_PYTHON:
        return fail("Python", f"{shown(version)} is too old", f"install Python {shown(OLDEST_PYTHON)} or newer")
    return ok("Python", shown(version))


def _of_expat(version: Version) -> Finding:
    advice = f"use a Python whose expat is {shown(SAFE_EXPAT)} or newer, such as that of the Docker image"
    if version < CRASHING_EXPAT:
        what = "a hostile feed can crash its parser (CVE-2024-8176); what has entities of its own is refused for that"
        return warn("expat", f"{shown(version)}: {what}", advice)
    if version < SAFE_EXPAT:
        return warn("expat", f"{shown(version)}: a small feed can take much memory (CVE-2025-59375)", advice)
    return ok("expat", shown(version))


def _of_sqlite(version: Version) -> Finding:
    is_mended = version >= SAFE_SQLITE or any(version[:2] == one[:2] and version >= one for one in MENDED_SQLITE)
    if is_mended:
        return ok("SQLite", shown(version))
    what = "two programs that write at once can corrupt the database (the WAL-reset bug)"
    advice = "the monitor's own commands are kept apart; let no other program write to the file while the daemon runs"
    return warn("SQLite", f"{shown(version)}: {what}", advice)


def shown(version: Version) -> str:
    """As people write it."""
    return ".".join(map(str, version))
