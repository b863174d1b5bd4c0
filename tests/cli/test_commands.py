import errno
import json
import os
import subprocess
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from monitor import cli
from monitor.cli import EXIT_INTERRUPTED, execute, open_what_is_closed, print_all
from monitor.config.agencies import MISSING
from monitor.config.settings import NO_CONTACT
from monitor.errors import FetchError, FetchKind, LockedError
from tests.cli.conftest import Run


def test_help_names_every_command_without_importing_the_work(monitor: Run) -> None:
    said = monitor("--help")
    assert said.code == 0
    assert all(name in said.out for name in cli.COMMANDS)
    code = "import sys; from monitor.cli import execute; execute(['--help']); sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, stdout=subprocess.DEVNULL).returncode == 0


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_explains_itself(monitor: Run, command: str) -> None:
    said = monitor(command, "--help")
    assert said.code == 0
    assert said.out.startswith(f"Usage: monitor {command}")


def test_a_mistyped_command_is_answered_with_the_nearest(monitor: Run) -> None:
    said = monitor("mathces")
    assert said.code == 2
    assert 'there is no command "mathces" (did you mean "matches"?)' in said.err
    assert "did you mean" not in monitor("xyzzy").err


def test_version(monitor: Run) -> None:
    from monitor import __version__

    assert monitor("--version").out.strip().endswith(__version__)


def test_a_sound_configuration_is_said_to_be_so(monitor: Run, demo: Path) -> None:
    said = monitor("check", str(demo / "config"))
    assert said.code == 0
    assert said.out.startswith("ok: 14 feeds of ")
    assert json.loads(monitor("check", str(demo / "config"), "--format", "json").out) == []


