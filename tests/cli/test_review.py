"""`monitor review` with arguments: by ids, from standard input, by filters, by story, taken back."""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.audit import differences
from monitor.cli.review_given import named
from monitor.model import MatchId, Status, TextSource
from monitor.store import matches, reviews
from monitor.store.decisions import Conflict, Seen
from monitor.store.store import Store
from tests.cli.conftest import Run
from tests.cli.test_show_and_review import an_id

Records = list[dict[str, Any]]
As = Callable[[str], None]


@pytest.fixture
def reviewer(monkeypatch: pytest.MonkeyPatch) -> As:
    """Makes somebody the reviewer; Amal at first."""

    def become(name: str) -> None:
        monkeypatch.setenv("MONITOR_REVIEWER", name)

    become("Amal")
    return become


def listed(monitor: Run, at: Path, *filters: str) -> Records:
    lines = monitor("matches", "--all", "--limit", "999", "--format", "jsonl", *filters, at=at).out.splitlines()
    return [json.loads(line) for line in lines]


def ids_of(monitor: Run, at: Path, *filters: str) -> list[str]:
    return [record["id"] for record in listed(monitor, at, *filters)]


def given(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def story_of(monitor: Run, at: Path) -> tuple[str, list[str]]:
    """A match whose line stands for others, and all matches of that line."""
    lines = monitor("matches", "--limit", "999", "--format", "jsonl", at=at).out.splitlines()
    head = next(record for record in map(json.loads, lines) if record["further"] > 1)
    told = json.loads(monitor("stories", "show", head["story"], "--format", "json", at=at).out)
    members = {one["article"]["id"] for one in told["members"]}
    alike = [one for one in listed(monitor, at, "--watchlist", head["watchlist"]) if one["article"] in members]
    return head["id"], [one["id"] for one in alike]


def test_an_escalated_match_is_found_and_shown_with_its_tags_and_assignee(
    monitor: Run, kept: Path, reviewer: As
) -> None:
    match = an_id(monitor, kept)
    options = ("--escalated", "--tag", "#War", "--tag", "رهائن", "--assign", "Ana", "--note", "to the chief")
    said = monitor("review", match, *options, at=kept)
    assert said.out == "1 match marked escalated, tagged war, ⁨رهائن⁩, assigned to Ana by Amal\n"
    (record,) = listed(monitor, kept, "--status", "escalated")
    assert (record["tags"], record["assignee"]) == (["war", "رهائن"], "Ana")
    shown = monitor("show", match, at=kept).out
    assert "#war #⁨رهائن⁩, assigned to Ana\n" in shown
    assert "Amal: escalated, +war, +⁨رهائن⁩, for Ana: to the chief\n" in shown


def test_tags_and_assignee_go_without_a_verdict(monitor: Run, kept: Path, reviewer: As) -> None:
    match = an_id(monitor, kept)
    assert "tagged war by Amal" in monitor("review", match, "--tag", "war", "--note", "x", at=kept).out
    said = monitor("review", match, "--untag", "war", "--assign", "Ana", at=kept).out
    assert "untagged war, assigned to Ana by Amal" in said
    assert "assigned to nobody by Amal" in monitor("review", match, "--unassign", at=kept).out
    assert "1 match noted by Amal" in monitor("review", match, "--note", "hm", at=kept).out
    shown = monitor("show", match, at=kept).out
    for line in ("+war: x\n", "-war, for Ana\n", "for nobody\n", "noted: hm\n"):
        assert f"Amal: {line}" in shown
    assert {record["status"] for record in listed(monitor, kept)} == {"new"}


def test_the_whole_audit_is_told_to_programs(monitor: Run, kept: Path, reviewer: As) -> None:
    match = an_id(monitor, kept)
    monitor("review", match, "--later", "--tag", "x", at=kept)
    monitor("review", match, "--relevant", "--assign", "Ana", at=kept)
    (told,) = json.loads(monitor("show", match, "--format", "json", at=kept).out)["matches"]
    last = told["reviews"][-1]
    del last["reviewed_at"]
    assert last == {
        "status": "relevant",
        "note": "",
        "reviewer": "Amal",
        "before": "later",
        "tags": ["x"],
        "tags_before": ["x"],
        "assignee": "Ana",
        "assignee_before": None,
        "manner": "hand",
        "decision": 2,
        "undoes": None,
        "version": told["version"],
        "score": told["score"],
        "text_source": told["text_source"],
        "revision": 0,
    }


def test_show_says_of_a_decision_that_it_was_about_another_text_or_by_other_rules(
    monitor: Run, kept: Path, reviewer: As
) -> None:
    match = an_id(monitor, kept)
    monitor("review", match, "--relevant", at=kept)
    monitor("review", match, "--later", at=kept)
    with Store.open(str(kept / "data" / "monitor.db")) as store, store.writing() as tx:
        old, _ = reviews.of(tx, MatchId(match))
        tx.exec_driver_sql("UPDATE reviews SET version = 'abc', revision = -1 WHERE decision = 1")
        tx.exec_driver_sql("UPDATE reviews SET revision = NULL WHERE decision = 2")
    shown = monitor("show", match, at=kept).out
    assert "Amal: relevant [by version abc, before revision 0]\n" in shown
    assert "Amal: later (was relevant)\n" in shown
    assert old.version != "abc"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--relevant",), "say about which matches"),
        (("abcd1234",), "say what you decide: --relevant, --irrelevant, --later, --escalated, --new, --tag"),
        (("abcd1234", "--relevant", "--lang", "ar"), "give IDs, or filters"),
        (("--undo", "--relevant"), "--undo takes back your last decision"),
        (("--undo", "2", "--lang", "ar"), "it goes alone"),
        (("--undo", "--of-status", "new"), "it goes alone"),
        (("abcd1234", "--assign", "A", "--unassign"), "choose one"),
        (("abcd1234", "--relevant", "--irrelevant"), "--relevant and --irrelevant: choose one"),
        (("abcd1234", "--tag", "two words"), '"two words" is no tag: expected'),
        (("abcd1234", "--tag", "x", "--untag", "#X"), "--tag and --untag x: choose one"),
        (("abcd1234", "--assign", ""), "is no name: expected"),
        (("--story",), "--story goes with a decision"),
        (("--watchlist", "talks", "--relevant"), 'there is no watchlist "talks"'),
        (("--feed", "nowhere", "--relevant"), 'there is no feed "nowhere"'),
        (("--since", "2025-13-40", "--relevant"), "2025-13-40"),
        ((), "`monitor review` alone wants a terminal"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_was_expected(
    monitor: Run, demo: Path, arguments: tuple[str, ...], said: str
) -> None:
    answer = monitor("review", *arguments, at=demo)
    assert answer.code == 2
    assert said in answer.err


def test_one_bad_id_and_nothing_is_written_but_all_bad_ones_are_named(monitor: Run, kept: Path, reviewer: As) -> None:
    good = an_id(monitor, kept)
    said = monitor("review", good, "zz", "00000000", "f" * 32, "--relevant", at=kept)
    assert said.code == 3
    assert "3 of 4 ids are none; nothing is written:" in said.err
    for bad in ("'zz' is not an id", "begins with 00000000", f"begins with {'f' * 32}"):
        assert bad in said.err
    said = monitor("review", good, "zz", "yy", "--relevant", at=kept)
    assert (said.code, "2 of 3 ids are none" in said.err) == (2, True)
    assert listed(monitor, kept, "--status", "relevant") == []


def test_ids_come_from_standard_input_an_id_or_a_record_a_line(
    monitor: Run, kept: Path, monkeypatch: pytest.MonkeyPatch, reviewer: As
) -> None:
    first, second, third, *_ = records = listed(monitor, kept)
    given(monkeypatch, f"{first['id']}\n\n  {second['id'][:10]}  \n{json.dumps(third)}\n{first['id']}\r\n")
    assert monitor("review", "-", "--irrelevant", at=kept).out == "3 matches marked irrelevant by Amal\n"
    assert set(ids_of(monitor, kept, "--status", "irrelevant")) == {one["id"] for one in records[:3]}
    shown = monitor("show", first["id"], at=kept).out
    assert "Amal: irrelevant, in bulk" in shown


@pytest.mark.parametrize("text", ["", "\n  \n"])
def test_a_listing_of_nothing_decides_about_nothing(
    monitor: Run, kept: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    given(monkeypatch, text)
    said = monitor("review", "-", "--relevant", at=kept)
    assert (said.code, said.out, said.err) == (0, "Standard input names no match: nothing is written.\n", "")
    assert listed(monitor, kept, "--status", "relevant") == []


def test_lines_that_name_no_match_are_counted_out(monitor: Run, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ['{"id": 7}', '{"x": 1}', "{", "[", "[1]", '{"id": "ab", "status": "odd"}', '{"id": "a", "text_source": 1}']
    given(monkeypatch, "\n".join([an_id(monitor, kept), *lines]))
    said = monitor("review", "-", "--relevant", at=kept)
    assert said.code == 2
    assert "line 2, line 3, line 4, line 5, line 6, line 7, line 8 of standard input: expected an id" in said.err
    assert listed(monitor, kept, "--status", "relevant") == []
    with pytest.raises(Exception, match="line 20 and 5 more of standard input"):
        named(["-"], ["{"] * 25)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe")))
    assert "standard input is not UTF-8" in monitor("review", "-", "--relevant", at=kept).err


def test_who_is_named_after_somebody_else_decided_hears_it(monitor: Run, kept: Path, reviewer: As) -> None:
    match, other = ids_of(monitor, kept)[:2]
    monitor("review", match, "--irrelevant", "--note", "sport", at=kept)
    reviewer("Omar")
    said = monitor("review", match, other, "--relevant", at=kept)
    assert said.code == 1
    assert "1 of 2 matches changed since you decided or looked: nothing is written" in said.err
    assert f"{match[:8]}  " in said.err
    assert "Amal: irrelevant: sport" in said.err
    assert "--anyway decides all the same" in said.err
    assert listed(monitor, kept, "--status", "relevant") == []
    assert monitor("review", match, "--irrelevant", at=kept).code == 0, "they agree"
    assert monitor("review", match, "--relevant", at=kept).code == 0, "they decided last"
    reviewer("Amal")
    assert "Omar: relevant (was irrelevant)" in monitor("review", match, "--later", at=kept).err
    assert monitor("review", match, "--later", "--of-status", "relevant", at=kept).code == 0, "they saw it"
    reviewer("Omar")
    assert monitor("review", match, "--new", "--anyway", at=kept).code == 0


def test_a_status_that_is_not_what_was_seen_is_said(monitor: Run, kept: Path, reviewer: As) -> None:
    match = an_id(monitor, kept)
    monitor("review", match, "--irrelevant", at=kept)
    said = monitor("review", match, "--relevant", "--of-status", "new", at=kept)
    assert "it is irrelevant, and was new" in said.err


@pytest.mark.parametrize(
    ("stale", "said"),
    [
        ({"status": "later"}, "it is new, and was later"),
        ({"version": "abc"}, "its rules were edited"),
        ({"score": 0.5}, "and was 0.5"),
        ({"lost_at": "2025-11-10T12:00:00+00:00"}, "it matches again"),
        ({"text_source": "title"}, "and was from the title"),
    ],
)
def test_a_record_says_what_its_reader_saw(
    monitor: Run, kept: Path, monkeypatch: pytest.MonkeyPatch, reviewer: As, stale: dict[str, object], said: str
) -> None:
    record = listed(monitor, kept)[0]
    given(monkeypatch, json.dumps(record | stale))
    answer = monitor("review", "-", "--relevant", at=kept)
    assert (answer.code, said in answer.err) == (1, True), answer.err
    reviewer("Omar")
    monitor("review", record["id"], "--escalated", "--assign", "Omar", at=kept)
    reviewer("Amal")
    given(monkeypatch, json.dumps(listed(monitor, kept, "--status", "escalated")[0]))
    assert monitor("review", "-", "--relevant", at=kept).code == 0
    given(monkeypatch, json.dumps(record))
    assert monitor("review", "-", "--later", at=kept).code == 1
    given(monkeypatch, json.dumps({"id": record["id"]}))
    assert monitor("review", "-", "--later", at=kept).code == 0, "it says nothing of what was seen"


def test_a_match_that_is_lost_meanwhile_is_said_to_be(
    monitor: Run, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = listed(monitor, kept)[0]
    with Store.open(str(kept / "data" / "monitor.db")) as store, store.writing() as tx:
        tx.exec_driver_sql("UPDATE matches SET lost_at = matched_at")
        assert matches.get(tx, MatchId(record["id"])).lost_at  # type: ignore[union-attr]
    given(monkeypatch, json.dumps(record))
    assert "it matches no more" in monitor("review", "-", "--relevant", at=kept).err


def test_what_else_may_have_changed_is_said() -> None:
    seen = Seen(
        match_id=MatchId("a" * 32),
        status=Status.NEW,
        tags=(),
        assignee="",
        last=0,
        version="",
        score=1,
        lost=False,
        text_source=TextSource.PAGE,
        revision=0,
    )
    conflict = Conflict(seen=seen, now=replace(seen, revision=1), since=())
    assert list(differences(conflict, UTC)) == ["its article was revised"]
    merged = Conflict(seen=seen, now=replace(seen, match_id=MatchId("b" * 32)), since=())
    assert list(differences(merged, UTC)) == [
        "its article turned out to be the same as another: they are one match now"
    ]


def test_more_conflicts_than_can_be_read_are_counted(monitor: Run, kept: Path, reviewer: As) -> None:
    ids = ids_of(monitor, kept)[:25]
    monitor("review", *ids, "--irrelevant", at=kept)
    reviewer("Omar")
    said = monitor("review", *ids, "--relevant", at=kept).err
    assert "25 of 25 matches changed" in said
    assert said.count("Amal: irrelevant, in bulk") == 20
    assert "and 5 more" in said


def test_all_that_filters_find_is_decided_with_yes(monitor: Run, kept: Path, reviewer: As) -> None:
    arabic = ids_of(monitor, kept, "--lang", "ar")
    monitor("review", arabic[0], "--later", at=kept)
    said = monitor("review", "--lang", "ar", "--irrelevant", at=kept)
    assert said.code == 2
    assert f"{len(arabic) - 1} matches (" in said.err
    assert "of ceasefire-talks" in said.err
    assert "to be marked irrelevant: say --yes, for there is no terminal to ask on" in said.err
    assert listed(monitor, kept, "--status", "irrelevant") == []
    assert monitor("review", "--lang", "ar", "--irrelevant", "--yes", at=kept).out.startswith(
        f"{len(arabic) - 1} matches"
    )
    assert set(ids_of(monitor, kept, "--status", "irrelevant")) == set(arabic[1:])
    nothing = monitor("review", "--lang", "ar", "--irrelevant", "--yes", at=kept)
    assert (nothing.code, "No match is so" in nothing.out) == (0, True)
    everything = monitor("review", "--lang", "ar", "--of-status", "any", "--tag", "x", "--yes", at=kept)
    assert everything.out.startswith(f"{len(arabic)} matches tagged x")


def test_a_person_is_asked_on_a_terminal(
    monitor: Run, kept: Path, monkeypatch: pytest.MonkeyPatch, reviewer: As
) -> None:
    class Answering(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    def answer(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", Answering(io.BytesIO(text.encode())))
        monkeypatch.setattr(type(sys.stderr), "isatty", lambda _: True, raising=False)

    answer("n\n")
    said = monitor("review", "--lang", "he", "--relevant", at=kept)
    assert (said.code, said.out) == (1, "Nothing is written.\n")
    assert "to be marked relevant. Go on? [y/N]" in said.err
    answer("y\n")
    assert monitor("review", "--lang", "he", "--relevant", at=kept).code == 0


def test_one_decision_covers_a_story_and_is_recorded_for_each(monitor: Run, kept: Path, reviewer: As) -> None:
    head, alike = story_of(monitor, kept)
    assert len(alike) > 2
    said = monitor("review", head, alike[-1], "--story", "--relevant", at=kept)
    assert said.out == f"{len(alike)} matches marked relevant by Amal\n"
    assert set(ids_of(monitor, kept, "--status", "relevant")) == set(alike)
    for one in alike:
        assert "Amal: relevant, with its story" in monitor("show", one, at=kept).out
    assert f"decision 1 taken back: {len(alike)} matches new again" in monitor("review", "--undo", at=kept).out
    assert listed(monitor, kept, "--status", "relevant") == []


def test_filters_reach_the_rest_of_a_story_where_asked(monitor: Run, kept: Path, reviewer: As) -> None:
    _, alike = story_of(monitor, kept)
    outlet = next(one["outlet"] for one in listed(monitor, kept) if one["id"] == alike[0])
    said = monitor("review", "--outlet", outlet, "--story", "--relevant", at=kept)
    assert "more in their stories) to be marked relevant" in said.err
    assert monitor("review", "--outlet", outlet, "--story", "--relevant", "--yes", at=kept).code == 0
    assert set(alike) <= set(ids_of(monitor, kept, "--status", "relevant"))


def test_decisions_are_taken_back_the_last_one_first(monitor: Run, kept: Path, reviewer: As) -> None:
    first, second = ids_of(monitor, kept)[:2]
    monitor("review", first, "--relevant", at=kept)
    monitor("review", first, second, "--later", at=kept)
    said = monitor("review", "--undo", "2", "--note", "too fast", at=kept)
    assert (
        said.out == "decision 2 taken back: 2 matches new, relevant again\ndecision 1 taken back: 1 match new again\n"
    )
    assert "Amal: relevant (was later), taken back: too fast" in monitor("show", first, at=kept).out
    said = monitor("review", "--undo", at=kept)
    assert (said.code, "nothing is taken back: Amal made none" in said.err) == (1, True)


def test_nothing_is_taken_back_over_somebody_elses_head(monitor: Run, kept: Path, reviewer: As) -> None:
    match = an_id(monitor, kept)
    monitor("review", match, "--relevant", at=kept)
    reviewer("Omar")
    monitor("review", match, "--irrelevant", "--anyway", at=kept)
    reviewer("Amal")
    said = monitor("review", "--undo", at=kept)
    assert said.code == 1
    assert "nothing is taken back, for since then was decided:" in said.err
    assert "Omar: irrelevant (was relevant)" in said.err
    assert ids_of(monitor, kept, "--status", str(Status.IRRELEVANT)) == [match]
    assert "Amal made 1 that could be taken back" in monitor("review", "--undo", "5", at=kept).err


def test_an_empty_reviewer_is_none(monitor: Run, kept: Path, reviewer: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "somebody")
    reviewer("  ")
    assert "by somebody" in monitor("review", an_id(monitor, kept), "--relevant", at=kept).out


def test_a_walk_needs_no_database_to_be_made(monitor: Run, kept: Path) -> None:
    said = monitor("review", "--database", str(kept / "none.db"), at=kept)
    assert (said.code, "no database yet" in said.err) == (3, True)
