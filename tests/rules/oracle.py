"""The definitions of docs/rules.md, written the slow and obvious way: no index, no cache, every pair compared."""

from collections.abc import Mapping
from itertools import product
from urllib.parse import unquote

from monitor.model import Document, Field, TermList
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
    Within,
    walk,
)
from monitor.rules.terms import Phrase, phrases, weighted
from monitor.text.forms import Form, forms
from monitor.text.sentences import sentence_starts
from monitor.text.tokens import tokens
from monitor.text.words import Word

Place = tuple[int, int]
Taken = frozenset[tuple[Place, str]]
"""The places of terms, in words, that a place is made of."""
Evidence = set[tuple[Field, int, int, str]]
"""(field, start, end, term): offsets in characters."""
Scope = tuple[tuple[Field, int], ...]
"""Fields, each with how many of its first words are looked at."""

ALL_WORDS = 1_000_000_000
TEXTS = (Field.TITLE, Field.SUMMARY, Field.TEXT)
EVERYWHERE: Scope = tuple((field, ALL_WORDS) for field in TEXTS)
VALUES = {
    QueryField.OUTLET: "outlet",
    QueryField.COUNTRY: "country",
    QueryField.AFFILIATION: "affiliation",
    QueryField.LANG: "language",
    QueryField.FEED: "feed_id",
}
REACH = {
    QueryField.TITLE: (Field.TITLE,),
    QueryField.BODY: (Field.SUMMARY, Field.TEXT),
    QueryField.AUTHOR: (Field.AUTHORS,),
    QueryField.URL: (Field.URL,),
}


