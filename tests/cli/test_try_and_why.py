"""`monitor try` and `monitor why`: what a rule says of an article, and why, or why not."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.cli.demo import write_demo_config
from monitor.demo.content import PageKind
from monitor.demo.site import DemoSite
from tests.cli.conftest import Run, Said

PAGE = """<!DOCTYPE html><html lang="en"><head><title>Trapped</title></head><body><article><h1>Trapped</h1>
<p>Hamas fighters are trapped in the tunnels of Rafah, behind the yellow line, the army said on Monday. Mediators are
looking for a way out for them.</p></article></body></html>"""


def tried(monitor: Run, demo: Path, content: str | bytes, *arguments: str) -> Said:
    """What `try` says of a file with this content."""
    file = demo.parent / "article"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return monitor("try", str(file), *arguments, at=demo)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, DemoSite]]:
    """A folder with the demo's configuration, and its site, while it is served."""
    with DemoSite() as site:
        write_demo_config(tmp_path / "config", site.feeds_yaml())
        yield tmp_path, site


def test_plain_text_begins_with_its_title(monitor: Run, demo: Path) -> None:
    said = tried(monitor, demo, "مقاتلون عالقون في أنفاق رفح\n\nحماس\n")
    assert said.code == 0
    assert said.out.startswith("⁨مقاتلون عالقون في أنفاق رفح⁩\nar, 4 characters\n")
    assert "✗ ceasefire-talks does not match\n  " in said.out
    assert "✓ rafah-tunnel-fighters matches, score " in said.out
    assert "@rafah  ← ⁨رفح⁩ (ar, title)" in said.out


def test_an_object_names_its_parts(monitor: Run, demo: Path) -> None:
    article = json.dumps({"title": "Talks", "body": "The ceasefire in Gaza holds.", "lang": "en"})
    record = json.loads(tried(monitor, demo, article, "--watchlist", "ceasefire-talks", "--format", "json").out)
    assert (record["title"], record["text"], record["language"]) == ("Talks", "The ceasefire in Gaza holds.", "en")
    (verdict,) = record["watchlists"]
    assert (verdict["watchlist"], verdict["matched"], verdict["missing"]) == ("ceasefire-talks", True, [])
    assert verdict["score"] >= 3
    assert {record[hit["field"]][hit["start"] : hit["end"]] for hit in verdict["hits"]} >= {"ceasefire", "Gaza"}
    assert verdict["explanation"]["held"]


def test_an_objects_outlet_is_looked_up(monitor: Run, demo: Path) -> None:
    for article in (
        {"title": "Gaza", "outlet": "kav-hahof"},
        {"title": "Gaza", "outlet": "kav-hahof", "country": "EG"},
    ):
        record = json.loads(tried(monitor, demo, json.dumps(article), "--format", "json").out)
        assert record["outlet"] == "kav-hahof"


def test_a_page_is_read_in_a_worker(monitor: Run, demo: Path) -> None:
    said = tried(monitor, demo, PAGE, "--watchlist", "rafah-tunnel-fighters")
    assert said.out.startswith("Trapped\nen, ")
    assert "✓ rafah-tunnel-fighters matches" in said.out


def test_a_page_without_an_article_says_so(monitor: Run, demo: Path) -> None:
    said = tried(monitor, demo, "<html><body></body></html>")
    assert (said.code, said.err) == (1, "monitor: there is no article in this page\n")
    said = tried(monitor, demo, "<html><head><title>Rafah</title></head><body></body></html>")
    assert said.out.startswith("Rafah\nlanguage unknown, 0 characters; only its title was found\n")


def test_standard_input(monitor: Run, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"Gaza ceasefire")))
    assert "✓ ceasefire-talks matches" in monitor("try", "-", at=demo).out


def test_an_address_is_read_as_the_daemon_does(monitor: Run, served: tuple[Path, DemoSite]) -> None:
    at, site = served
    article = next(one for one in site.articles if one.page is PageKind.FULL and "rafah-tunnel-fighters" in one.labels)
    record = json.loads(monitor("try", article.url, "--format", "json", at=at).out)
    assert "rafah-tunnel-fighters" in [one["watchlist"] for one in record["watchlists"] if one["matched"]]
    assert (record["url"], record["language"]) == (article.url, article.language)
    assert not (at / "data").exists()


