"""Advice about queries and about the lists that they use."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from monitor.model import Clause, TermList, Watchlist
from monitor.rules.examples import document_of
from monitor.rules.findings import Finding, Kind, WrittenTerm, advise, place_in_query, term_place
from monitor.rules.homographs import HOMOGRAPHS, Homograph
from monitor.rules.lexicon import included
from monitor.rules.lint_terms import only_word
from monitor.rules.matcher import Matcher
from monitor.rules.misses import hits_of, nearest_misses
from monitor.rules.syntax import And, AtLeast, ListRef, Node, Not, Or, Term, children, show, walk
from monitor.rules.terms import phrases, weighted
from monitor.text.fold import fold

WIDEST_NEAR = 30
"""Words: a sentence of news has about 25."""

Tree = tuple[Watchlist, Node]


def lint_nears(trees: Iterable[Tree]) -> Iterator[Finding]:
    """Distances within which anything is near."""
    for watchlist, tree in trees:
        for node, _ in walk(tree):
            distance = getattr(node, "distance", 0)
            if distance > WIDEST_NEAR:
                what = f"NEAR/{distance} reaches over several sentences"
                hint = f"{WIDEST_NEAR} words or fewer say that two things belong together; AND says that both are there"
                yield advise(Kind.WIDE_NEAR, place_in_query(watchlist, node.at), what, hint)


def lint_vetoes(trees: Iterable[Tree], matcher: Matcher) -> Iterator[Finding]:
    """Exclusions that keep a watchlist from what it should match."""
    for watchlist, tree in trees:
        if watchlist.id not in matcher.versions:
            continue
        for example in watchlist.should_match:
            misses = nearest_misses(matcher.explain(document_of(example), watchlist.id))
            for node, _ in walk(tree):
                vetoed = [miss.clause for miss in misses if miss.vetoes and miss.clause.query == show(node)]
                if vetoed:
                    yield _veto(watchlist, node, vetoed[0], example.title or example.body)


def _veto(watchlist: Watchlist, node: Node, clause: Clause, text: str) -> Finding:
    words = ", ".join(dict.fromkeys(hit.term for hit in hits_of(clause.parts)))
    what = f'{show(node)} keeps out what should match, by {words}: "{text}"'
    hint = "narrow the exclusion, e.g. to a phrase or to title:"
    return advise(Kind.VETO, place_in_query(watchlist, node.at), what, hint)


def used_lists(lists: Sequence[TermList], trees: Iterable[Tree]) -> frozenset[str]:
    """The lists that the queries name, and those that these include."""
    known = {one.id: one for one in lists}
    named = {node.name for _, tree in trees for node, _ in walk(tree) if isinstance(node, ListRef)}
    return frozenset(one.id for name in named for one in included(name, known))


def lint_lists(lists: Sequence[TermList], trees: Iterable[Tree]) -> Iterator[Finding]:
    """Lists that nothing uses, and lists that are the same."""
    used = used_lists(lists, trees)
    first: dict[tuple[object, ...], str] = {}
    for term_list in lists:
        place = term_place(term_list, next(iter(term_list.terms), ""), 0)
        if term_list.id not in used:
            yield advise(Kind.UNUSED_LIST, place, f"no watchlist uses @{term_list.id}", "use it, or take it out")
        written = {weighted(term) for some in term_list.terms.values() for term in some}
        words = frozenset((phrases(term), weight) for term, weight in written)
        key = (words, frozenset(term_list.includes), term_list.lemma)
        if key in first:
            what = f"@{term_list.id} has the same terms as @{first[key]}"
            yield advise(Kind.EQUAL_LISTS, place, what, "keep one of the two")
        first.setdefault(key, term_list.id)


# ── homographs ───────────────────────────────────────────────────────────────────────────────────────────────────────

Leaf = Term | ListRef


def lint_homographs(terms: Iterable[WrittenTerm], trees: Iterable[Tree]) -> Iterator[Finding]:
    """Words with a second meaning, where nothing else must stand beside them."""
    exposed: defaultdict[str, list[str]] = defaultdict(list)
    for watchlist, tree in trees:
        for leaf, does in _exposed(tree):
            exposed[leaf].append(f"{does} {watchlist.id}")
    doubles = _doubles()
    for placed in terms:
        word = only_word(placed.term)
        doing = exposed.get(f"@{placed.list_id}" if placed.list_id else placed.term, [])
        if word is None or word.exact or not doing:
            continue
        for double in doubles[word.spellings[0][0]]:
            what = f"{placed.term} alone {doing[0]}; in {double.language} it is also: {double.other}"
            hint = f"ask for a second word beside it{', or ' if double.advice else ''}{double.advice}"
            yield advise(Kind.HOMOGRAPH, placed.place, what, hint)


def _doubles() -> Mapping[str, list[Homograph]]:
    """The homographs by their key."""
    found: defaultdict[str, list[Homograph]] = defaultdict(list)
    for one in HOMOGRAPHS:
        found[fold(one.word)].append(one)
    return found


def _exposed(tree: Node) -> Iterator[tuple[str, str]]:
    """Leaves that decide alone, as they are written, with what they do."""
    yield from ((_written(leaf), "matches") for leaf in sufficient(tree))
    for node, _ in walk(tree):
        if isinstance(node, Not):
            yield from ((_written(leaf), "excludes from") for leaf in sufficient(node.part))


def _written(leaf: Leaf) -> str:
    """Without its weight."""
    return leaf.text if isinstance(leaf, Term) else f"@{leaf.name}"


def sufficient(node: Node) -> frozenset[Leaf]:
    """The terms and lists each of which, if it stands there alone, makes a node hold; what NOT asks aside."""
    if isinstance(node, Term | ListRef):
        return frozenset({node})
    if isinstance(node, Not):
        return frozenset()
    parts = [sufficient(part) for part in children(node) if not (isinstance(node, And) and _excludes(part))]
    if not parts:
        return frozenset()
    if isinstance(node, Or) or (isinstance(node, AtLeast) and node.count == 1):
        return frozenset().union(*parts)
    return frozenset.intersection(*parts)


def _excludes(node: Node) -> bool:
    """Does it only say what must not be there?"""
    return isinstance(node, Not) or (isinstance(node, And) and all(map(_excludes, node.parts)))
