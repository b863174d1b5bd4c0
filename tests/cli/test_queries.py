"""Queries as people type them: filters, columns, formats, counts; what is wrong is answered with what was expected."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from monitor.cli.output import markdown_lines, record_lines
from tests.cli.conftest import Run


def records(monitor: Run, at: Path, *arguments: str) -> list[dict[str, Any]]:
    said = monitor(*arguments, "--format", "json", "--limit", "1000", at=at)
    assert said.code == 0, said.err
    found: list[dict[str, Any]] = json.loads(said.out)
    return found


@pytest.fixture
def decided(monitor: Run, kept: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo's database, in which two people have decided on the best matches."""
    ids = [one["id"] for one in records(monitor, kept, "matches", "--all", "--sort", "score")[:3]]
    for name, key in zip(("Amal", "Noa", "Amal"), ids, strict=True):
        monkeypatch.setenv("MONITOR_REVIEWER", name)
        assert monitor("review", key, "--relevant", at=kept).code == 0
    return kept


COUNTRIES = {"kav-hahof": "IL", "kol-hanamal": "IL", "levant-wire": "CY", "two-rivers-radio": "US"}


def test_what_is_given_twice_widens_and_the_rest_narrows(monitor: Run, demo: Path) -> None:
    every = records(monitor, demo, "matches", "--all")
    both = records(monitor, demo, "matches", "--all", "--lang", "ar", "--lang", "he", "--score", ">=20")
    assert both == [one for one in every if one["language"] in ("ar", "he") and one["score"] >= 20]
    outlets = records(monitor, demo, "matches", "--all", "--outlet", "kav-hahof", "--outlet", "levant-wire")
    assert {one["outlet"] for one in outlets} == {"kav-hahof", "levant-wire"}
    lists = ("--watchlist", "ceasefire-talks", "--watchlist", "rafah-tunnel-fighters")
    assert records(monitor, demo, "matches", "--all", *lists) == every


def test_countries_and_affiliations_are_those_of_the_configuration(monitor: Run, demo: Path) -> None:
    every = records(monitor, demo, "articles")
    found = records(monitor, demo, "articles", "--country", "il", "--country", "CY")
    assert [one["id"] for one in found] == [one["id"] for one in every if COUNTRIES.get(one["outlet"]) in ("IL", "CY")]
    public = records(monitor, demo, "articles", "--affiliation", "public")
    assert {one["outlet"] for one in public} == {"two-rivers-radio", "kol-hanamal", "radio-estuaire"}
    assert records(monitor, demo, "articles", "--affiliation", "public", "--outlet", "levant-wire") == []
    assert records(monitor, demo, "articles", "--affiliation", "party") == []
    both = records(monitor, demo, "matches", "--country", "IL", "--outlet", "kav-hahof", "--affiliation", "independent")
    assert {one["outlet"] for one in both} == {"kav-hahof"}


def test_an_outlet_that_is_configured_no_more_is_found_by_its_id_alone(monitor: Run, kept: Path) -> None:
    path = kept / "config" / "feeds.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("levant-wire:", "renamed-wire:"), encoding="utf-8")
    found = records(monitor, kept, "articles", "--outlet", "levant-wire")
    assert found
    assert records(monitor, kept, "articles", "--outlet", "renamed-wire") == []
    assert records(monitor, kept, "articles", "--outlet", "levant-wire", "--country", "CY") == []
    counted = records(monitor, kept, "articles", "--by", "country")
    # What two outlets offer belongs to the one that was asked first.
    assert {"country": None, "articles": len(found)} in counted
    assert "\n?  " in monitor("articles", "--by", "country", at=kept).out


def test_without_the_configuration_nobody_can_say_what_is_of_a_country(monitor: Run, kept: Path) -> None:
    (kept / "config" / "feeds.yaml").unlink()
    said = monitor("matches", "--country", "IL", at=kept)
    assert (said.code, "feeds.yaml cannot be read" in said.err) == (2, True)
    said = monitor("matches", "--by", "country", at=kept)
    assert (said.code, "feeds.yaml cannot be read" in said.err) == (0, True)


def test_a_term_or_a_list_is_asked_for_as_its_rule_has_it(monitor: Run, demo: Path) -> None:
    every = records(monitor, demo, "matches", "--all")
    for asked, key in (("@tunnels", "list"), ("نفق", "term"), ("Hamas*", "term")):
        found = records(monitor, demo, "matches", "--all", "--term", asked)
        assert found
        wanted = asked.removeprefix("@")
        assert found == [one for one in every if wanted in {hit[key] for hit in one["hits"]}]


