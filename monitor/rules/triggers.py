"""Which rules can match at all, told from the words that a document holds.

A query asks for groups of words: of each at least one must be there. The rarest group triggers the rule, the others are
looked up next, and only where all are there the query is evaluated. All of this only ever skips what cannot match.

What must stand in the title is asked for as ~word: a title holds few of the words that a text holds.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import assert_never

from monitor.rules.lexicon import Leaf, Lexicon
from monitor.rules.parts import VALUES, asked_of_words
from monitor.rules.syntax import (
    And,
    AtLeast,
    Count,
    ListRef,
    Near,
    Node,
    Not,
    Or,
    QueryField,
    Sentence,
    Term,
    WatchlistRef,
    Within,
)
from monitor.rules.vocabulary import WordId
from monitor.text.words import Word

Group = frozenset[WordId]
Cost = Callable[[Group], float]
"""How often one of the words may be met; only the order counts."""

_PREFIX = 4.0
_TITLE = 0.1


def in_title(words: Collection[WordId]) -> Group:
    """The same words, asked for or found in the title."""
    return frozenset(word if word < 0 else ~word for word in words)


def groups_of(tree: Node, lexicon: Lexicon, cost: Cost) -> tuple[Group, ...]:
    """The groups that the query asks for, the rarest first; none for a NOT."""
    return tuple(sorted(dict.fromkeys(_required(tree, lexicon, cost)), key=cost))


def trigger_index(groups: Sequence[tuple[Group, ...]]) -> Mapping[WordId, tuple[int, ...]]:
    """Word → the rules (indexes into `groups`) whose rarest group it is in."""
    index: defaultdict[WordId, list[int]] = defaultdict(list)
    for rule, (rarest, *_) in enumerate(groups):
        for word in rarest:
            index[word].append(rule)
    return {word: tuple(rules) for word, rules in index.items()}


def costs(trees: Iterable[Node], lexicon: Lexicon) -> Cost:
    """Words that many rules use are the subject's common ones; short words are common in every language."""
    asked = (node for tree in trees for node in asked_of_words(tree))
    uses = Counter(lexicon.leaf(node) for node in asked if isinstance(node, Term | ListRef))
    weights: defaultdict[WordId, float] = defaultdict(float)
    words = lexicon.words
    for leaf, times in uses.items():
        for word in {word for pattern in leaf.patterns for word in pattern.words}:
            weights[word] += times * _commonness(words[word])
    return lambda group: sum(weights[word] if word >= 0 else weights[~word] * _TITLE for word in group)


def _commonness(word: Word) -> float:
    length = min((len(key) for key, _ in word.spellings), default=1)
    return (_PREFIX if word.prefix else 1.0) / length**2


def _required(node: Node, lexicon: Lexicon, cost: Cost) -> list[Group]:
    match node:
        case Term() | ListRef():
            return _leaf_groups(lexicon.leaf(node), cost)
        case And(parts=parts) | Sentence(parts=parts):
            return [group for part in parts for group in _required(part, lexicon, cost)]
        case Near(left=left, right=right):
            return _required(left, lexicon, cost) + _required(right, lexicon, cost)
        case Count(part=part):
            return _required(part, lexicon, cost)
        case Within(where=where) if where in VALUES:
            return []
        case Within(where=where, part=part):
            groups = _required(part, lexicon, cost)
            return [in_title(group) for group in groups] if where is QueryField.TITLE else groups
        case Or(parts=parts):
            return _any_of([_required(part, lexicon, cost) for part in parts], cost)
        case AtLeast(count=count, parts=parts):
            # Where n of k hold, one holds of any k - n + 1.
            cheapest = sorted((_required(part, lexicon, cost) for part in parts), key=lambda found: _best(found, cost))
            return _any_of(cheapest[: len(parts) - count + 1], cost)
        case Not() | WatchlistRef():
            return []
    assert_never(node)


def _leaf_groups(leaf: Leaf, cost: Cost) -> list[Group]:
    return _any_of([[frozenset({word}) for word in pattern.words] for pattern in leaf.patterns], cost)


def _any_of(alternatives: list[list[Group]], cost: Cost) -> list[Group]:
    """What must be there where one of several requirements is met."""
    if len(alternatives) == 1:
        return alternatives[0]
    if not all(alternatives):
        return []
    return [frozenset().union(*(min(groups, key=cost) for groups in alternatives))]


def _best(groups: list[Group], cost: Cost) -> float:
    return min(map(cost, groups))
