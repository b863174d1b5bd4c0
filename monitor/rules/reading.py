"""A document as the rules read it: where its words, terms and lists stand. Worked out when first asked for."""

from collections import defaultdict
from collections.abc import Callable
from functools import cached_property
from itertools import chain
from operator import attrgetter
from urllib.parse import unquote

from monitor.model import Document, Field, Hit
from monitor.rules.lexicon import Leaf, Lexicon, Pattern
from monitor.rules.near import Places, Taken
from monitor.rules.parts import LEAD_WORDS, Part, Parts, reached
from monitor.rules.passage import Passage, passages, read
from monitor.rules.syntax import ListRef, Near, Node, Or, QueryField, Sentence, Term
from monitor.rules.triggers import Triggers
from monitor.rules.vocabulary import Span, Vocabulary, WordId, in_title

_NOTHING: frozenset[WordId] = frozenset()
_ASKED, _ASKED_IN_TITLE = attrgetter("asked"), attrgetter("asked_in_title")


class Reading:
    """One document; not kept longer than it is matched."""

    def __init__(self, document: Document, vocabulary: Vocabulary, lexicon: Lexicon) -> None:
        self.document = document
        self._lexicon = lexicon
        # Names and address are read only where a rule asks for them.
        texts = {part: text for part, text in texts_of(document, lexicon.apart).items() if text}
        held = read(texts.values(), vocabulary)
        self._chunks = held.chunks
        self._passages = passages(texts, held)
        self._lead = Part.TEXT if document.text else Part.SUMMARY
        self._hits: dict[tuple[Part, Taken], Hit] = {}
        self._stretches: dict[tuple[int, Part, bool], Places] = {}
        self._places: dict[tuple[Leaf, Part], Places] = {}
        self._together: dict[Parts, frozenset[WordId]] = {}
        self._standing: dict[tuple[Leaf, Parts], bool] = {}

    def candidates(self, triggers: Triggers) -> list[int]:
        """The rules that may match, ascending."""
        title = self._passages[Part.TITLE].chunks if Part.TITLE in self._passages else ()
        asked = b"".join(chain(map(_ASKED, set(self._chunks)), map(_ASKED_IN_TITLE, title)))
        return triggers.candidates(asked, lambda: self._every)

    def worded(self, parts: Parts) -> list[Part]:
        """Those of the parts in which any word stands that a rule looks for."""
        return [part for part in parts if self._words(part)]

    def stands(self, node: Term | ListRef, parts: Parts) -> bool:
        """Does a term, or any term of a list, stand in one of the parts?

        Worked out once: a query of many parts names its lists again and again.
        """
        key = (self._lexicon.leaf(node), parts)
        known = self._standing.get(key)
        if known is None:
            known = self._standing[key] = self._found(*key)
        return known

    def places(self, node: Term | ListRef, part: Part) -> Places:
        """Where a term, or any term of a list, stands in a part."""
        leaf = self._lexicon.leaf(node)
        return self._places_of(leaf, part) if _possible(leaf, self._words(part)) else {}

    def seen_as(self, where: QueryField, part: Part) -> Part | None:
        """The part that is meant where a field of words is asked for in another part; None where they are apart."""
        if where is QueryField.LEAD:
            return Part.LEAD if part in (Part.LEAD, self._lead) else None
        return part if part in reached(where) else None

    def remembered(self, node: Near | Sentence, part: Part, every: bool, work_out: Callable[[], Places]) -> Places:  # noqa: FBT001
        """Where a NEAR or SENTENCE stands in a part, worked out once; `node` must outlive this reading."""
        key = (id(node), part, every)
        if key not in self._stretches:
            self._stretches[key] = work_out()
        return self._stretches[key]

    def sentences(self, part: Part) -> list[int]:
        """The first word of each sentence of a part."""
        passage = self._passages.get(self._base(part))
        return passage.sentences if passage else []

    def is_valued(self, where: QueryField, node: Node) -> bool:
        """Is a field that is one value what the node names: a value, or one of several?"""
        if isinstance(node, Or):
            return any(self.is_valued(where, part) for part in node.parts)
        return isinstance(node, Term) and is_value(self.value(where), node.text, where)

    def value(self, where: QueryField) -> str:
        """The document's value of such a field; "" where it is not known."""
        document = self.document
        values = {
            QueryField.OUTLET: document.outlet,
            QueryField.COUNTRY: document.country,
            QueryField.AFFILIATION: document.affiliation,
            QueryField.LANG: document.language,
        }
        return values.get(where, document.feed_id)

    def hit(self, part: Part, taken: Taken) -> Hit:
        """A place of a term as offsets in the field's text."""
        base = self._base(part)
        if (base, taken) not in self._hits:
            self._hits[base, taken] = self._hit(base, taken)
        return self._hits[base, taken]

    def _hit(self, base: Part, taken: Taken) -> Hit:
        first, after, source = taken
        passage = self._passages[base]
        start, end = passage.offsets(first)[0], passage.offsets(after - 1)[1]
        languages = source.languages
        own = self.document.language
        return Hit(
            field=Field(base.value),
            start=start,
            end=end,
            term=source.term,
            list_id=source.list_id,
            language=own if own in languages else "".join(languages[:1]),
            surface=passage.text[start:end],
        )

    @cached_property
    def _every(self) -> frozenset[WordId]:
        """The words that stand in any of its texts, the title's also as ~word."""
        words = (passage.words for passage in self._passages.values())
        return in_title(self._words(Part.TITLE)).union(*words)

    def _words(self, part: Part) -> frozenset[WordId]:
        """The words that stand in a part."""
        passage = self._passages.get(self._base(part))
        return passage.words if passage else _NOTHING

    def _base(self, part: Part) -> Part:
        return self._lead if part is Part.LEAD else part

    def _found(self, leaf: Leaf, parts: Parts) -> bool:
        words = self._words_in(parts)
        if Part.LEAD not in parts and not words.isdisjoint(leaf.alone):
            return True
        if not _possible(leaf, words):
            return False
        return any(_possible(leaf, self._words(part)) and self._places_of(leaf, part) for part in self.worded(parts))

    def _words_in(self, parts: Parts) -> frozenset[WordId]:
        """The words that stand in any of these parts."""
        if parts >= self._passages.keys():
            return self._every
        if parts not in self._together:
            self._together[parts] = _NOTHING.union(*(self._words(part) for part in self.worded(parts)))
        return self._together[parts]

    def _places_of(self, leaf: Leaf, part: Part) -> Places:
        if (leaf, part) not in self._places:
            self._places[leaf, part] = self._find(leaf, part)
        return self._places[leaf, part]

    def _find(self, leaf: Leaf, part: Part) -> Places:
        if part is Part.LEAD:
            whole = self._places_of(leaf, self._lead)
            return {span: taken for span, taken in whole.items() if span[1] <= LEAD_WORDS}
        passage = self._passages[part]
        found: defaultdict[Span, set[Taken]] = defaultdict(set)
        for first in self._words(part).intersection(leaf.words):
            for pattern in leaf.starting[first]:
                for start, end in _spans(pattern, passage):
                    found[start, end].add((start, end, pattern.source))
        return found


