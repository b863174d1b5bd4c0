"""Why, and why not."""

import pytest

from monitor.model import Clause, Example, ScoreRule, WatchlistId
from monitor.rules.evaluate import places
from monitor.rules.examples import check_examples
from monitor.rules.lexicon import Lexicon
from monitor.rules.parts import Part
from monitor.rules.reading import Reading
from monitor.rules.syntax import Not, Term
from monitor.rules.vocabulary import Vocabulary
from tests.builders import a_document, a_list, a_watchlist
from tests.rules.matching import a_matcher

LISTS = [a_list("rafah", en=("Rafah",)), a_list("tunnels", en=("tunnel*",))]
RAFAH = WatchlistId("rafah")


def explained(query: str, title: str, **fields: str) -> Clause:
    return a_matcher(a_watchlist(query), lists=LISTS).explain(a_document(title, **fields), RAFAH)


def outline(clause: Clause) -> list[object]:
    return [clause.query, clause.held, *([clause.note] if clause.note else []), *map(outline, clause.parts)]


def test_an_explanation_follows_the_query() -> None:
    clause = explained('@rafah AND (@tunnels OR "safe passage") NOT Refah', "Rafah tunnels")
    assert outline(clause) == [
        '@rafah AND (@tunnels OR "safe passage") NOT Refah',
        True,
        "score 6: title 6",
        ["@rafah", True],
        ['@tunnels OR "safe passage"', True, ["@tunnels", True], ['"safe passage"', False]],
        ["NOT Refah", True, ["Refah", False]],
    ]
    assert [hit.term for hit in clause.parts[0].hits] == ["Rafah"]


@pytest.mark.parametrize(
    ("title", "held", "note"),
    [
        ("Rafah tunnel", True, "0 words between, at most 2 wanted; score 6: title 6"),
        ("Rafah has tunnel", True, "1 word between, at most 2 wanted; score 6: title 6"),
        ("tunnel a b c Rafah d e f g tunnel", False, "3 words between, at most 2 wanted"),
        ("tunnel", False, "never in the same field"),
    ],
)
def test_a_near_tells_how_near(title: str, held: bool, note: str) -> None:
    clause = explained("@rafah NEAR/2 @tunnels", title, text="Rafah")
    assert (clause.held, clause.note) == (held, note)
    assert len(clause.hits) == (2 if held else 0)


def test_atleast_tells_how_many_held() -> None:
    clause = explained("ATLEAST/2(@rafah, a, b)", "Rafah")
    assert (clause.held, clause.note) == (False, "1 of 3")


def test_a_field_shows_only_what_stands_in_it() -> None:
    clause = explained("title:(@rafah)", "x", text="Rafah")
    note = "stands in the text, not in the title"
    assert outline(clause) == ["title:(@rafah)", False, ["@rafah", False, note]]


def test_an_unknown_watchlist_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        a_matcher().explain(a_document(), RAFAH)


def test_a_matchs_explanation_is_the_one_asked_for_later() -> None:
    matcher = a_matcher(a_watchlist("@rafah OR @tunnels NEAR/3 x"), lists=LISTS)
    document = a_document("Rafah")
    assert matcher.match(document)[0].explanation == matcher.explain(document, RAFAH)


@pytest.mark.parametrize(
    ("query", "title", "reason"),
    [
        ("@rafah AND @tunnels", "Rafah", "@tunnels is not in it"),
        ("@rafah AND (@tunnels OR x)", "Rafah", "@tunnels or x is not in it"),
        ("@rafah AND @tunnels AND x", "a", "@rafah is not in it; @tunnels is not in it; x is not in it"),
        (
            "@rafah AND @tunnels AND x AND y",
            "a",
            "@rafah is not in it; @tunnels is not in it; x is not in it; and 1 more",
        ),
        ("@rafah NEAR/1 @tunnels", "Rafah a b tunnel", "@rafah NEAR/1 @tunnels: 2 words between, at most 1 wanted"),
        ("@rafah NOT x", "Rafah x", "NOT x excludes it (x)"),
        ("@rafah", "x" * 100, "@rafah is not in it"),
    ],
)
def test_a_failed_example_names_the_clause_that_failed(query: str, title: str, reason: str) -> None:
    watchlist = a_watchlist(query, should_match=(Example(title=title, line=9),))
    (problem,) = check_examples([watchlist], a_matcher(watchlist, lists=LISTS))
    assert (problem.file, problem.line, problem.hint) == ("watchlists/rafah.yaml", 9, reason)
    assert problem.what.startswith(f'should match, but does not: "{title[:60]}')
    assert len(problem.what) < 110


def test_an_example_that_scores_too_little_says_so() -> None:
    watchlist = a_watchlist("@rafah", score=ScoreRule(minimum=5), should_match=(Example(title="Rafah"),))
    (problem,) = check_examples([watchlist], a_matcher(watchlist, lists=LISTS))
    assert problem.hint == "@rafah: score 3 is below the minimum 5"


def test_an_unwanted_match_names_its_terms() -> None:
    watchlist = a_watchlist("@rafah AND (@tunnels OR x)", should_not_match=(Example(title="", body="Rafah tunnels"),))
    (problem,) = check_examples([watchlist], a_matcher(watchlist, lists=LISTS))
    assert problem.what == 'should not match, but does: "Rafah tunnels"'
    assert problem.hint == "matched by Rafah, tunnel*"


def test_right_examples_and_watchlists_without_a_rule_give_no_problem() -> None:
    right = a_watchlist("@rafah", should_match=(Example(title="Rafah"),), should_not_match=(Example(title="x"),))
    absent = a_watchlist("a b", "absent", should_match=(Example(title="x"),))
    assert check_examples([right, absent], a_matcher(right, lists=LISTS)) == ()


def test_what_only_holds_or_does_not_stands_nowhere() -> None:
    reading = Reading(a_document("a"), Vocabulary({}), Lexicon())
    assert places(Not(part=Term(text="a")), Part.TITLE, reading) == {}
