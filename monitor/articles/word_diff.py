"""Two texts → what stands in both, what only in one, word by word.

What is kept and removed are the words of the earlier text; what is kept and added is the later one, letter for letter,
unless it has no words. Bounded: texts of 300,000 words take seconds, and where they have too little in common to be
told apart in time, the one replaces the other.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from monitor.articles.revision import words_of

_MOST_STEPS = 50_000_000
"""Steps that comparing two runs of words may take at worst; on average it takes a hundredth."""
_ALL_STEPS = 4 * _MOST_STEPS
"""The same of all runs of two texts together."""
_DEEPEST = 8


class Kind(StrEnum):
    """Where words stand."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


class Piece(NamedTuple):
    """A run of words with what stands around them."""

    kind: Kind
    text: str


class _Chunk(NamedTuple):
    """A word with all that follows it up to the next."""

    key: str
    text: str


def differences(earlier: str, later: str) -> tuple[Piece, ...]:
    """What is kept, removed and added, in order. Where only punctuation differs, the later one is kept."""
    runs = (run for run in _runs(_chunks(earlier), _chunks(later)) if run.text)
    return tuple(Piece(kind, "".join(run.text for run in same)) for kind, same in groupby(runs, lambda run: run.kind))


def changed_lines(pieces: Sequence[Piece]) -> Iterator[tuple[Piece, ...]]:
    """The lines in which something changed, each with all its pieces."""
    line: list[Piece] = []
    following = [*pieces[1:], None]
    for (kind, text), after in zip(pieces, following, strict=True):
        is_replaced = kind is Kind.REMOVED and after is not None and after.kind is Kind.ADDED
        # The end of a line whose last words were replaced is one end, not two.
        within = text.rstrip() if is_replaced and "\n" not in text.rstrip() else text
        first, *others = within.split("\n")
        line.append(Piece(kind, first))
        for part in others:
            yield from _if_changed(line)
            line = [Piece(kind, part)]
    yield from _if_changed(line)


def _if_changed(line: Sequence[Piece]) -> Iterator[tuple[Piece, ...]]:
    if any(kind is not Kind.KEPT and text.strip() for kind, text in line):
        yield tuple(piece for piece in line if piece.text)


def _chunks(text: str) -> list[_Chunk]:
    words = words_of(text)
    ends = [*(word.start for word in words[1:]), len(text)]
    starts = [0, *ends]
    return [_Chunk(word.key, text[start:end]) for word, start, end in zip(words, starts, ends, strict=False)]


def _runs(one: Sequence[_Chunk], other: Sequence[_Chunk]) -> Iterator[Piece]:
    left, right = 0, 0
    pairs = _Comparison([chunk.key for chunk in one], [chunk.key for chunk in other]).pairs()
    for i, j in [*pairs, (len(one), len(other))]:
        yield Piece(Kind.REMOVED, "".join(chunk.text for chunk in one[left:i]))
        yield Piece(Kind.ADDED, "".join(chunk.text for chunk in other[right:j]))
        if j < len(other):
            yield Piece(Kind.KEPT, other[j].text)
        left, right = i + 1, j + 1


class _Comparison:
    """Which words of the one are which words of the other."""

    def __init__(self, one: Sequence[str], other: Sequence[str]) -> None:
        self._one = one
        self._other = other
        self._steps = _ALL_STEPS

    def pairs(self) -> list[tuple[int, int]]:
        """Places of the same word in both, ascending in both."""
        return [*self._between(0, len(self._one), 0, len(self._other), 0)]

    def _between(self, a: int, b: int, c: int, d: int, depth: int) -> Iterator[tuple[int, int]]:
        while a < b and c < d and self._one[a] == self._other[c]:
            yield a, c
            a, c = a + 1, c + 1
        same = 0
        while a < b - same and c < d - same and self._one[b - same - 1] == self._other[d - same - 1]:
            same += 1
        yield from self._within(a, b - same, c, d - same, depth)
        yield from zip(range(b - same, b), range(d - same, d), strict=True)

    def _within(self, a: int, b: int, c: int, d: int, depth: int) -> Iterator[tuple[int, int]]:
        """The same where neither the first words nor the last are the same."""
        one, other = self._one[a:b], self._other[c:d]
        steps = _steps(one, other)
        if steps <= min(_MOST_STEPS, self._steps):
            self._steps -= steps
            # autojunk would take the most frequent words of a long text for noise.
            blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
            for block in blocks:
                yield from ((a + block.a + at, c + block.b + at) for at in range(block.size))
        elif depth < _DEEPEST:
            left, right = a, c
            for i, j in _anchors(one, other):
                yield from self._between(left, a + i, right, c + j, depth + 1)
                yield a + i, c + j
                left, right = a + i + 1, c + j + 1
            if left > a:
                yield from self._between(left, b, right, d, depth + 1)


def _steps(one: Sequence[str], other: Sequence[str]) -> int:
    """What `SequenceMatcher` takes at worst: each match that it finds may look at every pair of equal words."""
    here, there = Counter(one), Counter(other)
    return min(len(one), len(other)) * sum(number * there[word] for word, number in here.items() if word in there)


def _anchors(one: Sequence[str], other: Sequence[str]) -> list[tuple[int, int]]:
    """Places of words that each text has once, as many as stand in the same order in both (patience diff)."""
    here, there = Counter(one), Counter(other)
    places = {word: place for place, word in enumerate(other)}
    pairs = [(i, places[word]) for i, word in enumerate(one) if here[word] == there[word] == 1]
    ends: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        pile = bisect_left(ends, j)
        before.append(piles[pile - 1] if pile else -1)
        ends[pile : pile + 1] = [j]
        piles[pile : pile + 1] = [number]
    found = []
    at = piles[-1] if piles else -1
    while at >= 0:
        found.append(pairs[at])
        at = before[at]
    return found[::-1]
