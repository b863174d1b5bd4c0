"""Text from outside, made fit to store and to show: what every string passes before it becomes part of a value."""

import re
import unicodedata

_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]")
# C0 and C1 controls but tab and newline (escape sequences begin with one), NUL and lone surrogates (SQLite stores them,
# PostgreSQL refuses), noncharacters, and U+FFFC that stands for an image.
_UNFIT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\ufffc]")
# Marks are among these. Normalising sorts a run of them in quadratic time (100,000: 8 s), and Unicode's own stream-safe
# format allows 30.
_MARK_RUN = re.compile(r"[^\w\s\x00-\x7f]{31,}")
_MOST_MARKS = 30


def clean(text: str) -> str:
    """The text without characters that no database or terminal should get; blanks folded, a line a paragraph."""
    if text.isascii() and text.isprintable():
        # By far the most strings: nothing but their blanks can be amiss.
        return " ".join(text.split())
    # What is printable is one line, and of what is unfit only U+FFFC is.
    fit = text.replace("\ufffc", "") if text.isprintable() else _UNFIT.sub("", _LINE_ENDS.sub("\n", text))
    folded = "\n".join(filter(None, (" ".join(line.split()) for line in fit.split("\n"))))
    # Too many marks in a row cover one of these characters, and looking at them is quick.
    if any(map(unicodedata.combining, folded[:: _MOST_MARKS + 1])):
        folded = _MARK_RUN.sub(_bounded, folded)
    return unicodedata.normalize("NFC", folded)


def _bounded(run: re.Match[str]) -> str:
    """The run with no more than 30 marks on one character."""
    kept: list[str] = []
    marks = 0
    for character in run[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def one_line(text: str) -> str:
    """The same on a single line: for titles and names."""
    return clean(text).replace("\n", " ")