def test_an_address_without_an_article_says_why(monitor: Run, served: tuple[Path, DemoSite]) -> None:
    at, site = served
    said = monitor("try", f"{site.base_url}/nothing-here", at=at)
    assert (said.code, said.out) == (1, "")
    assert said.err == f"monitor: there is no article at {site.base_url}/nothing-here: gone (status 404)\n"


def test_an_address_that_must_not_be_fetched_is_refused(monitor: Run, demo: Path) -> None:
    said = monitor("try", "http://10.0.0.1/", at=demo)
    assert (said.code, said.err.count("\n")) == (1, 1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "article is not JSON: "),
        ("{" + '"a": [' * 100_000, "article is not JSON: "),
        ("{}", "article: expected a title or a text, got neither"),
        ("", "article: expected a title or a text, got neither"),
        ("é".encode("latin-1"), "article is not UTF-8: save it as UTF-8"),
        ("a" * 5_000_001, "article is larger than 5,000,000 bytes: raise fetch.page_size in monitor.yaml"),
    ],
    ids=["json", "deep", "empty-object", "empty", "latin-1", "large"],
)
def test_what_is_no_article_is_one_line(monitor: Run, demo: Path, content: str | bytes, message: str) -> None:
    said = tried(monitor, demo, content)
    assert said.code == 2
    assert message in said.err


def test_a_file_that_is_not_there_says_what_may_be_given(monitor: Run, demo: Path) -> None:
    said = monitor("try", "gazette.example/1", at=demo)
    assert said.code == 2
    assert "gazette.example/1 cannot be read (No such file or directory): a URL begins with https://, " in said.err


def test_a_typed_query_is_tried_with_the_configured_lists(monitor: Run, demo: Path) -> None:
    said = tried(monitor, demo, "Tunnels of Rafah", "--query", "@rafah AND tunnel*")
    assert "✓ --query matches, score 6\n  score 6: title 6\n  ✓ @rafah  ← Rafah (en, title)\n" in said.out
    assert "  ✓ tunnel*  ← Tunnels (title)\n" in said.out
    said = tried(monitor, demo, "Tunnels of Rafah", "--query", "@rafah AND (x OR NOT tunnel* AND y)", "-v")
    assert "✗ --query does not match\n  ✗ @rafah AND (x OR NOT tunnel* AND y)\n    ✓ @rafah" in said.out


def test_what_is_wrong_with_a_typed_query_has_a_caret(monitor: Run, demo: Path) -> None:
    said = tried(monitor, demo, "a", "--query", "Rafah AND @raffah")
    assert said.code == 2
    assert said.err.splitlines() == [
        "--query:1:11: there is no list @raffah (did you mean @rafah?)",
        "    Rafah AND @raffah",
        "              ^",
        "1 problem in the query",
    ]
    assert tried(monitor, demo, "a", "--query", "b", "--watchlist", "c").code == 2


@pytest.mark.parametrize("command", [("try", "-"), ("rules", "explain")])
def test_a_typed_query_is_checked_as_a_watchlists_is(monitor: Run, demo: Path, command: tuple[str, ...]) -> None:
    query = "x AND country:Egypt AND outlet:nosuch AND lang:arabic AND lang:en AND @watchlist:nosuch"
    said = monitor(*command, "--query", query, at=demo)
    assert (said.code, said.out) == (2, "")
    told = [line for line in said.err.splitlines() if line.startswith("--query:")]
    assert [line.partition(" (")[0] for line in told] == [
        "--query:1:15: there is no country Egypt",
        "--query:1:32: there is no outlet nosuch",
        "--query:1:48: there is no lang arabic",
        "--query:1:71: there is no watchlist @watchlist:nosuch",
    ]
    assert told[2].endswith(" (did you mean ar?)")
    assert told[3].endswith(" (there are @watchlist:ceasefire-talks, @watchlist:rafah-tunnel-fighters)")


