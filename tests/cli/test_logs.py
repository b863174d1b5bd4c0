import json
import logging
from collections.abc import Iterator

import pytest

from monitor.cli.logs import set_levels, set_up_logging
from monitor.config.operation import LogLevel, LogSettings


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in ("monitor", "monitor.pipeline", "monitor.pipeline.poll"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_a_machine_gets_json_lines_with_the_fields_apart(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(None, verbose=False)
    logging.getLogger("monitor.test").info("feed %s polled", "gazette-en", extra={"new": 3})
    record = json.loads(capsys.readouterr().err)
    assert record["message"] == "feed gazette-en polled"
    assert (record["level"], record["logger"], record["new"]) == ("INFO", "monitor.test", 3)
    assert "timestamp" in record


def test_a_person_gets_one_plain_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("text", verbose=False)
    logging.getLogger("monitor.test").warning("careful")
    line = capsys.readouterr().err
    assert line.endswith("WARNING careful\n")


def test_a_persons_terminal_is_recognised(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    set_up_logging(None, verbose=True)
    logging.getLogger("monitor.test").debug("detail")
    assert capsys.readouterr().err.endswith("DEBUG   detail\n")


def test_a_drawing_command_is_not_talked_over(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("text", verbose=False, quiet=True)
    logging.getLogger("monitor.test").info("detail")
    logging.getLogger("httpx").info("https://user:secret@example/")
    assert capsys.readouterr().err == ""


def test_modules_have_levels_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("text", verbose=False)
    modules = {"pipeline": LogLevel.ERROR, "pipeline.poll": LogLevel.DEBUG}
    set_levels(LogSettings(level=LogLevel.WARNING, modules=modules), verbose=False)
    for name in ("other", "monitor.daemon", "monitor.pipeline.read", "monitor.pipeline.poll"):
        for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
            logging.getLogger(name).log(level, name)
    said = [line.split()[1:] for line in capsys.readouterr().err.splitlines()]
    assert said == [
        ["WARNING", "other"],
        ["ERROR", "other"],
        ["WARNING", "monitor.daemon"],
        ["ERROR", "monitor.daemon"],
        ["ERROR", "monitor.pipeline.read"],
        *([level, "monitor.pipeline.poll"] for level in ("DEBUG", "INFO", "WARNING", "ERROR")),
    ]


def test_of_libraries_nobody_reads_details(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("text", verbose=True)
    set_levels(LogSettings(), verbose=True)
    logging.getLogger("other").debug("inside")
    logging.getLogger("monitor.daemon").debug("detail")
    assert capsys.readouterr().err.endswith("DEBUG   detail\n")
    set_levels(LogSettings(), verbose=False)
    logging.getLogger("monitor.daemon").debug("detail")
    assert capsys.readouterr().err == ""


def test_a_program_reads_how_often_a_line_was_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("json", verbose=False)
    for _ in range(4):
        logging.getLogger("monitor.test").error("full")
    logging.getLogger().handlers[0].close()
    first, last = map(json.loads, capsys.readouterr().err.splitlines())
    assert "folded" not in first
    assert (last["message"], last["folded"]) == ("full … 3 more times in 5 min", 3)
