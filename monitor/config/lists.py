"""lists/*.yaml → term lists; a file may hold several. Whether a term can be found at all is the rules' question."""

import re
from collections.abc import Iterator

from monitor.config.codes import LANGUAGE
from monitor.config.shape import ByName, Each, Given, Named, Placed, Value, Wrong, read_file
from monitor.config.source import Place, Source
from monitor.config.values import SLUG
from monitor.model import TermList

_FOREIGN_COMMA = re.compile("[،؛、，；]")
_LIST_NAME = re.compile(r"([a-z0-9][a-z0-9-]*) *:")


def _term(text: str) -> str:
    if comma := _FOREIGN_COMMA.search(text):
        raise Wrong(f'"{comma[0]}" separates nothing here: write "," or one term a line')
    return text


_TERM = Value(expected="one term", parse=_term)
FILE = ByName(
    key=SLUG,
    item=ByName(key=LANGUAGE, item=Each(Placed(_TERM)), expected="terms by language, such as en: [tunnel*]"),
    expected="lists by their name",
)


def read_lists(source: Source) -> tuple[Given[TermList], ...]:
    """The lists of a file, with the terms that can be used; what is wrong with the others is reported."""
    read = [Given(_term_list(entry, source), entry.place) for entry in read_file(FILE, source) or ()]
    if source.problems:
        read += _unreadable(source, {given.value.id for given in read})
    return tuple(read)


def _unreadable(source: Source, known: set[str]) -> Iterator[Given[TermList]]:
    """Further lists that a faulty file seems to hold: so that no query is blamed for naming one of them."""
    for number, line in enumerate(source.lines, start=1):
        found = _LIST_NAME.match(line)
        if found and found[1] not in known:
            known.add(found[1])
            yield Given(TermList(id=found[1], terms=_stand_in(found[1]), file=source.file), Place(number, 1))


def _term_list(entry: Named[tuple[Named[tuple[Given[str], ...]], ...]], source: Source) -> TermList:
    languages = {language.id: language.value for language in entry.value if language.value}
    return TermList(
        id=entry.id,
        terms={key: tuple(term.value for term in terms) for key, terms in languages.items()} or _stand_in(entry.id),
        file=source.file,
        places={(key, index): term.place for key, terms in languages.items() for index, term in enumerate(terms)},
    )


def _stand_in(name: str) -> dict[str, tuple[str, ...]]:
    """Terms for a list of which none could be read, which has been reported: the rules would report it again."""
    return {"und": (name,)}
