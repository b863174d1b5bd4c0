import json
import logging
from collections.abc import Iterator

import pytest

from monitor.cli.logs import set_up_logging


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


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
