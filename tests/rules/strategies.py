"""Queries and texts for hypothesis, in five scripts: few words, so that they meet."""

from hypothesis import strategies as st

from monitor.model import Document
from monitor.rules.meaning import faults
from monitor.rules.syntax import And, AtLeast, ListRef, Near, Node, Not, Or, QueryField, Term, Within
from tests.builders import a_list

LISTS = [
    a_list("places", en=("Rafah", "Gaza Strip"), ar=("رفح", "قطاع غزة"), he=("רפיח",), tr=("=Refah",), zh=("加沙",)),
    a_list("tunnels", en=("tunnel*", "cease-fire"), ar=("أنفاق", "نفق"), he=("מנהרות",), zh=("地道",)),
    a_list("people", en=("fighter*", "Hamas"), fr=("Hamas", "combattant*"), he=('צה"ל', "קו צהוב"), ru=("боевик*",)),
]
TERMS = (
    "Rafah",
    "=Refah",
    "tunnel*",
    "safe passage",
    "cease-fire",
    "الأنفاق",
    "ممر آمن",
    "קו צהוב",
    "加沙",
    "боевик*",
    "حماس",
    "hostage deal*",
)
WORDS = (
    "Rafah",
    "Refah'ta",
    "refah",
    "tunnels",
    "safe",
    "passage",
    "cease",
    "fire",
    "ceasefire",
    "Hamas's",
    "fighters",
    "hostage",
    "deals",
    "Gaza",
    "Strip",
    "والأنفاق",
    "الإنفاق",
    "رَفَح",
    "نفق",
    "قطاع",
    "غزة",
    "ممر",
    "آمن",
    "وحماس",
    "ברפיח",
    "הקו",
    "הצהוב",
    "המנהרות",
    'בצה"ל',
    "加沙",
    "地道加沙",
    "Боевики",
    "—",
    "the",
)


@st.composite
def texts(draw: st.DrawFn, longest: int = 25) -> str:
    """Words in any order, joined by blanks, hyphens, punctuation and new lines."""
    words = draw(st.lists(st.sampled_from(WORDS), max_size=longest))
    return "".join(word + draw(st.sampled_from([" ", " ", " ", "-", ", ", "\n"])) for word in words)


documents = st.builds(
    lambda title, summary, text: Document(title=title, summary=summary, text=text, language="en"),
    texts(6),
    texts(8),
    texts(),
)
leaves = st.one_of(
    st.sampled_from(TERMS).map(lambda text: Term(text=text)),
    st.sampled_from(LISTS).map(lambda terms: ListRef(name=terms.id)),
)


def _extended(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    some = st.lists(nodes, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        some.map(lambda parts: And(parts=parts)),
        some.map(lambda parts: Or(parts=parts)),
        nodes.map(lambda part: Not(part=part)),
        st.builds(lambda left, right, n: Near(left=left, right=right, distance=n), nodes, nodes, st.integers(0, 6)),
        st.builds(lambda where, part: Within(where=where, part=part), st.sampled_from(QueryField), nodes),
        st.builds(lambda n, parts: AtLeast(count=n, parts=parts), st.integers(1, 3), some),
    )


trees = st.recursive(leaves, _extended, max_leaves=6)
"""Any tree that can be printed, meaningful or not."""
places = st.recursive(
    leaves,
    lambda nodes: st.one_of(
        st.lists(nodes, min_size=2, max_size=3).map(lambda parts: Or(parts=tuple(parts))),
        st.builds(lambda left, right, n: Near(left=left, right=right, distance=n), nodes, nodes, st.integers(0, 6)),
    ),
    max_leaves=4,
)


def _clauses(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    some = st.lists(nodes, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        some.map(lambda parts: And(parts=parts)),
        some.map(lambda parts: Or(parts=parts)),
        st.builds(lambda yes, no: And(parts=(yes, Not(part=no))), nodes, nodes),
        st.builds(lambda where, part: Within(where=where, part=part), st.sampled_from(QueryField), nodes),
        some.flatmap(lambda parts: st.integers(1, len(parts)).map(lambda n: AtLeast(count=n, parts=parts))),
    )


queries = st.recursive(places, _clauses, max_leaves=5).filter(
    lambda tree: not faults(tree, {terms.id for terms in LISTS})
)
"""Trees in which nothing is wrong."""
