"""A query → its tree with the lists expanded, and for each term the keys by which it is looked up in a text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monitor.model import TermList
from monitor.rules.lexicon import included
from monitor.rules.parse import parse
from monitor.rules.syntax import And, ListRef, Near, Node, Not, Or, Term, Within, children, show
from monitor.rules.terms import Fault, Phrase, phrases, weighted
from monitor.text.lemmas import LANGUAGES
from monitor.text.words import Word


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """A term and the phrases any of which it is."""

    term: str
    language: str
    """The language it is listed under; "" where it stands in the query itself."""
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A node of a query."""

    label: str
    """The operator, or the leaf as it is written."""
    query: str
    """The whole of it, as written."""
    parts: tuple["Branch", ...]
    terms: tuple[LookedUp, ...]
    """Of a leaf: the term itself, or those of the list."""


def tree_of(query: str) -> Node:
    """The tree of a query that compiles. Raises: ValueError, where it does not."""
    tree = parse(query)
    if isinstance(tree, Fault):
        raise ValueError(tree.what)  # noqa: TRY004 - it is the text that is wrong
    return tree


def branch(node: Node, lists: Mapping[str, TermList]) -> Branch:
    """The node with everything below it; every list that it names is among `lists`."""
    return Branch(
        label=_label(node),
        query=show(node),
        parts=tuple(branch(part, lists) for part in children(node)),
        terms=tuple(_terms(node, lists)),
    )


def keys(word: Word) -> str:
    """What a word of a text must be: tunnel*, انفاق (أنفاق) where a hamza is verified, =Refah letter by letter."""
    star = "*" if word.prefix else ""
    if word.pattern:
        return f"/{word.pattern}/"
    if word.exact:
        return f"={word.spellings[0][1]}{star}"
    shown = [f"{key}{star}" + (f" ({letters})" if letters else "") for key, letters in word.spellings]
    language, key = word.lemma
    return " | ".join(dict.fromkeys([*shown, *([f"{key} ({language}: dictionary form)"] if language else [])]))


def phrase_keys(phrase: Phrase) -> str:
    """The keys of words that must stand one after the other."""
    return " + ".join(map(keys, phrase))


def _label(node: Node) -> str:
    match node:
        case And() | Or() | Not():
            return type(node).__name__.upper()
        case Within(where=where):
            return f"{where}:"
        case Near(distance=distance, ordered=ordered):
            return f"{'O' if ordered else ''}NEAR/{distance}"
        case _:
            return show(node).partition("(")[0] if children(node) else show(node)


def _terms(node: Node, lists: Mapping[str, TermList]) -> Iterator[LookedUp]:
    if isinstance(node, Term):
        yield LookedUp(term=node.text, language="", phrases=phrases(node.text))
    elif isinstance(node, ListRef):
        for term_list in included(node.name, lists):
            for language, written in term_list.terms.items():
                lemmas = language if term_list.lemma and language in LANGUAGES else ""
                for term in written:
                    found = phrases(weighted(term)[0], lemmas)
                    yield LookedUp(term=term, language=language, phrases=found)
