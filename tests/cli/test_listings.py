import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def records(monitor: Run, demo: Path, *arguments: str) -> list[dict[str, object]]:
    said = monitor(*arguments, "--format", "json", at=demo)
    assert said.code == 0
    found: list[dict[str, object]] = json.loads(said.out)
    return found


def test_matches_are_listed_in_all_five_languages(monitor: Run, demo: Path) -> None:
    found = records(monitor, demo, "matches", "--limit", "1000")
    assert {match["language"] for match in found} == {"en", "ar", "he", "tr", "fr"}
    assert {match["watchlist"] for match in found} == {"rafah-tunnel-fighters", "ceasefire-talks"}


@pytest.mark.parametrize(
    ("options", "key", "value"),
    [
        (["--lang", "ar"], "language", "ar"),
        (["--watchlist", "ceasefire-talks"], "watchlist", "ceasefire-talks"),
        (["--outlet", "le-fanal"], "outlet", "le-fanal"),
        (["--status", "new"], "status", "new"),
    ],
)
def test_filters_narrow_the_list(monitor: Run, demo: Path, options: list[str], key: str, value: str) -> None:
    everything = records(monitor, demo, "matches", "--all", "--limit", "1000")
    found = records(monitor, demo, "matches", "--all", "--limit", "1000", *options)
    assert found == [match for match in everything if match[key] == value]
    assert found


def test_a_feed_filter_finds_what_the_feed_offered_whoever_was_first(monitor: Run, demo: Path) -> None:
    found = records(monitor, demo, "articles", "--feed", "morning-scan-en")
    assert len(found) == 7
    assert len({article["feed"] for article in found}) > 1


def test_since_and_until_bound_the_time_of_the_match(monitor: Run, demo: Path) -> None:
    assert records(monitor, demo, "matches", "--since", "1h")
    assert records(monitor, demo, "matches", "--until", "1h") == []
    assert records(monitor, demo, "articles", "--since", "yesterday", "--limit", "3")


@pytest.mark.parametrize(
    "command", [("matches",), ("matches", "--changed"), ("stories",), ("export", "--bundle", "never-written")]
)
def test_a_watchlist_that_is_misspelt_is_no_silent_one(monitor: Run, demo: Path, command: tuple[str, ...]) -> None:
    said = monitor(*command, "--watchlist", "ceasefire-talk", at=demo)
    assert said.code == 2
    assert 'there is no watchlist "ceasefire-talk" in this database (did you mean "ceasefire-talks"?)' in said.err
    assert "(there are ceasefire-talks, rafah" in monitor(*command, "--watchlist", "x", at=demo).err


def test_a_moment_that_is_none_is_a_usage_error(monitor: Run, demo: Path) -> None:
    said = monitor("matches", "--since", "2025-13-40", at=demo)
    assert said.code == 2
    assert '"2025-13-40" is no moment: expected a date' in said.err


def test_the_table_is_for_people(monitor: Run, demo: Path) -> None:
    said = monitor("matches", "--lang", "he", "--watchlist", "rafah-tunnel-fighters", at=demo)
    assert said.out.splitlines()[0].split() == [
        "id",
        "published",
        "watchlist",
        "score",
        "status",
        "lang",
        "outlet",
        "further",
        "title",
    ]
    assert "\u2068קושנר לוחץ על נתניהו: מעבר בטוח למחבלים הלכודים במנהרות רפיח\u2069" in said.out


def test_a_line_stands_for_all_matches_of_its_watchlist_in_its_story(monitor: Run, demo: Path) -> None:
    everything = records(monitor, demo, "matches", "--all", "--limit", "1000")
    found = records(monitor, demo, "matches", "--limit", "1000")
    together = {(one["watchlist"], one["story"]): one for one in found}
    assert len(together) == len(found) < len(everything)
    for (watchlist, story), line in together.items():
        same = [one for one in everything if (one["watchlist"], one["story"]) == (watchlist, story)]
        further = [one for one in same if one["id"] != line["id"]]
        assert same[0]["id"] == line["id"]
        assert (line["further"], line["further_outlets"]) == (len(further), len({one["outlet"] for one in further}))
    many = max(found, key=lambda line: str(line["further"]))
    table = monitor("matches", "--limit", "1000", at=demo).out
    assert f"{many['further']} in {many['further_outlets']} outlet" in table
    assert " outlets  " not in monitor("matches", "--all", "--limit", "1000", at=demo).out


