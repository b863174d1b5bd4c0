"""Lists and terms → leaves: the patterns of words that every rule shares."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from monitor.model import TermList
from monitor.rules.parts import VALUES, Part, Parts, asked_of_words, reached
from monitor.rules.syntax import ListRef, Node, Term, Within
from monitor.rules.terms import Phrase, phrases, weighted
from monitor.rules.vocabulary import WordId
from monitor.text.lemmas import LANGUAGES
from monitor.text.words import Word


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What a hit is reported as: a term and where it is listed."""

    term: str
    list_id: str
    languages: tuple[str, ...]
    """Those under which the list has this term, in its order."""
    key: tuple[tuple[WordId, ...], ...]
    """The same for terms that hit the same."""
    weight: float = 1.0
    """What a hit counts for in the score, before the weight of its field."""


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """Words one after the other, and the term they are."""

    words: tuple[WordId, ...]
    source: Source


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A term or a list: any of its patterns."""

    patterns: tuple[Pattern, ...]
    starting: Mapping[WordId, tuple[Pattern, ...]]
    """By their first word."""
    words: tuple[WordId, ...]
    """The first words. No set: a tuple of few is asked for in less time, and is a fifth of the size."""
    alone: tuple[WordId, ...]
    """Those that are a pattern: wherever such a word is, the leaf is."""
    longer: tuple[tuple[WordId, ...], ...]
    """The patterns of more than one word."""


class Lexicon:
    """Every word, term and list that the rules use; made while compiling."""

    def __init__(self, lists: Mapping[str, TermList] | None = None) -> None:
        """`lists`: by name, all that the lists in queries include among them."""
        self._lists = lists or {}
        self._ids: dict[Word, WordId] = {}
        self._leaves: dict[tuple[str, bool, float], Leaf] = {}
        self._by_node: dict[int, Leaf] = {}
        self._trees: list[Node] = []
        self._sources: dict[str, tuple[Source, ...]] = {}
        self.apart: Parts = frozenset()
        """What queries ask for beside the article's texts: its authors, its address."""

    @property
    def words(self) -> Mapping[WordId, Word]:
        """By their ids, which are the very objects that leaves hold: what is the same object is compared at once."""
        return {number: word for word, number in self._ids.items()}

    def leaf(self, node: Term | ListRef) -> Leaf:
        """The patterns of a node of a tree that was added."""
        return self._by_node[id(node)]

    def finish(self) -> None:
        """Let go of what only adding needs: a third of the memory of all rules."""
        self._ids, self._leaves, self._sources = {}, {}, {}

    def add(self, tree: Node) -> None:
        """Add the terms and lists of a query; all can be read."""
        # Nodes are known again by their identity, in a third of the time; so the trees must stay.
        self._trees.append(tree)
        for node in asked_of_words(tree):
            if isinstance(node, Term | ListRef):
                self._by_node[id(node)] = self._leaf_of(node)
            if isinstance(node, Within) and node.where not in VALUES:
                self.apart |= reached(node.where) & {Part.AUTHORS, Part.URL}

    def _leaf_of(self, node: Term | ListRef) -> Leaf:
        """The leaf that all nodes share which ask for the same."""
        name = _name(node)
        if name not in self._leaves:
            sources = self._of_list(node.name) if isinstance(node, ListRef) else (self._of_term(node.text),)
            self._leaves[name] = _leaf(_weighted(sources, node.weight))
        return self._leaves[name]

    def _of_term(self, text: str) -> Source:
        return Source(text, "", (), self._key(text))

    def _of_list(self, name: str) -> tuple[Source, ...]:
        """The terms of a list and of those that it includes, each that hits something of its own once."""
        if name not in self._sources:
            languages: dict[tuple[tuple[WordId, ...], ...], dict[str, tuple[str, str, float]]] = {}
            for terms in included(name, self._lists):
                for language, written in terms.terms.items():
                    for term, weight in map(weighted, written):
                        key = self._key(term, language if terms.lemma and language in LANGUAGES else "")
                        languages.setdefault(key, {}).setdefault(language, (term, terms.id, weight))
            self._sources[name] = tuple(_source(key, given) for key, given in languages.items())
        return self._sources[name]

    def _key(self, term: str, language: str = "") -> tuple[tuple[WordId, ...], ...]:
        return tuple(map(self._numbered, phrases(term, language)))

    def _numbered(self, phrase: Phrase) -> tuple[WordId, ...]:
        return tuple(self._ids.setdefault(word, len(self._ids)) for word in phrase)


def included(name: str, lists: Mapping[str, TermList]) -> list[TermList]:
    """A list and all lists that it includes, itself first, each once; unknown names are passed over."""
    found: dict[str, TermList] = {}
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in lists and current not in found:
            found[current] = lists[current]
            waiting += reversed(lists[current].includes)
    return list(found.values())


def _name(node: Term | ListRef) -> tuple[str, bool, float]:
    return (node.name, True, node.weight) if isinstance(node, ListRef) else (node.text, False, node.weight)


def _source(key: tuple[tuple[WordId, ...], ...], given: Mapping[str, tuple[str, str, float]]) -> Source:
    """What terms of several languages are reported as that hit the same: the first, with the weight of the heaviest."""
    term, list_id, _ = next(iter(given.values()))
    return Source(term, list_id, tuple(given), key, max(weight for _, _, weight in given.values()))


def _weighted(sources: Iterable[Source], weight: float) -> Iterable[Source]:
    return sources if weight == 1 else [replace(source, weight=source.weight * weight) for source in sources]


def _leaf(sources: Iterable[Source]) -> Leaf:
    patterns = tuple(Pattern(words, source) for source in sources for words in source.key)
    starting: dict[WordId, tuple[Pattern, ...]] = {}
    for pattern in patterns:
        starting[pattern.words[0]] = (*starting.get(pattern.words[0], ()), pattern)
    distinct = dict.fromkeys(pattern.words for pattern in patterns)
    alone = tuple(words[0] for words in distinct if len(words) == 1)
    longer = tuple(words for words in distinct if len(words) > 1)
    return Leaf(patterns, MappingProxyType(starting), tuple(starting), alone, longer)
