"""Watchlists and lists → advice: what can never hit or always hits, and what is seldom meant.

Nothing here is a mistake, which is the compiler's to tell: a finding may be just what its author wants.
"""

from collections.abc import Iterator, Sequence

from monitor.model import TermList, Watchlist
from monitor.rules.findings import Finding, terms_of_lists, terms_of_query
from monitor.rules.lint_queries import Tree, lint_homographs, lint_lists, lint_nears, lint_vetoes, used_lists
from monitor.rules.lint_terms import by_list_and_language, lint_list, lint_term
from monitor.rules.matcher import Matcher
from monitor.rules.parse import parse
from monitor.rules.terms import Fault


def lint(watchlists: Sequence[Watchlist], lists: Sequence[TermList], matcher: Matcher) -> tuple[Finding, ...]:
    """All advice, in the order of the files; nothing about queries and terms that cannot be read.

    `matcher` is that of these rules.
    """
    trees = [(one, tree) for one in watchlists if not isinstance(tree := parse(one.query), Fault)]
    return tuple(sorted(_findings(trees, lists, matcher), key=lambda finding: finding.problem))


def lists_in(watchlists: Sequence[Watchlist], lists: Sequence[TermList]) -> frozenset[str]:
    """The lists that the watchlists' queries name, and those that these include."""
    trees = [(one, tree) for one in watchlists if not isinstance(tree := parse(one.query), Fault)]
    return used_lists(lists, trees)


def _findings(trees: Sequence[Tree], lists: Sequence[TermList], matcher: Matcher) -> Iterator[Finding]:
    listed = list(terms_of_lists(lists))
    terms = [*listed, *(term for watchlist, tree in trees for term in terms_of_query(watchlist, tree))]
    for term in terms:
        yield from lint_term(term)
    for group in by_list_and_language(listed):
        yield from lint_list(group)
    yield from lint_homographs(terms, trees)
    yield from lint_lists(lists, trees)
    yield from lint_nears(trees)
    yield from lint_vetoes(trees, matcher)
