"""A document as the rules read it: where its words, terms and lists stand. Worked out when first asked for."""

from collections import defaultdict
from collections.abc import Callable, Mapping

from monitor.model import Document, Field, Hit
from monitor.rules.lexicon import Leaf, Lexicon, Pattern
from monitor.rules.near import Places, Taken
from monitor.rules.passage import Passage
from monitor.rules.syntax import ListRef, Near, Term
from monitor.rules.triggers import in_title
from monitor.rules.vocabulary import Span, Vocabulary, WordId


class Reading:
    """One document; not kept longer than it is matched."""

    def __init__(self, document: Document, vocabulary: Vocabulary, lexicon: Lexicon) -> None:
        self._language = document.language
        texts = {Field.TITLE: document.title, Field.SUMMARY: document.summary, Field.TEXT: document.text}
        self._lexicon = lexicon
        self._passages = {field: Passage(text, vocabulary) for field, text in texts.items() if text}
        self._words = {field: passage.words for field, passage in self._passages.items()}
        self._hits: dict[tuple[Field, Taken], Hit] = {}
        self._nears: dict[tuple[int, Field], Places] = {}
        self._places: dict[tuple[Leaf, Field], Places] = {}

    @property
    def fields(self) -> frozenset[Field]:
        """Those that hold anything."""
        return frozenset(self._passages)

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
        if (field, taken) not in self._hits:
            self._hits[field, taken] = self._hit(field, taken)
        return self._hits[field, taken]

    def _hit(self, field: Field, taken: Taken) -> Hit:
        first, after, source = taken
        languages = source.languages
        return Hit(
            field=field,
            start=self._passages[field].offsets(first)[0],
            end=self._passages[field].offsets(after - 1)[1],
            term=source.term,
            list_id=source.list_id,
            language=self._language if self._language in languages else "".join(languages[:1]),
        )

    def _places_of(self, leaf: Leaf, field: Field) -> Places:
        if (leaf, field) not in self._places:
            self._places[leaf, field] = self._find(leaf, field)
        return self._places[leaf, field]

    def _find(self, leaf: Leaf, field: Field) -> Places:
        words = self._passages[field].places
        found: defaultdict[Span, set[Taken]] = defaultdict(set)
        for first in self._words[field].intersection(leaf.words):
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