def test_a_missing_contact_is_a_hint_and_no_problem(monitor: Run, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MONITOR_CONTACT", raising=False)
    said = monitor("check", str(demo / "config"))
    assert (said.code, said.out.splitlines()[1:]) == (0, [f"hint: {NO_CONTACT}"])
    monkeypatch.setenv("MONITOR_CONTACT", "desk@news.example")
    said = monitor("check", str(demo / "config"))
    assert (said.code, said.out.splitlines()[1:]) == (0, [])


def test_a_missing_table_of_agencies_is_a_hint_and_no_problem(monitor: Run, kept: Path) -> None:
    (kept / "config" / "agencies.yaml").unlink()
    said = monitor("check", str(kept / "config"))
    assert (said.code, said.out.splitlines()[1]) == (0, f"hint: {MISSING}")


def test_problems_are_printed_with_their_places(monitor: Run, kept: Path) -> None:
    path = kept / "config" / "watchlists" / "ceasefire-talks.yaml"
    path.write_text("titel: Talks\nquery: '@nothing'\n", encoding="utf-8")
    said = monitor("check", str(kept / "config"))
    assert said.code == 1
    assert "watchlists/ceasefire-talks.yaml:1:1: " in said.err
    assert 'did you mean "title"?' in said.err
    assert "\n2 problems in the configuration" in said.err
    problems = json.loads(monitor("check", str(kept / "config"), "--format", "json").out)
    assert [problem["line"] for problem in problems] == [1, 2]


def test_a_missing_configuration_says_how_to_make_one(monitor: Run, tmp_path: Path) -> None:
    said = monitor("run", "--once", at=tmp_path)
    assert said.code == 2
    assert "monitor init" in said.err


def test_init_writes_what_check_accepts_and_overwrites_nothing(monitor: Run, tmp_path: Path) -> None:
    folder = tmp_path / "config"
    assert "files written to" in monitor("init", str(folder)).out
    assert monitor("check", str(folder)).code == 0
    assert monitor("init", str(folder)).code == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_name_the_command(monitor: Run, shell: str) -> None:
    assert "_MONITOR_COMPLETE" in monitor("completion", shell).out


def test_the_shell_completes_commands_and_options() -> None:
    environment = {**os.environ, "_MONITOR_COMPLETE": "bash_complete", "COMP_WORDS": "monitor mat", "COMP_CWORD": "1"}
    code = "from monitor.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert "plain,matches" in done.stdout


def test_db_status_tells_what_there_is(monitor: Run, demo: Path) -> None:
    said = monitor("db", "status", at=demo)
    assert said.code == 0
    assert "articles  77" in said.out
    assert "daemon    none" in said.out
    assert monitor("db", "status", "--running", at=demo).code == 1


def test_db_upgrade_of_a_database_that_is_up_to_date_changes_nothing(monitor: Run, demo: Path) -> None:
    said = monitor("db", "upgrade", at=demo)
    assert said.code == 0
    assert "is up to date" in said.out


def test_what_goes_wrong_elsewhere_is_one_line_and_a_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def raising(error: BaseException) -> None:
        def fail(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr(cli.monitor, "main", fail)

    fetch = FetchError("gazette.example: no such host", url="", kind=FetchKind.DNS, temporary=True)
    monkeypatch.setattr("os.dup2", lambda *_: None)
    cases = (
        (LockedError("locked", pid=1), 4),
        (fetch, 1),
        (KeyboardInterrupt(), EXIT_INTERRUPTED),
        (SystemExit(1), 0),
        (OSError(errno.ENOSPC, "no space"), 1),
    )
    for error, code in cases:
        raising(error)
        assert execute([]) == code
    said = ("locked", "gazette.example: no such host", "the output cannot be written (no space)")
    assert capsys.readouterr().err.splitlines() == [f"monitor: {one}" for one in said]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("output", ["table", "json", "csv"])
def test_output_that_cannot_be_written_is_said_to_be(demo: Path, output: str) -> None:
    command = [sys.executable, "-m", "monitor", "matches", "--format", output, "--config", str(demo / "config")]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "monitor: the output cannot be written (No space left on device)\n")


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full", "some/file"), OSError(errno.EBADF, "bad")])
def test_only_our_own_output_is_meant(monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(cli.monitor, "main", fail)
    with pytest.raises(OSError, match=r"full|bad"):
        execute([])


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv"])
def test_a_reader_that_goes_away_is_no_error(demo: Path, output: str) -> None:
    command = f"{sys.executable} -m monitor matches --limit 1000 --format {output} --config {demo}/config | head -1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


@pytest.mark.parametrize("closed", [(0, 1, 2), (1,), ()])
def test_streams_that_are_closed_are_opened_and_no_others(
    monkeypatch: pytest.MonkeyPatch, closed: tuple[int, ...]
) -> None:
    names = ("stdin", "stdout", "stderr")
    before = [getattr(sys, name) for name in names]
    for number in closed:
        monkeypatch.setattr(sys, names[number], None)
    kept = {number: os.dup(number) for number in closed}
    try:
        for number in closed:
            os.close(number)
        open_what_is_closed()
        now = [getattr(sys, name) for name in names]
        numbers = tuple(now[number].fileno() for number in closed)
        for number in closed:
            now[number].close()
    finally:
        for number, one in kept.items():
            os.dup2(one, number)
            os.close(one)
    assert numbers == closed
    assert all(now[number] is before[number] for number in range(3) if number not in closed)


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("matches >&-", 0, ""),
        ("matches --outlet nowhere >&-", 2, 'Error: there is no outlet "nowhere"'),
        ("matches --outlet nowhere 2>&-", 2, ""),
        ("review - --relevant <&-", 0, "Standard input names no match"),
        ("review <&- >&- 2>&-", 2, ""),
    ],
)
def test_a_closed_stream_leads_nowhere(kept: Path, command: str, code: int, said: str) -> None:
    line = f'exec "$0" -m monitor {command}'
    environment = {**os.environ, "MONITOR_CONFIG": str(kept / "config")}
    bash = ["bash", "-c", line, sys.executable]
    done = subprocess.run(bash, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert said in done.stdout + done.stderr
    assert bool(said) == bool(done.stdout + done.stderr)


def test_a_letter_that_the_terminal_cannot_write_is_written_as_its_number(demo: Path) -> None:
    code = "from monitor.cli import main; main()"
    command = [sys.executable, "-c", code, "try", "-", "--config", str(demo / "config")]
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(command, input="رفح".encode(), env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"\\u2068\\u0631\\u0641\\u062d\\u2069\n")


def test_only_streams_that_encode_are_told_to_print_all() -> None:
    stream = TextIOWrapper(BytesIO(), encoding="latin-1")
    print_all(stream)
    print_all(None)
    stream.write("رفح")
    assert stream.errors == "backslashreplace"
