"""Watchlists and lists → a Matcher of those that are right, and every problem of the others."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import chain
from json import dumps
from typing import assert_never

from monitor.errors import Problem
from monitor.model import TermList, Watchlist, WatchlistId
from monitor.rules.lexicon import Lexicon, included
from monitor.rules.limits import limits_of
from monitor.rules.matcher import Matcher, Rule
from monitor.rules.meaning import Names, faults
from monitor.rules.mistakes import did_you_mean
from monitor.rules.parse import parse
from monitor.rules.syntax import (
    And,
    AtLeast,
    Count,
    ListRef,
    Near,
    Node,
    Not,
    Or,
    QueryField,
    Sentence,
    Term,
    WatchlistRef,
    Within,
    show,
    walk,
)
from monitor.rules.terms import Fault, fault_of, weighted
from monitor.text.lemmas import installed

_VERSION_DIGITS = 12
_LARGEST_TREE = 100_000
"""Nodes of a query with all queries in it: each of twenty watchlists may name the one before it twice."""


def compile_rules(
    watchlists: Sequence[Watchlist],
    lists: Sequence[TermList],
    values: Mapping[QueryField, Iterable[str]] | None = None,
) -> tuple[Matcher, tuple[Problem, ...]]:
    """A matcher of the watchlists in which nothing is wrong, and what is wrong with all others and with the lists.

    `values`: field → the values that there are; what else is asked for is a mistake. A watchlist that uses a list or a
    watchlist with a problem is left out with it.
    """
    known = {terms.id: terms for terms in lists}
    of_lists = [_list_problems(terms, known) for terms in lists]
    problems = list(chain.from_iterable(of_lists))
    faulty = {terms.id for terms, some in zip(lists, of_lists, strict=True) if some}
    problems += _repeated([terms.id for terms in lists], "list", [terms.file for terms in lists])
    problems += _repeated([one.id for one in watchlists], "watchlist", [one.file for one in watchlists])
    sound = {name for name in known if not any(part.id in faulty for part in included(name, known))}
    names = _names(known, watchlists, values or {})
    trees: dict[WatchlistId, Node] = {}
    for watchlist in watchlists:
        tree = parse(watchlist.query)
        wrong = [tree] if isinstance(tree, Fault) else faults(tree, names)
        problems += [query_problem(watchlist, fault) for fault in wrong] + _outlet_problems(watchlist, names)
        if not isinstance(tree, Fault) and not wrong and _lists(tree) <= sound:
            trees[watchlist.id] = tree
    whole = _Whole(trees)
    problems += [query_problem(one, fault) for one in watchlists for fault in whole.faults_of(one.id)]
    usable = [(one, found) for one in watchlists if (found := whole.trees.get(one.id)) is not None]
    return _matcher(usable, known), tuple(problems)


def _names(
    lists: Mapping[str, TermList], watchlists: Sequence[Watchlist], values: Mapping[QueryField, Iterable[str]]
) -> Names:
    given = {where: tuple(some) for where, some in values.items()}
    # No file's name begins with "-": that is a query which somebody typed, and which nothing can name.
    nameable = [one.id for one in watchlists if not one.id.startswith("-")]
    return Names(lists=tuple(lists), watchlists=nameable, values={**Names().values, **given})


class _Whole:
    """The queries with those that they name in their place."""

    def __init__(self, trees: Mapping[WatchlistId, Node]) -> None:
        self._named = trees
        self.trees: dict[WatchlistId, Node | None] = {}
        self._faults: dict[WatchlistId, Fault] = {}
        for name in trees:
            self._resolve(name, ())

    def faults_of(self, name: WatchlistId) -> list[Fault]:
        """That it names itself, directly or not, or grows too large."""
        return [self._faults[name]] if name in self._faults else []

    def _resolve(self, name: WatchlistId, path: tuple[WatchlistId, ...]) -> Node | None:
        """The whole tree; None where it cannot be had."""
        if name not in self.trees and name in self._named:
            self.trees[name] = None
            self.trees[name] = self._expanded(name, (*path, name))
        return self.trees.get(name)

    def _expanded(self, name: WatchlistId, path: tuple[WatchlistId, ...]) -> Node | None:
        tree = self._named[name]
        named = [node for node, _ in walk(tree) if isinstance(node, WatchlistRef)]
        for node in named:
            other = WatchlistId(node.name)
            if other in path:
                circle = " → ".join((*path[path.index(other) :], other))
                self._faults[name] = Fault(
                    at=node.at, what=f"watchlists name each other in a circle: {circle}", hint=_CUT
                )
                return None
            if self._resolve(other, path) is None:
                return None
        whole = _replaced(tree, {node.name: self.trees[WatchlistId(node.name)] for node in named})
        if sum(1 for _ in walk(whole)) > _LARGEST_TREE:
            what = f"with the watchlists that it names the query has more than {_LARGEST_TREE:,} parts"
            self._faults[name] = Fault(at=named[0].at, what=what, hint=_CUT)
            return None
        return whole


_CUT = "write the part that both need into a list, or into a watchlist of its own"


def _replaced(node: Node, trees: Mapping[str, Node | None]) -> Node:
    """The tree with the named queries in their place."""
    match node:
        case WatchlistRef(name=name):
            return trees[name] or node
        case And(parts=parts) | Or(parts=parts) | AtLeast(parts=parts) | Sentence(parts=parts):
            return replace(node, parts=tuple(_replaced(part, trees) for part in parts))
        case Not(part=part) | Within(part=part) | Count(part=part):
            return replace(node, part=_replaced(part, trees))
        case Near(left=left, right=right):
            return replace(node, left=_replaced(left, trees), right=_replaced(right, trees))
        case Term() | ListRef():
            return node
    assert_never(node)


def _matcher(trees: Sequence[tuple[Watchlist, Node]], lists: Mapping[str, TermList]) -> Matcher:
    lexicon = Lexicon(lists)
    for _, tree in trees:
        lexicon.add(tree)
    rules = [
        Rule(
            watchlist_id=one.id,
            tree=tree,
            score=one.score,
            limits=limits_of(one),
            version=_version(one, tree, lists),
        )
        for one, tree in trees
    ]
    matcher = Matcher(rules, lexicon)
    lexicon.finish()
    return matcher


def _version(watchlist: Watchlist, tree: Node, lists: Mapping[str, TermList]) -> str:
    """Changes with whatever can change a match; not with white space, examples or the order of terms."""
    score, limits = watchlist.score, limits_of(watchlist)
    used = {terms.id: terms for name in _lists(tree) for terms in included(name, lists)}
    texts = {
        name: [{language: sorted(some) for language, some in terms.terms.items()}, sorted(terms.includes), terms.lemma]
        for name, terms in sorted(used.items())
    }
    bounds = [sorted(limits.languages), sorted(limits.outlets), str(limits.since), str(limits.until)]
    rule = [show(tree), score.title, score.body, score.minimum, bounds, texts]
    text = dumps(rule, ensure_ascii=True, sort_keys=True)
    return sha256(text.encode()).hexdigest()[:_VERSION_DIGITS]


def _lists(tree: Node) -> set[str]:
    return {node.name for node, _ in walk(tree) if isinstance(node, ListRef)}


def _list_problems(terms: TermList, lists: Mapping[str, TermList]) -> list[Problem]:
    problems = [*_include_problems(terms, lists)]
    if not any(terms.terms.values()) and not terms.includes:
        what = f"the list {terms.id} has no terms"
        problems.append(Problem(file=terms.file, what=what, hint="add some, or take the list out"))
    if terms.lemma and not installed():
        what = f"the list {terms.id} asks for dictionary forms, which are not installed"
        problems.append(Problem(file=terms.file, what=what, hint='pip install "media-monitor[lemma]"'))
    for language, written in terms.terms.items():
        for number, term in enumerate(written):
            fault = fault_of(weighted(term)[0])
            if fault:
                problems.append(_placed(terms, (language, number), term, fault.what, fault.hint))
    return problems


def _include_problems(terms: TermList, lists: Mapping[str, TermList]) -> Iterator[Problem]:
    for number, name in enumerate(terms.includes):
        if name not in lists:
            what = f"there is no list {name} to include"
            yield _placed(terms, ("include", number), name, what, did_you_mean(name, tuple(sorted(lists)), ""))
        elif terms.id in (part.id for part in included(name, lists)):
            what = f"the lists {terms.id} and {name} include each other"
            yield _placed(terms, ("include", number), name, what, "take one of the two out")


def _placed(terms: TermList, item: tuple[str, int], written: str, what: str, hint: str) -> Problem:
    line, column = terms.places.get(item, (0, 0))
    source = " " * (column - 1) + written if column else ""
    return Problem(file=terms.file, line=line, column=column, what=what, hint=hint, source=source)


def _outlet_problems(watchlist: Watchlist, names: Names) -> list[Problem]:
    """Outlets that a watchlist is limited to and that do not exist: it would never match."""
    known = tuple(names.values.get(QueryField.OUTLET, watchlist.outlets))
    problems = []
    for number, outlet in enumerate(watchlist.outlets):
        if outlet not in known:
            line, column = watchlist.places.get(("outlets", number), (0, 0))
            hint = did_you_mean(outlet, known, "feeds.yaml names them")
            what = f"there is no outlet {outlet}"
            problems.append(Problem(file=watchlist.file, line=line, column=column, what=what, hint=hint))
    return problems


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
