"""Text from strangers on a person's terminal: made harmless, and kept from turning its surroundings round."""

import os
import re
import sys
import unicodedata
from itertools import accumulate, takewhile

from monitor.text.harmless import harmless as harmless
from monitor.text.harmless import isolate as isolate
from monitor.text.harmless import line_of as line_of

_NO_COLUMN = frozenset(("Mn", "Me", "Cf"))
_LETTER = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
_WORD = rf"{_LETTER}(?:{_LETTER}|[\"'](?={_LETTER}))*\*?"
_RUN = re.compile(rf"{_WORD}(?:[ -]{_WORD})*")
"""Words of a right-to-left script with no more than a blank between."""


def isolate_within(text: str) -> str:
    """One line of our own that holds strangers' words: each run of right-to-left ones isolated where it stands."""
    return _RUN.sub("\u2068\\g<0>\u2069", harmless(text).replace("\n", " "))


def width(text: str) -> int:
    """The columns that a terminal gives a text (UAX #11; a library for it costs 27 ms of CPU in every listing)."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def crop(text: str, columns: int) -> str:
    """The text in no more than so many columns, with … where it is cut."""
    if width(text) <= columns:
        return text
    ends = accumulate(map(_columns, text))
    kept = sum(1 for _ in takewhile(lambda end: end < columns, ends))
    return f"{text[:kept]}…"


def _columns(letter: str) -> int:
    if unicodedata.category(letter) in _NO_COLUMN:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def is_terminal() -> bool:
    """Whether a person reads our standard output."""
    return sys.stdout.isatty()


def is_coloured() -> bool:
    """Whether that person sees colours: not on a dumb terminal, nor where NO_COLOR says so (https://no-color.org)."""
    return is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def is_unicode() -> bool:
    """Whether our standard output can be written blocks and lines to; a dumb terminal may show them as anything."""
    if os.environ.get("TERM") == "dumb" and is_terminal():
        return False
    try:
        "─█▏".encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
