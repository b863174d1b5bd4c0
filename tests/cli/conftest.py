"""The commands, run as a person runs them, on a database that the demo made."""

import shutil
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from monitor.cli import execute
from monitor.cli.demo import write_demo_config
from monitor.config.rules import Rules, read_rules
from monitor.demo.site import DemoSite
from monitor.rules.syntax import QueryField

Run = Callable[..., "Said"]
_KEPT = 8
"""Configurations whose rules are kept."""


class Said:
    """What a command printed, and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture(scope="session", autouse=True)
def _rules_compiled_once() -> Iterator[None]:
    """The same lists and watchlists give the same rules: to compile the shipped ones takes most of what a command does,
    and hundreds of commands run here.
    """
    known: OrderedDict[Hashable, Rules] = OrderedDict()

    def read(files: Mapping[str, bytes], values: Mapping[QueryField, Iterable[str]], **more: Any) -> Rules:
        asked = tuple((where, tuple(sorted(some))) for where, some in values.items())
        key = (tuple((name, files[name]) for name in files if "/" in name), asked, str(more))
        if key not in known:
            known[key] = read_rules(files, values, **more)
        known.move_to_end(key)
        while len(known) > _KEPT:
            known.popitem(last=False)
        return known[key]

    with patch("monitor.config.load.read_rules", read):
        yield


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's config/ and its database, after one real run: before anything is corrected."""
    folder = tmp_path_factory.mktemp("demo") / "kept"
    with DemoSite() as site:
        write_demo_config(folder / "config", site.feeds_yaml())
        assert execute(["run", "--once", "--config", str(folder / "config")]) == 0
    return folder


@pytest.fixture
def kept(demo: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(demo, tmp_path / "kept"))


@pytest.fixture
def monitor(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command; `at`: the folder that holds config/."""
    for name in ("MONITOR_CONFIG", "MONITOR_DATABASE_URL", "MONITOR_TIMEZONE", "MONITOR_CONTACT"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str, at: Path | None = None) -> Said:
        capsys.readouterr()
        code = execute([*arguments, *(["--config", str(at / "config")] if at else [])])
        printed = capsys.readouterr()
        return Said(code, printed.out, printed.err)

    return call


@pytest.fixture
def demo_site() -> DemoSite:
    return DemoSite()
