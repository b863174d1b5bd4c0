"""agencies.yaml → the news agencies, and the names by which credit lines call them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.config.codes import LANGUAGE
from monitor.config.shape import ByName, Each, Given, Keys, Named, Placed, Value, Wrong, read_file
from monitor.config.source import NO_PLACE, Source, shown
from monitor.config.values import SLUG, TEXT
from monitor.model import Agency
from monitor.stories.credits import MOST_AGENCIES
from monitor.text.fold import fold
from monitor.text.tokens import tokens

AGENCIES = "agencies.yaml"
MISSING = f'without {AGENCIES} no credit line is read: "monitor init DIR" writes one to copy'

_AROUND = re.compile(r"[()\[\]{}/|:;,،؛、，；：（）【】©—–]")
_MOST_WORDS = 10
"""Of a name; in Han and kana every character is one."""
_MOST_GAPS = 3


def _credit(text: str) -> str:
    if found := _AROUND.search(text):
        plain = " ".join(_AROUND.sub(" ", text).split())
        instead = f'; "{plain}"?' if plain else ""
        raise Wrong(f'"{found[0]}" is no part of it: what stands around a name is known{instead}')
    if len(_words(text)) not in range(1, _MOST_WORDS + 1) or len(text) < 2:
        raise Wrong(f"letters or digits, in 1 to {_MOST_WORDS} words")
    return text


def _closing(text: str) -> str:
    gaps = text.split("*")
    if len(tokens(text)) < 2 or not all(map(str.strip, gaps[:-1])) or len(gaps) > _MOST_GAPS + 1:
        raise Wrong(f'two words or more and up to {_MOST_GAPS} * between them, such as "Reporting by * Editing by *"')
    return text


def _words(text: str) -> tuple[str, ...]:
    return tuple(fold(text[token.start : token.end]) for token in tokens(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Agency:
    """An agency as far as it can be read."""

    name: str = ""
    credits: tuple[Named[tuple[Given[str], ...]], ...] = ()
    closings: tuple[str, ...] = ()


_AGENCY = Keys(
    build=_Agency,
    keys={
        "name": TEXT,
        "credits": ByName(
            key=LANGUAGE,
            item=Each(Placed(Value(expected="a name as it stands in credit lines, such as AFP", parse=_credit))),
            expected="names by language, such as en: [Reuters]",
        ),
        "closings": Each(Value(expected="the last words of its articles, * for any others", parse=_closing)),
    },
    required=frozenset(["name", "credits"]),
    about={
        "name": "as it is shown",
        "credits": "its name as credit lines have it, by language; words of up to four letters count in the case they "
        "are written in",
        "closings": "ends of its articles that name it nowhere, `*` for any words",
    },
)
FILE = ByName(key=SLUG, item=_AGENCY, expected="agencies by their id")


def read_agencies(source: Source) -> tuple[Agency, ...]:
    """The agencies of the file, as far as they can be read; what is wrong with others is reported."""
    read = read_file(FILE, source) or ()
    _refuse_shared(read, source)
    if len(read) > MOST_AGENCIES:
        source.report(NO_PLACE, f"more than {MOST_AGENCIES:,} agencies", "leave out those that nobody prints")
    return tuple(
        Agency(
            id=one.id,
            name=one.value.name,
            credits=tuple(dict.fromkeys(credit.value for _, credit in _credits(one))),
            closings=one.value.closings,
        )
        for one in read
    )


def _credits(one: Named[_Agency]) -> Iterator[tuple[str, Given[str]]]:
    for language in one.value.credits:
        for credit in language.value:
            yield one.id, credit


def _refuse_shared(read: Sequence[Named[_Agency]], source: Source) -> None:
    """Report names that two agencies have."""
    owners: dict[tuple[str, ...], str] = {}
    for one in read:
        for owner, credit in _credits(one):
            first = owners.setdefault(_words(credit.value), owner)
            if first != owner:
                source.report(
                    credit.place, f"{shown(credit.value)} is a name of {first} already", "a name has one owner"
                )
