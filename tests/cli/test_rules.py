"""`monitor rules`, as a person runs it on the demo's configuration and database."""

import json
from pathlib import Path

import pytest

from monitor.rules.labelled import read_labelled
from monitor.store.hits import of_all_matches
from monitor.store.store import Store
from tests.cli.conftest import Run

WATCHLIST = "watchlists/ceasefire-talks.yaml"
BOTH = ("ceasefire-talks", "rafah-tunnel-fighters")


def rewrite(kept: Path, text: str, name: str = WATCHLIST) -> None:
    (kept / "config" / name).write_text(text, encoding="utf-8")


# ── test ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_examples_that_hold_are_counted(monitor: Run, demo: Path) -> None:
    said = monitor("rules", "test", at=demo)
    assert said.code == 0
    assert said.out.startswith("ok: ")
    assert said.out.endswith(" examples of 2 watchlists hold\n")
    assert monitor("rules", "test", "ceasefire-talks", at=demo).out.endswith(" examples of 1 watchlist hold\n")


def test_an_example_that_fails_says_which_clause_did(monitor: Run, kept: Path) -> None:
    rewrite(kept, "query: '@gaza AND @ceasefire'\nshould_match: [Calm in Gaza, مقاتلون في غزة]\nshould_not_match: []\n")
    said = monitor("rules", "test", at=kept)
    assert said.code == 1
    assert f'{WATCHLIST}:2: should match, but does not: "⁨مقاتلون في غزة⁩" (@ceasefire is not in it)' in said.err
    assert said.err.endswith(" examples\n")
    (problem,) = json.loads(monitor("rules", "test", "--format", "json", at=kept).out)
    assert (problem["line"], problem["hint"]) == (2, "@ceasefire is not in it")
    # The daemon's view of it is the same.
    assert monitor("check", str(kept / "config")).code == 1


def test_a_watchlist_that_is_not_there_is_answered_with_the_nearest(monitor: Run, demo: Path) -> None:
    said = monitor("rules", "test", "ceasefire-talk", at=demo)
    assert said.code == 2
    assert 'there is no watchlist "ceasefire-talk" (did you mean "ceasefire-talks"?)' in said.err
    assert "there are ceasefire-talks, rafah-tunnel-fighters" in monitor("rules", "test", "xyzzy", at=demo).err


def test_rules_that_do_not_compile_are_a_wrong_configuration(monitor: Run, kept: Path) -> None:
    rewrite(kept, "query: '@nothing'\n")
    assert monitor("rules", "test", at=kept).code == 2


# ── lint ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

FAULTY = "query: |\n  the NEAR/40 tunnel* OR عزة AND @gaza\n"


def test_findings_have_a_place_a_caret_and_a_kind(monitor: Run, kept: Path) -> None:
    rewrite(kept, FAULTY)
    said = monitor("rules", "lint", at=kept)
    assert said.code == 0
    lines = said.out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(f"{WATCHLIST}:2:3: the reads like"))
    assert lines[at].endswith("[stop-word]")
    # A line that holds right-to-left words gets no caret.
    assert lines[at + 1] == "      the NEAR/40 tunnel* OR عزة AND @gaza"
    assert f"{WATCHLIST}:2:7: NEAR/40 reaches over several sentences" in said.out
    assert "findings in 2 watchlists and their lists" in lines[-1]


def test_kinds_can_be_left_out_and_ci_can_be_strict(monitor: Run, kept: Path) -> None:
    rewrite(kept, FAULTY)
    record = json.loads(monitor("rules", "lint", "--format", "json", at=kept).out)
    kinds = {finding["kind"] for finding in record["findings"]}
    assert {"stop-word", "wide-near"} <= kinds
    assert monitor("rules", "lint", "--strict", at=kept).code == 1
    ignored = [argument for kind in kinds for argument in ("--ignore", kind)]
    said = monitor("rules", "lint", "--strict", *ignored, at=kept)
    assert (said.code, said.out) == (0, "0 findings in 2 watchlists and their lists\n")
    wrong = monitor("rules", "lint", "--ignore", "stop-words", at=kept)
    assert wrong.code == 2
    assert 'there is no kind "stop-words" (did you mean "stop-word"?)' in wrong.err
    assert "there are short-prefix, " in monitor("rules", "lint", "--ignore", "xyzzy", at=kept).err


