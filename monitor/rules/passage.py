"""A text as the rules read it: the words it holds, where they stand, and what stands there as written.

Most texts are asked for their words alone. Places are worked out when the first is asked for, and offsets, which only a
hit needs, for the lines that hold one.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from itertools import accumulate

from monitor.rules.vocabulary import Span, Vocabulary, WordId, words_of
from monitor.text.sentences import sentence_starts
from monitor.text.tokens import Token, tokens


class Passage:
    """One field of a document; not kept longer than it is matched."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text = text
        self._pieces = text.split()
        self._busy = vocabulary.busy(self._pieces)
        self._chunks = vocabulary.chunks(self._busy)
        self.words = words_of(self._chunks)
        """Those that stand anywhere in it."""
        self._offsets: dict[int, list[int]] = {}
        self._tokens: dict[str, list[Token]] = {}

    @property
    def places(self) -> Mapping[WordId, list[Span]]:
        """Where each word stands, in order."""
        return self._layout[0]

    @cached_property
    def sentences(self) -> list[int]:
        """The first word of each sentence."""
        return sentence_starts(self.text)

    def offsets(self, position: int) -> tuple[int, int]:
        """Start and end in the text of the word at a position that some place begins or ends with."""
        _, positions, numbers = self._layout
        anchor = bisect_right(positions, position) - 1
        start, piece = self._piece(numbers[anchor])
        if piece not in self._tokens:
            self._tokens[piece] = tokens(piece)
        token = self._tokens[piece][position - positions[anchor]]
        return start + token.start, start + token.end

    @cached_property
    def _layout(self) -> tuple[Mapping[WordId, list[Span]], list[int], list[int]]:
        """(the places of each word; of each chunk with a place its first word, and which chunk it is)"""
        places: defaultdict[WordId, list[Span]] = defaultdict(list)
        positions: list[int] = []
        numbers: list[int] = []
        after = further = 0
        for piece, chunk in zip(self._busy, self._chunks, strict=True):
            number = self._pieces.index(piece, after)
            after = number + 1
            position = number + further
            further += chunk.length - 1
            if chunk.places:
                positions.append(position)
                numbers.append(number)
            for first, length, words in chunk.places:
                span = (position + first, position + first + length)
                for word in words:
                    places[word].append(span)
        return places, positions, numbers

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
