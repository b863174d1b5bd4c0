"""What queries find."""

import pytest

from monitor.model import Document, Field, Hit, ScoreRule, WatchlistId
from tests.builders import a_document, a_list, a_watchlist
from tests.rules.matching import a_matcher, cut, find

LISTS = [
    a_list("rafah", en=("Rafah",), ar=("رفح",), he=("רפיח",), tr=("=Refah",)),
    a_list("tunnels", en=("tunnel*",), ar=("نفق", "أنفاق"), he=("מנהרות",), tr=("tünel*",)),
    a_list("hamas", en=("Hamas",), fr=("Hamas",), es=("Hamás",)),
]


@pytest.mark.parametrize(
    ("query", "title", "matches"),
    [
        ("@rafah AND @tunnels", "مقاتلون في أنفاق رفح", True),
        ("@rafah AND @tunnels", "לוחמים במנהרות ברפיח", True),
        ("@rafah AND @tunnels", "Refah tünellerinde", True),
        ("@rafah AND @tunnels", "refah tünellerinde", False),
        ("@rafah OR @tunnels", "a tunnel", True),
        ("@rafah NOT @tunnels", "Rafah", True),
        ("@rafah NOT @tunnels", "Rafah tunnel", False),
        ("Rafah NEAR/1 tunnel*", "Rafah and tunnels", True),
        ("Rafah NEAR/1 tunnel*", "tunnels under Rafah", True),
        ("Rafah NEAR/1 tunnel*", "Rafah and its tunnels", False),
        ("Rafah NEAR/0 tunnel*", "Rafah tunnels", True),
        ('"safe passage" NEAR/2 (Rafah OR "Khan Younis")', "safe passage out of Khan Younis", True),
        ('"safe passage" NEAR/1 (Rafah OR "Khan Younis")', "safe passage out of Khan Younis", False),
        ("(a NEAR/1 b) NEAR/1 c", "a x b x c", True),
        ("(a NEAR/1 b) NEAR/1 c", "b x a x x c", False),
        ("Hamas NEAR/3 Hamas", "Hamas alone", False),
        ("Hamas NEAR/3 Hamas", "Hamas and Hamas", True),
        ("ATLEAST/2(a, b, c)", "a then c", True),
        ("ATLEAST/2(a, b, c)", "a then a", False),
        ("ATLEAST/3(a, b, c)", "c b a", True),
        ("title:Rafah", "Rafah", True),
        ("body:Rafah", "Rafah", False),
        ("a AND (NOT b OR NOT c)", "a b", True),
        ("a AND (NOT b OR NOT c)", "a b c", False),
        ("a NEAR/5 (title:b)", "a b", True),
        ("a NEAR/5 (body:b)", "a b", False),
    ],
)
def test_a_title_matches(query: str, title: str, matches: bool) -> None:
    assert (find(query, a_document(title), LISTS) is not None) is matches


def test_body_means_the_summary_and_the_text() -> None:
    assert cut(a_document("x", summary="in Rafah"), find("body:Rafah", a_document("x", summary="in Rafah"))) == [
        "Rafah"
    ]
    assert find("body:(Rafah AND tunnel)", a_document("x", summary="Rafah", text="a tunnel"))
    assert not find("title:(Rafah AND tunnel)", a_document("Rafah", text="a tunnel"))


def test_nothing_crosses_a_field() -> None:
    document = a_document("safe", summary="passage", text="a b")
    assert find('"safe passage"', document) is None
    assert find("safe NEAR/9 passage", document) is None
    assert find("safe AND passage", document) is not None


def test_offsets_count_in_the_text_as_it_was_given() -> None:
    document = a_document("İİß ﷺ 👩‍🚒 رَفَــح…", text="\n\n  \u200fوالأَنفاق\u200f, x\u0301 ﬁre")
    found = find("رفح AND الأنفاق AND fire", document)
    assert cut(document, found) == ["رَفَــح", "والأَنفاق", "ﬁre"]


