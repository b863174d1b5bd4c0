"""Where the words of a text stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.tokens import lone_word, tokens


def words(text: str) -> list[str]:
    return [text[token.start : token.end] for token in tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("— … !", []),
        ("Fighters in Rafah's tunnels.", ["Fighters", "in", "Rafah's", "tunnels"]),
        ("رَفَح، والأنفاق!", ["رَفَح", "والأنفاق"]),
        ("#أنفاق_رفح", ["أنفاق", "رفح"]),
        ('דובר צה"ל בג׳נין', ["דובר", 'צה"ל', "בג׳נין"]),
        ("'Hamas' said \"no\"", ["Hamas", "said", "no"]),
        ("הוא אמר \"לא\" וצה''ל", ["הוא", "אמר", "לא", "וצה''ל"]),
        ("Refah’taki l'accord", ["Refah’taki", "l'accord"]),
        ("加沙停火 2025", ["加", "沙", "停", "火", "2025"]),
        ("ガザgaza地区", ["ガ", "ザ", "gaza", "地", "区"]),
        ("ｶﾞｻﾞ", ["ｶﾞ", "ｻﾞ"]),
        ("น้ำ", ["น้", "ำ"]),
        ("แผน๒๐ข้อ", ["แ", "ผ", "น", "๒๐", "ข้", "อ"]),
        ("ថ្ងៃ២៥", ["ថ្", "ងៃ", "២៥"]),
        ("cease-fire בית־לאהיא", ["cease", "fire", "בית", "לאהיא"]),
        ("so\u00adft \u200fرفح\u200f", ["so\u00adft", "رفح"]),
        ("U.S. AT&T C++ 7,000", ["U", "S", "AT", "T", "C", "7", "000"]),
        ("\u0301stray", ["stray"]),
    ],
)
def test_a_text_falls_into_its_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cease-fire", [True, False]),
        ("cease - fire", [False, False]),
        ("cease--fire", [False, False]),
        ("hand‑to־hand", [True, True, False]),
        ("حماس\u200cها", [True, False]),
        ("cease/fire-", [False, False]),
    ],
)
def test_only_a_hyphen_right_between_two_words_joins_them(text: str, expected: list[bool]) -> None:
    assert [token.hyphenated for token in tokens(text)] == expected


TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("ab -_'’\"״׳־\u200c\u200f\u00ad\u0301َـאבגرفحガ加ก้ำﾞ١İß\n\t\x1c"),
    ),
    max_size=40,
)


@given(TEXTS)
def test_the_tokens_of_a_text_are_those_of_its_chunks(text: str) -> None:
    of_chunks = [word for chunk in text.split() for word in words(chunk)]
    assert words(text) == of_chunks


@given(TEXTS)
def test_tokens_stand_in_order_hold_something_and_do_not_overlap(text: str) -> None:
    found = tokens(text)
    places = [place for token in found for place in (token.start, token.end)]
    assert places == sorted(places)
    assert all(token.start < token.end and not any(map(str.isspace, text[token.start : token.end])) for token in found)


@given(TEXTS)
def test_no_letter_or_digit_is_outside_the_tokens(text: str) -> None:
    inside = {place for token in tokens(text) for place in range(token.start, token.end)}
    assert all(place in inside for place, letter in enumerate(text) if letter.isalnum())


@given(st.text(alphabet="aZ9é٣رשُ地กｱ_.,…\"“'’׳-\u200c\u00ad\u0301", max_size=5))
def test_a_lone_word_is_the_only_token(chunk: str) -> None:
    word = lone_word(chunk)
    if word:
        assert [chunk[token.start : token.end] for token in tokens(chunk)] == [word]
        assert not any(token.hyphenated for token in tokens(chunk))


@pytest.mark.parametrize(
    ("chunk", "word"), [("“Rafah”,", "Rafah"), ("(رفح).", "رفح"), ("cease-fire", ""), ("加沙", ""), ("—", "")]
)
def test_most_pieces_are_a_lone_word(chunk: str, word: str) -> None:
    assert lone_word(chunk) == word
