"""Text → the keys by which an index finds it: of each of its words those of all its forms, as the rules compare them.

A rule that looks for a word finds it by one of these keys or not at all. So what an index of keys does not find no rule
matches; what it finds is for the rules to tell, which also know of places, letters and fields.
"""

from collections.abc import Iterator
from functools import lru_cache

from monitor.text.fold import LONGEST
from monitor.text.forms import forms
from monitor.text.tokens import lone_word, tokens

LONGEST_KEY = 64
"""Characters of a key that count, here and where it is looked up."""
_PIECES = 50_000
_LONGEST_PIECE = 24
"""Characters of a piece that is remembered: longer ones are addresses, and whole sentences of Chinese, which are not
met again, and of which 50,000 with their keys take a gigabyte.
"""
_NO_PUNCTUATION = {code: None for code in range(128) if not chr(code).isalnum()}


def index_key(key: str) -> str:
    """A form's key as an index holds it: databases take ASCII punctuation for their own; "" where nothing is left."""
    return key.translate(_NO_PUNCTUATION)[:LONGEST_KEY]


def keys_of(text: str) -> frozenset[str]:
    """All keys of a text."""
    return frozenset().union(*map(_of_piece, set(text.split())))


def _of_piece(piece: str) -> frozenset[str]:
    return _remembered(piece) if len(piece) <= _LONGEST_PIECE else _read(piece)


@lru_cache(_PIECES)
def _remembered(piece: str) -> frozenset[str]:
    return _read(piece)


def _read(piece: str) -> frozenset[str]:
    keys = (index_key(form.key) for word in _words(piece) for form in forms(word))
    return frozenset(filter(None, keys))


def _words(piece: str) -> Iterator[str]:
    """The words in a piece without white space, and what a hyphen joins."""
    if word := lone_word(piece):
        yield word
        return
    found = tokens(piece)
    for number, token in enumerate(found):
        yield piece[token.start : token.end]
        if token.hyphenated:
            yield piece[token.start : found[number + 1].end][: 2 * LONGEST]
