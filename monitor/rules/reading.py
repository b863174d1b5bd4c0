"""A document as the rules read it: where its words, terms and lists stand. Worked out when first asked for."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping
from urllib.parse import unquote

from monitor.model import Document, Field, Hit
from monitor.rules.lexicon import Leaf, Lexicon, Pattern
from monitor.rules.near import Places, Taken
from monitor.rules.parts import LEAD_WORDS, Part, Parts, reached
from monitor.rules.syntax import ListRef, Near, Node, Or, QueryField, Sentence, Term
from monitor.rules.triggers import in_title
from monitor.rules.vocabulary import Span, Vocabulary, WordId
from monitor.text.sentences import sentence_starts
from monitor.text.tokens import Token, tokens


class Reading:
    """One document; not kept longer than it is matched."""

    def __init__(self, document: Document, vocabulary: Vocabulary, lexicon: Lexicon) -> None:
        self.document = document
        # Names and address are read only where a rule asks for them.
        self._texts = {part: text for part, text in texts_of(document, lexicon.apart).items() if text}
        self._lead = Part.TEXT if document.text else Part.SUMMARY
        self._vocabulary = vocabulary
        self._lexicon = lexicon
        self._words = {part: vocabulary.held_by(text) for part, text in self._texts.items()}
        self._spans: dict[Part, Mapping[WordId, list[Span]]] = {}
        self._anchors: dict[Part, list[tuple[int, int, str]]] = {}
        self._stretches: dict[tuple[int, Part, bool], Places] = {}
        self._tokens: dict[str, list[Token]] = {}
        self._places: dict[tuple[Leaf, Part], Places] = {}
        self._sentences: dict[Part, list[int]] = {}

    @property
    def all_words(self) -> frozenset[WordId]:
        """The words that stand in any part; once more as ~word those in the title."""
        return in_title(self._words.get(Part.TITLE, ())).union(*self._words.values())

    def stands(self, node: Term | ListRef, part: Part) -> bool:
        """Does a term, or any term of a list, stand in a part?"""
        leaf = self._lexicon.leaf(node)
        if self._lacks(leaf, part):
            return False
        return (leaf.single and part is not Part.LEAD) or bool(self._places_of(leaf, part))

    def places(self, node: Term | ListRef, part: Part) -> Places:
        """Where a term, or any term of a list, stands in a part."""
        leaf = self._lexicon.leaf(node)
        return {} if self._lacks(leaf, part) else self._places_of(leaf, part)

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
        base = self._base(part)
        if base not in self._sentences:
            self._sentences[base] = sentence_starts(self._texts.get(base, ""))
        return self._sentences[base]

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
        first, after, source = taken
        base = self._base(part)
        start, end = self._offsets(base, first)[0], self._offsets(base, after - 1)[1]
        languages = source.languages
        own = self.document.language
        return Hit(
            field=Field(base.value),
            start=start,
            end=end,
            term=source.term,
            list_id=source.list_id,
            language=own if own in languages else "".join(languages[:1]),
            surface=self._texts[base][start:end],
        )

    def _base(self, part: Part) -> Part:
        return self._lead if part is Part.LEAD else part

    def _lacks(self, leaf: Leaf, part: Part) -> bool:
        words = self._words.get(self._base(part))
        return words is None or words.isdisjoint(leaf.words)

    def _offsets(self, part: Part, position: int) -> tuple[int, int]:
        """Start and end of the word at a position that some pattern begins or ends with."""
        if part not in self._anchors:
            self._anchors[part] = self._vocabulary.anchors_in(self._texts[part])
        anchors = self._anchors[part]
        first, offset, chunk = anchors[bisect_right(anchors, position, key=lambda anchor: anchor[0]) - 1]
        if chunk not in self._tokens:
            self._tokens[chunk] = tokens(chunk)
        token = self._tokens[chunk][position - first]
        return offset + token.start, offset + token.end

    def _places_of(self, leaf: Leaf, part: Part) -> Places:
        if (leaf, part) not in self._places:
            self._places[leaf, part] = self._find(leaf, part)
        return self._places[leaf, part]

    def _find(self, leaf: Leaf, part: Part) -> Places:
        if part is Part.LEAD:
            whole = self._places_of(leaf, self._lead)
            return {span: taken for span, taken in whole.items() if span[1] <= LEAD_WORDS}
        if part not in self._spans:
            self._spans[part] = self._vocabulary.places_in(self._texts[part])
        words = self._spans[part]
        found: defaultdict[Span, set[Taken]] = defaultdict(set)
        for first in leaf.words & self._words[part]:
            for pattern in leaf.starting[first]:
                for start, end in _spans(pattern, words):
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


def _spans(pattern: Pattern, words: Mapping[WordId, list[Span]]) -> list[Span]:
    """Where the pattern's words stand one after the other."""
    spans = words[pattern.words[0]]
    for word in pattern.words[1:]:
        ends: dict[int, list[int]] = {}
        for start, end in words.get(word, ()):
            ends.setdefault(start, []).append(end)
        spans = [(start, end) for start, middle in spans for end in ends.get(middle, ())]
    return spans
