"""A document as the rules read it: where its words, terms and lists stand. Worked out when first asked for."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping

from monitor.model import Document, Field, Hit
from monitor.rules.lexicon import Leaf, Lexicon, Pattern
from monitor.rules.near import Places, Taken
from monitor.rules.syntax import ListRef, Near, Term
from monitor.rules.triggers import in_title
from monitor.rules.vocabulary import Span, Vocabulary, WordId
from monitor.text.tokens import Token, tokens


class Reading:
    """One document; not kept longer than it is matched."""

    def __init__(self, document: Document, vocabulary: Vocabulary, lexicon: Lexicon) -> None:
        self._language = document.language
        texts = {Field.TITLE: document.title, Field.SUMMARY: document.summary, Field.TEXT: document.text}
        self._texts = {field: text for field, text in texts.items() if text}
        self._vocabulary = vocabulary
        self._lexicon = lexicon
        self._words = {field: vocabulary.held_by(text) for field, text in self._texts.items()}
        self._spans: dict[Field, Mapping[WordId, list[Span]]] = {}
        self._anchors: dict[Field, list[tuple[int, int, str]]] = {}
        self._nears: dict[tuple[int, Field], Places] = {}
        self._tokens: dict[str, list[Token]] = {}
        self._places: dict[tuple[Leaf, Field], Places] = {}

    @property
    def fields(self) -> frozenset[Field]:
        """Those that hold anything."""
        return frozenset(self._texts)

    @property
    def all_words(self) -> frozenset[WordId]:
        """The words that stand in any field; once more as ~word those in the title."""
        return in_title(self._words.get(Field.TITLE, ())).union(*self._words.values())

    def stands(self, node: Term | ListRef, field: Field) -> bool:
        """Does a term, or any term of a list, stand in a field?"""
        leaf = self._lexicon.leaf(node)
        if self._words[field].isdisjoint(leaf.words):
            return False
        return leaf.single or bool(self._places_of(leaf, field))

    def places(self, node: Term | ListRef, field: Field) -> Places:
        """Where a term, or any term of a list, stands in a field."""
        leaf = self._lexicon.leaf(node)
        return {} if self._words[field].isdisjoint(leaf.words) else self._places_of(leaf, field)

    def remembered(self, node: Near, field: Field, work_out: Callable[[], Places]) -> Places:
        """Where a NEAR stands in a field, worked out once; `node` must outlive this reading."""
        key = (id(node), field)
        if key not in self._nears:
            self._nears[key] = work_out()
        return self._nears[key]

    def hit(self, field: Field, taken: Taken) -> Hit:
        """A place of a term as offsets in the field's text."""
        first, after, source = taken
        languages = source.languages
        return Hit(
            field=field,
            start=self._offsets(field, first)[0],
            end=self._offsets(field, after - 1)[1],
            term=source.term,
            list_id=source.list_id,
            language=self._language if self._language in languages else "".join(languages[:1]),
        )

    def _offsets(self, field: Field, position: int) -> tuple[int, int]:
        """Start and end of the word at a position that some pattern begins or ends with."""
        if field not in self._anchors:
            self._anchors[field] = self._vocabulary.anchors_in(self._texts[field])
        anchors = self._anchors[field]
        first, offset, chunk = anchors[bisect_right(anchors, position, key=lambda anchor: anchor[0]) - 1]
        if chunk not in self._tokens:
            self._tokens[chunk] = tokens(chunk)
        token = self._tokens[chunk][position - first]
        return offset + token.start, offset + token.end

    def _places_of(self, leaf: Leaf, field: Field) -> Places:
        if (leaf, field) not in self._places:
            self._places[leaf, field] = self._find(leaf, field)
        return self._places[leaf, field]

    def _find(self, leaf: Leaf, field: Field) -> Places:
        if field not in self._spans:
            self._spans[field] = self._vocabulary.places_in(self._texts[field])
        words = self._spans[field]
        found: defaultdict[Span, set[Taken]] = defaultdict(set)
        for first in leaf.words & self._words[field]:
            for pattern in leaf.starting[first]:
                for start, end in _spans(pattern, words):
                    found[start, end].add((start, end, pattern.source))
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