class Oracle:
    """One document and the lists, asked about one node after the other."""

    def __init__(self, document: Document, lists: Mapping[str, TermList]) -> None:
        self.document = document
        self.texts = {field: str(getattr(document, field)) for field in TEXTS}
        self.texts |= {Field.AUTHORS: "\n".join(document.authors), Field.URL: unquote(document.url)}
        self.tokens = {field: tokens(text) for field, text in self.texts.items()}
        self.forms: dict[str, tuple[Form, ...]] = {}
        self.lists = lists

    def holds(self, node: Node, scope: Scope = EVERYWHERE) -> bool:
        match node:
            case And(parts=parts):
                return all(self.holds(part, scope) for part in parts)
            case Or(parts=parts):
                return any(self.holds(part, scope) for part in parts)
            case AtLeast(count=count, parts=parts):
                return [self.holds(part, scope) for part in parts].count(True) >= count
            case Count(count=count, part=part):
                return self.number(part, scope) >= count
            case Not(part=part):
                return not self.holds(part, scope)
            case Within(where=where, part=part) if where in VALUES:
                return self.is_value(str(getattr(self.document, VALUES[where])), part, where)
            case Within(where=where, part=part):
                return self.holds(part, self.narrowed(scope, where))
            case _:
                return any(self.places(node, field, words) for field, words in scope)

    def narrowed(self, scope: Scope, where: QueryField) -> Scope:
        body = tuple((field, words) for field, words in scope if field in (Field.SUMMARY, Field.TEXT))
        match where:
            case QueryField.TITLE:
                return tuple((field, words) for field, words in scope if field is Field.TITLE)
            case QueryField.BODY:
                return body
            case QueryField.LEAD:
                return ((self.lead, 100),) if body else ()
            case QueryField.AUTHOR:
                return ((Field.AUTHORS, ALL_WORDS),) if scope == EVERYWHERE or scope[0][0] is Field.AUTHORS else ()
            case _:
                return ((Field.URL, ALL_WORDS),) if scope == EVERYWHERE or scope[0][0] is Field.URL else ()

    @property
    def lead(self) -> Field:
        return Field.TEXT if self.texts[Field.TEXT] else Field.SUMMARY

    def is_value(self, value: str, node: Node, where: QueryField) -> bool:
        if isinstance(node, Or):
            return any(self.is_value(value, part, where) for part in node.parts)
        assert isinstance(node, Term)
        wanted = node.text.removeprefix("=").casefold()
        if wanted.endswith("*"):
            return value.casefold().startswith(wanted[:-1])
        return value.casefold() == wanted or (where is QueryField.LANG and value.casefold().startswith(f"{wanted}-"))

    def number(self, node: Node, scope: Scope) -> int:
        """The most places that do not overlap."""
        if isinstance(node, Within):
            return self.number(node.part, self.narrowed(scope, node.where))
        return sum(most_apart([place for place, _ in self.places(node, field, words)]) for field, words in scope)

    def evidence(self, node: Node, scope: Scope = EVERYWHERE) -> Evidence:
        """The terms' places that make a node hold."""
        if not self.holds(node, scope) or isinstance(node, Not):
            return set()
        match node:
            case And(parts=parts) | Or(parts=parts) | AtLeast(parts=parts):
                return set().union(*[self.evidence(part, scope) for part in parts])
            case Count(part=part):
                return self.evidence(part, scope)
            case Within(where=where, part=part):
                return set() if where in VALUES else self.evidence(part, self.narrowed(scope, where))
            case _:
                return {
                    (field, *self.offsets(field, place), term)
                    for field, words in scope
                    for _, taken in self.places(node, field, words)
                    for place, term in taken
                }

    def places(self, node: Node, field: Field, words: int = ALL_WORDS) -> set[tuple[Place, Taken]]:
        """Where a node stands in the first words of a field, each place with the places of terms that it is made of."""
        match node:
            case Term(text=text):
                return self.term_places(text, field, words)
            case ListRef(name=name):
                written = [weighted(term)[0] for terms in self.lists[name].terms.values() for term in terms]
                return set().union(*[self.term_places(term, field, words) for term in written])
            case Or(parts=parts):
                return set().union(*[self.places(part, field, words) for part in parts])
            case Within(where=QueryField.LEAD, part=part):
                return self.places(part, field, min(words, 100)) if field is self.lead else set()
            case Within(where=where, part=part):
                return self.places(part, field, words) if field in REACH[where] else set()
            case Near(left=left, right=right, distance=distance, ordered=ordered):
                both = product(self.places(left, field, words), self.places(right, field, words))
                return {
                    ((min(a[0], b[0]), max(a[1], b[1])), a_taken | b_taken)
                    for (a, a_taken), (b, b_taken) in both
                    if words_between(a, b) <= distance and not same_place(a, a_taken, b, b_taken)
                    if not ordered or a[1] <= b[0]
                }
            case Sentence(parts=parts):
                return self.sentence_places([self.places(part, field, words) for part in parts], field)
            case _:
                raise AssertionError(node)

    def sentence_places(self, sides: list[set[tuple[Place, Taken]]], field: Field) -> set[tuple[Place, Taken]]:
        starts = sentence_starts(self.texts[field])
        found = set()
        for start, end in zip(starts, [*starts[1:], ALL_WORDS], strict=False):
            inside = [
                [(place, taken) for place, taken in side if start <= place[0] and place[1] <= end] for side in sides
            ]
            if all(inside):
                spans = [place for side in inside for place, _ in side]
                taken = frozenset().union(*[taken for side in inside for _, taken in side])
                found.add(((min(a for a, _ in spans), max(b for _, b in spans)), taken))
        return found

    def term_places(self, text: str, field: Field, words: int) -> set[tuple[Place, Taken]]:
        count = len(self.tokens[field])
        found = {
            (start, end)
            for phrase in phrases(text)
            for start in range(count)
            for end in self.phrase_ends(phrase, start, field)
            if end <= words
        }
        return {(place, frozenset({(place, text)})) for place in found}

    def phrase_ends(self, phrase: Phrase, start: int, field: Field) -> set[int]:
        if not phrase:
            return {start}
        first, *others = phrase
        ends = [end for end in (start + 1, start + 2) if self.is_word(first, start, end, field)]
        return set().union(*[self.phrase_ends(tuple(others), end, field) for end in ends])

    def is_word(self, word: Word, start: int, end: int, field: Field) -> bool:
        """Is the token, or the two that a hyphen joins, the word? A pair only where neither is it alone."""
        found = self.tokens[field]
        if end > len(found):
            return False
        if end == start + 2:
            alone = self.is_word(word, start, start + 1, field) or self.is_word(word, start + 1, end, field)
            if alone or not found[start].hyphenated:
                return False
        surface = self.texts[field][found[start].start : found[end - 1].end]
        if surface not in self.forms:
            self.forms[surface] = forms(surface)
        return any(word.accepts(form) for form in self.forms[surface])

    def offsets(self, field: Field, place: Place) -> tuple[int, int]:
        found = self.tokens[field]
        return found[place[0]].start, found[place[1] - 1].end


def same_place(a: Place, a_taken: Taken, b: Place, b_taken: Taken) -> bool:
    """Do two terms stand on the same words? A stretch of several places is not one of them."""
    return a == b and all(place == a for place, _ in a_taken | b_taken)


def words_between(a: Place, b: Place) -> int:
    first, second = sorted([a, b])
    return max(0, second[0] - first[1])


def most_apart(places: list[Place]) -> int:
    """Every choice of places tried, in the order of their ends."""
    if not places:
        return 0
    first, *others = sorted(set(places))
    with_first = [place for place in others if place[0] >= first[1]]
    return max(1 + most_apart(with_first), most_apart(others))


def nested_near(node: Node) -> bool:
    """Does a NEAR stand in a NEAR? Which places of it take part is then defined by the nearest pairs."""
    return any(
        isinstance(below, Near) and below is not near
        for near, _ in walk(node)
        if isinstance(near, Near | Sentence | Count)
        for below, _ in walk(near)
    )
