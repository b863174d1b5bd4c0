"""What the rules' terms cost as regular expressions: one a term, or one alternation a group: a list, a query's term.

They only say which terms stand in an article, knowing no morphology and no operators. Both costs are the sum over the
expressions, so where there are many, some of them are measured and stand for all.
"""

import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.made_rules import Rules
from monitor.model import Document

_PATTERNS = 300
_ARTICLES = 10


@dataclass(frozen=True, slots=True)
class Regexes:
    """Some of many expressions, compiled."""

    patterns: list[re.Pattern[str]]
    times: float
    """How many each stands for."""

    def seconds(self, documents: Sequence[Document]) -> float:
        """CPU of an article, all expressions searched in it; measured on a few of the articles."""
        few = [f"{one.title}\n{one.text}" for one in documents[:: max(1, len(documents) // _ARTICLES)]]
        began = time.process_time()
        for text in few:
            for pattern in self.patterns:
                pattern.search(text)
        return (time.process_time() - began) * self.times / len(few)


def a_term(rules: Rules) -> Regexes:
    """An expression for each term."""
    return _some([[term] for group in _groups(rules) for term in group])


def a_group(rules: Rules) -> Regexes:
    """An alternation for each list and for each term that a query has itself."""
    return _some(_groups(rules))


def _groups(rules: Rules) -> list[list[str]]:
    lists = [list(terms) for one in rules.lists for terms in one.terms.values()]
    return lists + [[term] for one in rules.watchlists for term in re.findall(r'"([^"]+)"', one.query)]


def _some(groups: list[list[str]]) -> Regexes:
    few = random.Random(1).sample(groups, min(_PATTERNS, len(groups)))
    patterns = [re.compile(rf"\b(?:{'|'.join(map(_expression, group))})\b", re.IGNORECASE) for group in few]
    return Regexes(patterns, len(groups) / len(few))


def _expression(term: str) -> str:
    return re.escape(term.removesuffix("*")) + (r"\w*" if term.endswith("*") else "")
