"""The examples of the watchlists, run: the proof that a rule means what its author meant."""

from collections.abc import Iterator, Sequence

from monitor.errors import Problem
from monitor.model import Clause, Document, Example, Hit, Watchlist
from monitor.rules.matcher import Matcher

_SHOWN = 60


def check_examples(watchlists: Sequence[Watchlist], matcher: Matcher) -> tuple[Problem, ...]:
    """Every example of a watchlist in the matcher that comes out wrong, with the clause that decided."""
    return tuple(
        problem
        for watchlist in watchlists
        if watchlist.id in matcher.versions
        for problem in _wrong(watchlist, matcher)
    )


def _wrong(watchlist: Watchlist, matcher: Matcher) -> Iterator[Problem]:
    for example in watchlist.should_match:
        clause = _explained(example, watchlist, matcher)
        if not clause.held:
            what = f"should match, but does not: {_shown(example)}"
            yield Problem(file=watchlist.file, line=example.line, what=what, hint=clause.note)
    for example in watchlist.should_not_match:
        clause = _explained(example, watchlist, matcher)
        if clause.held:
            what = f"should not match, but does: {_shown(example)}"
            yield Problem(file=watchlist.file, line=example.line, what=what, hint=_decisive(clause))


def _explained(example: Example, watchlist: Watchlist, matcher: Matcher) -> Clause:
    document = Document(title=example.title, text=example.text, language=example.language)
    return matcher.explain(document, watchlist.id)


def _decisive(clause: Clause) -> str:
    terms = dict.fromkeys(hit.term for hit in _hits(clause))
    return f"matched by {', '.join(terms)}"


def _hits(clause: Clause) -> Iterator[Hit]:
    """The hits of the clauses that held."""
    if clause.held:
        yield from clause.hits
        for part in clause.parts:
            yield from _hits(part)


def _shown(example: Example) -> str:
    text = example.title or example.text
    return f'"{text}"' if len(text) <= _SHOWN else f'"{text[:_SHOWN]}…"'
