"""What holds of misses, advice and trees for every query and every document."""

from hypothesis import given, settings

from monitor.model import Document
from monitor.rules.lint import lint
from monitor.rules.lookup import branch
from monitor.rules.misses import nearest_misses, why, why_not
from monitor.rules.syntax import Node, show, walk
from tests.builders import a_watchlist
from tests.rules.matching import a_matcher
from tests.rules.strategies import LISTS, documents, queries

few = settings(max_examples=150, deadline=None)


@few
@given(queries, documents)
def test_something_is_missing_where_and_only_where_nothing_matches(tree: Node, document: Document) -> None:
    watchlist = a_watchlist(show(tree))
    clause = a_matcher(watchlist, lists=LISTS).explain(document, watchlist.id)
    misses = nearest_misses(clause)
    assert bool(misses) != clause.held
    assert not any(miss.clause.held for miss in misses)
    assert bool(why_not(clause)) != clause.held
    assert not clause.held or why(clause) != "matched by "


@few
@given(queries)
def test_advice_stands_in_the_query_or_in_a_list(tree: Node) -> None:
    watchlist = a_watchlist(show(tree))
    for finding in lint([watchlist], LISTS, a_matcher(watchlist, lists=LISTS)):
        problem = finding.problem
        assert problem.what
        assert problem.hint
        if problem.file == watchlist.file:
            assert 1 <= problem.column <= len(watchlist.query)


@few
@given(queries)
def test_a_tree_shows_every_node(tree: Node) -> None:
    root = branch(tree, {terms.id: terms for terms in LISTS})
    waiting, shown = [root], []
    while waiting:
        one = waiting.pop()
        shown.append(one.query)
        waiting += one.parts
    assert sorted(shown) == sorted(show(node) for node, _ in walk(tree))