def test_a_term_that_no_rule_has_is_a_mistake_and_one_without_hits_is_not(monitor: Run, kept: Path) -> None:
    (kept / "config" / "watchlists" / "ports.yaml").write_text(
        'title: Ports\nquery: "harbourmaster AND @rafah"\n', encoding="utf-8"
    )
    for term in ("harbourmaster", "@safe-passage", "Refah Sınır Kapı*"):
        said = monitor("matches", "--lang", "ja", "--term", term, at=kept)
        assert (said.code, "No matches" in said.out) == (0, True), said.err
    assert monitor("matches", "--term", "harbourmaster", "--count", at=kept).out == "0\n"
    (kept / "config" / "lists" / "broken.yaml").symlink_to("nowhere")
    said = monitor("matches", "--term", "@tunnel", at=kept)
    assert (said.code, "No matches" in said.out) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--term", "@tunnel"), 'no rule has the list "@tunnel" (did you mean "@tunnels"?)'),
        (("--term", "@x"), 'no rule has the list "@x" (there are @'),
        (("--term", "Rafahh"), 'no rule has the term "Rafahh" (did you mean "Rafah"?)'),
        (("--term", "zzzzzzzzzzzzz"), "(write it as its rule does)"),
        (("--term", "@tunnel", "--count"), "did you mean"),
        (("--term", "@tunnel", "--changed"), "did you mean"),
        (("--term", " @ "), "expected a term as its rule has it, or a list: @tunnels"),
        (("--outlet", "levant-wir"), 'there is no outlet "levant-wir" (did you mean "levant-wire"?)'),
        (
            ("--outlet", "levant-wire", "--outlet", "x"),
            'there is no outlet "x" (the outlets in feeds.yaml are al-marsa,',
        ),
        (("--country", "UK"), 'no outlet is of the country "UK" (did you mean "GB"?)'),
        (("--country", "DE"), 'no outlet is of the country "DE" (the countries in feeds.yaml are CY,'),
        (("--affiliation", "stat"), "'stat' is not one of 'agency'"),
        (("--lang", "arabic"), '"arabic" is no language: expected a code such as ar, he or pt-BR (did you mean "ar"?)'),
        (("--lang", "xx"), '"xx" is no language: expected a code such as ar, he or pt-BR\n'),
        (("--lang", "%"), '"%" is no language'),
        (("--watchlist", "ceasefire-talks", "--watchlist", "rafah"), 'there is no watchlist "rafah"'),
        (("--reviewer", "Amal"), 'no decision is by "Amal" (nobody has decided yet)'),
        (("--score", "many"), '"many" is no score: expected a number (3), a bound (">=3", "<2.5") or 2..5'),
        (("--score", "1e3"), "is no score"),
        (("--score", "9" * 400), "is no score"),
        (("--score", "5..2"), '"5..2" holds no score: expected the lower one first, as in 2..5'),
        (("--score", f"1..{'9' * 400}"), "holds no score"),
        (("--since", "2025-13-40"), '"2025-13-40" is no moment: expected a date (2025-11-10)'),
        (("--since", "1d", "--until", "2d"), "--until is not after --since"),
        (("--story", "zz"), "'zz' is not an id"),
        (("--columns", "id,titel"), 'there is no column "titel" (did you mean "title"?); there are id, published,'),
        (("--columns", ""), 'there is no column ""; there are id, published,'),
        (("--columns", "id,title,id"), '--columns names "id" twice'),
        (("--columns", "id", "--format", "ids"), "--columns adds nothing to --format ids"),
        (("--bom",), "--bom is for --format csv"),
        (("--count", "--offset", "1"), "--offset adds nothing to --count"),
        (("--count", "--limit", "5"), "--limit adds nothing to --count"),
        (("--by", "day", "--limit", "5"), "--limit adds nothing to --by"),
        (("--by", "day", "--watch"), "--watch adds nothing to --by"),
        (("--by", "day", "--changed"), "--changed adds nothing to --by"),
        (("--count", "--format", "ids"), "--count counts: --format ids has nothing to print"),
        (("--changed", "--watch"), "--watch adds nothing to --changed"),
        (("--changed", "--sort", "score"), "--changed goes by the time of the change"),
        (("--watch", "--format", "json"), "--watch prints line by line: --format table, jsonl, csv or ids"),
        (("--watch", "--limit", "3"), "--limit adds nothing to --watch"),
        (("--watch", "--since", "1h", "--sort", "oldest"), "--sort adds nothing to --watch"),
        (("--watch", "--columns", "further"), 'there is no column "further"'),
        (("--watch", "--term", "@tunnel"), "did you mean"),
        (("--term", "tunnel", "--term", "@rafah"), "Invalid value for '--term': expected one, got tunnel and @rafah"),
        (("--since", "2d", "--since", "1h"), "Invalid value for '--since': expected one, got 2d and 1h"),
        (("--text-source", "page", "--text-source", "feed"), "'--text-source': expected one, got page and feed"),
        (("--score", ">=3", "--score", "<9"), "Invalid value for '--score': expected one, got >=3 and <9"),
        (("--tag", "war", "--tag", "truce"), "Invalid value for '--tag': expected one, got war and truce"),
        (("--by", "lang", "--by", "day"), "Invalid value for '--by': expected one, got lang and day"),
        (("--assignee", "a\nb"), "is no name: expected a name on one line"),
    ],
)
def test_what_cannot_be_meant_is_answered_with_what_can(
    monitor: Run, demo: Path, arguments: tuple[str, ...], said: str
) -> None:
    answer = monitor("matches", *arguments, at=demo)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


