"""Near copies: texts most of which is the same, whoever printed them.

A text is cut into overlapping runs of four words (shingles, Broder 1997: "On the resemblance and containment of
documents"). Copies are found by a sample of them that depends on the run alone, so that two texts sample the same; what
is found is then compared by all of them.
"""

from collections.abc import Iterable, Sequence, Set
from functools import lru_cache
from itertools import chain
from zlib import crc32

from monitor.text.fold import fold
from monitor.text.tokens import tokens

RUN = 4
"""Words in a shingle."""
SAMPLE = 16
"""One shingle in so many is kept for finding copies."""
CONTAINED = 0.5
"""Share of the shorter text's shingles that the longer one must have."""
FEWEST = 8
"""Shingles of a text that can be told a copy: of shorter ones a formula would make strangers one."""
ENOUGH = 16
"""Sampled shingles that tell: of 16 the estimate's standard deviation is at most an eighth."""
ENOUGH_FOR_NONE = 6
"""Sampled shingles of which a copy would have one in common, but for one copy in sixty."""


def words(text: str) -> list[str]:
    """The words of a text as their keys, in order: case, accents, vowel points and punctuation do not count."""
    # A text's words are those of its pieces between white space (see tokens), and most pieces have been met before.
    return list(chain.from_iterable(map(_words, text.split())))


@lru_cache(100_000)
def _words(piece: str) -> tuple[str, ...]:
    return tuple(fold(piece[token.start : token.end]) for token in tokens(piece))


def shingles(text: str) -> frozenset[int]:
    """The 32-bit hashes of every run of four words; none of a text with fewer."""
    return _shingles(words(text))


def _shingles(keys: Sequence[str]) -> frozenset[int]:
    runs = zip(*(keys[start:] for start in range(RUN)), strict=False)
    return frozenset(crc32(" ".join(run).encode()) for run in runs)


def sampled(found: Iterable[int]) -> frozenset[int]:
    """Those that are kept for finding copies: the same of the same text, wherever it stands."""
    return frozenset(shingle for shingle in found if shingle % SAMPLE == 0)


def containment(one: Set[int], other: Set[int]) -> float:
    """Share of the shorter text that stands in the longer one, 0 to 1; 0 where a text is too short to tell."""
    shorter = min(len(one), len(other))
    return len(one & other) / shorter if shorter >= FEWEST else 0.0


def estimate(common: int, one: int, other: int) -> float | None:
    """Their containment, as samples tell it that are so large and have so many in common; None where texts must."""
    shorter = min(one, other)
    if shorter >= ENOUGH:
        return common / shorter
    return None if common or shorter < ENOUGH_FOR_NONE else 0.0
