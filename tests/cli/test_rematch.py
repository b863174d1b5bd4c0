"""`monitor rematch`, and what `monitor check` says of it, on what the demo stored."""

import json
import os
import pty
import re
import signal
import sys
from datetime import UTC
from pathlib import Path
from typing import IO

import pytest

from monitor.cli import EXIT_INTERRUPTED, progress, rematch_told
from monitor.cli.rematch import heeding
from monitor.cli.rematch_told import Done
from monitor.cli.spool import Spool
from monitor.pipeline.index import searched_text
from monitor.store import search
from monitor.store.rematches import Rematch
from monitor.store.search import Indexed
from monitor.store.store import Store
from monitor.text.index_keys import keys_of
from tests.builders import NOON
from tests.cli.conftest import Run
from tests.cli.test_prune import make_old

WIDE = "title: Talks\nquery: '@rafah OR @gaza'\n"
NARROW = "title: Talks\nquery: '@ceasefire NEAR/3 @gaza NOT title:(@surrender OR استسلام)'\n"


def edit(kept: Path, query: str, watchlist: str = "ceasefire-talks") -> None:
    (kept / f"config/watchlists/{watchlist}.yaml").write_text(query, encoding="utf-8")


def counts(monitor: Run, kept: Path, *arguments: str) -> dict[str, int]:
    told = json.loads(monitor("rematch", "--watchlist", "ceasefire-talks", "--format", "json", *arguments, at=kept).out)
    (watchlist,) = told["watchlists"]
    assert [len(watchlist[kind]) for kind in ("gained", "lost")] == [
        watchlist["counts"][kind] for kind in ("gained", "lost")
    ]
    return dict(watchlist["counts"])


def listed(monitor: Run, kept: Path) -> set[str]:
    asked = ("matches", "--all", "--watchlist", "ceasefire-talks", "--limit", "999", "--format", "json")
    return {one["id"] for one in json.loads(monitor(*asked, at=kept).out)}


def test_unedited_rules_gain_and_lose_nothing(monitor: Run, kept: Path) -> None:
    said = monitor("rematch", at=kept)
    assert said.code == 0
    assert re.match(r"77 stored articles matched again\n\nceasefire-talks  0 gained, 0 lost, 27 kept", said.out)
    assert said.out.endswith("Nothing was written: the same command with --apply stores it.\n")


def test_an_edit_shows_what_it_gains_and_loses_before_it_counts(monitor: Run, kept: Path) -> None:
    before = monitor("matches", "--all", "--lost", "--limit", "999", at=kept).out
    edit(kept, NARROW)
    said = monitor("rematch", "--watchlist", "ceasefire-talks", at=kept)
    assert said.code == 0
    assert "rafah-tunnel-fighters" not in said.out
    head, lines = said.out.split("  would be lost:\n")
    assert re.search(r"ceasefire-talks  \d+ gained, \d+ lost, \d+ kept", head)
    assert re.match(r"    - [0-9a-f]{8}  20\d\d-\d\d-\d\d \d\d:\d\d  [a-z0-9-]+  .+\n      \S.+\n", lines)
    assert monitor("matches", "--all", "--lost", "--limit", "999", at=kept).out == before