def test_a_hit_tells_its_term_list_and_language() -> None:
    (hit,) = find("@rafah", a_document("ברפיח"), LISTS).hits  # type: ignore[union-attr]
    assert hit == Hit(field=Field.TITLE, start=0, end=5, term="רפיח", list_id="rafah", language="he", surface="ברפיח")


@pytest.mark.parametrize(("language", "told"), [("fr", "fr"), ("en", "en"), ("de", "en"), ("", "en")])
def test_a_term_of_several_languages_is_told_in_the_documents_own(language: str, told: str) -> None:
    (hit,) = find("@hamas", a_document("Hamas", language=language), LISTS).hits  # type: ignore[union-attr]
    assert (hit.language, hit.term) == (told, "Hamas")


def test_only_near_places_are_hits_of_a_near() -> None:
    document = a_document("Rafah", text="Rafah tunnel. Nothing else of that kind is here. Rafah")
    found = find("Rafah NEAR/2 tunnel", document)
    assert [(hit.field, hit.start) for hit in found.hits] == [(Field.TEXT, 0), (Field.TEXT, 6)]  # type: ignore[union-attr]


def test_alternatives_that_do_not_hold_and_exclusions_give_no_hits() -> None:
    document = a_document("Rafah tunnel Gaza")
    assert cut(document, find("Rafah OR (tunnel AND absent)", document)) == ["Rafah"]
    assert cut(document, find("Rafah AND NOT (tunnel AND absent)", document)) == ["Rafah"]


def test_hits_stand_in_the_order_of_the_article_once_each() -> None:
    document = a_document("tunnel Rafah", summary="Rafah", text="Rafah tunnel Rafah")
    found = find("(Rafah OR tunnel) AND Rafah", document)
    places = [(hit.field, hit.start) for hit in found.hits]  # type: ignore[union-attr]
    assert places == [("title", 0), ("title", 7), ("summary", 0), ("text", 0), ("text", 6), ("text", 13)]


@pytest.mark.parametrize(
    ("title", "text", "score"),
    [
        ("Rafah", "", 3),
        ("x", "Rafah Rafah", 1),
        ("Rafah", "Rafah tunnel", 4),
        ("Rafah tunnels", "", 6),
        ("x", "Hamas Rafah", 2),
    ],
)
def test_the_score_adds_each_term_once_by_its_best_field(title: str, text: str, score: float) -> None:
    document = a_document(title, text=text)
    watchlist = a_watchlist("@rafah OR @tunnels OR @hamas OR hamas", score=ScoreRule(title=3, body=1))
    (found,) = a_matcher(watchlist, lists=LISTS).match(document)
    assert found.score == score


def test_a_score_below_the_minimum_is_no_match_and_explained() -> None:
    matcher = a_matcher(a_watchlist("Rafah OR tunnel", score=ScoreRule(title=3, body=1, minimum=2)))
    document = a_document("x", text="Rafah")
    clause = matcher.explain(document, WatchlistId("rafah"))
    assert matcher.match(document) == ()
    assert (clause.held, clause.note) == (False, "score 1 is below the minimum 2")
    assert clause.parts[0].held
    assert matcher.match(a_document("x", text="Rafah tunnel"))
    assert matcher.explain(a_document("Rafah"), WatchlistId("rafah")).held


def test_matches_come_in_the_order_of_the_watchlists_ids() -> None:
    matcher = a_matcher(a_watchlist("a", "two"), a_watchlist("a", "one"), a_watchlist("b", "none"))
    assert [found.watchlist_id for found in matcher.match(a_document("a"))] == ["one", "two"]


def test_an_empty_matcher_and_an_empty_document_match_nothing() -> None:
    assert a_matcher().match(a_document("Rafah")) == ()
    assert a_matcher(a_watchlist("Rafah")).match(Document(title="")) == ()


def test_a_chunk_seen_before_hits_like_one_that_is_new() -> None:
    matcher = a_matcher(a_watchlist("tunnel* AND 加沙"))
    document = a_document("tunnels 加沙停火协议" + "，加沙" * 30)
    first = matcher.match(document)
    assert first
    assert matcher.match(document) == first
