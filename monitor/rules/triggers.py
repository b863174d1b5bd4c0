"""Which rules can match at all, told from the words that a document holds.

A query has alternatives, one or more, and each asks for groups of words: of every group at least one must be there. The
rarest group triggers the rule, the others are looked up next, and only where all are there the query is evaluated. All
of this only ever skips what cannot match; what asks for no group is always evaluated.

What must stand in the title is asked for as ~word: a title holds few of the words that a text holds.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import cache
from itertools import chain, islice, product
from typing import assert_never

from monitor.rules.lexicon import Leaf, Lexicon
from monitor.rules.parts import VALUES, asked_of_words
from monitor.rules.stop_words import stop_words
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
from monitor.rules.vocabulary import WordId, in_title
from monitor.text.rows import Row, paired, row
from monitor.text.words import Word

Group = frozenset[WordId]
Requirement = tuple[Group, ...]
"""All must be there; none: nothing must."""
Cost = Callable[[Group], float]
"""How often one of the words may be met; only the order counts."""

_PREFIX = 4.0
_STOP = 100.0
_TITLE = 0.1
_MOST = 8


def alternatives_of(tree: Node, lexicon: Lexicon, cost: Cost) -> tuple[Requirement, ...]:
    """What the query asks for: all groups of any of these. The rarest group of each comes first."""
    found = _alternatives(tree, lexicon, cost)
    return tuple(tuple(sorted(dict.fromkeys(groups), key=cost)) for groups in found)


class Triggers:
    """Which rules may match; a rule is its index into what each asks for."""

    def __init__(self, rules: Sequence[tuple[Requirement, ...]]) -> None:
        asked = [(rule, groups) for rule, alternatives in enumerate(rules) for groups in alternatives]
        self._always = frozenset(rule for rule, groups in asked if not groups)
        asked = [(rule, groups) for rule, groups in asked if groups]
        self._rules = [rule for rule, _ in asked]
        self.asked = _by_word(half for _, groups in asked for half in (groups[0], groups[min(1, len(groups) - 1)]))
        """Word → the halves of requirements that it is in: of the n-th the rarest group is 2n, the second rarest, or
        the only one once more, is 2n + 1.
        """
        # Tuples, made one after the other: sets are spread over more memory than a processor caches.
        self._further = [tuple(map(tuple, groups[2:])) for _, groups in asked]

    def candidates(self, asked: Row, every: Callable[[], Set[WordId]]) -> list[int]:
        """The rules that may match, ascending, where any word is in each of these halves.

        `every`: gathers the words, the title's also as ~word, if any rule is likely.
        """
        # Two rare groups leave few of all rules, and are found without asking rule by rule.
        likely = paired(asked, 2 * len(self._rules))
        if not likely:
            return sorted(self._always)
        absent, further, rules = every().isdisjoint, self._further, self._rules
        found = {rules[number] for number in likely if not any(map(absent, further[number]))}
        return sorted(found | self._always)


def _by_word(groups: Iterable[Group]) -> Mapping[WordId, Row]:
    """Word → the numbers of the groups that it is in."""
    index: defaultdict[WordId, list[int]] = defaultdict(list)
    for number, group in enumerate(groups):
        for word in group:
            index[word].append(number)
    return {word: row(numbers) for word, numbers in index.items()}


def costs(trees: Iterable[Node], lexicon: Lexicon) -> Cost:
    """Words that many rules use are the subject's common ones; short words and stop words are every text's."""
    asked = (node for tree in trees for node in asked_of_words(tree))
    uses = Counter(lexicon.leaf(node) for node in asked if isinstance(node, Term | ListRef))
    weights: defaultdict[WordId, float] = defaultdict(float)
    words = lexicon.words
    for leaf, times in uses.items():
        for word in {word for pattern in leaf.patterns for word in pattern.words}:
            weights[word] += times * _commonness(words[word])
    # Most groups are one word, and asked of again and again.
    return cache(lambda group: sum(weights[word] if word >= 0 else weights[~word] * _TITLE for word in group))


def _commonness(word: Word) -> float:
    length = min((len(key) for key, _ in word.spellings), default=1)
    stop = any(key in stop_words() for key, _ in word.spellings)
    return (_PREFIX if word.prefix else 1.0) * (_STOP if stop else 1.0) / length**2


def _alternatives(node: Node, lexicon: Lexicon, cost: Cost) -> list[list[Group]]:
    """The node with its ORs taken apart, where they ask for more than one group and are few enough."""
    match node:
        case Or(parts=parts):
            found = [groups for part in parts for groups in _alternatives(part, lexicon, cost)]
            several = [groups for groups in found if len(groups) > 1]
            single = [groups for groups in found if len(groups) <= 1]
            alternatives = [*several, _any_of(single, cost)] if single else several
        case And(parts=parts):
            combined = list(islice(product(*(_alternatives(part, lexicon, cost) for part in parts)), _MOST + 1))
            alternatives = [list(chain.from_iterable(groups)) for groups in combined]
        case Within(where=QueryField.TITLE, part=part):
            return [list(map(in_title, groups)) for groups in _alternatives(part, lexicon, cost)]
        case _:
            return [_required(node, lexicon, cost)]
    return alternatives if len(alternatives) <= _MOST else [_required(node, lexicon, cost)]


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
