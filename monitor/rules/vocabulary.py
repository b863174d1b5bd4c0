"""The words that the rules look for, and which of them a piece of text holds.

Matching costs follow what is new: what a piece of text between white space holds is worked out once and remembered. The
pieces of a long text are looked up all at once, and those that hold nothing are passed over. In an hour of news most
pieces have been met before.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from monitor.text.fold import LONGEST
from monitor.text.forms import Form, forms
from monitor.text.patterns import Patterns
from monitor.text.pieces import EveryPiece, Pieces
from monitor.text.rows import Row, numbers_of, row
from monitor.text.tokens import Token, lone_word, tokens
from monitor.text.words import Word, lemma_key

if TYPE_CHECKING:
    from monitor.text.familiar import Familiar

WordId = int
"""An index into the words of a vocabulary."""
Span = tuple[int, int]
"""First word and the one after the last, in words of a field, from 0."""

_SHORT = 1_000
"""Characters of a text whose pieces are looked up one by one: longer ones soon take as long as all at once."""
_PIECES = 30_000
"""In one generation; there are two."""
_TOKENS = 20_000
_LONGEST_PIECE = 40
"""Characters of a piece that is remembered: longer ones are addresses, and whole sentences of Chinese."""


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """What a piece of text without white space holds. Pieces that hold the same share one: Rafah, "Rafah" and Rafah:"""

    words: tuple[WordId, ...]
    """Each once."""
    places: tuple[tuple[int, int, tuple[WordId, ...]], ...]
    """(first token, tokens, words that they are), in order."""
    further: int
    """Its tokens, less one."""
    row: Row = b""
    """The words once more."""
    asked: Row = b""
    """The halves of requirements that ask for one of the words: see triggers."""
    asked_in_title: Row = b""
    """Those that do where it stands in the title."""


_IDLE = Chunk((), (), 0)
_ROW = attrgetter("row")
_NONE: Mapping[WordId, Row] = MappingProxyType({})


class Held(NamedTuple):
    """What a text holds: its pieces that hold anything, or were not met lately, in order. All others are one word."""

    chunks: list[Chunk]
    pieces: Pieces
    """Where each stands."""


class Vocabulary(dict[str, Chunk]):
    """Piece of text → what it holds, remembered; pieces that are not met again are forgotten."""

    def __init__(self, words: Mapping[WordId, Word], asked: Mapping[WordId, Row] = _NONE) -> None:
        """`asked`: word → what asks for it, which its pieces of text then carry along; ~word: in the title."""
        super().__init__()
        self._asked = asked
        self._earlier: Mapping[str, Chunk] = {}
        self._shared: dict[tuple[object, int], Chunk] = {}
        self._whole: defaultdict[str, list[tuple[WordId, Word]]] = defaultdict(list)
        self._prefixes: defaultdict[str, list[tuple[WordId, Word]]] = defaultdict(list)
        for number, word in words.items():
            index = self._prefixes if word.prefix else self._whole
            for key in {key for key, _ in word.spellings}:
                index[key].append((number, word))
        self._lengths = sorted({len(key) for key in self._prefixes})
        self._fitted = [(number, word) for number, word in words.items() if word.pattern]
        self._patterns = Patterns([word.pattern for _, word in self._fitted])
        self._lemmas: defaultdict[tuple[str, str], list[tuple[WordId, Word]]] = defaultdict(list)
        for number, word in words.items():
            if word.lemma[0]:
                self._lemmas[word.lemma].append((number, word))
        self._languages = sorted({language for language, _ in self._lemmas})
        self._words_of = lru_cache(_TOKENS)(self._look_up)

    def __missing__(self, piece: str) -> Chunk:
        found = self._earlier.get(piece) or self._read(piece)
        if len(piece) <= _LONGEST_PIECE:
            if len(self) >= _PIECES:
                self._earlier = dict(self)
                self.clear()
                self._shared.clear()
            self[piece] = found
        return found

    def read(self, text: str) -> Held:
        """What a text holds. Every word of every article comes through here: no step is one of Python's for each."""
        if len(text) > _SHORT:
            return self._read_long(text)
        pieces = EveryPiece(text)
        return Held(chunks=list(map(self.__getitem__, pieces.texts)), pieces=pieces)

    def _read_long(self, text: str) -> Held:
        pieces = self._familiar.pick(text)
        chunks = pieces.things
        if pieces.new:
            met = [(index, pieces.text(index)) for index in pieces.new]
            for index, piece in met:
                chunks[index] = self[piece]
            short = [index for index, piece in met if len(piece) <= _LONGEST_PIECE]
            self._familiar.add(pieces.keys(short), [chunks[index] for index in short])
        return Held(chunks=chunks, pieces=pieces)

    @cached_property
    def _familiar(self) -> "Familiar[Chunk]":
        """What pieces of long texts hold; most are one token that no rule looks for."""
        # With NumPy it takes 17 MB, and as long as a short command runs: who reads headlines alone does without.
        from monitor.text.familiar import Familiar

        return Familiar(_IDLE)

    def _read(self, piece: str) -> Chunk:
        word = lone_word(piece)
        if word:
            words = self._words_of(word[:LONGEST])
            return self._chunk(((0, 1, words),), 0) if words else _IDLE
        found = tokens(piece)
        places = tuple(place for place in self._places(piece, found) if place[2])
        return self._chunk(places, len(found) - 1) if places or len(found) != 1 else _IDLE

    def _chunk(self, places: tuple[tuple[int, int, tuple[WordId, ...]], ...], further: int) -> Chunk:
        key = (places, further)
        if key not in self._shared:
            words = tuple(dict.fromkeys(word for _, _, words in places for word in words))
            asked, asked_in_title = (_of_any(each, self._asked) for each in (words, in_title(words)))
            self._shared[key] = Chunk(words, places, further, row(words), asked, asked_in_title)
        return self._shared[key]

    def _places(self, piece: str, found: list[Token]) -> Iterator[tuple[int, int, tuple[WordId, ...]]]:
        """The words of each token, and of each pair that a hyphen joins what neither of the two is alone."""
        single = [self._words_of(piece[token.start : token.end][:LONGEST]) for token in found]
        for number, token in enumerate(found):
            yield number, 1, single[number]
            if token.hyphenated:
                joined = self._words_of(piece[token.start : found[number + 1].end][: 2 * LONGEST])
                alone = {*single[number], *single[number + 1]}
                yield number, 2, tuple(word for word in joined if word not in alone)

    def _look_up(self, token: str) -> tuple[WordId, ...]:
        """The words that one token is."""
        return tuple(
            dict.fromkeys(
                number for form in forms(token) for number, word in self._candidates(form) if word.accepts(form)
            )
        )

    def _candidates(self, form: Form) -> Iterator[tuple[WordId, Word]]:
        yield from self._whole.get(form.key, ())
        for length in self._lengths:
            if length > len(form.key):
                break
            yield from self._prefixes.get(form.key[:length], ())
        if self._fitted and not form.clipped:
            yield from (self._fitted[number] for number in self._patterns.fitting(form.bare, form.key))
        for language in self._languages:
            yield from self._lemmas.get((language, lemma_key(form, language)), ())


def in_title(words: Iterable[WordId]) -> frozenset[WordId]:
    """The same words, asked for or found in the title."""
    return frozenset(word if word < 0 else ~word for word in words)


def _of_any(words: Iterable[WordId], index: Mapping[WordId, Row]) -> Row:
    """What the index has of the words; of a single one the very bytes that are there."""
    return b"".join(index[word] for word in words if word in index)


def words_of(chunks: Iterable[Chunk]) -> frozenset[WordId]:
    """The words that stand anywhere in a text."""
    return frozenset(numbers_of(b"".join(map(_ROW, chunks))))
