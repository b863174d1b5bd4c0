"""dev.py says what is missing, and does nothing twice."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """dev.py, on a project in a folder of its own that has no environment yet."""
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "BIN", tmp_path / ".venv" / "bin")
    return module


@pytest.fixture
def calls(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What would have been run; every step succeeds."""
    made: list[list[str]] = []

    def call(command: list[str], _environment: dict[str, str] | None = None) -> int:
        made.append(command)
        dev.VENV.mkdir(exist_ok=True)
        return 0

    monkeypatch.setattr(dev, "call", call)
    return made


def test_it_parses_on_an_old_python_and_uses_the_standard_library_only() -> None:
    code = "import ast, sys; ast.parse(open(sys.argv[1]).read(), feature_version=(3, 8))"
    assert subprocess.run([sys.executable, "-c", code, ROOT / "dev.py"], check=False).returncode == 0
    lines = (ROOT / "dev.py").read_text(encoding="utf-8").splitlines()
    imported = {line.split()[1] for line in lines if line.startswith(("import ", "from "))}
    assert imported <= {*sys.stdlib_module_names, "__future__"}


def test_without_uv_the_environment_is_made_by_venv_and_filled_by_pip(
    dev: ModuleType, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev.shutil, "which", lambda _: None)
    dev.set_up("dev")
    assert [command[1:3] for command in calls] == [["-m", "venv"], ["-m", "pip"]]
    assert calls[1][-1] == ".[dev]"


def test_uv_is_used_where_there_is_one(
    dev: ModuleType, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev.shutil, "which", lambda name: "/usr/bin/uv" if name == "uv" else None)
    dev.set_up("")
    assert [command[:2] for command in calls] == [["/usr/bin/uv", "venv"], ["/usr/bin/uv", "pip"]]


def test_a_second_run_sets_nothing_up_again_until_the_project_asks_for_more(
    dev: ModuleType, calls: list[list[str]]
) -> None:
    dev.set_up("dev")
    made = len(calls)
    dev.set_up("dev")
    dev.set_up("")
    assert len(calls) == made
    (dev.ROOT / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    dev.set_up("")
    assert len(calls) > made


def test_what_is_missing_is_said_exactly(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev.shutil, "which", lambda _: None)
    monkeypatch.setattr(dev, "call", lambda _: 1)
    with pytest.raises(SystemExit) as ended:
        dev.set_up("dev")
    assert ended.value.code == 1
    assert "`apt install python3-venv`" in capsys.readouterr().err
    assert "is the network up?" in dev.advice(["pip", "install"])


def test_a_python_that_is_too_old_hands_over_to_a_newer_one_or_says_so(
    dev: ModuleType, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev.sys, "version_info", (3, 8, 1))
    monkeypatch.setattr(dev.shutil, "which", lambda name: f"/usr/bin/{name}" if name == "python3.12" else None)
    assert dev.main(["test"]) == 0
    assert calls[0][0] == "/usr/bin/python3.12"
    monkeypatch.setattr(dev.shutil, "which", lambda _: None)
    assert dev.main(["test"]) == 1
    assert "Python 3.8.1 is too old" in capsys.readouterr().err


def test_an_unknown_command_prints_what_there_is(dev: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["tset"]) == 2
    assert dev.main(["--help"]) == 0
    assert "python3 dev.py test" in capsys.readouterr().out


def test_the_coverage_gate_counts_where_postgresql_runs(
    dev: ModuleType, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "has_postgres", lambda: True)
    dev.main(["test"])
    assert "--cov-fail-under=100" in calls[-1]
    monkeypatch.setattr(dev, "has_postgres", lambda: False)
    dev.main(["test"])
    assert "--cov-fail-under=100" not in calls[-1]
    dev.main(["test", "--", "tests/text"])
    assert calls[-1][-1] == "tests/text"
