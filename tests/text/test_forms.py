"""What a token may stand for."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.fold import bare, fold
from monitor.text.forms import forms, without_article
from monitor.text.words import word


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("tunnel", {"tunnel"}),
        ("Refah'ta", {"Refahta", "Refah"}),
        ("AB'nin", {"ABnin", "AB"}),
        ("O'Brien", {"OBrien"}),
        ("l’accord", {"laccord", "accord"}),
        ("qu'Israël", {"quIsraël", "Israël"}),
        ("d'Ankara'ya", {"dAnkaraya", "Ankaraya", "Ankara"}),
        ("dell'Hamas", {"dellHamas", "Hamas"}),
        ("aujourd'hui", {"aujourdhui", "aujourd"}),
        ("ג'נין", {"גנין"}),
        ("وبالأنفاق", {"وبالأنفاق", "بالأنفاق", "الأنفاق", "أنفاق"}),
        ("للأنفاق", {"للأنفاق", "لأنفاق", "أنفاق"}),
        ("والد", {"والد", "الد"}),
        ("فلسطين", {"فلسطين", "لسطين", "سطين"}),
        ('ושבצה"ל', {"ושבצהל", "שבצהל", "בצהל", "צהל"}),
        ("כשברפיח", {"כשברפיח", "ברפיח", "רפיח", "שברפיח"}),
        ("ומהמנהרות", {"ומהמנהרות", "מהמנהרות", "המנהרות", "מנהרות"}),
        ("הקו", {"הקו", "קו"}),
        ("בו", {"בו"}),
        ("'", set()),
    ],
)
def test_the_forms_of_a_token(token: str, expected: set[str]) -> None:
    assert {form.bare for form in forms(token)} == expected


@given(st.text(min_size=1, max_size=20))
def test_the_first_form_is_the_token_itself(token: str) -> None:
    found = forms(token)
    assert not found or (not found[0].clipped and len({form.bare for form in found}) == len(found))


@pytest.mark.parametrize(
    ("term", "rest"),
    [("الأنفاق", "أنفاق"), ("إلغاء", ""), ("ألمانيا", ""), ("الد", ""), ("البر", "بر"), ("tunnel", "")],
)
def test_the_article_is_taken_off_arabic_words_only(term: str, rest: str) -> None:
    assert without_article(term) == rest


def accepts(term: str, token: str, *, exact: bool = False, prefix: bool = False, alone: bool = True) -> bool:
    wanted = word(term, exact=exact, prefix=prefix, alone=alone)
    return any(wanted.accepts(form) for form in forms(token))


@pytest.mark.parametrize(
    ("term", "token", "accepted"),
    [
        ("أنفاق", "الإنفاق", False),
        ("أنفاق", "الانفاق", True),
        ("انفاق", "الإنفاق", True),
        ("الأنفاق", "أنفاق", True),
        ("الأنفاق", "بالإنفاق", False),
        ("الإنفاق", "أنفاق", False),
        ("آثار", "أثار", False),
        ("قو", "בקו", False),
        ("קו", "בקו", False),
        ("קו", "קו", True),
        ("بر", "البر", False),
    ],
)
def test_what_folds_alike_is_verified(term: str, token: str, accepted: bool) -> None:
    assert accepts(term, token) is accepted


def test_a_word_among_others_may_be_told_from_two_letters() -> None:
    assert accepts("קו", "בקו", alone=False)


@pytest.mark.parametrize(
    ("term", "token", "accepted"),
    [("Refah", "Refah'ta", True), ("Refah", "refah", False), ("علي", "وعلي", True), ("علي", "على", False)],
)
def test_exact_words_keep_case_and_letters(term: str, token: str, accepted: bool) -> None:
    assert accepts(term, token, exact=True) is accepted


@pytest.mark.parametrize(
    ("term", "token", "exact", "accepted"),
    [
        ("tünel", "TÜNELLERİ", False, True),
        ("أنفاق", "وأنفاقهم", False, True),
        ("أنفاق", "وإنفاقهم", False, False),
        ("Ref", "Refah", True, True),
        ("Ref", "refah", True, False),
    ],
)
def test_a_prefix_lets_the_word_go_on(term: str, token: str, exact: bool, accepted: bool) -> None:
    assert accepts(term, token, exact=exact, prefix=True) is accepted


@given(st.text(alphabet=string.ascii_letters + string.digits, min_size=1, max_size=300))
def test_a_plain_word_stands_for_itself_alone(token: str) -> None:
    (form,) = forms(token)
    assert (form.bare, form.key) == (bare(token), fold(token))