def test_a_typed_query_cannot_name_itself(monitor: Run, demo: Path) -> None:
    said = monitor("rules", "explain", "--query", "x OR @watchlist:--query", at=demo)
    assert (said.code, "there is no watchlist @watchlist:--query (there are" in said.err) == (2, True)


def test_rules_can_be_tried_while_their_examples_fail(monitor: Run, kept: Path) -> None:
    text = "query: '@gaza'\nshould_match: [Rafah]\n"
    (kept / "config" / "watchlists" / "ceasefire-talks.yaml").write_text(text, encoding="utf-8")
    assert "✓ ceasefire-talks matches" in tried(monitor, kept, "Gaza").out
    assert monitor("run", "--once", at=kept).code != 2


# ── why ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def article_ids(monitor: Run, at: Path, watchlist: str) -> tuple[str, str]:
    """Of an article that the watchlist matches, and of one that it does not."""
    lines = monitor(
        "matches", "--all", "--watchlist", watchlist, "--limit", "99", "--format", "jsonl", at=at
    ).out.splitlines()
    matched = [json.loads(line)["article"] for line in lines]
    lines = monitor("articles", "--limit", "99", "--format", "jsonl", at=at).out.splitlines()
    return matched[0], next(one for one in (json.loads(line)["id"] for line in lines) if one not in matched)


def test_a_stored_article_says_why_it_matches_or_not(monitor: Run, demo: Path) -> None:
    matched, other = article_ids(monitor, demo, "rafah-tunnel-fighters")
    said = monitor("why", matched[:8], "rafah-tunnel-fighters", at=demo)
    assert said.code == 0
    assert "✓ rafah-tunnel-fighters matches, score " in said.out
    assert "  ✓ " in said.out
    said = monitor("why", other[:8], "rafah-tunnel-fighters", at=demo)
    assert said.code == 0
    assert "✗ rafah-tunnel-fighters does not match\n  " in said.out
    assert "In the database" not in said.out
    record = json.loads(monitor("why", other, "rafah-tunnel-fighters", "--format", "json", at=demo).out)
    assert (record["article"], record["matched"], record["score"], record["hits"]) == (other, False, None, [])
    assert record["missing"]
    assert "✗ " in monitor("why", other, "rafah-tunnel-fighters", "-v", at=demo).out


def test_a_rule_that_was_edited_since_is_told(monitor: Run, kept: Path) -> None:
    matched, other = article_ids(monitor, kept, "rafah-tunnel-fighters")
    rule = kept / "config" / "watchlists" / "rafah-tunnel-fighters.yaml"
    rule.write_text("query: xyzzy\n", encoding="utf-8")
    said = monitor("why", matched, "rafah-tunnel-fighters", at=kept)
    assert said.out.endswith(
        "  xyzzy is not in it\nIn the database it still counts as a match: the rule has changed since.\n"
    )
    # Whatever the language of the newest article that nothing matched.
    rule.write_text("query: xyzzy OR /\\p{L}+/\n", encoding="utf-8")
    said = monitor("why", other, "rafah-tunnel-fighters", at=kept)
    assert "In the database it does not count as a match: the rule has changed since." in said.out


def test_an_exclusion_and_a_distance_are_told(monitor: Run, kept: Path) -> None:
    matched, _ = article_ids(monitor, kept, "rafah-tunnel-fighters")
    rule = kept / "config" / "watchlists" / "rafah-tunnel-fighters.yaml"
    rule.write_text("query: '@rafah NOT (@tunnels OR @fighters OR @hamas OR @trapped)'\n", encoding="utf-8")
    assert " excludes it (" in monitor("why", matched, "rafah-tunnel-fighters", at=kept).out


def test_why_wants_an_article_and_a_watchlist_that_are_there(monitor: Run, demo: Path) -> None:
    assert monitor("why", "ffffffff", "ceasefire-talks", at=demo).code == 3
    assert monitor("why", "ffffffff", "nothing", at=demo).code == 2
