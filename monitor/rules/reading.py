"""A document as the rules read it: where its words, terms and lists stand. Worked out when first asked for."""

from collections.abc import Mapping

from monitor.model import Document, Field, Hit
from monitor.rules.lexicon import Leaf, Lexicon, Pattern
from monitor.rules.near import Places, Taken
from monitor.rules.syntax import ListRef, Term
from monitor.rules.vocabulary import Span, Vocabulary, WordId
from monitor.text.tokens import Token, tokens


class Reading:
    """One document; not kept longer than it is matched."""

    def __init__(self, document: Document, vocabulary: Vocabulary, lexicon: Lexicon) -> None:
        self.language = document.language
        self._texts = {Field.TITLE: document.title, Field.SUMMARY: document.summary, Field.TEXT: document.text}
        self._vocabulary = vocabulary
        self._lexicon = lexicon
        self._words: dict[Field, Mapping[WordId, list[Span]]] = {}
        self._tokens: dict[Field, list[Token]] = {}
        self._places: dict[tuple[Leaf, Field], Places] = {}

    def places(self, node: Term | ListRef, field: Field) -> Places:
        """Where a term, or any term of a list, stands in a field."""
        leaf = self._lexicon.leaf(node)
        if (leaf, field) not in self._places:
            self._places[leaf, field] = self._find(leaf, field)
        return self._places[leaf, field]

    def hit(self, field: Field, taken: Taken) -> Hit:
        """A place of a term as offsets in the field's text."""
        if field not in self._tokens:
            self._tokens[field] = tokens(self._texts[field])
        first, after, source = taken
        languages = source.languages
        return Hit(
            field=field,
            start=self._tokens[field][first].start,
            end=self._tokens[field][after - 1].end,
            term=source.term,
            list_id=source.list_id,
            language=self.language if self.language in languages else "".join(languages[:1]),
        )

    def _find(self, leaf: Leaf, field: Field) -> Places:
        if field not in self._words:
            self._words[field] = self._vocabulary.places_in(self._texts[field])
        words = self._words[field]
        found: dict[Span, frozenset[Taken]] = {}
        for first in leaf.starting.keys() & words.keys():
            for pattern in leaf.starting[first]:
                for start, end in _spans(pattern, words):
                    taken = (start, end, pattern.source)
                    found[start, end] = found.get((start, end), frozenset()) | {taken}
        return found


def _spans(pattern: Pattern, words: Mapping[WordId, list[Span]]) -> list[Span]:
    """Where the pattern's words stand one after the other."""
    spans = words[pattern.words[0]]
    for word in pattern.words[1:]:
        ends: dict[int, list[int]] = {}
        for start, end in words.get(word, ()):
            ends.setdefault(start, []).append(end)
        spans = [(start, end) for start, middle in spans for end in ends.get(middle, ())]
    return spans
