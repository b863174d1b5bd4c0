"""Regular expressions over words: what they fit, and what is refused."""

import pytest

from monitor.text import patterns
from monitor.text.fold import bare, fold
from monitor.text.patterns import Patterns, fault_of_pattern, fits


@pytest.mark.parametrize(
    ("pattern", "word", "expected"),
    [
        ("tunnels?", "TUNNELS", True),
        ("tunnels?", "tunnelling", False),
        ("israil", "İsrail", True),
        ("رفح.*", "رَفَحية", True),
        ("أنفاق", "أنفاق", True),
        (r"\p{Hebrew}{4}", "רפיח", True),
        ("cafe", "Café", True),
        ("a|b", "ab", False),
    ],
)
def test_a_pattern_fits_whole_words_as_written_and_as_their_key(pattern: str, word: str, expected: bool) -> None:
    assert fits(pattern, bare(word), fold(word)) is expected
    assert Patterns([pattern, "never"]).fitting(bare(word), fold(word)) == [0] * expected


def test_many_patterns_are_told_apart() -> None:
    many = Patterns([f"x{number}.*y" for number in range(200)])
    assert many.fitting("x17abcy", "x17abcy") == [1, 17]
    assert Patterns([]).fitting("a", "a") == []


def test_patterns_that_are_too_large_together_are_tried_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "_MEMORY", 400_000)
    large = [rf"\p{{L}}{{1,{number}}}z" for number in range(3, 20)]
    assert patterns._any_of(large) is None
    assert Patterns(large[:3]).fitting("aaz", "aaz") == [0, 1, 2]


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        ("(a", "the pattern cannot be read: missing )"),
        ("(?=a)b", "the pattern cannot be read"),
        (r"a\b", r"\b knows only English letters and digits"),
        (r"\d+", r"\d knows only English letters and digits"),
        ("x*", "the pattern also fits a word of no letters"),
        ("a b", "the pattern holds a blank"),
        ("a\ud800", "the pattern holds half of a character"),
        ("a" * 501, "the pattern has 501 characters, 500 at most"),
    ],
)
def test_a_pattern_that_cannot_be_meant_is_refused_with_advice(pattern: str, what: str) -> None:
    fault = fault_of_pattern(pattern)
    assert fault is not None
    assert fault[0].startswith(what)
    assert fault[1]


@pytest.mark.parametrize("pattern", [r"a\\b", r"\p{L}+", "tunnel(s|ling)?", "رفح|غزة", "[א-ת]{3}"])
def test_a_pattern_without_fault_has_none(pattern: str) -> None:
    assert fault_of_pattern(pattern) is None