def test_stored_matches_tell_what_terms_have_done(monitor: Run, demo: Path) -> None:
    said = monitor("rules", "lint", "--stored", at=demo)
    assert said.code == 0
    assert "listed terms have hit:" in said.out
    assert "⁨עזה⁩" in said.out
    assert "more: --format json has all" in said.out
    record = json.loads(monitor("rules", "lint", "--stored", "--format", "json", at=demo).out)
    assert set(record["matches"]) == set(BOTH)
    rafah = next(term for term in record["terms"] if (term["list"], term["language"]) == ("rafah", "he"))
    assert rafah["hits"] >= rafah["matches"] > 0


def test_few_stored_matches_are_shown_whole(monitor: Run, kept: Path) -> None:
    for name in BOTH:
        rewrite(kept, "query: '@rafah'\n", f"watchlists/{name}.yaml")
    for path in (kept / "config" / "lists").iterdir():
        path.unlink()
    rewrite(kept, "rafah: {en: [Rafah, Khan Younis]}\n", "lists/places.yaml")
    said = monitor("rules", "lint", "--stored", at=kept)
    assert "1 of 2 listed terms have hit:" in said.out
    assert "more: " not in said.out


def test_hits_of_lost_matches_do_not_count(kept: Path) -> None:
    with Store.open(f"sqlite:///{kept}/data/monitor.db", read_only=True) as store, store.reading() as tx:
        found = list(of_all_matches(tx))
    assert {watchlist for watchlist, _ in found} == set(BOTH)
    assert all(hits for _, hits in found)


# ── explain ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_query_is_shown_as_a_tree_with_the_keys_of_its_terms(monitor: Run, kept: Path) -> None:
    rewrite(kept, "أنفاق: {ar: [x]}\n".replace("أنفاق", "tunnels-ar").replace("x", "أنفاق"), "lists/tunnels-ar.yaml")
    query = (
        'title:("safe passage" OR =Refah*) AND cease-fire NEAR/3 @tunnels-ar AND ATLEAST/1(@tunnels-ar, الأنفاق) NOT x'
    )
    said = monitor("rules", "explain", "--query", query, at=kept)
    assert said.out.splitlines() == [
        "AND",
        "  title:",
        "    OR",
        '      "safe passage" → safe + passage',
        "      =Refah* → =Refah*",
        "  NEAR/3",
        "    cease-fire → cease + fire, or ceasefire",
        "    @tunnels-ar",
        "      ar: ⁨أنفاق⁩ → ⁨انفاق (أنفاق)⁩",
        "  ATLEAST/1",
        "    @tunnels-ar  (see above)",
        "    ⁨الأنفاق⁩ → ⁨الانفاق (الأنفاق) | انفاق (أنفاق)⁩",
        "  NOT",
        "    x → x",
    ]


def test_a_watchlists_query_as_json(monitor: Run, demo: Path) -> None:
    root = json.loads(monitor("rules", "explain", "rafah-tunnel-fighters", "--format", "json", at=demo).out)
    assert root["label"] == "AND"
    rafah = root["parts"][0]["parts"][0]["parts"][0]["parts"][0]
    assert rafah["label"] == "@rafah"
    word = {"keys": ["rafah"], "letters": None, "exact": False, "prefix": False}
    assert rafah["terms"][0] == {"term": "Rafah", "language": "en", "phrases": [[word]]}
    assert "he:" in monitor("rules", "explain", "rafah-tunnel-fighters", at=demo).out


@pytest.mark.parametrize("arguments", [(), ("ceasefire-talks", "--query", "x")])
def test_one_query_is_explained_at_a_time(monitor: Run, demo: Path, arguments: tuple[str, ...]) -> None:
    said = monitor("rules", "explain", *arguments, at=demo)
    assert said.code == 2
    assert "name a watchlist, or give --query" in said.err


# ── score, labelled ──────────────────────────────────────────────────────────────────────────────────────────────────

