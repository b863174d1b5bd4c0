"""A query → what a text must hold to match it, as far as an index of keys can tell (see `text.index_keys`)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from monitor.model import TermList
from monitor.rules.lexicon import Lexicon
from monitor.rules.parts import VALUES
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
    WatchlistRef,
    Within,
    children,
)
from monitor.rules.vocabulary import WordId
from monitor.text.index_keys import LONGEST_KEY, index_key
from monitor.text.words import Word

_APART = frozenset({QueryField.AUTHOR, QueryField.URL})
_DEEPEST, _MOST_KEYS, _MOST_CHARACTERS = 30, 10_000, 200_000
"""Of a need, in all its keys. SQLite's index reads no parentheses within more than 33 others, PostgreSQL no more than
15,000 operands, nor a megabyte of them.
"""
_LEAST_ALONE = 3
"""Letters from which on a key says all: of a shorter one the rules ask whether anything was taken away around it."""


@dataclass(frozen=True, slots=True)
class Key:
    """A word by one of its keys; `prefix`: the text's may go on."""

    text: str
    prefix: bool


@dataclass(frozen=True, slots=True)
class AllOf:
    """Each of these."""

    parts: tuple["Need", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of these or more."""

    parts: tuple["Need", ...]


Need = Key | AllOf | AnyOf


def need_of(tree: Node, lists: Mapping[str, TermList]) -> Need | None:
    """What every text holds that the query matches; None where keys tell nothing, or it is more than an index takes:
    any text may match.

    `tree`: of a query that compiles, those that it names in their place; `lists`: all that it names, by name.
    """
    return needs_of([tree], lists)[0]


def needs_of(trees: Sequence[Node], lists: Mapping[str, TermList]) -> list[Need | None]:
    """That of each; lists are read once."""
    reader = _Reader(trees, lists)
    needs = map(reader.need, trees)
    return [need if need is None or _is_takeable(need) else None for need in needs]


def is_told_by_keys(tree: Node, lists: Mapping[str, TermList]) -> bool:
    """Does every text match in which an index finds what the query needs?"""
    return _Reader([tree], lists).tells_all(tree)


def lightened(need: Need, most: int) -> Need | None:
    """What every text holds that holds what is needed, with so many keys at most; None where nothing is so short."""
    if _keys(need) <= most:
        return need
    if isinstance(need, AllOf):
        return lightened(min(need.parts, key=_keys), most)
    return None


def _keys(need: Need) -> int:
    return sum(1 for _ in _held(need))


class _Reader:
    def __init__(self, trees: Sequence[Node], lists: Mapping[str, TermList]) -> None:
        self._lexicon = Lexicon(lists)
        for tree in trees:
            self._lexicon.add(tree)
        self._words = self._lexicon.words

    def need(self, node: Node) -> Need | None:
        match node:
            case Term() | ListRef():
                return _any_of(_all_of(map(self._key, words)) for words in self._phrases(node))
            case And(parts=parts) | Sentence(parts=parts):
                return _all_of(map(self.need, parts))
            case Near(left=left, right=right):
                return _all_of(map(self.need, (left, right)))
            case Or(parts=parts):
                return _any_of(map(self.need, parts))
            case AtLeast(count=count, parts=parts):
                return (_all_of if count == len(parts) else _any_of)(map(self.need, parts))
            case Count(part=part):
                return self.need(part)
            case Within(where=where, part=part):
                # Names and addresses are not in the index, nor are the values of fields.
                return None if where in VALUES or where in _APART else self.need(part)
            case Not() | WatchlistRef():
                return None
        assert_never(node)

    def tells_all(self, node: Node) -> bool:
        match node:
            case Term() | ListRef():
                phrases = self._phrases(node)
                return all(len(words) == 1 and _is_plain(self._words[words[0]]) for words in phrases)
            case And() | Or():
                return all(map(self.tells_all, children(node)))
            case _:
                return False

    def _phrases(self, node: Term | ListRef) -> Iterator[Sequence[WordId]]:
        return (pattern.words for pattern in self._lexicon.leaf(node).patterns)

    def _key(self, word: WordId) -> Need | None:
        return _key_of(self._words[word])


def _key_of(word: Word) -> Need | None:
    if word.pattern or word.lemma[0]:
        return None
    keys = {index_key(key) for key, _ in word.spellings}
    return _any_of(Key(key, word.prefix or len(key) == LONGEST_KEY) if key else None for key in sorted(keys))


def _is_plain(word: Word) -> bool:
    """Is every text that holds one of its keys one that holds the word?"""
    if word.pattern or word.exact or word.lemma[0]:
        return False
    return all(not letters and _is_plain_key(key) for key, letters in word.spellings)


def _is_plain_key(key: str) -> bool:
    # One with digits may be that of a text's ⑴, of which the index drops the parentheses.
    return index_key(key) == key and _LEAST_ALONE <= len(key) < LONGEST_KEY and not any(map(str.isdecimal, key))


def _is_takeable(need: Need) -> bool:
    """Does every index take it?"""
    held = list(_held(need))
    is_small = len(held) <= _MOST_KEYS and sum(len(key.text) for key, _ in held) <= _MOST_CHARACTERS
    return is_small and all(depth <= _DEEPEST for _, depth in held)


def _held(need: Need, depth: int = 1) -> Iterator[tuple[Key, int]]:
    """The keys, and within how many parts each stands."""
    if isinstance(need, Key):
        yield need, depth
    else:
        for part in need.parts:
            yield from _held(part, depth + 1)


def _all_of(parts: Iterable[Need | None]) -> Need | None:
    """What tells nothing is left out."""
    known = tuple(dict.fromkeys(part for part in parts if part is not None))
    return AllOf(known) if len(known) > 1 else known[0] if known else None


def _any_of(parts: Iterable[Need | None]) -> Need | None:
    """Where one tells nothing, none does."""
    asked = tuple(dict.fromkeys(parts))
    known = tuple(part for part in asked if part is not None)
    if not known or len(known) < len(asked):
        return None
    return AnyOf(known) if len(known) > 1 else known[0]
