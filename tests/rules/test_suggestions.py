"""Which words bring in what nobody wants: told from judged matches as the rules explain them."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Clause, Document, TermList
from monitor.rules.parse import parse
from monitor.rules.precision import Figures
from monitor.rules.suggestions import FEWEST, MOST, Forms, Suggestion, Unit, edits, form_of, words_of
from monitor.rules.syntax import Not, Term
from tests.builders import a_document, a_list, a_watchlist
from tests.rules.matching import a_matcher

LISTS = [
    a_list(
        "fighters",
        en=("fighter*", "firefighters", "gunmen"),
        ar=("مقاتلين",),
        he=("לוחמים",),
        tr=("savaşçı*",),
        fr=("combattants",),
    ),
    a_list("tunnels", en=("tunnel*",), ar=("أنفاق",), he=("מנהרות",), tr=("tünel*",), fr=("tunnel*",)),
]
QUERY = "@fighters NEAR/12 @tunnels"


def forms_of(
    query: str, judged: Sequence[tuple[str | Document, bool]], lists: Sequence[TermList] = LISTS
) -> tuple[Forms, Figures]:
    """What these texts say, which all match the query, and the figures of all of them."""
    matcher, forms, figures = a_matcher(a_watchlist(query), lists=lists), Forms(), Figures()
    for text, relevant in judged:
        (found,) = matcher.match(text if isinstance(text, Document) else a_document("News", text=text))
        forms.add(found.explanation, relevant=relevant)
        figures.add(relevant=relevant)
    return forms, figures


def suggested(
    query: str, judged: Sequence[tuple[str | Document, bool]], lists: Sequence[TermList] = LISTS
) -> tuple[Suggestion, ...]:
    forms, figures = forms_of(query, judged, lists)
    return forms.suggestions(figures)


BAD = ("Firefighters entered the tunnel.", False)
GOOD = ("The gunmen are in tunnels.", True)


def test_a_form_that_is_clearly_less_often_right_is_told_with_what_its_exclusion_takes() -> None:
    one, two = suggested(QUERY, [BAD] * 14 + [GOOD] * 10 + [("Gunmen hid in tunnels.", False)] * 2)
    assert (one.clause, one.form, one.written) == (QUERY, "firefighters", "Firefighters")
    assert one.figures == Figures(matches=14, reviewed=14)
    assert one.others == Figures(matches=12, reviewed=12, relevant=10)
    assert (one.gone.irrelevant, one.gone.relevant) == (14, 0)
    assert one.terms == (("fighters", "firefighters"),)
    assert one.exclusion == "NOT Firefighters"
    # Where they are as good as one another, the words decide.
    assert two.form == "tunnel"


@pytest.mark.parametrize(
    ("bad", "written"),
    [
        ("عن المقاتلين في الأنفاق", "المقاتلين"),
        ("הלוחמים במנהרות", "הלוחמים"),
        ("SAVAŞÇILARI tünelde", "SAVAŞÇILARI"),
        ("des combattants sortent du tunnel", "combattants"),
    ],
)
def test_forms_are_told_in_every_language_as_the_texts_have_them_and_can_be_excluded(bad: str, written: str) -> None:
    told = {one.written: one for one in suggested(QUERY, [(bad, False)] * 6 + [GOOD] * 6)}
    one = told[written]
    assert one.figures == Figures(matches=6, reviewed=6)
    matcher = a_matcher(a_watchlist(f"({QUERY}) {one.exclusion}"), lists=LISTS)
    assert [bool(matcher.match(a_document("News", text=text))) for text in (bad, GOOD[0])] == [False, True]


def test_one_form_is_counted_whatever_its_case_and_called_as_it_is_mostly_written() -> None:
    texts = ["FIREFIGHTERS in a tunnel", "firefighters in a tunnel", "firefighters in a tunnel"]
    found = suggested(QUERY, [(text, False) for text in texts] * 2 + [GOOD] * 6)
    assert [(one.form, one.written, one.figures.reviewed) for one in found if one.form == "firefighters"] == [
        ("firefighters", "firefighters", 6)
    ]


def test_few_judged_matches_make_no_suggestion() -> None:
    assert suggested(QUERY, [BAD] * (FEWEST - 1) + [GOOD] * 50) == ()
    assert suggested(QUERY, [BAD] * FEWEST + [GOOD] * 50) != ()


def test_nothing_is_suggested_where_intervals_meet_or_there_are_no_others() -> None:
    assert suggested(QUERY, [BAD] * 5 + [GOOD] * 5 + [("Gunmen in tunnels", False)] * 5) == ()
    assert suggested(QUERY, [BAD] * 20) == ()


def test_a_hit_counts_for_the_innermost_clause_that_asks_for_it_with_others() -> None:
    query = f"Rafah AND ({QUERY} OR SENTENCE(hostages, released) OR prisoner) NOT football"
    text = "Rafah: firefighters in a tunnel. Elsewhere a gunman. Hostages are released. The prisoner, too."
    forms, _ = forms_of(query, [(text, False)])
    assert set(forms.units) == {
        Unit(QUERY, "firefighters"),
        Unit(QUERY, "tunnel"),
        Unit("SENTENCE(hostages, released)", "hostages"),
        Unit("SENTENCE(hostages, released)", "released"),
        Unit(query, "rafah"),
        Unit(query, "prisoner"),
    }


def test_where_nothing_is_asked_for_together_the_term_or_list_is_the_clause() -> None:
    forms, _ = forms_of("title:(prisoner OR @fighters)", [(a_document("Prisoner and gunmen"), False)])
    assert set(forms.units) == {Unit("prisoner", "prisoner"), Unit("@fighters", "gunmen")}


@pytest.mark.parametrize("query", ["ATLEAST/2(gunmen, tunnels)", "COUNT/2(gunmen OR tunnels)"])
def test_clauses_that_count_ask_for_several_things_too(query: str) -> None:
    forms, _ = forms_of(query, [GOOD])
    assert {unit.clause for unit in forms.units} == {query}


def test_only_the_places_that_are_near_count_for_the_clause_but_all_would_be_excluded() -> None:
    far = "Gunmen are in tunnels. " + "One word after another. " * 12 + "Firefighters rest."
    found = suggested(QUERY, [BAD] * 6 + [GOOD] * 8 + [(far, True)] * 2)
    told = [
        (one.form, one.figures.relevant, one.figures.reviewed, one.gone.irrelevant, one.gone.relevant) for one in found
    ]
    # That which costs less stands first.
    assert told == [("tunnel", 0, 6, 6, 0), ("firefighters", 0, 6, 6, 2)]


def test_within_a_near_only_what_is_near_the_rest_counts() -> None:
    query = "(gunmen NEAR/3 tunnels) NEAR/8 Rafah"
    text = "Gunmen in tunnels of Rafah. " + "One word after another. " * 6 + "Gunmen leave tunnels."
    forms, _ = forms_of(query, [(text, True)])
    assert {unit: figures.matches for unit, figures in forms.units.items()} == {
        Unit("gunmen NEAR/3 tunnels", "gunmen"): 1,
        Unit("gunmen NEAR/3 tunnels", "tunnels"): 1,
        Unit(query, "rafah"): 1,
    }


def test_a_form_is_suggested_once_and_those_without_which_most_would_be_gone_come_first() -> None:
    query = f"{QUERY} OR (@fighters AND flood)"
    judged = [("Firefighters in a tunnel, flood", False)] * 6 + [("Firefighters, flood", False)] * 6 + [GOOD] * 12
    found = suggested(query, judged)
    assert [(one.form, one.clause, one.gone.irrelevant) for one in found] == [
        ("firefighters", "@fighters AND flood", 12),
        ("flood", "@fighters AND flood", 12),
        ("tunnel", QUERY, 6),
    ]


def test_a_watchlist_gets_no_more_suggestions_than_one_reads() -> None:
    words = ("bar", "cup", "den", "elm", "fig", "gym", "hat", "ink", "jam", "keg", "log", "mud")
    found = suggested(" OR ".join(["good", *words]), [(" ".join(words), False)] * 6 + [("good", True)] * 6)
    assert [one.form for one in found] == list(words[:MOST])


def test_hits_whose_words_are_not_known_are_left_out() -> None:
    matcher = a_matcher(a_watchlist("gunmen OR tunnels"))
    forms = Forms()
    for text, relevant in [("gunmen", False)] * 6 + [("tunnels", True)] * 6:
        (found,) = matcher.match(a_document(text))
        bare = tuple(replace(hit, surface="") for hit in found.hits)
        clause = found.explanation
        parts = tuple(replace(part, hits=tuple(replace(hit, surface="") for hit in part.hits)) for part in clause.parts)
        assert bare
        forms.add(replace(clause, parts=parts), relevant=relevant)
    assert forms.suggestions(Figures(matches=12, reviewed=12, relevant=6)) == ()


def test_a_query_that_is_no_rule_language_any_more_is_judged_by_its_terms() -> None:
    leaf = a_matcher(a_watchlist("gunmen")).match(a_document("gunmen"))[0].explanation
    forms = Forms()
    forms.add(Clause(query="gunmen WITHIN 3", held=True, parts=(leaf,)), relevant=True)
    assert set(forms.units) == {Unit("gunmen", "gunmen")}


def a_suggestion(written: str, *terms: tuple[str, str]) -> Suggestion:
    none = Figures()
    form = form_of(written)
    return Suggestion(clause=QUERY, form=form, written=written, terms=terms, figures=none, others=none, gone=none)


def test_the_edits_name_the_watchlist_and_the_term_in_its_list() -> None:
    watchlist = a_watchlist(QUERY, query_place=(4, 3))
    fighters = replace(LISTS[0], places={("en", 0): (7, 9), ("en", 1): (7, 19)})
    one = a_suggestion("Firefighters", ("fighters", "firefighters"), ("fighters", "fighter*"))
    assert [str(edit) for edit in edits(one, watchlist, [fighters, LISTS[1]])] == [
        "watchlists/rafah.yaml:4: write the query as (…) NOT Firefighters",
        "lists/fighters.yaml:7: narrow fighter* in @fighters, so that it does not find Firefighters "
        "(it counts in every watchlist with @fighters)",
        "lists/fighters.yaml:7: take firefighters out of @fighters (it counts in every watchlist with @fighters)",
    ]


def test_a_prefix_is_narrowed_even_where_it_is_the_word_itself() -> None:
    (_, edit) = edits(
        a_suggestion("tunnel", ("tunnels", "tünel*")), a_watchlist(QUERY), [a_list("tunnels", tr=("tünel*",))]
    )
    assert edit.what == "narrow tünel* in @tunnels, so that it does not find tunnel"


def test_a_term_of_the_query_is_edited_there() -> None:
    watchlist = a_watchlist("Rafah AND\nfire*", query_place=(2, 8), query_indent=2)
    first, second = edits(a_suggestion("firefighters", ("", "fire*")), watchlist, LISTS)
    assert str(first) == "watchlists/rafah.yaml:2: write the query as (…) NOT firefighters"
    assert str(second) == "watchlists/rafah.yaml:3: narrow fire* in the query, so that it does not find firefighters"


def test_a_query_that_cannot_be_read_leaves_the_first_edit() -> None:
    assert len(edits(a_suggestion("fire", ("", "fire")), a_watchlist("fire AND"), [])) == 1


@given(st.text(min_size=1))
def test_an_exclusion_is_one_of_the_rule_language_whatever_the_text_says(surface: str) -> None:
    if words := words_of(surface):
        tree = parse(a_suggestion(words).exclusion)
        assert isinstance(tree, Not)
        assert isinstance(tree.part, Term)
        assert form_of(tree.part.text) == form_of(surface)
