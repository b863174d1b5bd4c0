"""Words on their way into one line: a header, a title."""

import re

from monitor.text.harmless import harmless

_ISOLATES = re.compile("([\u2068\u2069])")


def one_line(words: str, most: int) -> str:
    """The words in one line of at most so many characters, harmless, but for the isolates that keep directions apart:
    they stay where each is closed, and nothing is cut off.
    """
    line = "".join(one if _ISOLATES.fullmatch(one) else harmless(one) for one in _ISOLATES.split(_joined(words)))
    if len(line) <= most and _is_closed(line):
        return line
    plain = harmless(line)
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def _joined(words: str) -> str:
    return " ".join(words.split())


def _is_closed(line: str) -> bool:
    """Whether each isolate that begins ends, and none ends that did not begin."""
    depth = 0
    for mark in _ISOLATES.findall(line):
        depth += 1 if mark == "\u2068" else -1
        if depth < 0:
            return False
    return depth == 0