def test_nothing_found_says_what_to_do(monitor: Run, demo: Path) -> None:
    assert "widen the filters" in monitor("matches", "--lang", "ja", at=demo).out
    assert "widen the filters" in monitor("articles", "--lang", "ja", at=demo).out


def test_csv_and_json_lines_hold_the_same_matches(monitor: Run, demo: Path) -> None:
    lines = monitor("matches", "--format", "jsonl", at=demo).out.splitlines()
    rows = list(csv.DictReader(io.StringIO(monitor("matches", "--format", "csv", at=demo).out)))
    assert [json.loads(line)["id"] for line in lines] == [row["id"] for row in rows]


def test_hits_cut_out_what_they_claim(monitor: Run, demo: Path) -> None:
    match = records(monitor, demo, "matches", "--lang", "ar", "--watchlist", "rafah-tunnel-fighters")[0]
    shown = json.loads(monitor("show", str(match["id"]), "--format", "json", at=demo).out)
    (told,) = shown["matches"]
    words = [shown[hit["field"]][hit["start"] : hit["end"]] for hit in told["hits"]]
    assert any("رفح" in word for word in words)


def test_articles_are_listed_matched_or_not_with_why_their_text_is_short(monitor: Run, demo: Path) -> None:
    found = records(monitor, demo, "articles", "--limit", "1000")
    assert len(found) == 77
    assert {article["shortfall"] for article in found} >= {"challenge", "paywall", "gone", "server-error", None}
    pages = records(monitor, demo, "articles", "--limit", "1000", "--text-source", "page")
    assert {article["text_source"] for article in pages} == {"page"}
    assert records(monitor, demo, "articles", "--quarantined") == []
    assert "page" in monitor("articles", "--limit", "5", at=demo).out


def test_feeds_are_listed_with_their_yield(monitor: Run, demo: Path) -> None:
    found = records(monitor, demo, "feeds")
    assert len(found) == 14
    assert all(feed["last_success_at"] and feed["entries"] for feed in found)
    assert records(monitor, demo, "feeds", "--failing") == []
    assert "harbour-courier-world" in monitor("feeds", at=demo).out


def test_feeds_are_listed_before_anything_was_polled(monitor: Run, kept: Path) -> None:
    (kept / "data" / "monitor.db").unlink()
    said = monitor("feeds", "--format", "json", at=kept)
    assert said.code == 0
    assert {feed["last_polled_at"] for feed in json.loads(said.out)} == {None}
    assert "no database yet" in said.err


def test_a_settings_file_that_cannot_be_read_is_one_line(monitor: Run, kept: Path) -> None:
    (kept / "config" / "monitor.yaml").unlink()
    (kept / "config" / "monitor.yaml").mkdir()
    said = monitor("matches", at=kept)
    assert said.code == 2
    assert "monitor.yaml: not a file" in said.err


@pytest.mark.parametrize("listing", ["articles", "matches"])
def test_a_listing_of_a_feed_that_is_not_known_names_the_nearest(monitor: Run, demo: Path, listing: str) -> None:
    said = monitor(listing, "--feed", "kav-hahof", at=demo)
    assert said.code == 2
    assert 'there is no feed "kav-hahof" (did you mean "kav-hahof-he"?)' in said.err


def test_a_listing_without_a_database_says_what_to_do(monitor: Run, kept: Path) -> None:
    (kept / "data" / "monitor.db").unlink()
    said = monitor("matches", at=kept)
    assert said.code == 3
    assert "no database yet" in said.err
    assert "run `monitor run`" in said.err


def test_a_listing_asks_any_database_from_anywhere(
    monitor: Run, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = monitor("matches", "--database", str(demo / "data" / "monitor.db"), "--format", "jsonl")
    assert len(said.out.splitlines()) == 50