@pytest.mark.parametrize(
    "option", ["--term", "--outlet", "--reviewer", "--assignee", "--country", "--lang", "--columns", "--score"]
)
def test_what_is_no_utf_8_is_none_of_them(demo: Path, option: str) -> None:
    command: list[str | bytes] = [
        sys.executable,
        "-m",
        "monitor",
        "matches",
        option,
        b"\xff",
        "--config",
        str(demo / "config"),
    ]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"Traceback" not in done.stderr
    assert b"\\udcff" in done.stderr.lower()


def test_a_story_that_is_none_is_said_to_be(monitor: Run, demo: Path) -> None:
    said = monitor("matches", "--story", "ffffffff", at=demo)
    assert (said.code, "no match or article has an id that begins with ffffffff" in said.err) == (3, True)


@pytest.mark.parametrize("score", ["42", "=42", "42..42", " 42.0 "])
def test_a_score_alone_is_just_that(monitor: Run, demo: Path, score: str) -> None:
    assert {one["score"] for one in records(monitor, demo, "matches", "--score", score)} == {42}


@pytest.mark.parametrize(
    ("score", "holds"), [("≥42", (42, 99)), ("> 42", (43, 99)), ("<42", (0, 41)), ("≤42", (0, 42))]
)
def test_bounds_of_a_score(monitor: Run, demo: Path, score: str, holds: tuple[int, int]) -> None:
    every = records(monitor, demo, "matches")
    found = records(monitor, demo, "matches", "--score", score)
    assert found == [one for one in every if holds[0] <= one["score"] <= holds[1]]
    assert found


def test_who_decided_last_is_asked_for_by_name(monitor: Run, decided: Path) -> None:
    assert len(records(monitor, decided, "matches", "--reviewer", "Amal")) == 2
    ids = [str(one["id"]) for one in records(monitor, decided, "matches", "--reviewer", "Amal")]
    assert monitor("review", ids[0], "--tag", "رهائن", "--assign", "Noa", at=decided).code == 0
    assert [one["id"] for one in records(monitor, decided, "matches", "--tag", "#رهائن")] == ids[:1]
    assert [one["id"] for one in records(monitor, decided, "matches", "--assignee", "Noa")] == ids[:1]
    assert ids[0] not in [one["id"] for one in records(monitor, decided, "matches", "--assignee", "", "--all")]
    assert monitor("matches", "--tag", "a b", at=decided).code == 2
    said = monitor("matches", "--reviewer", "Amall", at=decided)
    assert 'no decision is by "Amall" (did you mean "Amal"?)' in said.err
    assert "(there are Amal, Noa)" in monitor("matches", "--reviewer", "Zoe", at=decided).err
    relevant = records(monitor, decided, "matches", "--status", "relevant", "--status", "later", "--all")
    assert len(relevant) == 3


