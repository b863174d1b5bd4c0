"""The compiled watchlists: document → what they find in it, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from types import MappingProxyType

from monitor.model import Clause, Document, Found, ScoreRule, WatchlistId
from monitor.rules.evaluate import evidence, holds
from monitor.rules.explain import explain, hits
from monitor.rules.lexicon import Lexicon
from monitor.rules.limits import Limits
from monitor.rules.near import Taken
from monitor.rules.parts import EVERYWHERE, Part
from monitor.rules.reading import Reading
from monitor.rules.syntax import Node
from monitor.rules.triggers import Triggers, alternatives_of, costs
from monitor.rules.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A watchlist whose query means something."""

    watchlist_id: WatchlistId
    tree: Node
    score: ScoreRule
    limits: Limits
    version: str
    """Hash of the query, the score, the limits and the lists it uses."""


class Matcher:
    """Watchlists, ready to match. Equal rules give equal answers, whatever was matched before."""

    def __init__(self, rules: Sequence[Rule], lexicon: Lexicon) -> None:
        self._rules = tuple(sorted(rules, key=lambda rule: rule.watchlist_id))
        self._by_id = {rule.watchlist_id: rule for rule in self._rules}
        self._lexicon = lexicon
        cost = costs((rule.tree for rule in self._rules), lexicon)
        self._triggers = Triggers([alternatives_of(rule.tree, lexicon, cost) for rule in self._rules])
        self._vocabulary = Vocabulary(lexicon.words, self._triggers.asked)

    @property
    def versions(self) -> Mapping[WatchlistId, str]:
        """Watchlist → the hash of what it looks for."""
        return MappingProxyType({rule.watchlist_id: rule.version for rule in self._rules})

    def match(self, document: Document) -> tuple[Found, ...]:
        """What every watchlist that matches finds, ordered by watchlist."""
        reading = self._read(document)
        candidates = reading.candidates(self._triggers)
        found = (self._found(self._rules[number], reading) for number in candidates)
        return tuple(one for one in found if one is not None)

    def matching(self, document: Document) -> tuple[WatchlistId, ...]:
        """Which watchlists match, ordered, and nothing else: to say where and why takes as long again and more."""
        reading = self._read(document)
        candidates = (self._rules[number] for number in reading.candidates(self._triggers))
        return tuple(rule.watchlist_id for rule in candidates if self._matches(rule, reading))

    def find(self, document: Document, watchlist_id: WatchlistId) -> Found | None:
        """What one watchlist finds; None where it does not match.

        Raises:
            KeyError: there is no such watchlist.
        """
        return self._found(self._by_id[watchlist_id], self._read(document))

    def tree(self, watchlist_id: WatchlistId) -> Node:
        """The query of a watchlist, with those that it names in their place.

        Raises:
            KeyError: there is no such watchlist.
        """
        return self._by_id[watchlist_id].tree

    def explain(self, document: Document, watchlist_id: WatchlistId) -> Clause:
        """Why a watchlist matches a document, or why not.

        Raises:
            KeyError: there is no such watchlist.
        """
        rule = self._by_id[watchlist_id]
        reading = self._read(document)
        clause = explain(rule.tree, EVERYWHERE, reading)
        scores = _scores(rule.score, evidence(rule.tree, EVERYWHERE, reading))
        beyond = rule.limits.against(document)
        if clause.held and (beyond or _total(scores) < rule.score.minimum):
            low = f"score {_total(scores):g} is below the minimum {rule.score.minimum:g}"
            return Clause(query=clause.query, held=False, parts=(clause,), note=beyond or low)
        return _scored(clause, scores) if clause.held else clause

    def _read(self, document: Document) -> Reading:
        return Reading(document, self._vocabulary, self._lexicon)

    def _matches(self, rule: Rule, reading: Reading) -> bool:
        if not holds(rule.tree, EVERYWHERE, reading) or rule.limits.against(reading.document):
            return False
        least = rule.score.minimum
        return not least or _total(_scores(rule.score, evidence(rule.tree, EVERYWHERE, reading))) >= least

    def _found(self, rule: Rule, reading: Reading) -> Found | None:
        if not self._matches(rule, reading):
            return None
        taken = evidence(rule.tree, EVERYWHERE, reading)
        scores = _scores(rule.score, taken)
        return Found(
            watchlist_id=rule.watchlist_id,
            version=rule.version,
            score=_total(scores),
            hits=hits(taken, reading),
            explanation=_scored(explain(rule.tree, EVERYWHERE, reading), scores),
        )


def _scored(clause: Clause, scores: Mapping[str, float]) -> Clause:
    return replace(clause, note="; ".join(filter(None, (clause.note, f"score {_shown(scores)}"))))


def _scores(weights: ScoreRule, places: Iterable[tuple[Part, Taken]]) -> Mapping[str, float]:
    """ "title" and "body" → what the distinct terms that take part bring in, each where it counts most."""
    best: dict[object, tuple[float, str]] = {}
    for part, (_, _, source) in places:
        weight, field = (weights.title, "title") if part is Part.TITLE else (weights.body, "body")
        found = (weight * source.weight, field)
        best[source.key] = max(found, best.get(source.key, found))
    return {name: fsum(weight for weight, field in best.values() if field == name) for name in ("title", "body")}


def _total(scores: Mapping[str, float]) -> float:
    return fsum(scores.values())


def _shown(scores: Mapping[str, float]) -> str:
    """ "7: title 6, body 1"."""
    parts = ", ".join(f"{name} {score:g}" for name, score in scores.items() if score)
    return f"{_total(scores):g}" + (f": {parts}" if parts else "")
