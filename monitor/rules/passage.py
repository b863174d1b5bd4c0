"""A text as the rules read it: the words it holds, where they stand, and what stands there as written.

Most texts are asked for their words alone. Places are worked out when the first is asked for, and offsets, which only a
hit needs, for the lines that hold one.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from itertools import accumulate
from operator import add, attrgetter

from monitor.rules.vocabulary import Span, Vocabulary, WordId, words_of
from monitor.text.sentences import sentence_starts
from monitor.text.tokens import Token, tokens

MOST_PLACES = 2_000
"""Of a word. No article says it more often; a page of nothing but the words of a rule would keep all others waiting."""
_FURTHER = attrgetter("further")


class Passage:
    """One field of a document; not kept longer than it is matched."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text = text
        self._pieces = text.split()
        self._busy = vocabulary.busy(self._pieces)
        self.chunks = vocabulary.chunks(self._busy)
        """What the pieces hold that hold anything, in order."""
        self.words = words_of(self.chunks)
        """Those that stand anywhere in it."""
        self._offsets: dict[int, list[int]] = {}
        self._tokens: dict[str, list[Token]] = {}

    def places(self, word: WordId) -> list[Span]:
        """Where a word stands, in order: the first places, should there be very many."""
        found: list[Span] = []
        for index in self._holding.get(word, ())[:MOST_PLACES]:
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
        start, piece = self._piece(self._numbers[index])
        if piece not in self._tokens:
            self._tokens[piece] = tokens(piece)
        token = self._tokens[piece][position - self._positions[index]]
        return start + token.start, start + token.end

    @cached_property
    def _holding(self) -> Mapping[WordId, list[int]]:
        """Word → the busy chunks that it is in."""
        holding: defaultdict[WordId, list[int]] = defaultdict(list)
        for index, chunk in enumerate(self.chunks):
            for word in chunk.words:
                holding[word].append(index)
        return holding

    @cached_property
    def _numbers(self) -> list[int]:
        """Of each busy chunk which one of all it is."""
        after = 0
        return [(after := self._pieces.index(piece, after) + 1) - 1 for piece in self._busy]

    @cached_property
    def _positions(self) -> list[int]:
        """The first word of each busy chunk; all others are one word."""
        further = accumulate(map(_FURTHER, self.chunks), initial=0)
        return list(map(add, self._numbers, further))

    @cached_property
    def _lines(self) -> tuple[list[str], list[list[str]], list[int], list[int]]:
        """(the lines; the chunks of each; the number of its first chunk; its offset). A chunk ends with its line."""
        lines = self.text.splitlines(keepends=True)
        pieces = [line.split() for line in lines]
        numbers = accumulate(map(len, pieces), initial=0)
        return lines, pieces, list(numbers), list(accumulate(map(len, lines), initial=0))

    def _piece(self, number: int) -> tuple[int, str]:
        """A chunk's offset in the text, and itself."""
        lines, pieces, numbers, starts = self._lines
        line = bisect_right(numbers, number) - 1
        if line not in self._offsets:
            self._offsets[line] = _offsets(lines[line], pieces[line])
        index = number - numbers[line]
        return starts[line] + self._offsets[line][index], pieces[line][index]


def _offsets(line: str, pieces: list[str]) -> list[int]:
    """Where in a line each of its chunks begins."""
    start = len(line) - len(line.lstrip())
    spaced = [len(piece) + 1 for piece in pieces]
    if start + sum(spaced) - 1 == len(line.rstrip()):
        return list(accumulate(spaced, initial=start))
    offsets: list[int] = []
    after = start
    for piece in pieces:
        offsets.append(line.index(piece, after))
        after = offsets[-1] + len(piece)
    return offsets
