"""A text is found by the keys of all forms of its words."""

import tracemalloc

import pytest

from monitor.text.fold import LONGEST
from monitor.text.index_keys import LONGEST_KEY, index_key, keys_of


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("The Talks, talks", {"the", "talks"}),
        ("Refah'ta", {"refahta", "refah"}),
        ("l’accord", {"laccord", "accord"}),
        ("وبالأنفاق", {"وبالانفاق", "بالانفاق", "الانفاق", "انفاق"}),
        ("שברפיח", {"שברפיח", "ברפיח", "רפיח"}),
        ("רפיח", {"רפיח"}),
        ("cease-fire", {"cease", "fire", "ceasefire"}),
        ("隧道", {"隧", "道"}),
        ("… — !", set()),
        ("", set()),
    ],
)
def test_a_word_is_found_by_each_of_its_forms(text: str, keys: set[str]) -> None:
    assert keys <= keys_of(text)
    assert len(keys_of(text) - keys) <= 1


def test_a_key_holds_nothing_that_a_database_takes_for_its_own() -> None:
    assert index_key("a.m\"n'o:*&|!()\\p") == "amnop"
    assert keys_of("⒈ ⑴ ¨") == {"1"}


def test_an_endless_word_is_found_by_its_beginning() -> None:
    (key,) = keys_of("x" * LONGEST * 2)
    assert key == "x" * LONGEST_KEY


def test_whole_sentences_without_blanks_are_not_remembered() -> None:
    letters = [chr(code) for code in range(0x4E00, 0x5800)]
    tracemalloc.start()
    try:
        for number in range(300):
            keys_of("".join(letters[number : number + 200]))
        assert tracemalloc.get_traced_memory()[0] < 1 << 20
    finally:
        tracemalloc.stop()
