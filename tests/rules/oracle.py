"""The definitions of docs/rules.md, written the slow and obvious way: no index, no cache, every pair compared."""

from collections.abc import Mapping
from itertools import product

from monitor.model import Document, Field, TermList
from monitor.rules.syntax import And, AtLeast, ListRef, Near, Node, Not, Or, QueryField, Term, Within, walk
from monitor.rules.terms import Phrase, phrases
from monitor.text.forms import Form, forms
from monitor.text.tokens import tokens
from monitor.text.words import Word

Place = tuple[int, int]
Taken = frozenset[tuple[Place, str]]
"""The places of terms, in words, that a place is made of."""
Evidence = set[tuple[Field, int, int, str]]
"""(field, start, end, term): offsets in characters."""

ALL = (Field.TITLE, Field.SUMMARY, Field.TEXT)
PARTS = {QueryField.TITLE: (Field.TITLE,), QueryField.BODY: (Field.SUMMARY, Field.TEXT)}


class Oracle:
    """One document and the lists, asked about one node after the other."""

    def __init__(self, document: Document, lists: Mapping[str, TermList]) -> None:
        self.texts = {field: str(getattr(document, field)) for field in ALL}
        self.tokens = {field: tokens(text) for field, text in self.texts.items()}
        self.forms: dict[str, tuple[Form, ...]] = {}
        self.lists = lists

    def holds(self, node: Node, fields: tuple[Field, ...] = ALL) -> bool:
        match node:
            case And(parts=parts):
                return all(self.holds(part, fields) for part in parts)
            case Or(parts=parts):
                return any(self.holds(part, fields) for part in parts)
            case AtLeast(count=count, parts=parts):
                return [self.holds(part, fields) for part in parts].count(True) >= count
            case Not(part=part):
                return not self.holds(part, fields)
            case Within(where=where, part=part):
                return self.holds(part, tuple(field for field in fields if field in PARTS[where]))
            case _:
                return any(self.places(node, field) for field in fields)

    def evidence(self, node: Node, fields: tuple[Field, ...] = ALL) -> Evidence:
        """The terms' places that make a node hold."""
        if not self.holds(node, fields) or isinstance(node, Not):
            return set()
        match node:
            case And(parts=parts) | Or(parts=parts) | AtLeast(parts=parts):
                return set().union(*[self.evidence(part, fields) for part in parts])
            case Within(where=where, part=part):
                return self.evidence(part, tuple(field for field in fields if field in PARTS[where]))
            case _:
                return {
                    (field, *self.offsets(field, place), term)
                    for field in fields
                    for _, taken in self.places(node, field)
                    for place, term in taken
                }

    def places(self, node: Node, field: Field) -> set[tuple[Place, Taken]]:
        """Where a node stands, in words, each place with the places of terms that it is made of."""
        match node:
            case Term(text=text):
                return self.term_places(text, field)
            case ListRef(name=name):
                written = [term for terms in self.lists[name].terms.values() for term in terms]
                return set().union(*[self.term_places(term, field) for term in written])
            case Or(parts=parts):
                return set().union(*[self.places(part, field) for part in parts])
            case Within(where=where, part=part):
                return self.places(part, field) if field in PARTS[where] else set()
            case Near(left=left, right=right, distance=distance):
                both = product(self.places(left, field), self.places(right, field))
                return {
                    ((min(a[0], b[0]), max(a[1], b[1])), a_taken | b_taken)
                    for (a, a_taken), (b, b_taken) in both
                    if words_between(a, b) <= distance and not same_place(a, a_taken, b, b_taken)
                }
            case _:
                raise AssertionError(node)

    def term_places(self, text: str, field: Field) -> set[tuple[Place, Taken]]:
        count = len(self.tokens[field])
        found = {
            (start, end)
            for phrase in phrases(text)
            for start in range(count)
            for end in self.phrase_ends(phrase, start, field)
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


def nested_near(node: Node) -> bool:
    """Does a NEAR stand in a NEAR? Which places of it take part is then defined by the nearest pairs."""
    return any(
        isinstance(below, Near) and below is not near
        for near, _ in walk(node)
        if isinstance(near, Near)
        for below, _ in walk(near)
    )
