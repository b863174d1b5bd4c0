"""Texts that speak for or against the one that was found in a page: what JSON-LD declares, what feeds say."""

import re

from monitor.text.fold import fold
from monitor.text.tokens import tokens

FEWEST = 500
"""Characters of a declared body that is an article; many a page declares its first sentence."""
_LONGER = 1.5
"""A declared body with so many times the text is the better one: half of the article is elsewhere in the page."""
_COVERED = 0.8
"""Share of the declared body that the text must have, so that what it has besides is known to be something else."""
_WHOLE = 0.6
"""Share of the text's length that a declared body must have: it may be an abstract."""
_RUN = 3
"""Words in a row by which texts are compared."""
_WORD = re.compile(r"\w+")
_LONG_WORD = 5
"""Letters of a word that says something. Scripts without blanks have none, and then no one is denied."""
_FEWEST_WORDS = 8
"""Of these in a feed's text that make it a witness."""


def vouched(text: str, declared: str) -> str:
    """The text of a page, corrected by the one that the page declares: that one where much of it is missing, else
    without what follows the article's last paragraph, and without lists that are not in it.
    """
    if len(declared) < FEWEST:
        return text
    body = _words(declared)
    runs, found = _runs(body), _runs(_words(text))
    if len(runs) > _LONGER * len(found):
        return declared
    if len(runs & found) < max(1, _COVERED * len(runs)) or len(declared) < _WHOLE * len(text):
        return text
    joined = " ".join(body)
    lines = [(line, _is_in(line, runs, joined)) for line in text.split("\n")]
    last = max((number for number, (_, known) in enumerate(lines) if known), default=len(lines))
    # Subheadings, summaries and captions are often not declared; items of lists that are not are mostly links.
    return "\n".join(line for line, known in lines[: last + 1] if known or not line.startswith("- "))


def _is_in(line: str, runs: set[tuple[str, ...]], joined: str) -> bool:
    words = _words(line)
    own = _runs(words)
    return 2 * len(own & runs) >= len(own) if own else " ".join(words) in joined


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _runs(words: list[str]) -> set[tuple[str, ...]]:
    return set(zip(*(words[start:] for start in range(_RUN)), strict=False))


def is_denied(text: str, feed_text: str) -> bool:
    """Whether what feeds say of the article has not a single word in common with a text, which is then of something
    else: a notice, a wall in words that we do not know. An article's first paragraph may well share but two or three.
    """
    said = _long_words(feed_text)
    return len(said) >= _FEWEST_WORDS and said.isdisjoint(_long_words(text))


def _long_words(text: str) -> set[str]:
    return {fold(text[at.start : at.end]) for at in tokens(text) if at.end - at.start >= _LONG_WORD}
