"""Which versions have known faults."""

import pytest

from monitor.doctor.finding import Level
from monitor.doctor.versions import judge, parsed, shown

GOOD = {"python": (3, 13, 9), "expat": (2, 7, 3), "sqlite": (3, 51, 3), "libxml2": (2, 14, 6), "openssl": (3, 5, 1)}


def levels(**versions: tuple[int, ...]) -> dict[str, Level]:
    return {one.name: one.level for one in judge(**{**GOOD, **versions})}


def test_of_good_versions_nothing_is_said() -> None:
    assert set(levels().values()) == {Level.OK}
    assert all(one.advice == "" for one in judge(**GOOD))


@pytest.mark.parametrize(
    ("name", "said", "version", "level"),
    [
        ("python", "Python", (3, 10, 12), Level.FAIL),
        ("expat", "expat", (2, 5, 0), Level.WARN),
        ("expat", "expat", (2, 7, 1), Level.WARN),
        ("expat", "expat", (2, 7, 2), Level.OK),
        ("sqlite", "SQLite", (3, 40, 1), Level.WARN),
        ("sqlite", "SQLite", (3, 44, 5), Level.WARN),
        ("sqlite", "SQLite", (3, 44, 6), Level.OK),
        ("sqlite", "SQLite", (3, 45, 0), Level.WARN),
        ("sqlite", "SQLite", (3, 50, 7), Level.OK),
        ("sqlite", "SQLite", (3, 51, 2), Level.WARN),
        ("libxml2", "libxml2", (2, 12, 0), Level.WARN),
        ("openssl", "OpenSSL", (1, 1, 1), Level.WARN),
    ],
)
def test_a_version_with_a_known_fault_is_told_with_advice(
    name: str, said: str, version: tuple[int, ...], level: Level
) -> None:
    assert levels(**{name: version})[said] is level
    advice = {one.name: one.advice for one in judge(**{**GOOD, name: version})}[said]
    assert bool(advice) is (level is not Level.OK)


@pytest.mark.parametrize(
    ("text", "version"),
    [("expat_2.7.1", (2, 7, 1)), ("3.40.1", (3, 40, 1)), ("OpenSSL 3.0.17 1 Jul 2025", (3, 0, 17))],
)
def test_versions_are_read_however_they_are_written(text: str, version: tuple[int, ...]) -> None:
    assert parsed(text) == version
    assert shown(version) in text
