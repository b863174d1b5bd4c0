"""Strangers' text on its way to a reader: without what could steer what shows it."""

import re
import unicodedata

# Escape sequences begin with a control; bidirectional overrides and unpaired isolates reorder what stands beside them.
# Lone surrogates cannot be written as UTF-8, and XML has no place for the last two.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ud800-\udfff\ufffe\uffff]"
)
_RIGHT_TO_LEFT = frozenset(("R", "AL", "AN"))
_STRONG = frozenset(("L", "R", "AL"))


def harmless(text: str) -> str:
    """The text without what could steer a terminal or reorder the line; tabs and newlines stay."""
    return _HARMFUL.sub("", text)


def isolate(text: str) -> str:
    """One line of a stranger's text, to be set beside ours: harmless, and isolated where it runs right to left."""
    text = harmless(text).replace("\n", " ").replace("\t", " ")
    if any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in text):
        return f"\u2068{text}\u2069"
    return text


def runs_right_to_left(text: str) -> bool:
    """Whether its first letter does, and so the line that it stands in by itself."""
    letters = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind for kind in letters if kind in _STRONG), "L") != "L"


def line_of(shown: str, *, runs_as: str) -> str:
    """A line of its own that runs as the first letter of a text does; `shown` is that text, with marks of ours."""
    return f"\u2067{shown}\u2069" if runs_right_to_left(runs_as) else shown
