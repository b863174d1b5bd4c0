"""Regular expressions over single words. The home of RE2, which answers in linear time whatever the pattern is.

A pattern is compared with a whole word, as it is written and as its key (`fold`), whatever the case.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import re2

LONGEST = 500
"""Characters of a pattern."""
_MEMORY = 8 << 20
"""Bytes that one compiled pattern, or all of a set, may take."""
_GROUP = 50
_ASCII_ONLY = re.compile(r"(?<!\\)(?:\\\\)*(\\[wWbBdDsS])")
# What RE2 cannot take: JSON and YAML can name it, and a command line that is not UTF-8 becomes it.
_HALF = re.compile("[\ud800-\udfff]")
_INSTEAD = {
    "w": r"[\p{L}\p{N}]",
    "W": r"[^\p{L}\p{N}]",
    "d": r"\p{N}",
    "D": r"\P{N}",
    "b": "nothing: the pattern is compared with a whole word",
    "B": "nothing: the pattern is compared with a whole word",
    "s": "nothing: a word holds no blank",
    "S": ".",
}


def fault_of_pattern(pattern: str) -> tuple[str, str] | None:
    """What is wrong with a pattern, and what to do; None: nothing."""
    if len(pattern) > LONGEST:
        return f"the pattern has {len(pattern)} characters, {LONGEST} at most", "put its words into a list"
    if " " in pattern:
        return "the pattern holds a blank, and a word holds none", 'for words one after the other write "safe passage"'
    if _HALF.search(pattern):
        return "the pattern holds half of a character", "write the character itself, in UTF-8"
    if ascii_only := _ASCII_ONLY.search(pattern):
        sign = ascii_only[1]
        return f"{sign} knows only English letters and digits", f"write {_INSTEAD[sign[1]]}"
    try:
        compiled = re2.compile(pattern, _options())
    except re2.error as error:
        said = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
        return f"the pattern cannot be read: {said}", "patterns are those of RE2: no look-around, no back-references"
    if compiled.fullmatch(""):
        return "the pattern also fits a word of no letters", "something in it must be there: use + for *"
    return None


def fits(pattern: str, written: str, key: str) -> bool:
    """Whether a pattern without fault fits a word, given as written and as its key."""
    compiled = _compiled(pattern)
    return bool(compiled.fullmatch(written) or compiled.fullmatch(key))


class Patterns:
    """Many patterns without fault, looked for at once: a word that fits none of a group is told by one look.

    Not RE2's own sets, which lose matches without a word when their memory runs out.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        groups = [range(start, len(patterns))[:_GROUP] for start in range(0, len(patterns), _GROUP)]
        self._patterns = patterns
        self._groups = [(_any_of([patterns[number] for number in group]), group) for group in groups]

    def fitting(self, written: str, key: str) -> list[int]:
        """The indexes of the patterns that fit a word, given as written and as its key."""
        return [
            number
            for any_of, group in self._groups
            if any_of is None or any_of.fullmatch(written) or any_of.fullmatch(key)
            for number in group
            if fits(self._patterns[number], written, key)
        ]


def _any_of(patterns: Sequence[str]) -> Any:
    """One pattern that fits whatever any of these fits; None where together they are too large."""
    try:
        return re2.compile("|".join(f"(?:{pattern})" for pattern in patterns), _options())
    except re2.error:
        return None


@lru_cache(maxsize=10_000)
def _compiled(pattern: str) -> Any:
    return re2.compile(pattern, _options())


def _options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _MEMORY
    return options
