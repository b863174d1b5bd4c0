"""The compiled watchlists: document → what they find in it, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from types import MappingProxyType

from monitor.model import Clause, Document, Field, Found, ScoreRule, WatchlistId
from monitor.rules.evaluate import evidence, holds
from monitor.rules.explain import explain, hits
from monitor.rules.lexicon import Lexicon
from monitor.rules.near import Taken
from monitor.rules.reading import Reading
from monitor.rules.syntax import Node, show
from monitor.rules.triggers import Triggers, alternatives_of, costs
from monitor.rules.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A watchlist whose query means something."""

    watchlist_id: WatchlistId
    tree: Node
    score: ScoreRule
    version: str
    """Hash of the query, the score and the lists it uses."""


class Matcher:
    """Watchlists, ready to match. Equal rules give equal answers, whatever was matched before."""

    def __init__(self, rules: Sequence[Rule], lexicon: Lexicon) -> None:
        self._rules = tuple(sorted(rules, key=lambda rule: rule.watchlist_id))
        self._by_id = {rule.watchlist_id: rule for rule in self._rules}
        self._lexicon = lexicon
        self._vocabulary = Vocabulary(lexicon.words)
        cost = costs((rule.tree for rule in self._rules), lexicon)
        self._triggers = Triggers([alternatives_of(rule.tree, lexicon, cost) for rule in self._rules])

    @property
    def versions(self) -> Mapping[WatchlistId, str]:
        """Watchlist → the hash of what it looks for."""
        return MappingProxyType({rule.watchlist_id: rule.version for rule in self._rules})

    def match(self, document: Document) -> tuple[Found, ...]:
        """What every watchlist that matches finds, ordered by watchlist."""
        reading = self._read(document)
        candidates = self._triggers.candidates(reading.all_words)
        found = (self._found(self._rules[number], reading) for number in candidates)
        return tuple(one for one in found if one is not None)

    def explain(self, document: Document, watchlist_id: WatchlistId) -> Clause:
        """Why a watchlist matches a document, or why not.

        Raises:
            KeyError: there is no such watchlist.
        """
        rule = self._by_id[watchlist_id]
        reading = self._read(document)
        clause = explain(rule.tree, reading.fields, reading)
        score = _score(rule.score, evidence(rule.tree, reading.fields, reading))
        if not clause.held or score >= rule.score.minimum:
            return clause
        note = f"score {score:g} is below the minimum {rule.score.minimum:g}"
        return Clause(query=show(rule.tree), held=False, parts=(clause,), note=note)

    def _read(self, document: Document) -> Reading:
        return Reading(document, self._vocabulary, self._lexicon)

    def _found(self, rule: Rule, reading: Reading) -> Found | None:
        if not holds(rule.tree, reading.fields, reading):
            return None
        taken = evidence(rule.tree, reading.fields, reading)
        score = _score(rule.score, taken)
        if score < rule.score.minimum:
            return None
        return Found(
            watchlist_id=rule.watchlist_id,
            version=rule.version,
            score=score,
            hits=hits(taken, reading),
            explanation=explain(rule.tree, reading.fields, reading),
        )


def _score(weights: ScoreRule, places: Iterable[tuple[Field, Taken]]) -> float:
    """The sum over the distinct terms that take part of the weight of the best field they stand in."""
    best: dict[object, float] = {}
    for field, (_, _, source) in places:
        weight = weights.title if field is Field.TITLE else weights.body
        best[source.key] = max(weight, best.get(source.key, weight))
    return fsum(best.values())
