"""The examples of the watchlists, run: the proof that a rule means what its author meant."""

from collections.abc import Iterator, Sequence

from monitor.errors import Problem
from monitor.model import Document, Example, Watchlist
from monitor.rules.matcher import Matcher
from monitor.rules.misses import why, why_not

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
        document = document_of(example)
        if watchlist.id not in matcher.matching(document):
            what = f"should match, but does not: {_shown(example)}"
            hint = why_not(matcher.explain(document, watchlist.id))
            yield Problem(file=watchlist.file, line=example.line, what=what, hint=hint)
    for example in watchlist.should_not_match:
        document = document_of(example)
        if watchlist.id in matcher.matching(document):
            what = f"should not match, but does: {_shown(example)}"
            hint = why(matcher.explain(document, watchlist.id))
            yield Problem(file=watchlist.file, line=example.line, what=what, hint=hint)


def document_of(example: Example) -> Document:
    """What the rules read of an example."""
    return Document(title=example.title, text=example.body, language=example.language)


def _shown(example: Example) -> str:
    text = example.title or example.body
    return f'"{text}"' if len(text) <= _SHOWN else f'"{text[:_SHOWN]}…"'
