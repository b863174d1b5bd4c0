import csv
import io
import json
from types import ModuleType

import pytest

from monitor.cli import articles, feeds, feeds_health, matches, stories
from monitor.cli.output import print_rows
from monitor.cli.terminal import width

RECORDS = [
    {"id": "1", "title": "رفح", "hits": [{"term": "رفح"}], "score": 3.5, "none": None},
    {"id": "2", "title": "=HYPERLINK(evil)", "hits": [], "score": 1.0, "none": None},
]
COLUMNS = {"id": "id", "title": "title"}


def printed(output: str, capsys: pytest.CaptureFixture[str], records: list[dict[str, object]] = RECORDS) -> str:
    print_rows(records, output, columns=COLUMNS, empty="Nothing here.")
    return capsys.readouterr().out


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(printed("json", capsys)) == RECORDS


def test_json_lines_are_one_record_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert [json.loads(line) for line in printed("jsonl", capsys).splitlines()] == RECORDS


def test_csv_never_hands_a_formula_to_a_spreadsheet(capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.reader(io.StringIO(printed("csv", capsys))))
    assert rows[0] == ["id", "title", "hits", "score", "none"]
    assert rows[2][1] == "'=HYPERLINK(evil)"
    assert rows[1][1:] == ["رفح", '[{"term": "رفح"}]', "3.5", ""]


def test_a_table_isolates_right_to_left_text_and_leaves_markup_alone(capsys: pytest.CaptureFixture[str]) -> None:
    shown = printed("table", capsys, [{"id": "1", "title": "رفح"}, {"id": "2", "title": "[red]plain[/red]"}])
    assert "\u2068رفح\u2069" in shown
    assert "[red]plain[/red]" in shown


def test_no_rows_are_said_in_words_to_a_person_and_in_form_to_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed("table", capsys, []) == "Nothing here.\n"
    assert printed("json", capsys, []) == "[]\n"
    assert printed("csv", capsys, []) == ""


def test_on_a_terminal_a_line_is_no_wider_than_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.cli.output.is_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    lines = printed("table", capsys, [{"id": "12345678", "title": "العالقون في أنفاق رفح " * 9}]).splitlines()
    assert [width(line) for line in lines] == [15, 40, 40]
    assert lines[2].endswith("…\u2069")


def test_a_narrow_terminal_does_without_columns_that_can_be_spared(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.cli.output.is_terminal", lambda: True)

    def headings(columns: int) -> list[str]:
        monkeypatch.setenv("COLUMNS", str(columns))
        row = {"id": "12345678", "lang": "en", "outlet": "gazette", "title": "Talks go on " * 9}
        print_rows([row], "table", columns={name: name for name in row}, empty="", spare=("outlet", "lang"))
        lines = capsys.readouterr().out.splitlines()
        assert max(map(width, lines)) <= max(columns, 20)
        return lines[0].split()

    assert headings(45) == ["id", "lang", "outlet", "title"]
    assert headings(44) == ["id", "lang", "title"]
    assert headings(30) == headings(25) == headings(10) == ["id", "title"]


@pytest.mark.parametrize("listing", [articles, feeds, feeds_health, matches, stories])
def test_every_listing_names_the_columns_that_say_least(listing: ModuleType) -> None:
    assert set(listing.SPARE) < set(listing.COLUMNS)
    assert list(listing.COLUMNS)[-1] not in listing.SPARE
