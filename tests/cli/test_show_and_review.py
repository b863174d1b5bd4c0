import json
from pathlib import Path

import pytest

from monitor.cli.review import reviewer_name
from monitor.cli.show import marked
from monitor.model import Field, Hit, Matched, MatchId, WatchlistId
from monitor.store import matches
from monitor.store.store import Store
from tests.builders import NOON
from tests.cli.conftest import Run

WATCHLISTS = [WatchlistId("rafah-tunnel-fighters"), WatchlistId("ceasefire-talks")]


def an_id(monitor: Run, demo: Path, *filters: str) -> str:
    lines = monitor("matches", "--format", "jsonl", *filters, at=demo).out.splitlines()
    return str(json.loads(lines[0])["id"])


def article_with(monitor: Run, demo: Path, matches: int) -> str:
    """The id of an article with so many matches."""
    lines = monitor("matches", "--all", "--limit", "1000", "--format", "jsonl", at=demo).out.splitlines()
    ids = [json.loads(line)["article"] for line in lines]
    return str(next(one for one in ids if ids.count(one) == matches))


def test_show_prints_the_text_with_its_hits_and_the_reason(monitor: Run, demo: Path) -> None:
    match = an_id(monitor, demo, "--lang", "tr", "--watchlist", "rafah-tunnel-fighters")
    said = monitor("show", match[:8], at=demo)
    assert said.code == 0
    assert "⟦Refah'ta" in said.out or "⟦Refah" in said.out
    assert "✓ @rafah" in said.out
    assert "(tr, " in said.out
    assert "✗" not in said.out
    assert "found in yeni-liman-tr" in said.out or "found in marti-haber-tr" in said.out


def test_show_verbose_prints_the_clauses_that_did_not_hold_too(monitor: Run, demo: Path) -> None:
    assert "✗" in monitor("show", an_id(monitor, demo), "--verbose", at=demo).out


def test_show_tells_why_a_text_is_not_the_whole_page(monitor: Run, demo: Path) -> None:
    lines = monitor("articles", "--limit", "99", "--format", "jsonl", at=demo).out.splitlines()
    short = next(record for record in map(json.loads, lines) if record["shortfall"] == "challenge")
    assert "text from the summary, not the whole page: challenge" in monitor("show", short["id"], at=demo).out


def test_show_of_an_article_prints_all_its_matches(monitor: Run, demo: Path) -> None:
    said = monitor("show", article_with(monitor, demo, 2), at=demo)
    assert "rafah-tunnel-fighters  " in said.out
    assert "ceasefire-talks  " in said.out


def test_an_id_that_is_none_is_answered_in_one_line(monitor: Run, demo: Path) -> None:
    assert monitor("show", "ffffffff", at=demo).code == 3
    said = monitor("show", "zz", at=demo)
    assert said.code == 2
    assert "'zz' is not an id: give at least 4 of its digits" in said.err


def test_a_review_is_recorded_and_counts(monitor: Run, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_REVIEWER", "Amal")
    match = an_id(monitor, kept)
    assert "1 match marked relevant by Amal" in monitor("review", match[:8], "--relevant", "--note", "yes", at=kept).out
    assert monitor("review", match[:8], "--later", at=kept).code == 0
    found = json.loads(monitor("matches", "--status", "later", "--format", "json", at=kept).out)
    assert [one["id"] for one in found] == [match]
    shown = monitor("show", match, at=kept).out
    assert "Amal: relevant: yes" in shown
    assert "Amal: later (was relevant)\n" in shown


def test_several_matches_are_reviewed_together_or_not_at_all(monitor: Run, kept: Path) -> None:
    lines = monitor("matches", "--limit", "2", "--format", "jsonl", at=kept).out.splitlines()
    ids = [json.loads(line)["id"] for line in lines]
    assert monitor("review", ids[0], "00000000", "--irrelevant", at=kept).code == 3
    assert monitor("matches", "--status", "irrelevant", "--format", "jsonl", at=kept).out == ""
    assert "2 matches marked irrelevant" in monitor("review", *ids, "--irrelevant", at=kept).out


def test_an_articles_id_means_its_only_match(monitor: Run, kept: Path) -> None:
    assert monitor("review", article_with(monitor, kept, 1), "--relevant", at=kept).code == 0
    said = monitor("review", article_with(monitor, kept, 2), "--relevant", at=kept)
    assert said.code == 3
    assert "give one of its matches" in said.err
    assert "(ceasefire-talks)" in said.err


def test_an_article_without_a_match_cannot_be_reviewed(monitor: Run, kept: Path) -> None:
    matched = {
        json.loads(line)["article"]
        for line in monitor("matches", "--all", "--limit", "999", "--format", "jsonl", at=kept).out.splitlines()
    }
    lines = monitor("articles", "--limit", "99", "--format", "jsonl", at=kept).out.splitlines()
    bare = next(json.loads(line)["id"] for line in lines if json.loads(line)["id"] not in matched)
    assert "nothing has matched it" in monitor("review", bare, "--relevant", at=kept).err
    assert monitor("show", bare, at=kept).code == 0


def test_a_review_wants_a_verdict(monitor: Run, kept: Path) -> None:
    said = monitor("review", an_id(monitor, kept), at=kept)
    assert said.code == 2
    assert "say what you decide" in said.err


def test_a_review_makes_no_database(monitor: Run, kept: Path) -> None:
    said = monitor("review", "0" * 8, "--relevant", "--database", str(kept / "mistyped.db"), at=kept)
    assert said.code == 3
    assert "no database yet" in said.err
    assert not (kept / "mistyped.db").exists()


def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.delenv("MONITOR_REVIEWER", raising=False)
    monkeypatch.setattr("getpass.getuser", nameless)
    assert reviewer_name().startswith("uid ")


def test_the_reviews_are_told_to_programs_too(monitor: Run, kept: Path) -> None:
    match = an_id(monitor, kept)
    monitor("review", match, "--irrelevant", "--note", "sport", at=kept)
    (told,) = json.loads(monitor("show", match, "--format", "json", at=kept).out)["matches"]
    assert [(review["status"], review["note"]) for review in told["reviews"]] == [("irrelevant", "sport")]


def test_show_says_of_a_lost_match_that_it_is_lost_and_marks_nothing(monitor: Run, kept: Path) -> None:
    match = an_id(monitor, kept)
    with Store.open(str(kept / "data" / "monitor.db")) as store, store.writing() as tx:
        matches.put(tx, [Matched(article_id=matches.get(tx, MatchId(match)).article.id, found=())], WATCHLISTS, NOON)  # type: ignore[union-attr]
    said = monitor("show", match, at=kept).out
    assert "lost 2025-11-10 12:00" in said
    assert "⟦" not in said
    assert match not in monitor("matches", "--all", "--limit", "1000", "--format", "jsonl", at=kept).out
    lost = monitor("matches", "--all", "--limit", "1000", "--lost", at=kept).out
    assert f"{match[:8]}" in lost
    assert "  lost  " in lost


def a_hit(start: int, end: int) -> Hit:
    return Hit(field=Field.TEXT, start=start, end=end, term="x")


def test_hits_are_marked_at_their_place_in_the_original_and_overlaps_once() -> None:
    text = "رَفَح and\x1b Rafah"
    assert marked(text, [a_hit(0, 5), a_hit(2, 5), a_hit(11, 16)], plain=True).plain == "⟦رَفَح⟧ and ⟦Rafah⟧"
    assert str(marked("Rafah", [a_hit(0, 5)], plain=False).spans[0].style) == "bold reverse"
