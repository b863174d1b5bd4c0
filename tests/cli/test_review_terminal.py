"""The walk, driven by a person in a pseudo-terminal of 80 × 24: what they see, and what is in the database after it."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.cli.review_open import _stays
from monitor.cli.review_start import _waiting
from monitor.errors import StoreError
from monitor.model import Manner, Matched, MatchId, Review, Status, TextSource, WatchlistId, match_key
from monitor.pipeline.belonging import join
from monitor.store import articles, decisions, matches, reviews
from monitor.store.decisions import Change, Deciding
from monitor.store.matches import MatchQuery
from monitor.store.store import Store
from monitor.store.turns import turn
from tests.builders import NOON, a_found, an_article
from tests.cli.conftest import Run
from tests.cli.person import Person

AMAL = {"MONITOR_REVIEWER": "Amal"}


def database(at: Path) -> str:
    return str(at / "data" / "monitor.db")


def review(at: Path, *arguments: str, job: bool = False, **environment: str) -> Person:
    return Person(["review", "--config", str(at / "config"), *arguments], {**AMAL, **environment}, job=job)


def recorded(at: Path) -> list[Review]:
    """All reviews, in the order in which they were recorded."""
    with Store.open(database(at), read_only=True) as store, store.reading() as tx:
        found = tx.exec_driver_sql("SELECT DISTINCT match_id FROM reviews").scalars().all()
        return sorted((one for key in found for one in reviews.of(tx, MatchId(key))), key=lambda one: one.decision)


def listed(monitor: Run, at: Path, *filters: str) -> list[dict[str, object]]:
    lines = monitor("matches", "--limit", "999", "--format", "jsonl", *filters, at=at).out.splitlines()
    return [json.loads(line) for line in lines]


def decide(at: Path, match: str, change: Change, reviewer: str) -> None:
    """What somebody else does meanwhile."""
    with Store.open(database(at)) as store, store.writing() as tx:
        seen = list(decisions.look(tx, [MatchId(match)]).values())
        assert decisions.decide(tx, change, seen, Deciding(reviewer=reviewer, now=NOON)).number


@contextmanager
def being_written(at: Path) -> Iterator[None]:
    """Somebody else has the turn to write."""
    with turn((at / "data" / "monitor.db.write").resolve(), 30):
        yield


@pytest.mark.parametrize("language", ["ar", "he"])
def test_one_walks_through_what_is_new_in_a_right_to_left_script(monitor: Run, kept: Path, language: str) -> None:
    first, second, third, *rest = listed(monitor, kept, "--lang", language)
    total = 3 + len(rest)
    with review(kept, "--lang", language) as person:
        person.sees(f"1 of {total} · ")
        shown = person.sees("r relevant  i irrelevant")
        assert str(first["title"]) in shown.replace("⟦", "").replace("⟧", "")
        assert f"{first['outlet']}, {language}, " in shown
        assert str(first["url"])[:70] in shown
        assert "✓ " in shown
        assert "r relevant  i irrelevant" in person.lines[-2]
        assert all(len(line) <= 80 for line in person.lines)
        person.presses("r")
        person.sees(f"2 of {total} · ")
        shown = person.sees(f"{str(first['id'])[:8]} marked relevant")
        assert str(second["title"]) in shown.replace("⟦", "").replace("⟧", "")
        assert "1 decided" in person.lines[0]
        person.presses("j\x1b[Bkk")
        person.sees(f"2 of {total} · ")
        person.presses("i")
        person.sees(f"3 of {total} · ")
        person.presses("nsee رفح\r")
        person.sees("noted: see رفح")
        person.presses("tحرب -old\r")
        person.sees("#حرب")
        person.presses("aAna\r")
        person.sees("assigned to Ana")
        person.presses("e")
        person.sees("marked escalated")
        person.presses("uq")
        assert person.ends() == 0
        assert "\n5 decisions by Amal: 1 relevant, 1 irrelevant; " in person.text
        assert person.has_its_terminal_back()
    told = [(one.match_id, one.status, one.note, one.tags, one.assignee, one.manner) for one in recorded(kept)]
    assert told == [
        (first["id"], Status.RELEVANT, "", (), "", Manner.HAND),
        (second["id"], Status.IRRELEVANT, "", (), "", Manner.HAND),
        (third["id"], Status.NEW, "see رفح", (), "", Manner.HAND),
        (third["id"], Status.NEW, "", ("حرب",), "", Manner.HAND),
        (third["id"], Status.NEW, "", ("حرب",), "Ana", Manner.HAND),
        (third["id"], Status.ESCALATED, "", ("حرب",), "Ana", Manner.HAND),
        (third["id"], Status.NEW, "", ("حرب",), "Ana", Manner.UNDO),
    ]


def test_what_was_decided_is_there_when_the_connection_is_lost(monitor: Run, kept: Path) -> None:
    first, second, *_ = listed(monitor, kept)
    with review(kept) as person:
        person.sees("1 of ")
        person.presses("r")
        person.sees("2 of ")
        person.presses("i")
        person.sees("3 of ")
        person.hangs_up()
        assert person.ends() == 129
    assert [(one.match_id, one.status) for one in recorded(kept)] == [
        (first["id"], Status.RELEVANT),
        (second["id"], Status.IRRELEVANT),
    ]


def test_a_decision_that_still_waits_is_written_when_the_connection_is_lost(monitor: Run, kept: Path) -> None:
    first, *_ = listed(monitor, kept)
    with review(kept) as person:
        person.sees("1 of ")
        with being_written(kept):
            person.presses("r")
            person.sees("written by another process")
            person.hangs_up()
        assert person.ends() == 129
    assert [(one.match_id, one.status) for one in recorded(kept)] == [(first["id"], Status.RELEVANT)]


def test_waiting_for_the_database_is_said_and_can_be_given_up(monitor: Run, kept: Path) -> None:
    with being_written(kept), review(kept) as person:
        person.sees("Waiting; Ctrl-C gives up")
        person.presses("\x03")
        assert person.ends() == 130
    with review(kept) as person:
        person.sees("1 of ")
        with being_written(kept):
            person.presses("r")
            person.sees("Waiting; Ctrl-C gives up this decision.")
            person.presses("\x03")
            person.sees("nothing was written:")
            assert person.text.startswith("1 of ")
        person.presses("r")
        person.sees("2 of ")
        with being_written(kept):
            person.presses("u")
            person.sees("Waiting; Ctrl-C gives up this decision.")
        person.sees("relevant: taken back")
        with being_written(kept):
            person.presses("\x03")
            person.sees("0 decisions by Amal")
        assert person.ends() == 130
    assert [one.status for one in recorded(kept)] == [Status.RELEVANT, Status.NEW]


def test_who_decides_about_what_somebody_else_decided_meanwhile_is_asked_again(monitor: Run, kept: Path) -> None:
    first, *_ = listed(monitor, kept)
    with review(kept) as person:
        person.sees("1 of ")
        decide(kept, str(first["id"]), Change(status=Status.IRRELEVANT, note="sport"), "Omar")
        person.presses("r")
        person.sees("Omar: irrelevant: sport")
        assert "This changed meanwhile, and nothing was written." in person.text
        person.presses("x")
        person.sees("nothing was written", but_not="This changed")
        assert len(recorded(kept)) == 1
        decide(kept, str(first["id"]), Change(assignee="Omar"), "Omar")
        person.presses("r")
        person.sees("for Omar")
        person.presses("y")
        person.sees("2 of ")
        decide(kept, str(first["id"]), Change(status=Status.LATER), "Omar")
        person.presses("u")
        person.sees("not taken back, for since then was decided:")
        assert "Omar: later (was relevant)" in person.text
        person.presses("q")
        assert person.ends() == 0


def test_a_capital_letter_decides_about_a_story(monitor: Run, kept: Path) -> None:
    head = next(one for one in listed(monitor, kept) if int(str(one["further"])) > 1)
    with review(kept, "--watchlist", str(head["watchlist"]), "--outlet", str(head["outlet"])) as person:
        person.sees("1 of ")
        person.presses("q")
        assert person.ends() == 0
        assert "0 decisions by Amal" in person.text
    with review(kept, "--watchlist", str(head["watchlist"])) as person:
        person.sees("1 of ")
        while str(head["id"])[:8] not in person.lines[0]:
            place = person.lines[0].split()[0]
            person.presses("j")
            person.sees(f"{int(place) + 1} of ")
        assert f"stands for {head['further']} more of its story" in person.text
        person.presses("r")
        person.sees(f"; {head['further']} more of its story are as before")
        person.presses("u")
        person.sees("relevant: taken back")
        person.presses("R")
        person.sees("marked relevant, with ")
        other = next(one for one in recorded(kept) if one.manner is Manner.STORY and one.match_id != head["id"])
        decide(kept, other.match_id, Change(status=Status.NEW), "Omar")
        person.presses("u")
        person.sees("Omar: new (was relevant)")
        person.presses("q")
        assert person.ends() == 0
    story = [one for one in recorded(kept) if one.manner is Manner.STORY]
    assert len(story) == int(str(head["further"])) + 1
    assert len({one.decision for one in story}) == 1


def test_somebody_elses_decision_about_a_copy_is_said_by_its_id(monitor: Run, kept: Path) -> None:
    head = next(one for one in listed(monitor, kept) if int(str(one["further"])) > 1)
    with Store.open(database(kept), read_only=True) as store, store.reading() as tx:
        other = decisions.alike(tx, MatchId(str(head["id"])), MatchQuery())[1]
    with review(kept, "--watchlist", str(head["watchlist"])) as person:
        person.sees("1 of ")
        while str(head["id"])[:8] not in person.lines[0]:
            place = person.lines[0].split()[0]
            person.presses("j")
            person.sees(f"{int(place) + 1} of ")
        decide(kept, other, Change(status=Status.IRRELEVANT), "Omar")
        person.presses("R")
        person.sees(f"{other[:8]}: 2025-11-10 12:00 Omar: irrelevant")
        person.presses("xq")
        assert person.ends() == 0


def test_a_walk_is_stopped_and_continued_and_drawn_anew(kept: Path) -> None:
    with review(kept, job=True) as person:
        person.sees("1 of ")
        person.presses("\x1a")
        person.sees("STOPPED")
        assert person.has_its_terminal_back()
        person.presses("go on\n")
        person.sees("1 of ", but_not="STOPPED")
        person.presses("r")
        person.sees("2 of ")
        person.resizes(50, 12)
        person.sees("2 of ")
        assert [bool(line) for line in (person.lines[-1], person.lines[-2])] == [True, True]
        person.presses("\x0cj")
        person.sees("3 of ")
        person.presses("\x03")
        person.sees("ENDED 130")
        assert person.ends() == 0
    assert len(recorded(kept)) == 1


def test_a_walk_that_is_told_to_end_gives_the_terminal_back(kept: Path) -> None:
    with review(kept) as person:
        person.sees("1 of ")
        os.kill(person.process.pid, signal.SIGSTOP)
        os.kill(person.process.pid, signal.SIGCONT)
        person.presses("j")
        person.sees("2 of ")
        os.kill(person.process.pid, signal.SIGTERM)
        assert person.ends() == 129
        assert person.has_its_terminal_back()
        assert b"\x1b[?1049l" in person.received


@pytest.mark.parametrize("options", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_without_colours_hits_stand_in_brackets(kept: Path, options: dict[str, str]) -> None:
    with Person(["review", "--config", str(kept / "config"), "--lang", "en"], options) as person:
        person.sees("⟦")
        person.presses("nx\x7fy")
        person.sees("note: y")
        person.presses("\x1b")
        person.sees("j next")
        person.presses("q")
        assert person.ends() == 0
        assert person.has_its_terminal_back()
    assert b"\x1b[7m" not in person.received
    assert (b"\x1b" in person.received) == ("TERM" not in options)
    assert recorded(kept) == []


def test_a_terminal_that_is_not_utf8_shows_numbers_for_letters_it_has_not(kept: Path) -> None:
    with review(kept, "--lang", "ar", PYTHONIOENCODING="ascii", NO_COLOR="1") as person:
        person.sees("\\u06")
        assert "1 of 12 | " in person.lines[0]
        person.presses("q")
        assert person.ends() == 0
        assert person.received.isascii()


def test_an_address_is_opened_in_the_browser_and_else_the_text_in_the_pager(
    monitor: Run, kept: Path, tmp_path: Path
) -> None:
    first, *_ = listed(monitor, kept, "--lang", "he")
    browser = tmp_path / "browser"
    browser.write_text('#!/bin/sh\necho "$1" > "$0.opened"\n')
    browser.chmod(0o755)
    with review(kept, "--lang", "he", BROWSER=f"{browser}:other") as person:
        person.sees("1 of ")
        person.presses("o")
        person.sees("opened http")
        person.presses("q")
        assert person.ends() == 0
    assert (tmp_path / "browser.opened").read_text().strip() == first["url"]
    for nothing in ("/no/such %s", "nosuch", "it's %s"):
        with review(kept, "--lang", "he", BROWSER=nothing) as person:
            person.sees("1 of ")
            person.presses("o")
            person.sees("did not open it:")
            person.presses("q")
            assert person.ends() == 0
    with review(kept, "--lang", "he", PAGER="less") as person:
        person.sees("1 of ")
        person.presses("o")
        person.sees("── title")
        person.presses("q")
        person.sees("1 of ", but_not="── title")
        person.presses("q")
        assert person.ends() == 0
    with review(kept, "--lang", "he", PAGER="cat") as person:
        person.sees("1 of ")
        person.presses("o")
        shown = person.sees("Enter goes back")
        assert "⟦" in shown
        person.presses("\x03\n")
        person.sees("1 of ", but_not="Enter goes back")
        person.presses("q")
        assert person.ends() == 0


def test_a_pager_that_stays_is_not_waited_for_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    for pager, options, stays in (
        ("less", "", True),
        ("/usr/bin/less -S", "-R", True),
        ("less -F", "", False),
        ("less", "FRX", False),
        ("more", "", False),
        ("", "", False),
    ):
        monkeypatch.setenv("PAGER", pager)
        monkeypatch.setenv("LESS", options)
        assert _stays() is stays, pager


def test_a_walk_through_nothing_says_so(monitor: Run, kept: Path) -> None:
    with review(kept, "--lang", "ja") as person:
        assert person.ends() == 0
        assert "Nothing to review: no match is so" in person.text
    for wrong in ("--feed", "--watchlist", "--outlet", "--term"):
        with review(kept, wrong, "@nowhere") as person:
            assert person.ends() == 2
            assert "no " in person.text


def test_a_walk_goes_through_what_matches_lists_with_the_same_words(monitor: Run, kept: Path) -> None:
    lines = listed(monitor, kept, "tunnels AND Rafah", "--score", ">=10")
    assert len(lines) < len(listed(monitor, kept, "--score", ">=10"))
    with review(kept, "--query", "tunnels AND Rafah", "--score", ">=10") as person:
        person.sees(f"1 of {len(lines)} · ")
        whole = next(number for number, line in enumerate(lines) if line["further"])
        person.presses("j" * whole)
        person.sees(f"{whole + 1} of {len(lines)} · ")
        person.presses("R")
        person.sees(f"marked relevant, with {lines[whole]['further']} ")
        person.presses("q")
        assert person.ends() == 0


def forget(at: Path, match: object) -> None:
    """The match is gone, as after a repair by hand."""
    with Store.open(database(at)) as store, store.writing() as tx:
        for table in ("match_events", "former_matches"):
            tx.exec_driver_sql(f"DELETE FROM {table}")
        tx.exec_driver_sql("DELETE FROM matches WHERE id = ?", (str(match),))


def test_a_match_that_is_gone_ends_the_walk_with_a_word_and_the_terminal_back(monitor: Run, kept: Path) -> None:
    first, second, *_ = listed(monitor, kept)
    with review(kept) as person:
        person.sees("1 of ")
        forget(kept, second["id"])
        person.presses("j")
        assert person.ends() == 3
        assert "monitor: there is no match" in person.text
        assert person.has_its_terminal_back()
    with review(kept) as person:
        person.sees("1 of ")
        forget(kept, first["id"])
        person.presses("r")
        assert person.ends() == 3
        assert person.has_its_terminal_back()


@pytest.mark.parametrize("is_gone", [False, True])
def test_that_others_are_waited_for_is_said_to_whoever_is_there(
    capsys: pytest.CaptureFixture[str], *, is_gone: bool
) -> None:
    results = iter((StoreError("it is busy", temporary=True), "done"))

    def action() -> str:
        result = next(results)
        if isinstance(result, StoreError):
            raise result
        return result

    assert _waiting(action, is_gone=is_gone) == "done"
    assert capsys.readouterr().err == ("" if is_gone else "it is busy. Waiting; Ctrl-C gives up.\n")


def test_a_database_that_is_none_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "garbage.db").write_bytes(b"x" * 5000)
    with pytest.raises(StoreError, match="is not a database"):
        _waiting(lambda: Store.open(str(tmp_path / "garbage.db")))


def test_a_walk_is_the_same_on_both_databases(store: Store, database_url: str) -> None:
    """With two copies of one text, which are one line."""
    words = " ".join(f"word{number} of the long report" for number in range(200))
    copies = [
        an_article(f"https://{name}.example/1", outlet=name, text=words, title="أنفاق رفح", text_source=TextSource.PAGE)
        for name in ("gazette", "voice")
    ]
    with store.writing() as tx:
        articles.insert_new(tx, copies)
        for one in copies:
            join(tx, one, NOON)
        found = [Matched(article_id=one.id, found=(a_found("rafah"),)) for one in copies]
        matches.put(tx, found, [WatchlistId("rafah")], NOON)
    with Person(["review", "--database", database_url], AMAL) as person:
        person.sees("stands for 1 more of its story")
        assert "أنفاق رفح" in person.text
        with store.writing() as tx:
            person.presses("L")
            person.sees("Waiting; Ctrl-C gives up this decision.")
        person.sees("marked later, with 1 match more")
        person.presses("u")
        person.sees("later: taken back")
        person.presses("Rq")
        assert person.ends() == 0
    with store.reading() as tx:
        keys = [match_key(WatchlistId("rafah"), one.id) for one in copies]
        assert [[one.status for one in reviews.of(tx, key)] for key in keys] == [["later", "new", "relevant"]] * 2
