"""The engine says what the definitions say."""

from unittest.mock import patch

import pytest
from hypothesis import example, given, settings

from monitor.model import Document
from monitor.rules import vocabulary
from monitor.rules.syntax import ListRef, Near, Node, Term, show
from tests.builders import a_watchlist
from tests.rules.matching import a_matcher
from tests.rules.oracle import Oracle, nested_near
from tests.rules.strategies import LISTS, documents, queries
from tests.sizes import cases

BY_NAME = {terms.id: terms for terms in LISTS}


@pytest.mark.nightly
@settings(max_examples=cases(1000), deadline=None)
@given(queries, documents)
@example(
    Near(
        left=Near(left=Term(text="Rafah"), right=Term(text="tunnel*"), distance=0),
        right=ListRef(name="people"),
        distance=1,
    ),
    Document(title="Rafah tunnels safe fighters"),
)
def test_the_engine_agrees_with_the_definitions(tree: Node, document: Document) -> None:
    oracle = Oracle(document, BY_NAME)
    matcher = a_matcher(a_watchlist(show(tree)), lists=LISTS)
    found = matcher.match(document)
    assert bool(found) == oracle.holds(tree)
    with patch.object(vocabulary, "_SHORT", -1):
        # As long texts are read: met for the first time, and again.
        assert matcher.match(document) == matcher.match(document) == found
    hits = {(hit.field, hit.start, hit.end, hit.term) for one in found for hit in one.hits}
    expected = oracle.evidence(tree)
    assert hits <= expected if nested_near(tree) else hits == expected
    assert matcher.explain(document, a_watchlist("").id).held == bool(found)
