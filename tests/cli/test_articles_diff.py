"""What was changed in an article, as a person and as a program read it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from monitor.articles.word_diff import differences
from monitor.cli import articles_diff
from monitor.cli.articles_diff import _shown
from monitor.model import Removal, Revision, RevisionSource
from monitor.store import articles, match_events, revisions, revisits
from monitor.store.matches import MatchQuery, query
from monitor.store.store import Store, Transaction
from tests.cli.conftest import Run

WHEN = datetime(2026, 1, 2, 10, 30, tzinfo=UTC)
NOTHING = "No revisions: as far as the monitor has seen, it stands as it was first read."


def change(tx: Transaction, language: str = "en") -> str:
    """Two revisions of a matched article, the second of which stopped its match, which was removed then; its id."""
    match = query(tx, MatchQuery(languages=(language,), limit=1, full=True))[0]
    article = match.article
    first = Revision(
        article_id=article.id,
        source=RevisionSource.PAGE,
        since=WHEN - timedelta(hours=1),
        replaced_at=WHEN,
        headline="Talks go on",
        new_headline="Talks fail",
        text=f"A line of before.\n{article.text}",
        words_added=1,
        words_removed=2,
    )
    second = Revision(
        article_id=article.id,
        source=RevisionSource.FEED,
        since=WHEN,
        replaced_at=WHEN + timedelta(hours=1),
        said="The feed said more.\nAnd more.",
        words_added=6,
        is_return=True,
    )
    revisions.add(tx, first)
    match_events.add(tx, revisions.add(tx, second), [match.id], [], second.replaced_at)
    articles.set_removed(tx, article.id, Removal.GONE, WHEN + timedelta(hours=2))
    return article.id


@pytest.fixture
def changed(kept: Path) -> tuple[Path, str]:
    with Store.open(str(kept / "data" / "monitor.db")) as store, store.writing() as tx:
        return kept, change(tx)


def test_each_revision_is_shown_with_its_time_and_its_headline_first(monitor: Run, changed: tuple[Path, str]) -> None:
    folder, article = changed
    said = monitor("articles", "diff", article[:8], at=folder)
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[2:9] == [
        "revision 1  2026-01-02 10:30, by the page; words: 1 added, 2 removed",
        "(as it was since 2026-01-02 09:30)",
        "── headline",
        "Talks [-go on-]{+fail+}",
        "── text",
        "[-A line of before.-]",
        "",
    ]
    assert lines[9:] == [
        "revision 2  2026-01-02 11:30, by the feed; words: 6 added, 0 removed; the text is again what it was before",
        "(as it was since 2026-01-02 10:30)",
        "── added by the feed",
        "{+The feed said more.+}",
        "{+And more.+}",
    ]


def test_changed_matches_are_not_folded_and_take_no_all(monitor: Run, demo: Path) -> None:
    said = monitor("matches", "--changed", "--all", at=demo)
    assert (said.code, "--all adds nothing" in said.err) == (2, True)


def test_one_revision_is_shown_alone(monitor: Run, changed: tuple[Path, str]) -> None:
    folder, article = changed
    said = monitor("articles", "diff", article, "--revision", "2", at=folder)
    assert "revision 2" in said.out
    assert "revision 1" not in said.out
    wrong = monitor("articles", "diff", article, "--revision", "3", at=folder)
    assert (wrong.code, "there is no revision 3: the article has 2" in wrong.err) == (2, True)


def test_an_article_that_was_not_changed_says_so(monitor: Run, demo: Path) -> None:
    (found, *_) = json.loads(monitor("articles", "--format", "json", at=demo).out)
    assert NOTHING in monitor("articles", "diff", found["id"], at=demo).out
    assert monitor("articles", "diff", found["id"], "--format", "json", at=demo).out == "[]\n"


def test_a_program_reads_the_same(monitor: Run, changed: tuple[Path, str]) -> None:
    folder, article = changed
    first, second = json.loads(monitor("articles", "diff", article, "--format", "json", at=folder).out)
    assert (first["number"], first["source"], first["replaced_at"]) == (1, "page", WHEN.isoformat())
    assert first["headline_diff"] == [
        {"kind": "kept", "text": "Talks "},
        {"kind": "removed", "text": "go on"},
        {"kind": "added", "text": "fail"},
    ]
    assert first["text_diff"][0] == {"kind": "removed", "text": "A line of before.\n"}
    assert 0.9 < first["similarity"] < 1
    assert (second["headline_diff"], second["text_diff"], second["similarity"]) == (None, None, None)
    assert second["said"] == "The feed said more.\nAnd more."


def test_the_text_after_a_revision_is_that_of_the_next(monitor: Run, changed: tuple[Path, str]) -> None:
    folder, article = changed
    with Store.open(str(folder / "data" / "monitor.db")) as store, store.writing() as tx:
        first = revisions.of(tx, articles.query(tx, articles.ArticleQuery(removed=True))[0].id)[0]
        again = first.replaced_at + timedelta(hours=3)
        revisions.add(
            tx,
            Revision(
                article_id=first.article_id,
                source=RevisionSource.PAGE,
                since=again,
                replaced_at=again,
                text="A line of before. Zebra.",
            ),
        )
    said = monitor("articles", "diff", article, "--revision", "1", at=folder).out
    assert "Zebra" in said
    assert "[-A line" not in said


def test_a_right_to_left_line_runs_right_to_left_with_its_changes_in_their_places() -> None:
    pieces = differences("قتل 30 مقاتلا في رفح", "قتل 31 مقاتلا في Rafah")
    assert _shown(pieces) == "\u2067قتل [-30-] {+31+} مقاتلا في [-\u2068رفح\u2069-]{+Rafah+}\u2069"
    assert _shown(differences("In רפיח", "In רפיח now")) == "In רפיח {+now+}"
    assert _shown(differences("a \x1b[31m b", "a \x1b[31m c")) == "a [31m [-b-]{+c+}"


def test_on_a_terminal_colours_tell_what_was_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(articles_diff, "is_coloured", lambda: True)
    shown = _shown(differences("one two", "one three"))
    assert shown == "one " + click.style("two", fg="red") + click.style("three", fg="green")


def test_options_of_the_listing_go_behind_the_command(monitor: Run, demo: Path) -> None:
    said = monitor("articles", "--lang", "ar", "diff", "1234", at=demo)
    assert (said.code, "options go behind the command: monitor articles diff …" in said.err) == (2, True)


def test_removed_articles_are_listed(monitor: Run, changed: tuple[Path, str]) -> None:
    folder, article = changed
    (found,) = json.loads(monitor("articles", "--removed", "--format", "json", at=folder).out)
    assert (found["id"], found["removed_why"]) == (article, "410")
    assert found["removed_at"] == (WHEN + timedelta(hours=2)).isoformat()
    heading, _, row = monitor("articles", "--removed", at=folder).out.splitlines()
    assert heading.split()[:4] == ["id", "published", "removed", "by"]
    assert f"{WHEN + timedelta(hours=2):%Y-%m-%d %H:%M}  410  " in row


def test_matches_that_a_revision_turned_are_listed(monitor: Run, changed: tuple[Path, str]) -> None:
    folder, article = changed
    (found,) = json.loads(monitor("matches", "--changed", "--format", "json", at=folder).out)
    assert (found["article"], found["turn"], found["revision"]) == (article, "stopped", 2)
    assert found["turned_at"] == (WHEN + timedelta(hours=1)).isoformat()
    heading, _, row = monitor("matches", "--changed", "--feed", found["feed"], at=folder).out.splitlines()
    assert heading.split()[:4] == ["id", "when", "it", "revision"]
    assert row.split()[:5] == [found["id"][:8], "2026-01-02", "11:30", "stopped", "2"]
    assert "No revision of an article" in monitor("matches", "--changed", "--lang", "tr", at=folder).out


def test_show_says_what_became_of_an_article(monitor: Run, changed: tuple[Path, str]) -> None:
    folder, article = changed
    said = monitor("show", article, at=folder).out
    assert "removed: found so on 2026-01-02 12:30 (410); its text is kept" in said
    assert (
        f"2 revisions, 1 of the headline, the last on 2026-01-02 11:30: `monitor articles diff {article[:8]}`" in said
    )
    assert "last visit" not in said
    record = json.loads(monitor("show", article, "--format", "json", at=folder).out)
    assert [one["number"] for one in record["revisions"]] == [1, 2]


def test_show_says_what_visits_told(monitor: Run, changed: tuple[Path, str]) -> None:
    folder, _ = changed
    with Store.open(str(folder / "data" / "monitor.db")) as store, store.writing() as tx:
        article = query(tx, MatchQuery(languages=("ar",), limit=1))[0].article.id
        revisions.add(
            tx,
            Revision(
                article_id=article, source=RevisionSource.FEED, since=WHEN, replaced_at=WHEN, said="more", words_added=1
            ),
        )
        revisits.save(tx, article, next_at=None, told=False, crashed=False, alternated=True, error="paywall")
        assert revisits.of(tx, article) is not None
    said = monitor("show", article, at=folder).out
    assert "1 revision, the last on 2026-01-02 10:30" in said
    assert "its page shows now one text, now another: 1 visits met one that was there before" in said
    assert "its last visit told nothing: paywall" in said
