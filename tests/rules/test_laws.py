"""What holds for every query and every document."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Document
from monitor.rules.syntax import And, Node, Not, show
from monitor.rules.terms import phrases
from monitor.text.forms import forms
from monitor.text.tokens import tokens
from tests.builders import a_watchlist
from tests.rules.matching import a_matcher, text_of
from tests.rules.strategies import LISTS, documents, leaves, queries
from tests.sizes import cases

few = settings(max_examples=cases(150), deadline=None)
pytestmark = pytest.mark.nightly


@few
@given(queries, documents)
def test_a_hit_cuts_out_its_term(tree: Node, document: Document) -> None:
    for found in a_matcher(a_watchlist(show(tree)), lists=LISTS).match(document):
        for hit in found.hits:
            text = text_of(document, hit.field)[hit.start : hit.end]
            assert hit.surface == text
            last = text[tokens(text)[-1].start :]
            pieces = (last, text)
            assert any(
                phrase[-1].accepts(form) for phrase in phrases(hit.term) for piece in pieces for form in forms(piece)
            )
            assert text == text.strip()


@few
@given(queries, leaves, documents)
def test_an_exclusion_never_adds_a_match(tree: Node, excluded: Node, document: Document) -> None:
    stricter = And(parts=(tree, Not(part=excluded)))
    matcher = a_matcher(a_watchlist(show(tree), "all"), a_watchlist(show(stricter), "less"), lists=LISTS)
    found = [one.watchlist_id for one in matcher.match(document)]
    assert found in ([], ["all"], ["all", "less"])


@few
@given(st.lists(queries, min_size=2, max_size=5), st.lists(documents, min_size=1, max_size=3))
def test_neither_order_nor_company_nor_memory_changes_a_match(trees: list[Node], articles: list[Document]) -> None:
    watchlists = [a_watchlist(show(tree), f"w{number}") for number, tree in enumerate(trees)]
    together = a_matcher(*watchlists, lists=LISTS)
    backwards = a_matcher(*watchlists[::-1], lists=LISTS[::-1])
    halves = [a_matcher(*watchlists[::2], lists=LISTS), a_matcher(*watchlists[1::2], lists=LISTS)]
    for document in [*articles, *articles]:
        found = together.match(document)
        assert backwards.match(document) == found
        union = [one for half in halves for one in half.match(document)]
        assert sorted(union, key=lambda one: one.watchlist_id) == list(found)
        for watchlist in watchlists:
            assert together.explain(document, watchlist.id).held == any(
                one.watchlist_id == watchlist.id for one in found
            )
