"""Queries and texts for hypothesis, in five scripts: few words, so that they meet."""

from hypothesis import strategies as st

from monitor.model import Document
from monitor.rules.meaning import Names, faults
from monitor.rules.parts import VALUES
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
)
from tests.builders import a_list

LISTS = [
    a_list("places", en=("Rafah", "Gaza Strip"), ar=("رفح", "قطاع غزة"), he=("רפיח",), tr=("=Refah",), zh=("加沙",)),
    a_list("tunnels", en=("tunnel*", "cease-fire"), ar=("أنفاق", "نفق"), he=("מנהרות",), zh=("地道",)),
    a_list(
        "people",
        en=("fighter*^2", "Hamas", "/host(age|ess)s?/"),
        fr=("Hamas", "combattant*"),
        he=('צה"ל', "קו צהוב"),
        ru=("боевик*",),
    ),
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
    "/gaza|رفح/",
    "/.*nels/",
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
    return "".join(word + draw(st.sampled_from([" ", " ", " ", "-", ", ", "\n", ". ", "؟ "])) for word in words)


LANGUAGES, OUTLETS = ("en", "ar", "pt-BR", ""), ("gazette", "wafa", "")
documents = st.builds(
    lambda title, summary, text, language, outlet, author, url: Document(
        title=title, summary=summary, text=text, language=language, outlet=outlet, authors=author, url=url
    ),
    texts(6),
    texts(8),
    # Longer than what lead: looks at.
    st.one_of(texts(), texts().map(lambda text: f"{'the ' * 95}{text}")),
    st.sampled_from(LANGUAGES),
    st.sampled_from(OUTLETS),
    st.sampled_from([(), ("Safe Hamas", "Gaza Strip"), ("رفح",)]),
    st.sampled_from(["", "https://gazette.example/rafah/tunnels-gaza", "https://gazette.example/%D8%B1%D9%81%D8%AD"]),
)
weights = st.sampled_from([1.0, 1.0, 1.0, 0.0, 0.5, 12.25])
leaves = st.one_of(
    st.builds(lambda text, weight: Term(text=text, weight=weight), st.sampled_from(TERMS), weights),
    st.builds(lambda terms, weight: ListRef(name=terms.id, weight=weight), st.sampled_from(LISTS), weights),
)
values = st.one_of(
    st.sampled_from(["en", "ar", "pt*", "fr"]).map(
        lambda text: Within(where=QueryField.LANG, part=Term(text=text)),
    ),
    st.lists(st.sampled_from(["gazette", "wa*", "=WAFA"]), min_size=2, max_size=2).map(
        lambda texts: Within(where=QueryField.OUTLET, part=Or(parts=tuple(Term(text=text) for text in texts)))
    ),
)
NAMES = Names(lists=[terms.id for terms in LISTS])


def _near(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.builds(
        lambda left, right, n, ordered: Near(left=left, right=right, distance=n, ordered=ordered),
        nodes,
        nodes,
        st.integers(0, 6),
        st.booleans(),
    )


def _count(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.builds(lambda n, part: Count(count=n, part=part), st.integers(1, 4), nodes)


def _extended(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    some = st.lists(nodes, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        some.map(lambda parts: And(parts=parts)),
        some.map(lambda parts: Or(parts=parts)),
        some.map(lambda parts: Sentence(parts=parts)),
        nodes.map(lambda part: Not(part=part)),
        _near(nodes),
        _count(nodes),
        st.builds(lambda where, part: Within(where=where, part=part), st.sampled_from(QueryField), nodes),
        st.builds(lambda n, parts: AtLeast(count=n, parts=parts), st.integers(1, 3), some),
        st.just(WatchlistRef(name="other")),
    )


trees = st.recursive(leaves, _extended, max_leaves=6)
"""Any tree that can be printed, meaningful or not."""
places = st.recursive(
    leaves,
    lambda nodes: st.one_of(
        st.lists(nodes, min_size=2, max_size=3).map(lambda parts: Or(parts=tuple(parts))),
        st.lists(nodes, min_size=2, max_size=3).map(lambda parts: Sentence(parts=tuple(parts))),
        st.builds(lambda part: Within(where=QueryField.LEAD, part=part), nodes),
        _near(nodes),
    ),
    max_leaves=4,
)
word_fields = st.sampled_from([where for where in QueryField if where not in VALUES])


def _clauses(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    some = st.lists(nodes, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        some.map(lambda parts: And(parts=parts)),
        some.map(lambda parts: Or(parts=parts)),
        _count(places),
        st.builds(lambda yes, value: And(parts=(yes, value)), nodes, values),
        st.builds(lambda yes, no: And(parts=(yes, Not(part=no))), nodes, nodes),
        st.builds(lambda where, part: Within(where=where, part=part), word_fields, nodes),
        some.flatmap(lambda parts: st.integers(1, len(parts)).map(lambda n: AtLeast(count=n, parts=parts))),
    )


queries = st.recursive(places, _clauses, max_leaves=5).filter(lambda tree: not faults(tree, NAMES))
"""Trees in which nothing is wrong."""
