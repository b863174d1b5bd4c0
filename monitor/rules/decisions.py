"""Matches and what people decided of them → how right watchlists, lists and terms are, and how soon it was known."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import TypeVar

from monitor.model import Clause, Status, WatchlistId
from monitor.rules.precision import Figures
from monitor.rules.suggestions import Forms
from monitor.rules.usage import TermKey, term_key

JUDGED = {Status.RELEVANT: True, Status.IRRELEVANT: False}
"""The decisions that say of a match whether it is right; the others put it off, or leave it open."""
ENOUGH = 20
"""Reviewed matches from which on a watchlist's precision says something: of fewer, half of them relevant, its interval
is wider than from 0.3 to 0.7."""

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A match that holds, and what a person decided of it."""

    watchlist_id: WatchlistId
    language: str
    """Of the article; "" where nobody knows it."""
    terms: frozenset[tuple[str, str]]
    """That have hits: list, "" for the query itself, and term."""
    explanation: Clause | None
    """None: it is not judged."""
    status: Status
    matched_at: datetime
    first_judged_at: datetime | None
    """When it was first marked relevant or irrelevant."""


@dataclass(slots=True, kw_only=True)
class Decisions:
    """What decisions say of the rules."""

    watchlists: defaultdict[WatchlistId, Figures] = field(default_factory=lambda: defaultdict(Figures))
    languages: defaultdict[tuple[WatchlistId, str], Figures] = field(default_factory=lambda: defaultdict(Figures))
    lists: defaultdict[str, Figures] = field(default_factory=lambda: defaultdict(Figures))
    """A list's id, "" for the terms that stand in queries."""
    terms: defaultdict[TermKey, Figures] = field(default_factory=lambda: defaultdict(Figures))
    written: dict[TermKey, str] = field(default_factory=dict)
    """Each term as it was met first."""
    forms: defaultdict[WatchlistId, Forms] = field(default_factory=lambda: defaultdict(Forms))
    """What the texts of judged matches say at their hits."""
    waits: defaultdict[WatchlistId, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Seconds from each judged match to its first decision."""

    def add(self, decided: Decided) -> None:
        """Count one match."""
        relevant = JUDGED.get(decided.status)
        self.watchlists[decided.watchlist_id].add(relevant=relevant)
        self.languages[decided.watchlist_id, decided.language].add(relevant=relevant)
        terms = {term_key(list_id, term): term for list_id, term in sorted(decided.terms)}
        for key, term in terms.items():
            self.written.setdefault(key, term)
        _count(self.terms, terms, relevant=relevant)
        _count(self.lists, {list_id for list_id, _ in terms}, relevant=relevant)
        if decided.explanation and relevant is not None:
            self.forms[decided.watchlist_id].add(decided.explanation, relevant=relevant)
        if decided.first_judged_at:
            waited = (decided.first_judged_at - decided.matched_at).total_seconds()
            self.waits[decided.watchlist_id].append(max(0.0, waited))

    def usual_wait(self, watchlist_id: WatchlistId) -> timedelta | None:
        """The median time from a watchlist's match to the first decision; None where there is none."""
        waits = self.waits.get(watchlist_id)
        return timedelta(seconds=median(waits)) if waits else None

    def languages_of(self, watchlist_id: WatchlistId) -> list[tuple[str, Figures]]:
        """The same as its figures, by language, the one of most matches first."""
        found = [(language, figures) for (one, language), figures in self.languages.items() if one == watchlist_id]
        return sorted(found, key=lambda each: (-each[1].matches, each[0]))

    def terms_of(self, list_id: str) -> list[tuple[str, Figures]]:
        """The terms of a list that took part in matches, as written, the one of most matches first."""
        found = [(self.written[key], figures) for key, figures in self.terms.items() if key[0] == list_id]
        return sorted(found, key=lambda each: (-each[1].matches, each[0]))


def decisions_of(matches: Iterable[Decided], watchlists: Sequence[WatchlistId] = ()) -> Decisions:
    """What these matches say; the `watchlists` have figures also where they have no match."""
    decisions = Decisions()
    for watchlist_id in watchlists:
        decisions.watchlists[watchlist_id] = Figures()
    for decided in matches:
        decisions.add(decided)
    return decisions


def says_too_little(figures: Figures) -> bool:
    """Whether so few of a watchlist's matches are reviewed that one should review more, and there are more."""
    return figures.reviewed < min(ENOUGH, figures.matches)


def _count(figures: MutableMapping[Key, Figures], keys: Iterable[Key], *, relevant: bool | None) -> None:
    """Count a match for each that took part in it."""
    taking_part = set(keys)
    for key in taking_part:
        figures[key].add(relevant=relevant, alone=len(taking_part) == 1)
