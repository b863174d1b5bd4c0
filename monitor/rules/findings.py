"""Advice about rules, and the terms it is about."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from monitor.errors import Problem
from monitor.model import TermList, Watchlist
from monitor.rules.compile import query_problem
from monitor.rules.parts import asked_of_words
from monitor.rules.syntax import Node, Term
from monitor.rules.terms import Fault, fault_of, weighted


class Kind(StrEnum):
    """What a finding is about."""

    SHORT_PREFIX = "short-prefix"
    IDLE_STAR = "idle-star"
    STOP_WORD = "stop-word"
    REPEATED = "repeated"
    SWALLOWED = "swallowed"
    EQUAL_LISTS = "equal-lists"
    UNUSED_LIST = "unused-list"
    HOMOGRAPH = "homograph"
    WIDE_NEAR = "wide-near"
    VETO = "veto"
    NEVER_HIT = "never-hit"
    DOMINANT = "dominant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One piece of advice: where, what was seen, what to do."""

    kind: Kind
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTerm:
    """A term that can be read, and where it is written."""

    term: str
    place: Problem
    """With no words yet."""
    list_id: str = ""
    """"" where it stands in a query; likewise `language`."""
    language: str = ""


def advise(kind: Kind, place: Problem, what: str, hint: str) -> Finding:
    """The finding of that kind at that place."""
    return Finding(kind=kind, problem=replace(place, what=what, hint=hint))


def terms_of_lists(lists: Iterable[TermList]) -> Iterator[WrittenTerm]:
    """Every term of the lists, without its weight."""
    for term_list in lists:
        for language, written in term_list.terms.items():
            for number, (term, _) in enumerate(map(weighted, written)):
                if not fault_of(term):
                    place = term_place(term_list, language, number)
                    yield WrittenTerm(term=term, place=place, list_id=term_list.id, language=language)


def terms_of_query(watchlist: Watchlist, tree: Node) -> Iterator[WrittenTerm]:
    """Every term that a query itself holds."""
    for node in asked_of_words(tree):
        if isinstance(node, Term) and not fault_of(node.text):
            yield WrittenTerm(term=node.text, place=place_in_query(watchlist, node.at))


def term_place(term_list: TermList, language: str, number: int) -> Problem:
    """Where a list's term stands."""
    line, column = term_list.places.get((language, number), (0, 0))
    return Problem(file=term_list.file, line=line, column=column, what="")


def place_in_query(watchlist: Watchlist, at: int) -> Problem:
    """Where a character of a query stands."""
    return query_problem(watchlist, Fault(at=at, what=""))