def test_a_look_that_is_interrupted_leaves_nothing_and_says_nothing_of_what_is_stored(
    monitor: Run, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    edit(kept, NARROW)
    monkeypatch.setattr(rematch_told, "record_of", interrupt)
    said = monitor("rematch", "--watchlist", "ceasefire-talks", at=kept)
    assert said.code == EXIT_INTERRUPTED
    assert "are done and stored" not in said.err
    monkeypatch.undo()
    assert monitor("rematch", "--watchlist", "ceasefire-talks", at=kept).code == 0


def test_reviewed_ones_come_first_with_the_decision_and_who_made_it(
    monitor: Run, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_REVIEWER", "أمل")
    edit(kept, NARROW)
    told = json.loads(monitor("rematch", "--watchlist", "ceasefire-talks", "--format", "json", at=kept).out)
    lost = told["watchlists"][0]["lost"]
    reviewed = lost[len(lost) // 2]["match"]
    assert monitor("review", reviewed, "--relevant", at=kept).code == 0
    said = monitor("rematch", "--watchlist", "ceasefire-talks", at=kept).out
    assert f"{len(lost)} lost (1 of them reviewed)" in said
    _, first = said.split("  would be lost although reviewed:\n")
    assert first.startswith(f"    - {reviewed[:8]}  ")
    assert "      relevant by \u2068أمل\u2069; " in first.split("  would be lost:\n")[0]
    told = json.loads(monitor("rematch", "--watchlist", "ceasefire-talks", "--format", "json", at=kept).out)
    first_lost = told["watchlists"][0]["lost"][0]
    assert (first_lost["match"], first_lost["status"], first_lost["reviewer"]) == (reviewed, "relevant", "أمل")


def test_lists_are_limited_for_reading_and_programs_get_all(monitor: Run, kept: Path) -> None:
    edit(kept, WIDE)
    told = json.loads(monitor("rematch", "--watchlist", "ceasefire-talks", "--format", "json", at=kept).out)
    gained = told["watchlists"][0]["gained"]
    assert len(gained) > 20
    said = monitor("rematch", "--watchlist", "ceasefire-talks", at=kept).out
    assert said.count("\n    + ") == 20
    assert f"    … and {len(gained) - 20} older ones: --all lists them\n" in said
    everything = monitor("rematch", "--watchlist", "ceasefire-talks", "--all", at=kept).out
    assert everything.count("\n    + ") == len(gained)
    assert everything.count("matched by ") == len(gained)
    assert [one["first_seen_at"] for one in gained] == sorted((one["first_seen_at"] for one in gained), reverse=True)
    assert {one["language"] for one in gained} >= {"en", "ar", "he", "tr", "fr"}
    assert {one["status"] for one in gained} == {None}


def test_what_is_applied_is_what_was_shown(monitor: Run, kept: Path) -> None:
    edit(kept, WIDE)
    shown, before = counts(monitor, kept), listed(monitor, kept)
    assert "gained" in monitor("rematch", "--watchlist", "ceasefire-talks", at=kept).out
    said = monitor("rematch", "--watchlist", "ceasefire-talks", "--apply", at=kept)
    assert said.code == 0
    assert f"ceasefire-talks  {shown['gained']} gained, {shown['lost']} lost, {shown['kept']} kept" in said.out
    assert said.out.endswith("Stored, as rematch 1. Lost ones are listed by `monitor matches --lost`.\n")
    after = listed(monitor, kept)
    assert (len(after - before), len(before - after)) == (shown["gained"], shown["lost"])
    assert counts(monitor, kept) == {"gained": 0, "lost": 0, "reviewed": 0, "kept": len(after), "rescored": 0}


def test_what_comes_back_is_said_to_have_matched_before(monitor: Run, kept: Path) -> None:
    first = (kept / "config/watchlists/ceasefire-talks.yaml").read_text(encoding="utf-8")
    edit(kept, NARROW)
    assert monitor("rematch", "--apply", at=kept).code == 0
    edit(kept, first)
    assert "; it had matched before (new)\n" in monitor("rematch", at=kept).out


def test_scores_that_change_are_counted(monitor: Run, kept: Path) -> None:
    path = kept / "config/watchlists/ceasefire-talks.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("query: |", "score: {title: 9}\nquery: |"), "utf-8")
    said = monitor("rematch", "--watchlist", "ceasefire-talks", at=kept).out
    assert re.search(r"0 gained, 0 lost, 27 kept \(\d+ with another score\)", said)


def test_a_time_is_said_and_asked(monitor: Run, kept: Path) -> None:
    said = monitor("rematch", "--since", "2020-01-01", "--until", "2020-02-01", at=kept)
    heading = "0 stored articles first seen since 2020-01-01 00:00 and before 2020-02-01 00:00 matched again\n"
    assert said.out.startswith(heading)
    assert monitor("rematch", "--until", "2020-02-01", at=kept).out.startswith(
        "0 stored articles first seen before 2020"
    )
    told = json.loads(monitor("rematch", "--since", "2020-01-01", "--format", "json", at=kept).out)
    assert (told["since"], told["until"], told["articles"]) == ("2020-01-01T00:00:00+00:00", None, 77)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--watchlist", "ceasefire-talk"), 'there is no watchlist "ceasefire-talk" (did you mean "ceasefire-talks"?)'),
        (("--since", "2025-13-40"), '"2025-13-40" is no moment: expected a date (2025-11-10)'),
        (("--until", "soon"), '"soon" is no moment'),
        (("--since", "2999-01-01"), "is in the future"),
        (("--since", "today", "--until", "yesterday"), "today is not before yesterday: no article is from between"),
    ],
)
def test_what_is_none_is_said_to_be_none(monitor: Run, kept: Path, arguments: tuple[str, ...], said: str) -> None:
    for more in ((), ("--apply",)):
        done = monitor("rematch", *arguments, *more, at=kept)
        assert (done.code, said in done.err) == (2, True), done.err


def test_a_broken_or_shrinking_configuration_is_not_applied(monitor: Run, kept: Path) -> None:
    before = listed(monitor, kept)
    (kept / "config/watchlists/ceasefire-talks.yaml").write_text("title: Talks\nquery: '@nothing'\n")
    for arguments in ((), ("--apply",)):
        done = monitor("rematch", *arguments, at=kept)
        assert (done.code, "nothing" in done.err) == (2, True), done.err
    edit(kept, "title: Talks\nquery: olives\nshould_match: [Apples]\n")
    assert monitor("rematch", at=kept).code == 0  # to try rules is what it is for
    done = monitor("rematch", "--apply", at=kept)
    assert (done.code, "should match, but does not" in done.err) == (2, True), done.err
    edit(kept, "title: Talks\nquery: olives\n")
    lists = sorted((kept / "config/lists").iterdir())
    for path in (kept / "config/watchlists/rafah-tunnel-fighters.yaml", *lists):
        path.unlink()
    done = monitor("rematch", "--apply", at=kept)
    assert (done.code, "lists would be gone" in done.err) == (2, True), done.err
    assert listed(monitor, kept) == before


def test_a_database_that_is_not_there_is_not_made(monitor: Run, kept: Path, tmp_path: Path) -> None:
    for more in ((), ("--apply",)):
        said = monitor("rematch", *more, "--database", str(tmp_path / "none.db"), at=kept)
        assert (said.code, "no database yet" in said.err) == (3, True)
    assert not (tmp_path / "none.db").exists()


def test_pruned_texts_are_counted(monitor: Run, kept: Path) -> None:
    with (kept / "config/monitor.yaml").open("a") as file:
        file.write("\nretention:\n  unmatched: 90d\n")
    make_old(kept)
    assert monitor("prune", at=kept).code == 0
    said = monitor("rematch", at=kept).out
    assert re.match(r"77 stored articles matched again; of \d+ the text is pruned: matched by what is left\n", said)


def test_how_many_were_read_is_said_where_the_index_rules_out_the_others(monitor: Run, kept: Path) -> None:
    with Store.open(str(kept / "data/monitor.db")) as store, store.writing() as tx:
        for one in search.outdated(tx, 999):
            keys = keys_of(searched_text(one.article))
            search.put(tx, [Indexed(article_id=one.article.id, times=one.times, keys=keys)], NOON)
    edit(kept, "title: Talks\nquery: olives\n")
    asked = ("rematch", "--watchlist", "ceasefire-talks")
    read = re.match(
        r"77 stored articles matched again \((\d+) read: the index of words rules out the others\)\n",
        monitor(*asked, at=kept).out,
    )
    assert read
    assert 27 <= int(read[1]) < 40
    assert json.loads(monitor(*asked, "--format", "json", at=kept).out)["passed_over"] == 77 - int(read[1])
    done = Done(rematch=Rematch(id=1, began_at=NOON, versions={}, outlets="", articles=77), before=20, passed_over=50)
    heading = (
        "77 stored articles matched again (7 read of 57 since it went on: the index of words rules out the others)"
    )
    assert rematch_told._heading(done, UTC) == heading


def test_check_offers_it_where_a_watchlist_changed(monitor: Run, kept: Path) -> None:
    folder = str(kept / "config")

    def hints() -> list[str]:
        return [line for line in monitor("check", folder).out.splitlines() if "rematch" in line]

    assert hints() == []
    edit(kept, WIDE)
    (hint,) = hints()
    told = "`monitor rematch --watchlist ceasefire-talks` shows what stored articles gain and lose"
    assert re.fullmatch(f"hint: ceasefire-talks changed since version [0-9a-f]{{12}}: {told}", hint)
    edit(kept, "title: Olives\nquery: olives\n", "olives")
    assert hints()[1] == (
        "hint: olives is newer than stored articles: `monitor rematch --watchlist olives` shows what it finds in them"
    )
    assert monitor("rematch", "--apply", at=kept).code == 0
    assert hints() == []


def test_check_asks_for_no_database(monitor: Run, kept: Path) -> None:
    edit(kept, WIDE)
    for path in (kept / "data").glob("monitor.db*"):
        path.unlink()
    said = monitor("check", str(kept / "config"))
    assert (said.code, "rematch" in said.out) == (0, False)
    assert not (kept / "data/monitor.db").exists()


def read_rest(terminal: IO[bytes]) -> bytes:
    """What it still has; b"" where the other side has gone, which Linux tells as an error."""
    try:
        return terminal.read(100_000) or b""
    except OSError:
        return b""


def test_a_terminal_sees_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as screen:
        monkeypatch.setattr(sys, "stderr", screen)
        monkeypatch.setenv("COLUMNS", "100")
        with progress.counted("articles", 10) as show:
            show(5, "3 gained, 1 lost")
            show(12, "4 gained, 1 lost")
    with os.fdopen(ours, "rb", 0) as seen:
        drawn = b"".join(iter(lambda: read_rest(seen), b"")).decode()
    assert "12/12" in drawn
    assert "4 gained, 1 lost" in drawn


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_stops_it_is_heard_between_two_batches_and_who_insists_at_once(number: int) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with heeding() as stop_if_told:
        stop_if_told()
        os.kill(os.getpid(), number)
        with pytest.raises(KeyboardInterrupt):
            stop_if_told()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGTERM) is before


def test_many_records_go_to_a_file_and_come_back_the_last_first() -> None:
    with Spool(in_memory=100) as spool:
        for number in range(50):
            spool.add(number % 2, {"title": f"رفح {number}"})
        assert (spool.count(0), spool.count("other")) == (25, 0)
        assert [one["title"] for one in spool.last(1, 2)] == ["رفح 49", "رفح 47"]
        assert len(list(spool.last(0))) == 25
        assert list(spool.last("other")) == []


def test_an_older_database_is_no_reason_for_check_to_fail(monitor: Run, kept: Path) -> None:
    with Store.open(str(kept / "data/monitor.db")) as store, store.writing() as tx:
        tx.exec_driver_sql("UPDATE monitor_version SET version_num = '0010'")
    assert monitor("check", str(kept / "config")).code == 0
