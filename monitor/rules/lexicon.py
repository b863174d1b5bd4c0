"""Lists and terms → leaves: the patterns of words that every rule shares."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from monitor.model import TermList
from monitor.rules.syntax import ListRef, Node, Term, walk
from monitor.rules.terms import Phrase, phrases
from monitor.rules.vocabulary import WordId
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
    single: bool
    """No pattern has more than one word: wherever such a word is, the leaf is."""


class Lexicon:
    """Every word, term and list that the rules use; made while compiling."""

    def __init__(self) -> None:
        self._ids: dict[Word, WordId] = {}
        self._lists: dict[str, Leaf] = {}
        self._terms: dict[str, Leaf] = {}

    @property
    def words(self) -> tuple[Word, ...]:
        """By their ids."""
        return tuple(self._ids)

    def leaf(self, node: Term | ListRef) -> Leaf:
        """The patterns of a node that was added."""
        return self._terms[node.text] if isinstance(node, Term) else self._lists[node.name]

    def add_list(self, terms: TermList) -> None:
        """Add a list whose terms can all be read."""
        languages: dict[tuple[tuple[WordId, ...], ...], dict[str, str]] = {}
        for language, written in terms.terms.items():
            for term in written:
                languages.setdefault(self._key(term), {}).setdefault(language, term)
        sources = (Source(next(iter(given.values())), terms.id, tuple(given), key) for key, given in languages.items())
        self._lists[terms.id] = _leaf(sources)

    def add_terms(self, tree: Node) -> None:
        """Add the terms that stand in a query; all can be read."""
        for node, _ in walk(tree):
            if isinstance(node, Term) and node.text not in self._terms:
                self._terms[node.text] = _leaf([Source(node.text, "", (), self._key(node.text))])

    def _key(self, term: str) -> tuple[tuple[WordId, ...], ...]:
        return tuple(map(self._numbered, phrases(term)))

    def _numbered(self, phrase: Phrase) -> tuple[WordId, ...]:
        return tuple(self._ids.setdefault(word, len(self._ids)) for word in phrase)


def _leaf(sources: Iterable[Source]) -> Leaf:
    patterns = tuple(Pattern(words, source) for source in sources for words in source.key)
    starting: dict[WordId, tuple[Pattern, ...]] = {}
    for pattern in patterns:
        starting[pattern.words[0]] = (*starting.get(pattern.words[0], ()), pattern)
    single = all(len(pattern.words) == 1 for pattern in patterns)
    return Leaf(patterns, MappingProxyType(starting), tuple(starting), single)
