"""What decisions say of the rules, on the demo's matches, decided as a person decides them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import stats_told
from monitor.rules.precision import wilson
from tests.cli.conftest import Run

FIGHTERS, TALKS = "rafah-tunnel-fighters", "ceasefire-talks"


def ids(monitor: Run, at: Path, *filters: str) -> list[str]:
    lines = monitor("matches", "--all", "--limit", "1000", "--format", "jsonl", *filters, at=at).out.splitlines()
    return [str(json.loads(line)["id"]) for line in lines]


def decide(monitor: Run, at: Path, watchlist: str, **wanted: str) -> dict[str, int]:
    """Marks the watchlist's matches, language by language; how many each has."""
    counted = {}
    for language, verdict in wanted.items():
        found = ids(monitor, at, "--watchlist", watchlist, "--lang", language)
        assert monitor("review", *found, f"--{verdict}", at=at).code == 0
        counted[language] = len(found)
    return counted


def told(monitor: Run, at: Path, *filters: str) -> Any:
    said = monitor("stats", "--format", "json", *filters, at=at)
    assert (said.code, said.err) == (0, "")
    return json.loads(said.out)


def walk(value: Any) -> Iterator[Any]:
    """Every object in a record."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from walk(inner)


@pytest.fixture
def decided(monitor: Run, kept: Path) -> Path:
    """The demo's folder; its Arabic and Turkish fighters are irrelevant, the others relevant."""
    verdicts = {"ar": "irrelevant", "tr": "irrelevant", "en": "relevant", "fr": "relevant", "he": "relevant"}
    decide(monitor, kept, FIGHTERS, **verdicts)
    return kept