LINES = (
    '{"title": "Ceasefire in Gaza", "text": "", "lang": "en", "labels": ["ceasefire-talks"]}',
    '{"title": "هدوء", "text": "غزة", "lang": "ar", "labels": ["ceasefire-talks"]}',
    '{"title": "", "text": "Hamas fighters trapped in tunnels under Rafah", "labels": []}',
)


def test_labelled_articles_are_scored_by_watchlist_and_language(monitor: Run, demo: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text("\n".join(LINES), encoding="utf-8")
    said = monitor("rules", "score", str(file), at=demo)
    assert said.code == 0
    rows = [line.split() for line in said.out.splitlines()]
    assert rows[2] == ["ceasefire-talks", "all", "3", "2", "1", "0", "1", "1.000", "0.500", "0.667"]
    assert ["?", "1", "0", "0", "1", "0", "0.000", "–", "0.000"] in rows
    assert "missed" not in said.out.split("\n", 1)[1]

    said = monitor("rules", "score", str(file), "--errors", at=demo)
    assert "missed by ceasefire-talks, line 2 [ar]\n  ⁨هدوء⁩\n  " in said.out
    assert "false by rafah-tunnel-fighters, line 3 [?]\n  Hamas fighters trapped" in said.out
    assert "  matched by " in said.out


def test_scores_for_a_program(monitor: Run, demo: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text("\n".join(LINES), encoding="utf-8")
    record = json.loads(monitor("rules", "score", str(file), "--format", "json", "--errors", at=demo).out)
    assert record["articles"] == 3
    (ceasefire, _) = record["watchlists"]
    assert (ceasefire["watchlist"], ceasefire["precision"], ceasefire["recall"]) == ("ceasefire-talks", 1.0, 0.5)
    assert ceasefire["languages"]["ar"]["missed"] == 1
    assert [(error["watchlist"], error["kind"], error["line"]) for error in record["errors"]] == [
        ("ceasefire-talks", "missed", 2),
        ("rafah-tunnel-fighters", "false", 3),
    ]
    assert "errors" not in json.loads(monitor("rules", "score", str(file), "--format", "json", at=demo).out)


def test_bad_lines_are_told_with_their_places(monitor: Run, demo: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text(f'{LINES[0]}\n{{"title": "a"}}\n', encoding="utf-8")
    said = monitor("rules", "score", str(file), at=demo)
    assert said.code == 2
    assert said.err.startswith("mine.jsonl:2: labels is missing (name the watchlists")
    file.write_bytes("{é".encode("latin-1"))
    assert "is not UTF-8" in monitor("rules", "score", str(file), at=demo).err


def test_reviewed_matches_become_labelled_articles(monitor: Run, kept: Path) -> None:
    said = monitor("rules", "labelled", at=kept)
    assert (said.out, said.err) == ("", "no match is marked relevant or irrelevant yet: see `monitor review`\n")

    records = [
        json.loads(line)
        for line in monitor("matches", "--all", "--limit", "99", "--format", "jsonl", at=kept).out.splitlines()
    ]
    article = next(one["article"] for one in records if [two["article"] for two in records].count(one["article"]) == 2)
    yes, no = [one for one in records if one["article"] == article]
    monitor("review", yes["id"], "--relevant", at=kept)
    monitor("review", no["id"], "--irrelevant", at=kept)
    other = next(one for one in records if one["article"] != article)
    monitor("review", other["id"], "--irrelevant", at=kept)
    said = monitor("rules", "labelled", at=kept)
    items, problems = read_labelled(said.out, "mine.jsonl", BOTH)

    assert problems == ()
    assert len(items) == 2
    both = next(item for item in items if item.judged == frozenset(BOTH))
    assert both.labels == {yes["watchlist"]}
    assert both.document.title
    single = next(item for item in items if item is not both)
    assert not single.labels
    assert single.judged == frozenset({str(other["watchlist"])})

    file = kept / "mine.jsonl"
    file.write_text(said.out, encoding="utf-8")
    record = json.loads(monitor("rules", "score", str(file), "--format", "json", at=kept).out)
    # What matched when it was stored matches now: the exported article is the one that was matched.
    assert sum(one["right"] + one["false"] for one in record["watchlists"]) == 3
