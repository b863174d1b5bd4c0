"""Strangers' text on its way to a reader: without what could steer what shows it."""

import re
import unicodedata

# Escape sequences begin with a control; bidirectional overrides and unpaired isolates reorder what stands beside them.
# Lone surrogates cannot be written as UTF-8, and XML has no place for the last two.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ud800-\udfff\ufffe\uffff]"
)
_RIGHT_TO_LEFT = frozenset(("R", "AL", "AN"))


def harmless(text: str) -> str:
    """The text without what could steer a terminal or reorder the line; tabs and newlines stay."""
    return _HARMFUL.sub("", text)


def isolate(text: str) -> str:
    """One line of a stranger's text, to be set beside ours: harmless, and isolated where it runs right to left."""
    text = harmless(text).replace("\n", " ").replace("\t", " ")
    if any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in text):
        return f"\u2068{text}\u2069"
    return text
