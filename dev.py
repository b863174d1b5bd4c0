#!/usr/bin/env python3
"""Everything a developer or a newcomer runs, with nothing but Python: sets the project up in .venv, then does the job.

    python3 dev.py run [-- ARGS]     set up, then `monitor run ARGS` on config/ (the daemon; --once for one pass)
    python3 dev.py test [ARGS]       set up, then the tests; with ARGS only those that pytest selects by them
    python3 dev.py check             format, lint, types, import contracts and the quick tests: before every commit
    python3 dev.py nightly           the tests of random cases (rules, fuzz), with twenty times as many
    python3 dev.py lint              the same without the tests
    python3 dev.py docs              write docs/cli.md anew, from the commands
    python3 dev.py monitor ARGS      any other command of the monitor
    python3 dev.py setup             set up only

Uses uv where it is installed, else venv and pip. A second run finds the work done and starts at once.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
OLDEST = (3, 11)
NEWER_PYTHONS = ["python3.14", "python3.13", "python3.12", "python3.11"]
POSTGRES_FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def main(arguments: list[str]) -> int:
    """Run one command; returns its exit code."""
    commands = {
        "run": run,
        "test": test,
        "check": check,
        "nightly": nightly,
        "lint": lint,
        "monitor": monitor,
        "docs": docs,
        "setup": setup_only,
    }
    if not arguments or arguments[0] not in commands:
        print(__doc__)
        return 0 if arguments[:1] in (["-h"], ["--help"], ["help"]) else 2
    if sys.version_info < OLDEST:
        return with_a_newer_python(arguments)
    rest = arguments[1:]
    return commands[arguments[0]](rest[1:] if rest[:1] == ["--"] else rest)


def with_a_newer_python(arguments: list[str]) -> int:
    """Start again under a Python that is new enough, or say that there is none."""
    for name in NEWER_PYTHONS:
        python = shutil.which(name)
        if python:
            return call([python, str(Path(__file__).resolve()), *arguments])
    have = ".".join(str(number) for number in sys.version_info[:3])
    return stop(
        f"Python {have} is too old: the monitor needs 3.11 or newer. Install python3.11 (or newer) and try again."
    )


# ── commands ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def run(arguments: list[str]) -> int:
    """Start the daemon on config/."""
    return monitor(["run", *arguments])


def monitor(arguments: list[str]) -> int:
    """Any command of the monitor; the configuration is this checkout's unless told otherwise."""
    set_up("")
    environment = {"MONITOR_CONFIG": str(ROOT / "config"), **os.environ}
    command = [str(BIN / "monitor"), *arguments]
    if os.name == "posix":
        os.execve(command[0], command, environment)
    return call(command, environment)


def setup_only(_arguments: list[str]) -> int:
    """Install what development needs."""
    set_up("dev")
    return 0


def test(arguments: list[str]) -> int:
    """All tests with the coverage gate, or those that the arguments select."""
    set_up("dev")
    if arguments:
        return tool("python", "-m", "pytest", *arguments)
    gate = ["--cov", "--cov-report=term-missing:skip-covered"]
    if has_postgres():
        gate.append("--cov-fail-under=100")
    else:
        print("No PostgreSQL binaries here: its tests are skipped, and the coverage gate with them.", flush=True)
    return tool("python", "-m", "pytest", "-n", "auto", "--dist", "worksteal", *gate)


def lint(_arguments: list[str]) -> int:
    """Format, lint, types, import contracts, the Dockerfile; the first that fails ends it."""
    set_up("dev")
    checks = [
        ("ruff", "format", "--check", "."),
        ("ruff", "check", "."),
        ("mypy",),
        ("lint-imports", "--no-logo"),
    ]
    if (BIN / "hadolint").exists():
        checks.append(("hadolint", "Dockerfile"))
    for check_ in checks:
        code = tool(*check_)
        if code:
            return code
    return 0


def check(_arguments: list[str]) -> int:
    """What a commit must pass."""
    quick = ["-n", "auto", "--dist", "worksteal", "-m", "not kills and not corpora and not postgres"]
    return lint([]) or tool("python", "-m", "pytest", *quick)


def docs(_arguments: list[str]) -> int:
    """Write what is made: docs/cli.md, from the commands."""
    set_up("dev")
    return tool("python", "-m", "tests.reference")


def nightly(_arguments: list[str]) -> int:
    """The tests that try random cases, many more than CI does."""
    set_up("dev")
    os.environ["MONITOR_NIGHTLY"] = "20"
    return tool("python", "-m", "pytest", "-n", "auto", "--dist", "worksteal", "-m", "nightly")


# ── set-up ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def set_up(extra: str) -> None:
    """Make .venv hold the monitor, editable, with what it needs; with `extra` "dev" also the tools."""
    for done in {extra, "dev"}:
        stamp = VENV / f".set-up-{done or 'run'}"
        if stamp.exists() and stamp.read_text() == fingerprint():
            return
    print(f"Setting up in {VENV.name}/ (once; needs the network) …", flush=True)
    uv = shutil.which("uv")
    target = "." + (f"[{extra}]" if extra else "")
    if uv:
        make = [] if (BIN / "python").exists() else [[uv, "venv", "--quiet", "--python", sys.executable, str(VENV)]]
        steps = [*make, [uv, "pip", "install", "--quiet", "--python", str(BIN / "python"), "-e", target]]
    else:
        make = [] if (BIN / "pip").exists() else [[sys.executable, "-m", "venv", "--clear", str(VENV)]]
        steps = [*make, [str(BIN / "python"), "-m", "pip", "install", "--quiet", "-e", target]]
    for step in steps:
        if call(step):
            raise SystemExit(stop(advice(step)))
    (VENV / f".set-up-{extra or 'run'}").write_text(fingerprint())


def fingerprint() -> str:
    """Changes when the project asks for other packages, or the folder or the Python changes."""
    parts = [(ROOT / "pyproject.toml").read_text(encoding="utf-8"), str(ROOT), sys.version]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def advice(step: list[str]) -> str:
    """What to do when a step of the set-up failed."""
    if "venv" in step:
        version = "python{}.{}".format(*sys.version_info[:2])
        return (
            "Python could not make a virtual environment. On Debian and Ubuntu: "
            f"`apt install python3-venv` (or {version}-venv); elsewhere install uv, and try again."
        )
    return "The packages could not be installed: see the lines above (is the network up?), and try again."


def has_postgres() -> bool:
    """Whether the tests can start a PostgreSQL server of their own."""
    return bool(shutil.which("initdb") or any((folder / "initdb").exists() for folder in POSTGRES_FOLDERS))


def tool(name: str, *arguments: str) -> int:
    """Run a tool of the environment from the project's root."""
    print(f"── {' '.join([name, *arguments])}", flush=True)
    return call([str(BIN / name), *arguments])


def call(command: list[str], environment: dict[str, str] | None = None) -> int:
    """Run a command in the project's root; returns its exit code."""
    try:
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 130


def stop(message: str) -> int:
    """Say on standard error why we cannot go on; returns the exit code for it."""
    print(f"dev.py: {message}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
