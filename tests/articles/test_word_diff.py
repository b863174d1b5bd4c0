"""What stands in both texts, what only in one."""

import random
from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.articles import word_diff
from monitor.articles.revision import words_of
from monitor.articles.word_diff import Kind, Piece, changed_lines, differences

WORDS = st.lists(st.sampled_from(["a", "b", "c", "the", "رفح", "רפיח", "tünel", "5 minutes ago"]), max_size=40)
TEXTS = WORDS.flatmap(
    lambda words: st.lists(st.sampled_from([" ", ", ", ".\n", "\n\n"]), min_size=len(words), max_size=len(words)).map(
        lambda gaps: "".join(word + gap for word, gap in zip(words, gaps, strict=True))
    )
)


def marked(earlier: str, later: str) -> str:
    signs = {Kind.KEPT: "{}", Kind.REMOVED: "[-{}-]", Kind.ADDED: "[+{}+]"}
    return "".join(signs[kind].format(text) for kind, text in differences(earlier, later))


@pytest.mark.parametrize(
    ("earlier", "later", "shown"),
    [
        ("", "", ""),
        ("", "New words.", "[+New words.+]"),
        ("Old words.", "", "[-Old words.-]"),
        ("The dead are 30.", "The dead are 31!", "The dead are [-30.-][+31!+]"),
        ("He said so.", "He said, so!", "He said, so!"),
        ("one two three", "one three", "one [-two -]three"),
        ("قتل 30 في رفح", "قتل 31 في رفح", "قتل [-30 -][+31 +]في رفح"),
        (
            "It began 5 minutes ago in Rafah.",
            "It began 2 hours ago in Gaza.",
            "It began 2 hours ago in [-Rafah.-][+Gaza.+]",
        ),
    ],
)
def test_words_are_compared_and_shown_as_they_stand(earlier: str, later: str, shown: str) -> None:
    assert marked(earlier, later) == shown


def keys(text: str) -> list[str]:
    return [word.key for word in words_of(text)]


def check(earlier: str, later: str) -> None:
    pieces = differences(earlier, later)
    before = "".join(text for kind, text in pieces if kind is not Kind.ADDED)
    after = "".join(text for kind, text in pieces if kind is not Kind.REMOVED)
    assert keys(before) == keys(earlier)
    assert after == (later if keys(later) else "")
    assert all(one.kind is not other.kind for one, other in pairwise(pieces))


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_off_it(earlier: str, later: str) -> None:
    check(earlier, later)


@given(TEXTS, TEXTS)
def test_so_they_can_where_it_takes_too_long_to_compare_word_by_word(earlier: str, later: str) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(word_diff, "_MOST_STEPS", 3)
        check(earlier, later)


def test_where_too_much_is_to_be_compared_words_that_are_unique_hold_the_texts_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(word_diff, "_MOST_STEPS", 0)
    monkeypatch.setattr(word_diff, "_ALL_STEPS", 0)
    assert marked("a x b c y d z", "e x b f y d g") == "[-a -][+e +]x b [-c -][+f +]y d [-z-][+g+]"
    assert marked("x a x", "y a z a y") == "[-x a x-][+y a z a y+]"
    assert marked("a b z", "b a y") == "[-a -]b [-z-][+a y+]"


def test_texts_that_cannot_be_told_apart_in_time_replace_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_diff, "_MOST_STEPS", 0)
    monkeypatch.setattr(word_diff, "_DEEPEST", 0)
    assert marked("a x b", "c x d") == "[-a x b-][+c x d+]"


def test_lines_in_which_something_changed_stand_by_themselves() -> None:
    pieces = differences("One.\nThe dead are 30.\nTwo.\n", "One.\nThe dead are 31.\nTwo.\nThree.")
    assert list(changed_lines(pieces)) == [
        (Piece(Kind.KEPT, "The dead are "), Piece(Kind.REMOVED, "30."), Piece(Kind.ADDED, "31.")),
        (Piece(Kind.ADDED, "Three."),),
    ]


def test_paragraphs_that_replace_others_are_not_put_into_one_line_with_them() -> None:
    pieces = differences("One.\nTwo.\nZ.", "Three.\nFour.\nZ.")
    assert ["".join(text for _, text in line) for line in changed_lines(pieces)] == ["One.", "Two.", "Three.", "Four."]


def test_texts_of_300_000_words_take_seconds() -> None:
    chance = random.Random(1)
    vocabulary = [f"w{number}" for number in range(20_000)]
    words = chance.choices(vocabulary, [1 / (number + 1) for number in range(20_000)], k=300_000)
    changed = list(words)
    for place in chance.sample(range(300_000), 500):
        changed[place] = "changed"
    began = process_time()
    pieces = differences(" ".join(words), " ".join(changed))
    assert process_time() - began < 30
    assert 450 <= sum(kind is Kind.ADDED for kind, _ in pieces) <= 500
