"""Valid files, damaged at random: a configuration or problems with places that exist, never anything else."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.config.load import Config, load
from monitor.errors import ConfigError, Problem
from tests.config.valid import HOME, files
from tests.sizes import cases

NAMES = sorted(files())
PIECES = [b"", b":", b": ", b"- ", b"\n", b"\n  ", b"\t", b"'", b'"', b"|", b"[", b"]", b"{", b"}", b"*", b"&a ", b"@"]
PIECES += [b"#", b"!", b"%", b"---\n", b"\xff", b"\x00", "נ".encode(), "\u200f".encode(), b"NOT ", b"(", b"~", b","]


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, bytes]:
    given_files = files()
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(NAMES))
        text = given_files[name]
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 0, 1, 1, 3, 20, 10**6])))
        piece = draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=4)))
        given_files[name] = text[:start] + piece + text[end:]
    return given_files


@pytest.mark.nightly
@settings(max_examples=cases(500), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged())
def test_a_damaged_configuration_loads_or_has_problems(given_files: dict[str, bytes]) -> None:
    config: Config | None
    problems: tuple[Problem, ...]
    try:
        config, problems = load(given_files, environment={}, home=HOME), ()
    except ConfigError as error:
        config, problems = None, error.problems

    assert problems or (config and config.feeds and config.watchlists)
    for problem in problems:
        lines = re.split(b"\r\n|\r|\n", given_files.get(problem.file, b""))
        assert problem.what
        assert problem.file
        assert problem.line <= len(lines)
