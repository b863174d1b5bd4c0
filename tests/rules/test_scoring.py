"""Labelled articles: read with every mistake named, scored per watchlist and language."""

import json

import pytest

from monitor.model import Document, WatchlistId
from monitor.rules.labelled import Labelled, document_of, labelled_record, read_labelled
from monitor.rules.scoring import Counts, ErrorKind, score
from tests.builders import a_watchlist
from tests.rules.matching import a_matcher

RAFAH, GAZA = WatchlistId("rafah"), WatchlistId("gaza")
KNOWN = ("rafah", "gaza")


def an_item(title: str, *labels: str, lang: str = "en", judged: tuple[str, ...] | None = None) -> Labelled:
    return Labelled(
        document=Document(title=title, language=lang),
        labels=frozenset(labels),
        judged=None if judged is None else frozenset(judged),
    )


def test_counts_errors_and_reasons_per_watchlist_and_language() -> None:
    matcher = a_matcher(a_watchlist("Rafah AND tunnel", "rafah"), a_watchlist("Gaza", "gaza"))
    items = [
        an_item("Rafah tunnel", "rafah"),
        an_item("Rafah", "rafah"),
        an_item("Gaza", lang="fr"),
        an_item("Gaza", judged=("rafah",)),
    ]
    scores = score(items, matcher)

    assert scores.overall == {GAZA: Counts(false=1, left=2), RAFAH: Counts(right=1, missed=1, left=2)}
    assert scores.by_language[GAZA, "fr"] == Counts(false=1)
    assert scores.by_language[RAFAH, "en"] == Counts(right=1, missed=1, left=1)
    assert [(error.watchlist_id, error.kind, error.item.document.title, error.reason) for error in scores.errors] == [
        (GAZA, ErrorKind.FALSE, "Gaza", "matched by Gaza"),
        (RAFAH, ErrorKind.MISSED, "Rafah", "tunnel is not in it"),
    ]


def test_the_measures() -> None:
    counts = Counts(right=6, false=2, missed=4, left=9)
    assert (counts.positives, counts.precision, counts.recall) == (10, 0.75, 0.6)
    assert counts.f1 == pytest.approx(2 * 0.75 * 0.6 / (0.75 + 0.6))
    nothing = Counts(left=5)
    assert (nothing.precision, nothing.recall, nothing.f1) == (None, None, None)


def test_lines_are_read_with_what_only_their_owner_understands() -> None:
    lines = [
        '{"id": 7, "title": "رفح", "text": "نفق", "lang": "ar", "labels": ["rafah"], "judged": null}',
        "",
        '{"title": "", "body": "b", "language": "en", "labels": [], "judged": ["gaza"], "authors": ["A"], "feed": "f"}',
    ]
    items, problems = read_labelled("\n".join(lines) + "\n", "mine.jsonl", KNOWN)

    assert problems == ()
    assert items == (
        Labelled(document=Document(title="رفح", text="نفق", language="ar"), labels=frozenset(["rafah"]), line=1),
        Labelled(
            document=Document(title="", text="b", language="en", authors=("A",), feed_id="f"),
            labels=frozenset(),
            judged=frozenset(["gaza"]),
            line=3,
        ),
    )
    assert items[0].speaks_of("gaza")
    assert not items[1].speaks_of("rafah")


def test_an_article_is_cleaned_as_those_of_feeds_are() -> None:
    given = {"title": "\ud800 Rafah\ntunnels", "text": "a\0  b\r\n\n\nc\udc00" + "\u0651" * 100, "authors": ["A\x1bB"]}
    (item,), _ = read_labelled(json.dumps({**given, "labels": []}), "mine.jsonl", KNOWN)
    expected = Document(title="Rafah tunnels", text="a b\nc" + "\u0651" * 30, authors=("AB",))
    assert item.document == expected
    blank = document_of({"title": "\ud800", "text": "\x1b"})
    assert blank == "expected a title or a text, got neither"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "1:2: not JSON: Expecting property name enclosed in double quotes"),
        ("[" * 100_000, "1: not JSON: nested too deep"),
        ("7", "1: expected an object with title and text, got a number"),
        ('{"labels": []}', "1: expected a title or a text, got neither"),
        ('{"title": 7, "labels": []}', "1: title: expected a text, got a number"),
        ('{"title": [], "text": true}', "1: text: expected a text, got true or false"),
        ('{"title": "a", "text": "b", "body": "c"}', "1: body and text are two names for one thing: give one of them"),
        ('{"title": "a", "authors": "b"}', "1: authors: expected a list of texts"),
        ('{"title": "a"}', "1: labels is missing (name the watchlists that the article belongs to, [] for none)"),
        ('{"title": "a", "labels": "rafah"}', '1: labels: expected a list of watchlists (such as ["rafah-tunnels"]'),
        ('{"title": "a", "labels": ["raffah"]}', '1: labels: there is no watchlist "raffah" (did you mean "rafah"?)'),
        ('{"title": "a", "labels": ["x"]}', '1: labels: there is no watchlist "x" (there are gaza, rafah)'),
        ('{"title": "a", "labels": ["gaza"], "judged": []}', "1: labels names gaza, judged does not (a label is"),
        ('{"title": "a", "labels": [], "judged": {}}', "1: judged: expected a list of watchlists"),
        ("", " there is no article in it (an article is a line such as"),
    ],
)
def test_a_bad_line_says_where_and_what_was_expected(line: str, problem: str) -> None:
    items, problems = read_labelled(line, "mine.jsonl", KNOWN)
    assert items == ()
    assert [str(one).startswith(f"mine.jsonl:{problem}") for one in problems] == [True], problems


def test_what_was_written_reads_the_same() -> None:
    document = Document(title="t", summary="s", text="x", language="he", url="https://a.example/", authors=("A", "B"))
    for judged in (None, frozenset(["rafah", "gaza"])):
        item = Labelled(document=document, labels=frozenset(["rafah"]), judged=judged, line=1)
        assert read_labelled(json.dumps(labelled_record(item)), "f", KNOWN) == ((item,), ())


def test_an_empty_text_is_written_and_an_empty_field_is_not() -> None:
    record = labelled_record(an_item("t"))
    assert record == {"title": "t", "text": "", "lang": "en", "labels": []}
    assert document_of(record) == Document(title="t", language="en")
