"""Every example of docs/rules.md is run."""

import re
from pathlib import Path

import pytest

from monitor.model import TermList
from monitor.rules.findings import Kind
from monitor.rules.lint import lint
from monitor.rules.misses import why_not
from tests.builders import a_document, a_watchlist
from tests.rules.matching import a_matcher, find, problems_of

TEXT = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[list[str]]:
    return [block.strip().split("\n") for block in re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL)]


def lists() -> list[TermList]:
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for line in blocks("lists")[0]:
        name, _, terms = line.strip().partition(":")
        if terms:
            found[list(found)[-1]][name] = tuple(terms.strip().split(" | "))
        else:
            found[name] = {}
    return [TermList(id=name, terms=terms) for name, terms in found.items()]


EXAMPLES = [(block[0], line[2:], line[0] == "+") for block in blocks("example") for line in block[1:]]


@pytest.mark.parametrize(("query", "title", "matches"), EXAMPLES)
def test_an_example_comes_out_as_the_manual_says(query: str, title: str, matches: bool) -> None:
    assert (find(query, a_document(title), lists()) is not None) is matches


@pytest.mark.parametrize(("query", "problem"), blocks("mistake"))
def test_a_mistake_is_told_as_the_manual_says(query: str, problem: str) -> None:
    assert problems_of(query, lists()) == [problem]


@pytest.mark.parametrize(("query", "title", "miss"), blocks("miss"))
def test_a_miss_is_told_as_the_manual_says(query: str, title: str, miss: str) -> None:
    watchlist = a_watchlist(query)
    assert why_not(a_matcher(watchlist, lists=lists()).explain(a_document(title), watchlist.id)) == miss


@pytest.mark.parametrize(("query", "finding"), blocks("advice"))
def test_advice_is_given_as_the_manual_says(query: str, finding: str) -> None:
    watchlist = a_watchlist(query)
    (found,) = lint([watchlist], (), a_matcher(watchlist))
    assert str(found.problem) == f"watchlists/rafah.yaml:{finding}"


def test_every_kind_of_advice_is_in_the_manual() -> None:
    assert [kind for kind in Kind if f"`{kind}`" not in TEXT] == []


def test_the_manual_has_examples() -> None:
    assert len(EXAMPLES) > 40
