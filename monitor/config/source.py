"""A file of the configuration while it is read: its lines, and what has been found wrong with it so far."""

import codecs
import re
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.errors import Problem

LARGEST = 1 << 20
"""Bytes of one file."""
DEEPEST = 32
"""Lists and mappings within each other."""
TOO_DEEP = f"lists and mappings are nested more than {DEEPEST} deep"

# What no text needs and what editors and YAML disagree about: controls, further line ends, noncharacters.
_UNFIT = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_NO_BREAK_INDENT = re.compile("^ *\u00a0", re.MULTILINE)
_LINE_END = re.compile("\r\n|\r|\n")
# In a database's URL a password may hold an unescaped "/"; in others an "@" may follow in the path.
_PASSWORD = re.compile(r"(?:(?<=sql://)\S*|(?<=psycopg://)\S*|(?<=://)[^/\s]*)(?=@)")
# What stands where the name of a secret should is most likely the secret.
_AUTH = re.compile(r"(?:auth|basic|bearer|value):(?=\s)[^\n]*")
_IN_CLEAR = re.compile(r"\b(?:auth|basic|bearer|header|value):(?=\s)|[\"']?(?:env|file):[^\s,}]+|([^\s{},]+)")
_LONGEST_SHOWN = 60


class Place(NamedTuple):
    """Where something stands in a file; both from 1, the column in characters; 0 where there is none."""

    line: int
    column: int


NO_PLACE = Place(0, 0)
"""The file as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file, and the problems found in it, in the order in which they were found."""

    file: str
    """Its path below the configuration folder; or the name of an environment variable."""
    text: str = ""
    lines: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    def report(self, place: Place, what: str, hint: str = "") -> None:
        """Note one problem."""
        line = self.lines[place.line - 1] if 0 < place.line <= len(self.lines) else ""
        problem = Problem(
            file=self.file, line=place.line, column=place.column, what=what, hint=hint, source=without_password(line)
        )
        self.problems.append(problem)


def open_source(file: str, content: bytes) -> Source:
    """The bytes of a file as text, with what is wrong with its encoding or its characters already reported.

    Unfit characters are blanks in `text`, so that the rest of the file can be read; a file that is too large or not
    UTF-8 is empty.
    """
    if len(content) > LARGEST:
        return _refused(
            file,
            NO_PLACE,
            f"larger than {LARGEST >> 20} MiB",
            "remove what is not needed; lists can be split into several files",
        )
    try:
        text = content.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        before = _LINE_END.split(content[: error.start].decode())
        return _refused(file, Place(len(before), len(before[-1]) + 1), "not UTF-8", "save the file as UTF-8")
    lines = tuple(_LINE_END.split(text))
    source = Source(file=file, text=_UNFIT.sub(" ", text), lines=lines)
    _report_unfit(source, text)
    return source


def spellings(file: str) -> tuple[str, str]:
    """Both endings that the name of a file may have: "feeds.yaml" → it and "feeds.yml"."""
    return file, file.removesuffix("yaml") + "yml"


def variable(name: str, value: str) -> Source:
    """The value of an environment variable: a source without lines, so that its problems have no place in it."""
    return Source(file=name, text=value)


def has_unfit(text: str) -> bool:
    """Whether the text of a value, its escapes resolved, holds a character that no text needs."""
    return _UNFIT.search(text) is not None


def shown(text: str) -> str:
    """A piece of the file, fit for a message: short, in quotes, what cannot be seen as an escape."""
    fit = without_password(text)
    short = fit if len(fit) <= _LONGEST_SHOWN else fit[: _LONGEST_SHOWN - 1] + "…"
    return '"' + "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in short) + '"'


def without_password(text: str) -> str:
    """The text with user name and password of every address in it, and what is secret of a feed, as stars: as many, so
    that columns stay right.
    """
    return _AUTH.sub(_without_secret, _PASSWORD.sub(lambda found: "*" * len(found[0]), text))


def _without_secret(found: re.Match[str]) -> str:
    return _IN_CLEAR.sub(lambda part: "*" * len(part[0]) if part[1] else part[0], found[0])


def _refused(file: str, place: Place, what: str, hint: str) -> Source:
    source = Source(file=file)
    source.report(place, what, hint)
    return source


def _report_unfit(source: Source, text: str) -> None:
    """One problem a file for tabs, one for other characters, one for no-break spaces: where the first stands."""
    found = {True: [0, 0], False: [0, 0]}  # is it a tab? → how many, where the first
    for match in _UNFIT.finditer(text):
        counted = found[match[0] == "\t"]
        counted[0] += 1
        if counted[0] == 1:
            counted[1] = match.start()
    for is_tab, (count, offset) in found.items():
        if count:
            what = "a tab" if is_tab else f"the character U+{ord(text[offset]):04X}, which no text needs"
            hint = "use spaces" if is_tab else "remove it"
            source.report(_place(text, offset), what + (f", and {count - 1} more" if count > 1 else ""), hint)
    if space := _NO_BREAK_INDENT.search(text):
        source.report(_place(text, space.end() - 1), "a no-break space in the indentation", "use ordinary spaces")


def _place(text: str, offset: int) -> Place:
    before = _LINE_END.split(text[:offset])
    return Place(len(before), len(before[-1]) + 1)