def test_what_is_longer_than_the_screen_begins_with_the_watchlists(
    monitor: Run, decided: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"MONITOR_PAGER": f"tee {tmp_path / 'paged'}", "TERM": "xterm", "LINES": "24"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("monitor.cli.pager.is_terminal", lambda: True)
    assert monitor("stats", at=decided).code == 0
    assert (tmp_path / "paged").read_text(encoding="utf-8").startswith("watchlist")


def test_a_watchlist_is_told_as_a_whole_and_by_language(monitor: Run, kept: Path) -> None:
    numbers = decide(monitor, kept, FIGHTERS, he="relevant", tr="irrelevant", fr="later")
    talks, fighters = told(monitor, kept)["watchlists"]
    assert (talks["watchlist"], talks["reviewed"], talks["precision"], talks["interval"]) == (TALKS, 0, None, None)
    assert talks["judged_in"] is None
    assert (fighters["watchlist"], fighters["matches"]) == (FIGHTERS, len(ids(monitor, kept, "--watchlist", FIGHTERS)))
    reviewed = numbers["he"] + numbers["tr"]
    assert (fighters["reviewed"], fighters["relevant"]) == (reviewed, numbers["he"])
    assert fighters["precision"] == numbers["he"] / reviewed
    interval = wilson(numbers["he"], reviewed)
    assert fighters["interval"] == [interval.low, interval.high]
    assert fighters["judged_in"] >= 0
    languages = {one["language"]: one for one in fighters["languages"]}
    assert (languages["he"]["precision"], languages["tr"]["precision"], languages["fr"]["precision"]) == (1, 0, None)
    assert languages["fr"]["matches"] == numbers["fr"]
    assert sum(one["matches"] for one in languages.values()) == fighters["matches"]


def test_lists_and_terms_are_told_with_what_they_made_alone(monitor: Run, decided: Path) -> None:
    lists = {one["list"]: one for one in told(monitor, decided, "--watchlist", FIGHTERS)["lists"]}
    rafah = {one["term"]: one for one in lists["rafah"]["terms"]}
    assert (rafah["رفح"]["precision"], rafah["=Refah"]["precision"], rafah["רפיח"]["precision"]) == (0, 0, 1)
    assert rafah["رفح"]["reviewed"] == rafah["رفح"]["matches"] > 0
    assert {one["alone"] for one in walk(lists) if "alone" in one} == {0}


def test_a_word_that_brings_in_what_nobody_wants_is_told_with_the_edit(monitor: Run, decided: Path) -> None:
    _, fighters = told(monitor, decided)["watchlists"]
    found = {one["form"]: one for one in fighters["suggestions"]}
    one = found["رفح"]
    assert (one["relevant"], one["exclusion"], one["gone"]["relevant"]) == (0, "NOT رفح", 0)
    assert one["gone"]["irrelevant"] == one["reviewed"] >= 5
    assert one["others"]["precision"] > 0.7
    assert one["clause"].startswith("(@rafah OR @rafah-quarters) NEAR/40")
    assert {(term["list"], term["term"]) for term in one["terms"]} == {("rafah", "رفح")}
    first, second = one["edits"]
    assert (first["file"], first["what"]) == (f"watchlists/{FIGHTERS}.yaml", "write the query as (…) NOT رفح")
    assert (second["file"], second["what"]) == ("lists/places.yaml", "take رفح out of @rafah")
    line = (decided / "config" / second["file"]).read_text(encoding="utf-8").splitlines()[second["line"] - 1]
    assert "رفح" in line


def test_a_person_reads_tables_and_advice(monitor: Run, decided: Path) -> None:
    said = monitor("stats", at=decided).out
    assert re.search(rf"^{FIGHTERS} +all +30 +30 +19 +63 % \(46–78 %\) +\d+[smhd]$", said, re.MULTILINE)
    talks = len(ids(monitor, decided, "--watchlist", TALKS))
    assert re.search(rf"^{TALKS} +all +{talks} +0 +0 +– +–$", said, re.MULTILINE)
    assert re.search(r"^ +tr +5 +5 +0 +0 % \(0–43 %\)$", said, re.MULTILINE)
    assert re.search(r"^@rafah +\d+ +30 +19 +63 % \(46–78 %\) +0$", said, re.MULTILINE)
    assert re.search(r"^ +\d+ +6 +0 +0 % \(0–39 %\) +0 +\u2068رفح\u2069$", said, re.MULTILINE)
    assert f"{TALKS}:\n  0 of {talks} reviewed: review some more, `monitor review --watchlist {TALKS}`\n" in said
    advice = said.partition(f"\n{FIGHTERS}:\n")[2].splitlines()[:5]
    assert re.fullmatch(r"  `\(@rafah .+…` with \u2068رفح\u2069: 0 of 6 relevant \(0–39 %\)", advice[0])
    assert advice[1:3] == [
        "    the others: 19 of 24 relevant (60–91 %)",
        "    without it 6 of 11 irrelevant matches would be gone, and none relevant",
    ]
    assert re.fullmatch(rf"    watchlists/{FIGHTERS}.yaml:\d+: write the query as \(…\) NOT \u2068رفح\u2069", advice[3])
    assert "\nIn matches, and never judged:\n" in said
    assert re.search(r"^  @disarmament: .+ and \d+ more$", said, re.MULTILINE)
    assert not re.search(r"^  @fighters: ", said, re.MULTILINE)


def test_what_would_be_lost_is_said(monitor: Run, kept: Path) -> None:
    decide(monitor, kept, FIGHTERS, en="relevant", fr="relevant", he="relevant", ar="irrelevant")
    (first, *_) = ids(monitor, kept, "--watchlist", FIGHTERS, "--lang", "ar")
    monitor("review", first, "--relevant", at=kept)
    said = monitor("stats", at=kept).out
    _, fighters = told(monitor, kept)["watchlists"]
    costly = [one for one in fighters["suggestions"] if one["gone"]["relevant"]]
    for one in costly:
        gone = one["gone"]
        assert f"{gone['irrelevant']} of {fighters['reviewed'] - fighters['relevant']} irrelevant matches" in said
        assert f"and {gone['relevant']} of {fighters['relevant']} relevant" in said
    assert costly


def test_nothing_judged_is_not_told_term_by_term(monitor: Run, demo: Path) -> None:
    said = monitor("stats", at=demo).out
    assert said.count("review some more") == 2
    assert "never judged" not in said


def test_all_judged_leaves_nothing_to_advise(monitor: Run, kept: Path) -> None:
    monitor("review", *ids(monitor, kept), "--relevant", at=kept)
    said = monitor("stats", at=kept).out
    assert "review some more" not in said
    assert "never judged" not in said
    assert "with" not in said.splitlines()[-1]


def test_filters_combine(monitor: Run, decided: Path) -> None:
    (one,) = told(monitor, decided, "--watchlist", FIGHTERS, "--lang", "tr", "--since", "2d")["watchlists"]
    assert (one["watchlist"], [each["language"] for each in one["languages"]]) == (FIGHTERS, ["tr"])
    assert one["suggestions"] == []
    both = told(monitor, decided, "--watchlist", FIGHTERS, "--watchlist", TALKS, "--lang", "he", "--lang", "ar")
    assert [[each["language"] for each in one["languages"]] for one in both["watchlists"]] == [["ar", "he"]] * 2
    assert [each["matches"] for each in told(monitor, decided, "--until", "2d")["watchlists"]] == [0, 0]


def test_where_no_match_is_left_it_is_said(monitor: Run, demo: Path) -> None:
    said = monitor("stats", "--lang", "vi", at=demo)
    assert (said.code, said.out) == (0, f"{stats_told.EMPTY}\n")


def test_a_language_that_nobody_knows_is_a_question_mark(monitor: Run, kept: Path) -> None:
    import sqlite3

    with sqlite3.connect(kept / "data" / "monitor.db") as database:
        database.execute("UPDATE articles SET language = '' WHERE language = 'he'")
    database.close()
    assert re.search(r"^ +\? +5 ", monitor("stats", at=kept).out, re.MULTILINE)


def test_a_watchlist_that_is_not_configured_any_more_is_told_without_edits(monitor: Run, decided: Path) -> None:
    (decided / "config" / "watchlists" / f"{FIGHTERS}.yaml").unlink()
    _, fighters = told(monitor, decided)["watchlists"]
    assert fighters["reviewed"] == 30
    assert fighters["suggestions"]
    assert {len(one["edits"]) for one in fighters["suggestions"]} == {0}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--watchlist", "rafah-tunel-fighters"), 'did you mean "rafah-tunnel-fighters"?'),
        (("--since", "2025-13-40"), '"2025-13-40" is no moment: expected a date'),
        (("--lang", "turkish"), '"turkish" is no language'),
        (("--since", "2d", "--until", "3d"), "--until is not after --since"),
        (("--format", "csv"), "'csv' is not one of 'table', 'json'"),
    ],
)
def test_what_is_wrong_is_said(monitor: Run, demo: Path, arguments: tuple[str, ...], expected: str) -> None:
    said = monitor("stats", *arguments, at=demo)
    assert said.code == 2
    assert expected in said.err


@pytest.mark.parametrize("columns", [80, 200])
def test_tables_fit_a_terminal(monitor: Run, decided: Path, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr("monitor.cli.output.is_terminal", lambda: True)
    tables = monitor("stats", at=decided).out.partition(f"\n{TALKS}:\n")[0]
    assert max(len(line) for line in re.sub("[\u2068\u2069]", "", tables).splitlines()) <= columns
    assert "precision" in tables
    assert ("relevant" in tables) is (columns == 200)
