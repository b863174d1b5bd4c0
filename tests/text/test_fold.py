"""Which spellings of a word are one."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.fold import LONGEST, bare, fold


@pytest.mark.parametrize(
    "spellings",
    [
        "İstanbul Istanbul ıstanbul istanbul ISTANBUL İSTANBUL",
        "Straße STRASSE strasse",
        "Trêve trêve TREVE treve tre\u0302ve",
        "Łódź lodz",
        "Πόλεμος πολεμοσ ΠΟΛΕΜΟΣ",
        "ﬁre fire FIRE",
        "Qurʾān quran Qur'an",
        "أنفاق إنفاق انفاق آنفاق ٱنفاق أَنْفَاق أنفـــاق",
        "علي على علی",
        "هدنة هدنه",
        "كتاب کتاب",
        "١٢٣ 123 ۱۲۳ １２３",
        "לבנון לבנונ",
        'צה"ל צה״ל צהל',
        "מִנְהָרָה מנהרה",
        "ещё еще ЕЩЁ",
        "so\u00adft soft",
        "ｶﾞ ガ カ\u3099",
        "ﻻ لا",
    ],
)
def test_these_spellings_are_one(spellings: str) -> None:
    assert len({fold(spelling) for spelling in spellings.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("край", "краи"), ("ガ", "カ"), ("กา", "กิ"), ("हमास", "हमस"), ("مؤمن", "مومن"), ("رئيس", "ريس"), ("пить", "пит")],
)
def test_these_words_stay_two(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_bare_keeps_what_exact_terms_and_hamzas_need() -> None:
    assert bare("Rêfah") == "Rêfah"
    assert bare("الإِنْفَاق") == "الإنفاق"
    assert bare("Hamas’s") == "Hamass"


def test_a_ligature_that_spells_several_words_folds_without_blanks() -> None:
    assert fold("ﷺ") == "صلياللهعليهوسلم"


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(WORDS)
def test_composed_and_decomposed_spellings_fold_alike(word: str) -> None:
    composed = unicodedata.normalize("NFC", word)
    assert fold(composed) == fold(unicodedata.normalize("NFD", composed))


@given(st.text(st.sampled_from("abcİIıißßäéøæŁأإآاىةَـשםןףкйёΣςσガｶﾞกิ١"), max_size=12))
def test_folding_twice_changes_nothing_more(word: str) -> None:
    assert fold(fold(word)) == fold(word)


def test_an_endless_word_is_read_by_its_beginning() -> None:
    assert fold("a" * 1_000_000) == "a" * LONGEST
    assert fold("a" + "\u0301\u0316" * 50_000) == "a"
