"""A text as the rules read it: the words it holds, where they stand, and what stands there as written.

Most texts are asked for their words alone. Places are worked out when the first is asked for, and offsets of the words
that are part of a hit.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from operator import add, attrgetter
from typing import TypeVar

from monitor.rules.vocabulary import Held, Span, Vocabulary, WordId, words_of
from monitor.text.sentences import sentence_starts
from monitor.text.tokens import Token, tokens

MOST_PLACES = 2_000
"""Of a word. No article says it more often; a page of nothing but the words of a rule would keep all others waiting."""
_FEW_WORDS = 4
"""Are each looked for in less time than it takes to gather where all stand."""
_FURTHER = attrgetter("further")
_Name = TypeVar("_Name")


def read(texts: Iterable[str], vocabulary: Vocabulary) -> Held:
    """What the texts hold, all at once: a title alone would take as long as a short article."""
    return vocabulary.read("\n".join(texts))


def passages(texts: Mapping[_Name, str], held: Held) -> dict[_Name, "Passage"]:
    """The texts as the rules read them, of what they hold together."""
    found = {}
    start = first = 0
    for name, text in texts.items():
        after = start + len(text) + 1
        last = held.pieces.first_from(after)
        found[name] = Passage(text, held, slice(first, last), start)
        start, first = after, last
    return found


class Passage:
    """One field of a document; not kept longer than it is matched."""

    def __init__(self, text: str, held: Held, these: slice, start: int) -> None:
        """`held`: what a longer text holds, in which this one begins at `start`; `these`: which of its pieces."""
        self.text = text
        self._held, self._these, self._start = held, these, start
        self.chunks = held.chunks[these]
        """What its pieces hold that hold anything, in order."""
        self._tokens: dict[str, list[Token]] = {}
        self._sought = 0

    @cached_property
    def words(self) -> frozenset[WordId]:
        """Those that stand anywhere in it."""
        return words_of(self.chunks)

    def places(self, word: WordId) -> list[Span]:
        """Where a word stands, in order: the first places, should there be very many."""
        found: list[Span] = []
        for index in self._with(word)[:MOST_PLACES]:
            position = self._positions[index]
            for first, length, words in self.chunks[index].places:
                if word in words:
                    found.append((position + first, position + first + length))
        return found

    @cached_property
    def sentences(self) -> list[int]:
        """The first word of each sentence."""
        return sentence_starts(self.text)

    def offsets(self, position: int) -> tuple[int, int]:
        """Start and end in the text of the word at a position that some place begins or ends with."""
        index = bisect_right(self._positions, position) - 1
        number = self._these.start + index
        piece = self._held.pieces.text(number)
        if piece not in self._tokens:
            self._tokens[piece] = tokens(piece)
        token = self._tokens[piece][position - self._positions[index]]
        start = self._held.pieces.start(number) - self._start
        return start + token.start, start + token.end

    def _with(self, word: WordId) -> Sequence[int]:
        """The busy chunks that a word is in."""
        if self._sought < _FEW_WORDS:
            self._sought += 1
            return [index for index, chunk in enumerate(self.chunks) if word in chunk.words]
        return self._holding.get(word, ())

    @cached_property
    def _holding(self) -> Mapping[WordId, list[int]]:
        """Word → the busy chunks that it is in."""
        holding: defaultdict[WordId, list[int]] = defaultdict(list)
        for index, chunk in enumerate(self.chunks):
            for word in chunk.words:
                holding[word].append(index)
        return holding

    @cached_property
    def _positions(self) -> list[int]:
        """The first word of each busy chunk; all others are one word."""
        pieces = self._held.pieces
        further = accumulate(map(_FURTHER, self.chunks), initial=-pieces.before(self._start))
        return list(map(add, pieces.numbers[self._these], further))