def test_a_storys_matches_are_all_listed(monitor: Run, demo: Path) -> None:
    every = records(monitor, demo, "matches", "--all")
    many = max(records(monitor, demo, "matches"), key=lambda line: int(line["further"]))
    found = records(monitor, demo, "matches", "--story", many["id"][:8])
    assert found == [one for one in every if one["story"] == many["story"]]
    assert len(found) > 1
    articles = records(monitor, demo, "articles", "--story", many["story"])
    assert {one["article"] for one in found} <= {one["id"] for one in articles}


@pytest.mark.parametrize("listing", ["matches", "articles"])
@pytest.mark.parametrize("sort", ["newest", "oldest", "published", "outlet"])
def test_pages_together_are_the_whole(monitor: Run, demo: Path, listing: str, sort: str) -> None:
    whole = monitor(listing, "--sort", sort, "--format", "ids", "--limit", "1000", at=demo).out.splitlines()
    pages: list[str] = []
    while page := monitor(
        listing, "--sort", sort, "--format", "ids", "--limit", "20", "--offset", str(len(pages)), at=demo
    ).out.splitlines():
        pages += page
    assert pages == whole
    assert len(set(whole)) == len(whole) > 40


def test_ids_are_for_other_commands(monitor: Run, kept: Path) -> None:
    ids = monitor("matches", "--lang", "he", "--format", "ids", at=kept).out.split()
    assert [one["id"] for one in records(monitor, kept, "matches", "--lang", "he")] == ids
    assert monitor("review", *ids, "--later", at=kept).code == 0
    assert monitor("matches", "--status", "later", "--format", "ids", at=kept).out.split() == ids


def test_columns_are_chosen_and_ordered_in_every_format(monitor: Run, demo: Path) -> None:
    chosen = ("--columns", "title, lang,published,id", "--limit", "2")
    table = monitor("matches", *chosen, at=demo).out.splitlines()
    assert table[0].split() == ["title", "lang", "published", "id"]
    names = ["title", "language", "published_at", "id"]
    (first, _) = json.loads(monitor("matches", *chosen, "--format", "json", at=demo).out)
    assert list(first) == names
    assert list(json.loads(monitor("matches", *chosen, "--format", "jsonl", at=demo).out.splitlines()[0])) == names
    assert monitor("matches", *chosen, "--format", "csv", at=demo).out.splitlines()[0] == ",".join(names)
    assert monitor("matches", *chosen, "--format", "md", at=demo).out.startswith("| title | lang | published | id |\n")
    assert monitor("articles", "--columns", "text,by", at=demo).out.split()[:2] != ["text", "by"]
    assert monitor("articles", "--columns", "text,removed_why", "--limit", "1", at=demo).out.split()[0] == "text"


def test_finding_nothing_is_told_by_the_exit_code_where_that_is_wanted(monitor: Run, demo: Path) -> None:
    for listing in (("matches",), ("matches", "--changed"), ("matches", "--by", "day"), ("articles", "--count")):
        nothing = (*listing, "--lang", "ja")
        assert monitor(*nothing, at=demo).code == 0
        assert monitor(*nothing, "--exit-code", at=demo).code == 1
    assert monitor("matches", "--exit-code", at=demo).code == 0
    assert monitor("matches", "--count", "--exit-code", at=demo).code == 0


def test_counts_are_printed_in_every_format(monitor: Run, demo: Path) -> None:
    every = records(monitor, demo, "matches", "--all")
    assert monitor("matches", "--count", at=demo).out == f"{len(every)}\n"
    assert json.loads(monitor("matches", "--count", "--format", "jsonl", at=demo).out) == {"matches": len(every)}
    (en, ar) = (sum(one["language"] == language for one in every) for language in ("en", "ar"))
    by = ("matches", "--by", "lang", "--limit", "2")
    assert monitor(*by, "--format", "csv", at=demo).out == f"lang,matches\nen,{en}\nar,{ar}\n"
    assert monitor(*by, "--format", "csv", "--bom", at=demo).out == f"\ufefflang,matches\r\nen,{en}\r\nar,{ar}\r\n"
    assert monitor(*by, "--format", "md", at=demo).out.splitlines() == [
        "| lang | matches |",
        "| --- | --- |",
        f"| en | {en} |",
        f"| ar | {ar} |",
    ]
    assert monitor(*by, at=demo).out.splitlines()[0].startswith(f"en  {en}  ██")
    assert monitor("matches", "--lang", "ja", "--by", "lang", at=demo).out == ""


