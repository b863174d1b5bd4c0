"""Watchlists and lists → a Matcher of those that are right, and every problem of the others."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from json import dumps

from monitor.errors import Problem
from monitor.model import TermList, Watchlist
from monitor.rules.lexicon import Lexicon
from monitor.rules.matcher import Matcher, Rule
from monitor.rules.meaning import faults
from monitor.rules.parse import parse
from monitor.rules.syntax import ListRef, Node, show, walk
from monitor.rules.terms import Fault, fault_of

_VERSION_DIGITS = 12


def compile_rules(watchlists: Sequence[Watchlist], lists: Sequence[TermList]) -> tuple[Matcher, tuple[Problem, ...]]:
    """A matcher of the watchlists in which nothing is wrong, and what is wrong with all others and with the lists.

    A watchlist that uses a list with a problem is left out with it.
    """
    problems = [problem for terms in lists for problem in _list_problems(terms)]
    problems += _repeated([terms.id for terms in lists], "list", [terms.file for terms in lists])
    problems += _repeated([one.id for one in watchlists], "watchlist", [one.file for one in watchlists])
    known = {terms.id: terms for terms in lists}
    sound = {terms.id: terms for terms in lists if not any(_list_problems(terms))}
    trees: list[tuple[Watchlist, Node]] = []
    for watchlist in watchlists:
        tree = parse(watchlist.query)
        wrong = [tree] if isinstance(tree, Fault) else faults(tree, known)
        problems += [query_problem(watchlist, fault) for fault in wrong]
        if not isinstance(tree, Fault) and not wrong and _lists(tree) <= sound.keys():
            trees.append((watchlist, tree))
    return _matcher(trees, sound), tuple(problems)


def _matcher(trees: Sequence[tuple[Watchlist, Node]], lists: Mapping[str, TermList]) -> Matcher:
    lexicon = Lexicon()
    for name in sorted(set().union(*(_lists(tree) for _, tree in trees))):
        lexicon.add_list(lists[name])
    for _, tree in trees:
        lexicon.add_terms(tree)
    rules = [
        Rule(watchlist_id=one.id, tree=tree, score=one.score, version=_version(one, tree, lists)) for one, tree in trees
    ]
    return Matcher(rules, lexicon)


def _version(watchlist: Watchlist, tree: Node, lists: Mapping[str, TermList]) -> str:
    """Changes with whatever can change a match; not with white space, examples or the order of terms."""
    score = watchlist.score
    used = {
        name: {language: sorted(terms) for language, terms in lists[name].terms.items()}
        for name in sorted(_lists(tree))
    }
    rule = [show(tree), score.title, score.body, score.minimum, used]
    text = dumps(rule, ensure_ascii=True, sort_keys=True)
    return sha256(text.encode()).hexdigest()[:_VERSION_DIGITS]


def _lists(tree: Node) -> set[str]:
    return {node.name for node, _ in walk(tree) if isinstance(node, ListRef)}


def _list_problems(terms: TermList) -> Iterator[Problem]:
    if not any(terms.terms.values()):
        what = f"the list {terms.id} has no terms"
        yield Problem(file=terms.file, what=what, hint="add some, or take the list out")
    for language, written in terms.terms.items():
        for number, term in enumerate(written):
            fault = fault_of(term)
            if fault:
                line, column = terms.places.get((language, number), (0, 0))
                source = " " * (column - 1) + term if column else ""
                yield Problem(
                    file=terms.file, line=line, column=column, what=fault.what, hint=fault.hint, source=source
                )


def query_problem(watchlist: Watchlist, fault: Fault) -> Problem:
    """The fault at its place in the watchlist's file."""
    before = watchlist.query[: fault.at].split("\n")
    line, column = watchlist.query_place
    indent = column - 1 if len(before) == 1 else watchlist.query_indent
    return Problem(
        file=watchlist.file,
        line=line + len(before) - 1,
        column=indent + len(before[-1]) + 1,
        what=fault.what,
        hint=fault.hint,
        source=" " * indent + watchlist.query.split("\n")[len(before) - 1],
    )


def _repeated(names: Sequence[str], kind: str, files: Sequence[str]) -> list[Problem]:
    times = Counter(names)
    return [
        Problem(file=file, what=f"there are {times[name]} of the {kind} {name}", hint="give each a name of its own")
        for name, file in zip(names, files, strict=True)
        if times[name] > 1
    ]
