"""Text → tokens: where its words stand. Offsets are those of the text as given; nothing is normalised first.

A token never holds white space, and depends on nothing beyond the white space around it: the tokens of a text are
those of its chunks (`str.split()`), one after the other. The rules' cache of chunks rests on that.
"""

import re
from itertools import zip_longest
from typing import NamedTuple

from monitor.text.characters import (
    APOSTROPHES,
    GERSHAYIM,
    HEBREW,
    HYPHENS,
    INVISIBLE,
    MARKS,
    POINTS,
    UNSPACED,
    VOICING,
)


class Token(NamedTuple):
    """A word's place in a text."""

    start: int
    end: int
    """Exclusive."""
    hyphenated: bool
    """Only a hyphen stands between this token and the next: the two also read as one word."""


_HEBREW_LETTER = f"{HEBREW}{POINTS}"
_INNER = rf"(?:[{APOSTROPHES}]|(?<=[{_HEBREW_LETTER}])(?:[{GERSHAYIM}]|'')(?=[{HEBREW}]))"
_TAIL = rf"[\w{MARKS}{INVISIBLE}]"
_SPACED = re.compile(rf"\w{_TAIL}*(?:{_INNER}{_TAIL}+)*")
_OTHER = rf"(?:(?![{UNSPACED}]){_TAIL})"
_MIXED = re.compile(rf"[{UNSPACED}][{MARKS}{VOICING}{INVISIBLE}]*|(?![{UNSPACED}])\w{_OTHER}*(?:{_INNER}{_OTHER}+)*")
_UNSPACED = re.compile(rf"[{UNSPACED}]")
_AROUND = '.,:;!?…()[]"“”«»'
_INVISIBLE_END = re.compile(rf"[{INVISIBLE}]+\Z")


def lone_word(chunk: str) -> str:
    """The word of a piece without white space that is nothing but letters and digits between common punctuation.

    "" where it is not as simple as that; where it is, this takes a tenth of the time of `tokens`, and most pieces are.
    """
    word = chunk.strip(_AROUND)
    return word if word.isalnum() and not _UNSPACED.search(word) else ""


def tokens(text: str) -> list[Token]:
    """The words of the text in order; in Han, kana and Thai every character is one."""
    text = text.replace("_", " ")
    pattern = _MIXED if _UNSPACED.search(text) else _SPACED
    spans = [(found.start(), found.start() + len(_INVISIBLE_END.sub("", found[0]))) for found in pattern.finditer(text)]
    following = [start for start, _ in spans[1:]]
    return [
        Token(start, end, after == end + 1 and text[end] in HYPHENS)
        for (start, end), after in zip_longest(spans, following)
    ]