def test_days_and_hours_go_from_since_until_now(monitor: Run, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_TIMEZONE", "Asia/Kathmandu")
    days = records_by(monitor, demo, "--by", "day", "--since", "3d")
    assert [one["matches"] for one in days][:2] == [0, 0]
    assert len(days) == 4
    hours = records_by(monitor, demo, "--by", "hour", "--since", "2d")
    assert len(hours) in (48, 49)
    assert all(one["hour"].endswith(":00+05:45") for one in hours)
    assert sum(one["matches"] for one in hours) == sum(one["matches"] for one in days) > 50
    assert monitor("matches", "--by", "hour", "--since", "6h", at=demo).out.count("\n") in (6, 7)


def records_by(monitor: Run, at: Path, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(monitor("matches", *arguments, "--format", "json", at=at).out)
    return found


def test_csv_for_excel_has_a_mark_and_crlf_and_the_same_cells(monitor: Run, demo: Path) -> None:
    plain = monitor("matches", "--format", "csv", at=demo).out
    bom = monitor("matches", "--format", "csv", "--bom", at=demo).out
    assert bom[0] == "\ufeff"
    assert bom[1:].count("\r\n") == plain.count("\n")
    assert list(csv.reader(io.StringIO(bom[1:]))) == list(csv.reader(io.StringIO(plain)))


HOSTILE = [
    "a | b",
    "`code` *bold* _it_ **b** ~~s~~",
    "<script>alert(1)</script> &amp; &lt;",
    "[click](javascript:alert(1)) ![x](y)",
    "two\nlines\t",
    "# title",
    "back\\slash \\| pipe",
    "\x1b[31mred\u202e",
    "رفح | نفق",
    "$x^2$",
    "",
]


@pytest.mark.parametrize("cell", HOSTILE)
def test_markdown_shows_what_the_cell_says_and_nothing_else(cell: str) -> None:
    lines = list(markdown_lines([[cell, "end"]], ["a|b", "c"]))
    assert len(lines) == 3
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse("\n".join(lines))
    cells = [token for token in tokens if token.type == "inline"]
    assert len(cells) == 4
    assert [child.type for token in cells for child in token.children or []] == [
        kind for kind in ("text", "text", "text" if cells[2].children else "", "text") if kind
    ] or all(child.type in ("text", "text_special") for token in cells for child in token.children or [])
    shown = "".join(child.content for child in cells[2].children or [])
    cleaned = "".join(letter for letter in cell.replace("\n", " ").replace("\t", " ") if letter not in "\x1b\u202e")
    assert shown.strip("\u2068\u2069 ") == cleaned.strip()
    assert "".join(child.content for child in cells[3].children or []) == "end"


def test_csv_cells_survive_line_ends_and_quotes() -> None:
    record = {"a": 'say "hi", then\r\nleave\rnow', "b": "=1+1", "c": None}
    for bom in (False, True):
        text = "\n".join(record_lines([record], "csv", bom=bom)) + "\n"
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
        # Nothing that a terminal would go back by.
        assert rows == [["a", "b", "c"], ['say "hi", then\nleave\nnow', "'=1+1", ""]]


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_a_terminal_that_is_not_utf_8_gets_lines_and_bars_that_it_has(demo: Path, encoding: str) -> None:
    for arguments in (["matches", "--by", "lang"], ["matches", "--lang", "en", "--columns", "id,outlet"]):
        command = [sys.executable, "-m", "monitor", *arguments, "--config", str(demo / "config")]
        done = subprocess.run(command, capture_output=True, check=False, env={"PYTHONIOENCODING": encoding})
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.isascii()
        assert b"\\u" not in done.stdout
        assert (b"####" if "--by" in arguments else b"\n--------  ---") in done.stdout


def test_show_takes_an_address_in_any_dress(monitor: Run, demo: Path) -> None:
    one = records(monitor, demo, "articles", "--text-source", "page")[0]
    url = str(one["url"])
    for given in (url, f"{url}?utm_source=x#top", f"{url}?amp=1", url.removeprefix("http://").join(["HTTP://", ""])):
        said = monitor("show", given, "--format", "json", at=demo)
        assert (said.code, json.loads(said.out)["id"]) == (0, one["id"]), given
    said = monitor("show", "https://levant-wire.example/nothing?token=secret", at=demo)
    assert said.code == 3
    assert "no stored article has the address https://levant-wire.example/nothing" in said.err
    assert "secret" not in said.err
    said = monitor("show", "ftp://x", at=demo)
    assert (said.code, "is neither an id nor an http(s) address" in said.err) == (2, True)
