"""Lines for one screen of a terminal, whatever it can show: its width, its letters, with colours or without. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from monitor.cli.terminal import crop, harmless, line_of, width

_ISOLATES = "\u2066\u2067\u2068"
_END = "\u2069"
# What stands for our own signs where a terminal has not got them.
_PLAIN = str.maketrans("⟦⟧✓✗←→…–·─“”", '[]+x<>~-|-""', f"{_ISOLATES}{_END}")
_SPARE = 3
"""Columns of a line for the blank before it and the marks of a hit that goes on."""
_RESET, _HIT, _HIT_OVER = "\x1b[0m", "\x1b[7m", "\x1b[27m"


class Weight(StrEnum):
    """How a line stands out, as a terminal is told."""

    PLAIN = ""
    BOLD = "\x1b[1m"
    DIM = "\x1b[2m"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a screen, no wider than it; hits stand in ⟦ ⟧."""

    text: str
    weight: Weight = Weight.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a terminal can show."""

    columns: int = 80
    rows: int = 24
    coloured: bool = False
    encoding: str = "utf-8"

    @property
    def is_unicode(self) -> bool:
        """Whether it has all letters."""
        return self.encoding.lower().replace("_", "-") in ("utf-8", "utf8")

    def spelt(self, text: str) -> str:
        """One line of text in letters that the terminal has; for others, their numbers."""
        text = " ".join(text.split("\n")).replace("\t", " ")
        if self.is_unicode:
            return text
        plain = text.translate(_PLAIN)
        return plain.encode(self.encoding, "backslashreplace").decode(self.encoding)

    def line(self, text: str, weight: Weight = Weight.PLAIN) -> Line:
        """A text of ours on one line, cut where the terminal ends; strangers' words in it are isolated already."""
        cut = crop(self.spelt(text), self.columns)
        cut += _END * (sum(map(cut.count, _ISOLATES)) - cut.count(_END))
        return Line(text=cut if self.is_unicode else cut.translate(_PLAIN), weight=weight)

    def lines(self, text: str, *, most: int = 3) -> list[Line]:
        """The same on as many lines as it needs, `most` at most."""
        cut = list(_cut(self.spelt(text), self.columns))
        return [self.line(line) for line in [*cut[: most - 1], " ".join(cut[most - 1 :])] if line]

    def paragraph(self, text: str, weight: Weight = Weight.PLAIN, *, most: int = 100) -> list[Line]:
        """A stranger's text on as many lines as it needs, `most` at most, all of which run as its first letter does."""
        text = harmless(self.spelt(text))
        lines = list(wrapped(text, self.columns))
        if len(lines) > most:
            lines = [*lines[: most - 1], crop(" ".join(lines[most - 1 :]), max(self.columns - _SPARE, 1))]
        return [Line(text=self._running(line, text), weight=weight) for line in lines]

    def _running(self, line: str, text: str) -> str:
        if not self.is_unicode:
            return line.translate(_PLAIN)
        running = line_of(line, runs_as=text)
        # tmux drops what has no width at the beginning of a line.
        return running if running == line else f" {running}"

    def painted(self, line: Line) -> str:
        """What to send to the terminal."""
        if not self.coloured:
            return line.text
        # A hit that goes on in the next line, or came from the one before, is marked in both.
        text = line.text.replace("⟦", _HIT).replace("⟧", _HIT_OVER)
        return f"{line.weight}{text}{_RESET}" if line.weight or text != line.text else text


def wrapped(text: str, columns: int) -> Iterator[str]:
    """The text in lines of no more columns, cut at blanks where there are any; a hit's ⟦ ⟧ are on each of its lines."""
    is_open = False
    for line in _cut(text, max(columns - _SPARE, 1)):
        before = "⟦" if is_open else ""
        is_open = (before + line).rfind("⟦") > (before + line).rfind("⟧")
        yield f"{before}{line}{'⟧' if is_open else ''}"


def _cut(text: str, columns: int) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width(longer) <= columns:
            line = longer
            continue
        if line:
            yield line
        *whole, line = _pieces(word, columns)
        yield from whole
    if line:
        yield line


def _pieces(word: str, columns: int) -> list[str]:
    """A word in pieces that fit."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and width(pieces[-1] + letter) > columns:
            pieces.append("")
        pieces[-1] += letter
    return pieces
