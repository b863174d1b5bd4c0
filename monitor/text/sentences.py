"""Text → sentences: at which of its words each begins, and where in the text each stands."""

import re
from itertools import pairwise

from monitor.text.tokens import tokens

_END = re.compile(
    # A new line ends a sentence: feeds and pages are a line a paragraph.
    r"\n"
    # Full stops of scripts that set no space behind them.
    r"|[。！？｡]"
    # Those of the others, with what may close a sentence behind them, before a blank or the end.
    r"|[.!?…؟۔।॥։](?=[\"'”’»“)\]]*(?:\s|\Z))"
)
_BEFORE = re.compile(r"[^\W\d_]+\Z")
_BEHIND = re.compile(r"[\"'”’»“)\]]*\s+([^\W_])")
_CLOSERS = re.compile(r"[\"'”’»“)\]]*")
# Titles, which are no end of a sentence; in lower case.
_TITLE_NAMES = (
    "mr mrs ms dr prof gen lt col maj capt cpl sgt brig adm sen gov rep st vs mme mlle sr sra doç yrd alb yzb"
)
_TITLES = frozenset(_TITLE_NAMES.split())


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence, in characters, with what closes it and without the blanks around it."""
    ends = [_closed(text, found) for found in _END.finditer(text) if _ends(text, found)]
    spans = ((start, start + len(text[start:end].rstrip())) for start, end in pairwise([0, *ends, len(text)]))
    return [(end - len(text[start:end].lstrip()), end) for start, end in spans if start < end]


def _closed(text: str, found: re.Match[str]) -> int:
    """Where a sentence ends whose full stop was found: behind its quotation marks, which a new line does not have."""
    closers = _CLOSERS.match(text, found.end()) if found[0] != "\n" else None
    return closers.end() if closers else found.end()


def sentence_starts(text: str) -> list[int]:
    """The index among the text's words (`tokens`) of the first word of each sentence, ascending.

    A line break ends a sentence, and so does . ! ? … or what stands for them in other scripts, before a blank; not
    before a small letter, and a point not after a single letter (U.S. envoy) or a title (Gen. Zamir).
    """
    words = tokens(text)
    ends = [found.end() for found in _END.finditer(text) if _ends(text, found)]
    starts: list[int] = []
    waiting = iter(ends)
    end = 0
    for number, word in enumerate(words):
        if word.start >= end:
            starts.append(number)
            end = next((later for later in waiting if later > word.start), len(text) + 1)
    return starts


def _ends(text: str, found: re.Match[str]) -> bool:
    behind = _BEHIND.match(text, found.end()) if found[0] != "\n" else None
    if behind and behind[1].islower():
        return False
    before = _BEFORE.search(text, max(0, found.start() - 20), found.start()) if found[0] == "." else None
    return not (before and (len(before[0]) == 1 or before[0].lower() in _TITLES))
