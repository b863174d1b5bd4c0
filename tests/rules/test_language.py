"""What the language says beyond words: order, sentences, counts, fields, weights, lists, watchlists, limits, misses."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.model import Clause, Document, Field, ScoreRule, TermList, WatchlistId
from monitor.rules import compile as compiling
from monitor.rules.compile import compile_rules
from monitor.rules.evaluate import evidence, holds, places
from monitor.rules.explain import explain
from monitor.rules.lexicon import Lexicon
from monitor.rules.misses import why_not
from monitor.rules.near import near
from monitor.rules.parts import EVERYWHERE, Part
from monitor.rules.reading import Reading
from monitor.rules.syntax import QueryField, WatchlistRef
from monitor.rules.vocabulary import Vocabulary
from tests.builders import NOON, a_document, a_list, a_watchlist
from tests.rules.matching import a_matcher, cut, find, problems_of

RAFAH = WatchlistId("rafah")
LISTS = [a_list("rafah", en=("Rafah",), ar=("رفح",)), a_list("tunnels", en=("tunnel*", "bunker"))]
PIECE = a_document(
    "Envoy flies home",
    summary="Kushner left.",
    text="word " * 99 + "Rafah tunnel",
    language="pt-BR",
    outlet="al-gazette",
    country="EG",
    affiliation="state",
    authors=("Jane Doe", "يوسف حداد"),
    url="https://gazette.example/news/%D8%B1%D9%81%D8%AD/envoy-flies",
    feed_id="gazette-en",
)


def explained(query: str, document: Document) -> Clause:
    return a_matcher(a_watchlist(query), lists=LISTS).explain(document, RAFAH)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("lead:Rafah", True),
        ("lead:tunnel", False),
        ("body:lead:word AND lead:body:word", True),
        ("lead:(word NEAR/0 Rafah)", True),
        ("lead:(Rafah NEAR/0 tunnel)", False),
        ("Rafah NEAR/0 tunnel", True),
        ("lead:Rafah NEAR/0 word", True),
        ("lead:Kushner", False),
        ('author:"Jane Doe"', True),
        ("author:Jane AND author:حداد", True),
        ('author:"Doe يوسف"', True),
        ("Jane", False),
        ("url:رفح AND url:envoy-flies AND url:news", True),
        ("envoy AND lang:pt", True),
        ("envoy AND lang:PT-br", True),
        ("envoy AND lang:(en OR p*)", True),
        ("envoy AND lang:en", False),
        ("envoy AND outlet:al-*", True),
        ("envoy AND outlet:(wafa OR al-gazette)", True),
        ("envoy AND NOT outlet:\U000efe59", True),
        ("envoy AND country:eg AND affiliation:state AND feed:gazette-en", True),
        ("envoy AND NOT country:EG", False),
        ("title:(envoy AND lang:pt)", True),
        ("ATLEAST/2(envoy, author:Jane, absent)", True),
        ("COUNT/99(word)", True),
        ("COUNT/100(word)", False),
        ("COUNT/2(author:(Jane OR Doe))", True),
        ("COUNT/2(title:envoy)", False),
        ("COUNT/2(title:envoy OR body:Rafah)", True),
        ("COUNT/1(lead:Rafah)", True),
        ("COUNT/1(lead:tunnel)", False),
        ("/fl(y|ies)/", True),
        ("=/fl(y|ies)/ OR x", False),
        ('"/flies/"', True),
    ],
)
def test_a_query_asks_for_what_it_says(query: str, expected: bool) -> None:
    if query.startswith("=/"):
        assert problems_of(query, LISTS) != []
    else:
        assert (find(query, PIECE, LISTS) is not None) is expected


def test_the_lead_is_the_summarys_where_there_is_no_text() -> None:
    document = a_document("x", summary="word " * 99 + "Rafah tunnel")
    assert cut(document, find("lead:Rafah", document)) == ["Rafah"]
    assert find("lead:tunnel", document) is None
    assert find("lead:SENTENCE(word, Rafah)", document) is not None


def test_hits_in_names_and_addresses_cut_out_their_words() -> None:
    found = find("author:(Jane AND حداد) AND url:رفح", PIECE)
    assert found is not None
    assert [(hit.field, hit.surface) for hit in found.hits] == [
        (Field.AUTHORS, "Jane"),
        (Field.AUTHORS, "حداد"),
        (Field.URL, "رفح"),
    ]
    assert cut(PIECE, found) == ["Jane", "حداد", "رفح"]


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("a ONEAR/2 b", "a x x b", True),
        ("a ONEAR/1 b", "a x x b", False),
        ("a ONEAR/2 b", "b a", False),
        ("(a NEAR/9 b) ONEAR/3 c", "a b c x x x x b", True),
        ("c ONEAR/1 (a NEAR/9 b)", "b c a b", True),
        ("a ONEAR/0 a", "a", False),
        ("SENTENCE(a NEAR/9 b, c)", "a b c. B", True),
        ("SENTENCE(a, b) NEAR/1 c", "a x b c", True),
        ("SENTENCE(a, b) NEAR/1 c", "a x b x x c", False),
        ("SENTENCE(a, b) ONEAR/5 c", "c a b", False),
        ("SENTENCE(a, b, cc)", "a bb. Cc", False),
        ("COUNT/2(a NEAR/1 b)", "a b x x a b", True),
        ("COUNT/2(a NEAR/1 b)", "a b a", False),
        ('COUNT/2("a b" OR b)', "a b", False),
    ],
)
def test_order_sentences_and_counts_look_at_every_stretch(query: str, text: str, expected: bool) -> None:
    assert (find(query, a_document(text)) is not None) is expected


def test_too_many_pairs_leave_the_widest_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    from monitor.rules import near as module
    from monitor.rules.lexicon import Source

    source = Source("t", "", (), ())
    left = {(n, n + 1): frozenset({(n, n + 1, source)}) for n in range(0, 40, 2)}
    right = {(n, n + 1): frozenset({(n, n + 1, source)}) for n in range(1, 40, 2)}
    monkeypatch.setattr(module, "MOST_PAIRS", 100)
    assert near(left, right, 50, every=True) == near(left, right, 50)
    monkeypatch.setattr(module, "MOST_PAIRS", 100_000)
    assert len(near(left, right, 50, every=True)) > len(near(left, right, 50))


@pytest.mark.parametrize(
    ("query", "score", "note"),
    [
        ("envoy^2 AND Rafah^0.5", 6.5, "score 6.5: title 6, body 0.5"),
        ("@rafah^3 AND envoy^0", 3, "score 3: body 3"),
        ("envoy AND Kushner", 4, "score 4: title 3, body 1"),
        ("envoy OR ENVOY^2", 6, "score 6: title 6"),
    ],
)
def test_a_term_counts_by_its_weight_and_its_best_field(query: str, score: float, note: str) -> None:
    found = find(query, PIECE, LISTS)
    assert found is not None
    assert (found.score, found.explanation.note) == (score, note)


def test_a_lists_term_brings_its_own_weight() -> None:
    lists = [a_list("people", en=("Kushner^2", "/env.y/^0.5"), fr=("Kushner^4",))]
    found = find("@people^2", PIECE, lists)
    assert found is not None
    assert found.score == 4 * 2 + 0.5 * 3 * 2
    assert {hit.term for hit in found.hits} == {"Kushner", "/env.y/"}


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def a_bundle(name: str, *includes: str, lemma: bool = False, **terms: tuple[str, ...]) -> TermList:
    places = {("include", number): (number + 2, 12) for number in range(len(includes))}
    return TermList(id=name, terms=terms, includes=includes, lemma=lemma, file=f"lists/{name}.yaml", places=places)


def test_a_list_takes_in_the_terms_of_others() -> None:
    lists = [a_bundle("all", "near", "far"), a_bundle("near", "far", en=("Rafah",)), a_list("far", en=("Gaza",))]
    (hit,) = find("@all", a_document("Gaza"), lists).hits  # type: ignore[union-attr]
    assert (hit.term, hit.list_id) == ("Gaza", "far")
    assert find("@all", a_document("Rafah"), lists) is not None


def test_an_included_list_that_is_not_there_or_comes_back_is_a_problem() -> None:
    lists = [a_bundle("all", "nera"), a_list("near", en=("Rafah",))]
    matcher, (problem,) = compile_rules([a_watchlist("@all")], lists)
    assert str(problem) == "lists/all.yaml:2:12: there is no list nera to include (did you mean near?)"
    assert matcher.versions == {}
    circle = [a_bundle("a", "b", en=("x",)), a_bundle("b", "a", en=("y",))]
    matcher, problems = compile_rules([a_watchlist("@a")], circle)
    assert [problem.what for problem in problems] == [
        "the lists a and b include each other",
        "the lists b and a include each other",
    ]
    assert matcher.versions == {}


def test_a_fault_in_an_included_list_takes_the_watchlist_out() -> None:
    matcher, problems = compile_rules([a_watchlist("@all")], [a_bundle("all", "bad"), a_list("bad", en=("a^",))])
    assert [problem.what for problem in problems] == ['"a^" has a ^ without a weight']
    assert matcher.versions == {}


@pytest.mark.parametrize(
    ("language", "term", "text", "expected"),
    [
        ("en", "negotiate", "They negotiated", True),
        ("en", "safe passage", "safe passages", True),
        ("en", "=negotiate", "They negotiated", False),
        ("en", "Rafah", "Rafah's", True),
        ("fr", "combattre", "Ils combattaient", True),
        ("tr", "görüşmek", "Taraflar görüşüyor", True),
        ("he", "מנהרה", "הם במנהרות", True),
        ("xx", "negotiate", "They negotiated", False),
    ],
)
def test_a_list_of_lemmas_finds_other_forms(language: str, term: str, text: str, expected: bool) -> None:
    words = TermList(id="words", terms={language: (term,)})
    assert (find("@words", a_document(text), [replace(words, lemma=True)]) is not None) is expected
    if expected and not text.startswith("Rafah"):
        assert find("@words", a_document(text), [words]) is None


def test_lemmas_that_are_not_installed_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "installed", lambda: False)
    _, (problem,) = compile_rules([], [a_bundle("words", lemma=True, en=("go",))])
    assert problem.hint == 'pip install "media-monitor[lemma]"'


# ── watchlists ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_watchlist_in_a_query_stands_for_its_query() -> None:
    talks = a_watchlist("envoy OR @watchlist:places", "talks", score=ScoreRule(minimum=100))
    named = a_watchlist("@rafah", "places")
    both = a_watchlist("title:@watchlist:talks NOT @watchlist:absurd", "both")
    absurd = a_watchlist("ATLEAST/1(a NEAR/2 b, COUNT/2(c)) AND SENTENCE(d, e)", "absurd")
    matcher = a_matcher(talks, named, both, absurd, lists=LISTS)
    found = {one.watchlist_id: one for one in matcher.match(PIECE)}
    assert found.keys() == {"both", "places"}
    assert found[WatchlistId("both")].explanation.parts[0].query == "title:(envoy OR @rafah)"


def test_a_version_changes_with_the_watchlists_and_lists_that_are_named() -> None:
    def version(named: str, *words: str) -> str:
        lists = [a_bundle("all", "far"), a_list("far", en=words)]
        both = (a_watchlist("x OR @watchlist:named"), a_watchlist(f"{named} OR @all", "named"))
        return a_matcher(*both, lists=lists).versions[RAFAH]

    assert version("a", "b") == version("a", "b")
    assert len({version("a", "b"), version("c", "b"), version("a", "d")}) == 3


def test_watchlists_in_a_circle_and_what_names_a_faulty_one_are_left_out() -> None:
    circle = [a_watchlist("@watchlist:b", "a"), a_watchlist("x OR @watchlist:a", "b"), a_watchlist("@watchlist:b", "c")]
    matcher, problems = compile_rules(circle, [])
    assert [problem.what for problem in problems] == ["watchlists name each other in a circle: a → b → a"]
    assert problems[0].file == "watchlists/b.yaml"
    assert matcher.versions == {}
    matcher, problems = compile_rules([a_watchlist("@watchlist:bad", "x"), a_watchlist("a b", "bad")], [])
    assert [problem.file for problem in problems] == ["watchlists/bad.yaml"]
    assert matcher.versions == {}


def test_watchlists_that_double_each_other_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "_LARGEST_TREE", 1000)
    doubling = [a_watchlist("a", "w0")]
    doubling += [a_watchlist(f"@watchlist:w{n} OR @watchlist:w{n}", f"w{n + 1}") for n in range(12)]
    matcher, problems = compile_rules(doubling, [])
    assert [problem.what for problem in problems] == [
        "with the watchlists that it names the query has more than 1,000 parts"
    ]
    assert len(matcher.versions) == 9


def test_a_name_of_a_watchlist_is_replaced_before_anything_is_evaluated() -> None:
    reading, node = Reading(a_document("a"), Vocabulary({}), Lexicon()), WatchlistRef(name="a")
    assert not holds(node, EVERYWHERE, reading)
    assert evidence(node, EVERYWHERE, reading) == set()
    assert places(node, Part.TITLE, reading) == {}
    assert explain(node, EVERYWHERE, reading).note == ""


@pytest.mark.parametrize(
    ("limits", "note"),
    [
        ({"languages": ("ar", "he")}, "the watchlist is limited to articles in ar, he; this is pt"),
        ({"languages": ("pt-PT",)}, ""),
        ({"outlets": ("wafa",)}, "the watchlist is limited to some outlets, and al-gazette is none of them"),
        ({"outlets": ("wafa", "al-gazette")}, ""),
        ({"since": NOON}, ""),
        ({"since": NOON + timedelta(minutes=1)}, "the watchlist begins at 2025-11-10 12:01 UTC"),
        ({"until": NOON}, "the watchlist ends at 2025-11-10 12:00 UTC"),
        ({"until": NOON + timedelta(minutes=1)}, ""),
    ],
)
def test_a_limited_watchlist_leaves_other_articles_alone(limits: dict[str, Any], note: str) -> None:
    matcher = a_matcher(a_watchlist("envoy", **limits))
    document = replace(PIECE, published_at=NOON)
    assert bool(matcher.match(document)) is not bool(note)
    clause = matcher.explain(document, RAFAH)
    assert clause.note == (note or "score 3: title 3")
    assert why_not(clause) == (note and f"envoy: {note}")
    assert clause.held is not bool(note)
    unknown = Document(title="envoy")
    assert matcher.match(unknown)
    assert matcher.versions != a_matcher(a_watchlist("envoy")).versions


def test_what_does_not_exist_cannot_be_asked_for() -> None:
    values = {QueryField.OUTLET: ["gazette", "wafa"], QueryField.FEED: ["gazette-en"], QueryField.COUNTRY: ["EG"]}
    asked = a_watchlist(
        "a AND outlet:(gazete OR wa*) AND feed:xyz AND country:IL AND lang:xx",
        outlets=("wafaa", "gazette"),
        places={("outlets", 0): (9, 12)},
    )
    _, problems = compile_rules([asked], [], values)
    assert [(problem.line, problem.what, problem.hint) for problem in problems] == [
        (1, "there is no outlet gazete", "did you mean gazette?"),
        (1, "there is no feed xyz", "there are gazette-en"),
        (1, "there is no country IL", "there are EG"),
        (9, "there is no outlet wafaa", "did you mean wafa?"),
    ]


# ── why not ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("query", "text", "reason"),
    [
        ("a ONEAR/1 b", "b a", "a ONEAR/1 b: never in the same field in this order"),
        ("a ONEAR/1 b", "a x x b", "a ONEAR/1 b: 2 words between, at most 1 wanted"),
        ("SENTENCE(aa, b)", "aa. B", "SENTENCE(aa, b): its parts are 1 sentence apart"),
        ("SENTENCE(aa, bb, cc)", "aa. Bb. Xx. Cc", "SENTENCE(aa, bb, cc): its parts are 3 sentences apart"),
        ("SENTENCE(a, b)", "a", "b is not in it"),
        ("COUNT/3(a)", "a", "COUNT/3(a): 1 place"),
        ("COUNT/3(a)", "a a", "COUNT/3(a): 2 places"),
        ("COUNT/3(a)", "b", "a is not in it"),
        ("a AND lang:ar", "a", "lang:(ar): it is en"),
        ("a AND feed:x", "a", "feed:(x): it is not known"),
        ("(a AND b AND c) OR (d AND e)", "a b d", "c or e is not in it"),
        ("(a AND b) OR (d AND e)", "a d", "b or e is not in it"),
        ("a NOT b", "a b", "NOT b excludes it (b)"),
        ("a AND title:b", "a", "b is not in the title"),
    ],
)
def test_a_non_match_is_explained_by_what_is_nearest(query: str, text: str, reason: str) -> None:
    assert why_not(explained(query, a_document("", text=text))) == reason


@pytest.mark.parametrize(
    ("query", "title", "text", "note"),
    [
        ("a NOT title:b", "a", "b", "nearly excluded: b stands in the text, not in the title"),
        ("a NOT (b NEAR/1 c)", "a b x x c", "", "nearly excluded: b NEAR/1 c: 2 words between, at most 1 wanted"),
        ("a NOT (b AND c)", "a b", "", "nearly excluded: c is not in it"),
        ("a NOT b", "a", "", ""),
        (
            "a NOT SENTENCE(b, c)",
            "a b",
            "c",
            "nearly excluded: SENTENCE(b, c): never in the same field",
        ),
    ],
)
def test_what_nearly_excluded_a_match_is_told(query: str, title: str, text: str, note: str) -> None:
    clause = explained(query, a_document(title, text=text))
    assert clause.held
    assert clause.parts[1].note == note


def test_clauses_tell_what_a_person_wants_to_know() -> None:
    clause = explained("a AND COUNT/2(b) AND lang:en AND SENTENCE(a, b) AND lead:c", a_document("a b b", text="x"))
    notes = [part.note for part in clause.parts]
    assert notes == ["", "2 places", "it is en", "", ""]
    assert explained("COUNT/2(b)", a_document("b")).note == "1 place"
    apart = explained("aa AND SENTENCE(aa, bb)", a_document("aa. Bb"))
    assert apart.parts[1].note == "its parts are 1 sentence apart"
