"""What the terms of the lists have done in stored matches → advice about those that do nothing, or everything."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from monitor.errors import Problem
from monitor.model import Hit, TermList, Watchlist, WatchlistId
from monitor.rules.findings import Finding, Kind, WrittenTerm, advise, terms_of_lists
from monitor.rules.lint_terms import by_list_and_language
from monitor.rules.terms import Phrase, phrases

FEWEST_MATCHES = 200
"""Stored matches from which on it says something that a term has never hit."""
DOMINANT, FEWEST_OF_ONE = 0.9, 20
"""Of a watchlist's matches, and how many it must have."""
_SHOWN = 8
_KNOWN = 10_000
"""Terms that are not taken apart again for every hit."""

TermKey = tuple[str, tuple[Phrase, ...]]
"""A list's id, "" for a term that stands in a query, and what the term looks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermUse:
    """A term of a list in one of its languages."""

    placed: WrittenTerm
    hits: int
    matches: int
    """Stored matches in which it took part; a term that stands in several languages is counted in each."""


@dataclass(slots=True, kw_only=True)
class Usage:
    """What stored matches say of terms."""

    matches: Counter[WatchlistId] = field(default_factory=Counter)
    hits: Counter[TermKey] = field(default_factory=Counter)
    taking_part: Counter[TermKey] = field(default_factory=Counter)
    alone: defaultdict[WatchlistId, Counter[tuple[str, str]]] = field(default_factory=lambda: defaultdict(Counter))
    """(list, term) → matches that it made without any other."""

    def add(self, watchlist_id: WatchlistId, hits: Sequence[Hit]) -> None:
        """Count one stored match."""
        self.matches[watchlist_id] += 1
        keys = [term_key(hit.list_id, hit.term) for hit in hits]
        self.hits.update(keys)
        self.taking_part.update(set(keys))
        if len(set(keys)) == 1:
            self.alone[watchlist_id][hits[0].list_id, hits[0].term] += 1


@lru_cache(maxsize=_KNOWN)
def term_key(list_id: str, term: str) -> TermKey:
    """What a term is counted by: terms of a list that look for the same are one."""
    return list_id, phrases(term)


def usage_of(matches: Iterable[tuple[WatchlistId, Sequence[Hit]]]) -> Usage:
    """What these matches say."""
    usage = Usage()
    for watchlist_id, hits in matches:
        usage.add(watchlist_id, hits)
    return usage


def term_uses(lists: Iterable[TermList], usage: Usage) -> tuple[TermUse, ...]:
    """Every term of the lists with what it has done."""
    uses = []
    for placed in terms_of_lists(lists):
        key = term_key(placed.list_id, placed.term)
        uses.append(TermUse(placed=placed, hits=usage.hits[key], matches=usage.taking_part[key]))
    return tuple(uses)


def lint_usage(
    watchlists: Iterable[Watchlist], lists: Sequence[TermList], used: Iterable[str], usage: Usage
) -> tuple[Finding, ...]:
    """Terms that never hit, of each list and language together, and terms that make a watchlist's matches alone.

    `used` are the lists that some watchlist uses: those of the others cannot have hit.
    """
    names = frozenset(used)
    found = [*_dominant(watchlists, usage), *_idle([one for one in lists if one.id in names], usage)]
    return tuple(sorted(found, key=lambda finding: finding.problem))


def _dominant(watchlists: Iterable[Watchlist], usage: Usage) -> Iterator[Finding]:
    for watchlist in watchlists:
        total = usage.matches[watchlist.id]
        for (list_id, term), times in usage.alone[watchlist.id].items():
            if total >= FEWEST_OF_ONE and times >= DOMINANT * total:
                name = f"{term} (@{list_id})" if list_id else term
                what = f"{name} alone makes {times} of the {total} stored matches"
                hint = "look at some of them: what it means elsewhere the watchlist finds too"
                yield advise(Kind.DOMINANT, Problem(file=watchlist.file, what=""), what, hint)


def _idle(lists: Sequence[TermList], usage: Usage) -> Iterator[Finding]:
    total = usage.matches.total()
    if total < FEWEST_MATCHES:
        return
    for group in by_list_and_language(use.placed for use in term_uses(lists, usage) if not use.hits):
        terms = ", ".join(placed.term for placed in group[:_SHOWN])
        more = f" and {len(group) - _SHOWN} more" if len(group) > _SHOWN else ""
        what = f"@{group[0].list_id} ({group[0].language}): in {total} stored matches never hit: {terms}{more}"
        hint = "try each on a text that it should find: perhaps it is written another way there"
        yield advise(Kind.NEVER_HIT, group[0].place, what, hint)
