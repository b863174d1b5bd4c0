"""Strangers' text in Markdown (CommonMark, and GitHub's): it shows as it is, and is markup nowhere."""

import re

from monitor.outgoing.address import address
from monitor.text.harmless import harmless, isolate

# What makes markup in the middle of a line, and what makes links of bare addresses (GitHub's autolinks).
_INLINE = re.compile(r"[\\`*_\[\]<>&~|$@]|(?<=[A-Za-z]):(?=//)|(?<=www)\.", re.IGNORECASE)
# What makes a block at the beginning of a line: headings, lists, rules, quotes.
_FIRST = re.compile(r"\A(\d{1,9}(?=[.)])|(?=[#+=:-]))")


def text(given: str) -> str:
    """A line of text, to stand anywhere in a line, also first: what runs right to left is isolated, so that it turns
    nothing beside it round.
    """
    line = _INLINE.sub(r"\\\g<0>", harmless(given).strip())
    return isolate(_FIRST.sub(r"\1\\", line))


def link(given: str, url: str) -> str:
    """A text that leads to an http(s) address; the text alone, where it is none."""
    # Brackets would end it.
    target = address(url).replace("(", "%28").replace(")", "%29")
    return f"[{text(given) or text(target)}]({target})" if target else text(given)
