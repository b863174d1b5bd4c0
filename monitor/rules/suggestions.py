"""What stands at the hits of judged matches → the forms that bring in what nobody wants, and how to be rid of them.

A form is a word or phrase as a text has it, folded: "firefighters", which fighter* or a list may have found.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple

from monitor.errors import Problem
from monitor.model import Clause, Hit, TermList, Watchlist
from monitor.rules.findings import WrittenTerm, terms_of_lists, terms_of_query
from monitor.rules.parse import parse
from monitor.rules.precision import Figures
from monitor.rules.syntax import And, AtLeast, Count, Near, Node, Not, Sentence, Term, children, show
from monitor.rules.terms import Fault
from monitor.rules.usage import term_key
from monitor.text.fold import fold
from monitor.text.tokens import tokens

FEWEST = 5
"""Judged matches from which on a form is suspected."""
MOST = 10
"""Suggestions of a watchlist."""
_TOGETHER = And | Near | Sentence | AtLeast | Count
"""What asks for several things."""
_QUERIES, _SURFACES = 256, 10_000
"""That are not read again each time they are met."""


class Unit(NamedTuple):
    """What is judged by itself: a form where a clause of the query asks for it."""

    clause: str
    """The innermost that holds and asks for several things (AND, NEAR, …), else the term or list itself."""
    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A form that is clearly less often right than what else the watchlist finds."""

    clause: str
    form: str
    written: str
    """As texts mostly have it."""
    terms: tuple[tuple[str, str], ...]
    """Those that find it: list, "" for the query itself, and term."""
    figures: Figures
    """Of the matches that the form makes in this clause."""
    others: Figures
    """Of the watchlist's other matches."""
    gone: Figures
    """Of the matches that the exclusion would take: those in which the form stands, as far as they are explained."""

    @property
    def exclusion(self) -> str:
        """What to add to the query."""
        return show(Not(part=Term(text=self.written)))


@dataclass(slots=True, kw_only=True)
class Forms:
    """What stands at the hits of a watchlist's judged matches."""

    units: defaultdict[Unit, Figures] = field(default_factory=lambda: defaultdict(Figures))
    terms: defaultdict[Unit, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    standing: defaultdict[str, Figures] = field(default_factory=lambda: defaultdict(Figures))
    """Form → the matches in which it stands, also where it did not help."""
    written: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, explanation: Clause, *, relevant: bool) -> None:
        """Count one judged match."""
        helping: defaultdict[Unit, set[tuple[str, str]]] = defaultdict(set)
        for clause, hit in _helping(explanation, _tree(explanation.query)):
            helping[Unit(clause, form_of(hit.surface))].add((hit.list_id, hit.term))
        for unit, terms in helping.items():
            self.units[unit].add(relevant=relevant)
            self.terms[unit] |= terms
        for form, words in {form_of(hit.surface): words_of(hit.surface) for hit in _hits(explanation)}.items():
            self.standing[form].add(relevant=relevant)
            self.written[form][words] += 1

    def suggestions(self, judged: Figures) -> tuple[Suggestion, ...]:
        """Those without which most irrelevant matches would be gone first; a form once, at most `MOST`.

        `judged`: of all matches of the watchlist.
        """
        suspected = [(unit, figures) for unit, figures in self.units.items() if unit.form]
        found = [
            self._suggestion(unit, others)
            for unit, figures in suspected
            if _is_clearly_worse(figures, others := judged.without(figures))
        ]
        best: dict[str, Suggestion] = {}
        for one in sorted(found, key=_order):
            best.setdefault(one.form, one)
        return tuple(best.values())[:MOST]

    def _suggestion(self, unit: Unit, others: Figures) -> Suggestion:
        times = self.written[unit.form]
        return Suggestion(
            clause=unit.clause,
            form=unit.form,
            written=min(times, key=lambda words: (-times[words], words)),
            terms=tuple(sorted(self.terms[unit])),
            figures=self.units[unit],
            others=others,
            gone=self.standing[unit.form],
        )


def edits(suggestion: Suggestion, watchlist: Watchlist, lists: Sequence[TermList]) -> tuple[Problem, ...]:
    """What to change in which file, the exclusion first; any of them is enough."""
    exclude = f"write the query as (…) {suggestion.exclusion}"
    first = Problem(file=watchlist.file, line=watchlist.query_place[0], what=exclude)
    wanted = {term_key(list_id, term) for list_id, term in suggestion.terms}
    found = [one for one in _terms(watchlist, lists) if term_key(one.list_id, one.term) in wanted]
    return first, *(_narrowed(one, suggestion) for one in found)


@lru_cache(maxsize=_SURFACES)
def form_of(surface: str) -> str:
    """What words of a text are compared by, whatever their case and accents; "" where there is none."""
    return " ".join(map(fold, words_of(surface).split()))


@lru_cache(maxsize=_SURFACES)
def words_of(surface: str) -> str:
    """The words alone with a blank between: a term of the rule language."""
    return " ".join(surface[token.start : token.end] for token in tokens(surface))


def _order(one: Suggestion) -> tuple[int, int, int, str, str]:
    return -one.gone.irrelevant, one.gone.relevant, -one.figures.reviewed, one.form, one.clause


def _is_clearly_worse(some: Figures, others: Figures) -> bool:
    own, theirs = some.interval, others.interval
    return some.reviewed >= FEWEST and own is not None and theirs is not None and own.high < theirs.low


def _terms(watchlist: Watchlist, lists: Sequence[TermList]) -> Iterator[WrittenTerm]:
    tree = _tree(watchlist.query)
    yield from terms_of_query(watchlist, tree) if tree else ()
    yield from terms_of_lists(lists)


def _narrowed(placed: WrittenTerm, suggestion: Suggestion) -> Problem:
    where = f"@{placed.list_id}" if placed.list_id else "the query"
    what = f"narrow {placed.term} in {where}, so that it does not find {suggestion.written}"
    if form_of(placed.term) == suggestion.form and not placed.term.endswith("*"):
        what = f"take {placed.term} out of {where}"
    hint = f"it counts in every watchlist with {where}" if placed.list_id else ""
    return Problem(file=placed.place.file, line=placed.place.line, what=what, hint=hint)


@lru_cache(maxsize=_QUERIES)
def _tree(query: str) -> Node | None:
    """None: it was written in what is no rule language any more, or is too large with the queries that it names."""
    found = parse(query)
    return None if isinstance(found, Fault) else found


def _helping(
    clause: Clause, node: Node | None, around: str = "", near: frozenset[Hit] | None = None
) -> Iterator[tuple[str, Hit]]:
    """Each hit that helped the clause to hold, and the innermost clause that asked for it together with others.

    `around`: that above, "" for none; `near`: only these helped, None for all.
    """
    if not clause.held:
        return
    if isinstance(node, _TOGETHER):
        around = clause.query
    if isinstance(node, Near | Sentence):
        near = frozenset(clause.hits) if near is None else near.intersection(clause.hits)
    if not clause.parts:
        yield from ((around or clause.query, hit) for hit in clause.hits if near is None or hit in near)
    below: Iterable[Node | None] = children(node) if node else repeat(None)
    for part, child in zip(clause.parts, below, strict=False):
        yield from _helping(part, child, around, near)


def _hits(clause: Clause) -> Iterator[Hit]:
    """All that the explanation tells, those of clauses that did not help too."""
    yield from clause.hits
    for part in clause.parts:
        yield from _hits(part)
