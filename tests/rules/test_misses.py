"""What comes nearest to a match."""

import pytest

from monitor.model import Clause, WatchlistId
from monitor.rules.misses import Miss, nearest_misses, why_not
from tests.builders import a_document, a_list, a_watchlist
from tests.rules.matching import a_matcher

LISTS = [a_list("rafah", en=("Rafah",)), a_list("tunnels", en=("tunnel*",))]


def explained(query: str, title: str, text: str = "") -> Clause:
    matcher = a_matcher(a_watchlist(query), lists=LISTS)
    return matcher.explain(a_document(title, text=text), WatchlistId("rafah"))


@pytest.mark.parametrize(
    ("query", "title", "misses"),
    [
        ("@rafah", "Rafah", []),
        # Of several alternatives the one that lacks least.
        ("a AND b OR @rafah AND c", "Rafah", ["c is not in it"]),
        # Words any of which would do are told together.
        ("(a OR b OR title:c) AND (d OR e AND f)", "x", ["a or b is not in it", "d is not in it"]),
        ("a OR b OR c OR (d OR e) OR f", "x", ["a, b, c, d or 2 more is not in it"]),
        ("a OR b OR c OR (d OR e)", "x", ["a, b, c, d or e is not in it"]),
        # Words that are there, too far apart, are nearer than words that are not.
        (
            "c OR @rafah NEAR/1 @tunnels",
            "Rafah a b tunnel",
            ["@rafah NEAR/1 @tunnels: 2 words between, at most 1 wanted"],
        ),
        ("@rafah NEAR/1 @tunnels", "Rafah", ["@tunnels is not in it"]),
        ("ATLEAST/2(@rafah, @tunnels, x AND y)", "Rafah", ["@tunnels is not in it"]),
        ("ATLEAST/2(@rafah, @tunnels, x)", "y", ["@rafah is not in it", "@tunnels is not in it"]),
        ("@rafah NOT (x OR y)", "Rafah y", ["NOT (x OR y) excludes it (y)"]),
        # What is doubly excluded lacks what would lift the exclusion.
        ("@rafah NOT (x AND y NOT z)", "Rafah x y", ["NOT (x AND y NOT z) excludes it (x, y)"]),
        ("@rafah NOT (@tunnels NEAR/0 x)", "Rafah tunnel x", ["NOT @tunnels NEAR/0 x excludes it (tunnel*, x)"]),
        ("@rafah NOT (a NOT b)", "Rafah a", ["NOT (a NOT b) excludes it (a)"]),
    ],
)
def test_the_nearest_miss_is_what_would_have_to_change(query: str, title: str, misses: list[str]) -> None:
    assert list(map(str, nearest_misses(explained(query, title)))) == misses


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("title:@rafah", "@rafah stands in the text, not in the title"),
        ("title:(@rafah AND x)", "@rafah stands in the text, not in the title; x is not in the title"),
        ("body:(@rafah NEAR/1 @tunnels)", "body: @rafah NEAR/1 @tunnels: 2 words between, at most 1 wanted"),
        ("@rafah NOT title:y", "NOT title:(y) excludes it (y)"),
    ],
)
def test_a_miss_within_a_field_names_the_field(query: str, reason: str) -> None:
    assert why_not(explained(query, "a y", "Rafah has a tunnel")) == reason


def test_a_clause_that_nobody_could_write_is_shown_as_it_is() -> None:
    clause = Clause(query="not a query", held=False, note="whatever")
    assert [str(Miss(clause=clause))] == ["not a query: whatever"] == [why_not(clause)]


@pytest.mark.parametrize(
    ("before", "query", "title", "text", "reason"),
    [
        # Another way would lack as little, but the article never was on it.
        ("@rafah", "title:x OR (@rafah NOT title:tunnel*)", "Tunnel", "Rafah x", "NOT title:(tunnel*) excludes it"),
        ("@rafah AND a", "x OR @rafah AND b", "Rafah a", "", "b is not in it"),
        ("@rafah AND (a OR z)", "x OR @rafah AND b", "Rafah c", "", "b is not in it"),
        ("ATLEAST/2(@rafah, a, x)", "ATLEAST/2(c, @tunnels, @rafah NEAR/0 a)", "a x Rafah", "", "@rafah NEAR/0 a: 1"),
    ],
)
def test_of_several_ways_the_one_is_told_on_which_it_matched_before(
    before: str, query: str, title: str, text: str, reason: str
) -> None:
    held = explained(before, title.replace("c", "a"), text)
    assert held.held
    assert reason in why_not(explained(query, title, text), before=held)