def texts_of(document: Document, apart: Parts = frozenset()) -> dict[Part, str]:
    """The texts that are read of a document; names and address only where `apart` asks for them."""
    texts = {Part.TITLE: document.title, Part.SUMMARY: document.summary, Part.TEXT: document.text}
    if Part.AUTHORS in apart:
        texts[Part.AUTHORS] = "\n".join(document.authors)
    if Part.URL in apart:
        texts[Part.URL] = unquote(document.url)
    return texts


def is_value(value: str, wanted: str, where: QueryField) -> bool:
    """Is a value the wanted one? Whatever the case; "al-*" is any that begins so, and "en" in lang: also "en-GB"."""
    value, wanted = value.casefold(), wanted.removeprefix("=").casefold()
    if wanted.endswith("*"):
        return value.startswith(wanted[:-1])
    return value == wanted or (where is QueryField.LANG and value.startswith(f"{wanted}-"))


def _possible(leaf: Leaf, words: frozenset[WordId]) -> bool:
    """Can it stand where these words are? Told without their places, which take long to work out."""
    if not words.isdisjoint(leaf.alone):
        return True
    # Of most lists not even a first word is there, and that is told soonest.
    return not words.isdisjoint(leaf.words) and any(map(words.issuperset, leaf.longer))


def _spans(pattern: Pattern, passage: Passage) -> list[Span]:
    """Where the pattern's words stand one after the other."""
    spans = passage.places(pattern.words[0])
    for word in pattern.words[1:]:
        ends: dict[int, list[int]] = {}
        for start, end in passage.places(word):
            ends.setdefault(start, []).append(end)
        spans = [(start, end) for start, middle in spans for end in ends.get(middle, ())]
    return spans
