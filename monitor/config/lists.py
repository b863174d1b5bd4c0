"""lists/*.yaml → term lists; a file may hold several. Whether a term can be found at all is the rules' question."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.config.codes import LANGUAGE
from monitor.config.shape import ByName, Each, Given, Keys, Named, Placed, Value, Wrong, mismatch, read_file
from monitor.config.source import Place, Source
from monitor.config.values import FLAG, SLUG
from monitor.config.yaml import Node, Table
from monitor.model import TermList

_FOREIGN_COMMA = re.compile("[،؛、，；]")
_LIST_NAME = re.compile(r"([a-z0-9][a-z0-9-]*) *:")


def _term(text: str) -> str:
    if comma := _FOREIGN_COMMA.search(text):
        raise Wrong(f'"{comma[0]}" separates nothing here: write "," or one term a line')
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """A list as far as it can be read."""

    include: tuple[Given[str], ...] = ()
    lemma: bool = False
    languages: tuple[Named[tuple[Given[str], ...]], ...] = ()


class _Terms:
    """Terms by language; beside the languages stand keys that say more of the list."""

    def read(self, node: Node, source: Source, name: str) -> _List | None:
        """The list as far as it can be read."""
        if not isinstance(node, Table):
            mismatch(node, source, name, _LANGUAGES.expected)
            return None
        own = tuple(entry for entry in node.entries if entry[0].value in _OWN.keys)
        others = tuple(entry for entry in node.entries if entry[0].value not in _OWN.keys)
        given = _OWN.read(Table(entries=own, place=node.place), source, name) or _List()
        # A list of others' terms alone needs none of its own.
        if given.include and not others:
            return given
        languages = _LANGUAGES.read(Table(entries=others, place=node.place), source, name)
        return _List(include=given.include, lemma=given.lemma, languages=languages or ())


_TERM = Value(expected="one term", parse=_term)
_OWN = Keys(build=_List, keys={"include": Each(Placed(SLUG)), "lemma": FLAG})
_LANGUAGES = ByName(key=LANGUAGE, item=Each(Placed(_TERM)), expected="terms by language, such as en: [tunnel*]")
_LISTS = ByName(key=SLUG, item=_Terms(), expected="lists by their name")


def read_lists(source: Source) -> tuple[Given[TermList], ...]:
    """The lists of a file, with the terms that can be used; what is wrong with the others is reported."""
    read = [Given(_term_list(entry, source), entry.place) for entry in read_file(_LISTS, source) or ()]
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


def _term_list(entry: Named[_List], source: Source) -> TermList:
    read = entry.value
    languages = {language.id: language.value for language in read.languages if language.value}
    terms = {key: tuple(term.value for term in some) for key, some in languages.items()}
    places = {(key, index): term.place for key, some in languages.items() for index, term in enumerate(some)}
    return TermList(
        id=entry.id,
        terms=terms or ({} if read.include else _stand_in(entry.id)),
        includes=tuple(name.value for name in read.include),
        lemma=read.lemma,
        file=source.file,
        places=places | {("include", index): name.place for index, name in enumerate(read.include)},
    )


def _stand_in(name: str) -> dict[str, tuple[str, ...]]:
    """Terms for a list of which none could be read, which has been reported: the rules would report it again."""
    return {"und": (name,)}
