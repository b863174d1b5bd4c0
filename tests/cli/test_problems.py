import pytest

from monitor.cli.problems import print_problems
from monitor.errors import Problem


def shown(capsys: pytest.CaptureFixture[str], **given: object) -> list[str]:
    print_problems([Problem(**{"file": "watchlists/rafah.yaml", "what": "no such key", **given})])  # type: ignore[arg-type]
    return capsys.readouterr().err.splitlines()


def test_a_problem_is_shown_with_its_line_and_a_caret_under_the_place(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, line=7, column=3, hint='did you mean "should_match"?', source="  shuld_match:")
    assert lines == [
        'watchlists/rafah.yaml:7:3: no such key (did you mean "should_match"?)',
        "      shuld_match:",
        "      ^",
        "1 problem in the configuration",
    ]


def test_no_caret_is_drawn_where_right_to_left_text_would_move_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, line=7, column=3, source="ar: [رفح]")[1:] == [
        "    ar: [رفح]",
        "1 problem in the configuration",
    ]


def test_a_problem_without_a_place_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys) == ["watchlists/rafah.yaml: no such key", "1 problem in the configuration"]
