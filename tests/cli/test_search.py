"""`monitor search`, as a person types it."""

import json
from pathlib import Path

import pytest

from monitor.pipeline import search as searching
from monitor.store import articles
from monitor.store.articles import ArticleQuery
from monitor.store.store import Store
from tests.cli.conftest import Run


def titles(out: str) -> list[str]:
    return [json.loads(line)["title"] for line in out.splitlines()]


@pytest.mark.parametrize(
    ("text", "language"),
    [("رفح AND نفق", "ar"), ("רפיח AND מנהרה", "he"), ("=Refah AND tünel*", "tr"), ("tunnels AND assiégés", "fr")],
)
def test_articles_are_found_in_each_language(monitor: Run, demo: Path, text: str, language: str) -> None:
    said = monitor("search", text, "--format", "jsonl", at=demo)
    found = [json.loads(line) for line in said.out.splitlines()]
    assert said.code == 0
    assert {one["language"] for one in found} == {language}
    assert all(one["hits"] for one in found)
    assert [one["first_seen_at"] for one in found] == sorted((one["first_seen_at"] for one in found), reverse=True)


def test_a_search_finds_what_no_watchlist_wants_and_lists_it_as_articles_are(monitor: Run, demo: Path) -> None:
    said = monitor("search", "Refah", "AND", "Partisi", at=demo)
    assert said.code == 0
    assert said.out.splitlines()[0].split() == ["id", "published", "text", "shortfall", "lang", "outlet", "title"]
    assert "Yeniden Refah Partisi" in said.out
    assert monitor("search", "Refah", "--lang", "he", at=demo).out.startswith("No article says so")


def test_below_each_article_stands_what_it_says(monitor: Run, demo: Path) -> None:
    said = monitor("search", "tunnels NEAR/10 Rafah", "-v", "--limit", "1", "--lang", "en", at=demo)
    assert "⟦tunnels⟧" in said.out
    assert "⟦Rafah⟧" in said.out
    assert len(said.out.splitlines()) == 2


def test_lists_of_the_configuration_and_all_fields_may_be_asked_for(monitor: Run, demo: Path) -> None:
    every = titles(monitor("search", "@rafah AND @tunnels", "--format", "jsonl", at=demo).out)
    titled = titles(monitor("search", "title:(@rafah AND @tunnels)", "--format", "jsonl", at=demo).out)
    turkish = titles(monitor("search", "@rafah AND @tunnels AND lang:tr", "--format", "jsonl", at=demo).out)
    assert set(titled) < set(every)
    assert set(turkish) < set(every)
    assert titled
    assert turkish


def test_what_is_none_is_told(monitor: Run, demo: Path) -> None:
    wrong = monitor("search", "ceasefire", "talks", at=demo)
    assert wrong.code == 2
    assert 'TEXT:1:11: nothing joins ceasefire and talks (for a phrase write "ceasefire talks"' in wrong.err
    assert "The shell takes quotation marks off: write a query with blanks in single ones" in wrong.err
    assert "The shell" not in monitor("search", '"ceasefire talks', at=demo).err
    assert monitor("search", at=demo).code == 2
    for more in (["--count"], ["--by", "lang"], ["--format", "json"], ["--columns", "title"]):
        assert "-v shows sentences below" in monitor("search", "Rafah", "-v", *more, at=demo).err
    assert monitor("search", "Rafah", "--feed", "none", at=demo).code == 2
    assert monitor("search", "Rafah", "--since", "2025-13-40", at=demo).code == 2
    assert monitor("search", "Xyzzy", "--exit-code", at=demo).code == 1
    assert monitor("search", "Rafah", "--exit-code", at=demo).code == 0
    assert monitor("search", "Rafah", "--feed", "gazette-en", at=demo).code in (0, 2)


def test_articles_that_are_not_searched_are_told(monitor: Run, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST_LOOKED_AT", 1)
    assert monitor("search", "Rafah", at=kept).err == ""
    with Store.open(str(next(kept.rglob("*.db")))) as store, store.writing() as tx:
        articles.save_summaries(tx, articles.query(tx, ArticleQuery(limit=3, full=True)))
    assert monitor("search", "Rafah", at=kept).err.startswith(
        "2 articles are not searched, for the index does not hold"
    )
    assert monitor("search", "/raf.*/", at=kept).err == ""


# ── in matches ───────────────────────────────────────────────────────────────────────────────────────────────────────


def found(monitor: Run, at: Path, *arguments: str) -> list[str]:
    return titles(monitor("matches", *arguments, "--format", "jsonl", at=at).out)


def test_text_narrows_matches_beside_all_filters(monitor: Run, demo: Path) -> None:
    every = found(monitor, demo, "tunnels AND Rafah", "--all")
    english = found(monitor, demo, "tunnels", "AND", "Rafah", "--all", "--lang", "en")
    assert set(english) < set(every) < set(found(monitor, demo, "--all", "--limit", "999"))
    assert english
    phrase = found(monitor, demo, '"safe passage"')
    assert phrase == found(monitor, demo, "safe ONEAR/0 passage")
    assert sorted(phrase) == sorted(found(monitor, demo, '"safe passage"', "--sort", "score"))
    assert phrase[:1] == found(monitor, demo, '"safe passage"', "--limit", "1")
    assert found(monitor, demo, "Xyzzy") == []


def test_text_narrows_what_is_counted_and_what_has_changed(monitor: Run, demo: Path) -> None:
    number = len(found(monitor, demo, '"safe passage"', "--all"))
    assert monitor("matches", '"safe passage"', "--count", at=demo).out == f"{number}\n"
    assert monitor("matches", '"safe passage"', "--changed", at=demo).code == 0
    assert monitor("matches", "safe passage", at=demo).code == 2


def test_a_query_may_name_a_watchlist(monitor: Run, demo: Path) -> None:
    talks = found(monitor, demo, "--watchlist", "ceasefire-talks", "--all", "--limit", "999")
    assert sorted(
        found(monitor, demo, "@watchlist:ceasefire-talks", "--watchlist", "ceasefire-talks", "--all")
    ) == sorted(talks)


def test_searched_articles_are_counted_and_come_in_any_order(monitor: Run, demo: Path) -> None:
    every = titles(monitor("search", "Rafah", "--format", "jsonl", "--limit", "999", at=demo).out)
    assert monitor("search", "Rafah", "--count", at=demo).out == f"{len(every)}\n"
    oldest = titles(monitor("search", "Rafah", "--sort", "oldest", "--limit", "1", "--format", "jsonl", at=demo).out)
    assert oldest == every[-1:]
