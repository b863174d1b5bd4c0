"""A word → its dictionary form: went → go. The home of simplemma, an optional extra, loaded when it is first used.

Each language's dictionary takes tens of megabytes of memory, and its first word up to a second.
"""

from functools import cache, lru_cache
from importlib.util import find_spec
from typing import Any

_WORDS = 50_000

_NAMES = """
    ar ast bg ca cs cy da de el en es et fa fi fr ga gd gl gv he hi hu hy id is it ka la lb lt lv mk ml ms nb nl nn pl
    pt ro ru se sk sl sq sv sw tl tr uk
"""
LANGUAGES = frozenset(_NAMES.split())
"""With a dictionary."""


@cache
def installed() -> bool:
    """Whether the extra is there."""
    return find_spec("simplemma") is not None


@lru_cache(_WORDS)
def lemma(word: str, language: str) -> str:
    """The dictionary form of a word in one of `LANGUAGES`; the word itself where it is unknown."""
    return str(_simplemma().lemmatize(word, lang=language))


@cache
def _simplemma() -> Any:
    import simplemma

    return simplemma
