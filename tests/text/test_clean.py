"""What every text from outside passes before it is stored."""

import time

import pytest

from monitor.text.clean import clean, one_line


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  a \t b\r\n\r\n\n c\u2028d ", "a b\nc\nd"),
        ("a\x00b\x1b[31mc\ud800\ufffe\ufffc", "ab[31mc"),
        ("e\u0301", "é"),
        ("— " + "—" * 60, "— " + "—" * 60),
        ("👩‍🚒" * 40, "👩‍🚒" * 40),
    ],
)
def test_a_text_is_made_fit_to_store(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_a_title_stands_on_one_line() -> None:
    assert one_line(" a\n\nb ") == "a b"


def test_endless_marks_are_cut_before_they_cost_minutes() -> None:
    began = time.process_time()
    cleaned = clean("x" + "\u0316\u0301" * 100_000 + "—" + "\u0301" * 5 + " end")
    assert time.process_time() - began < 2
    assert cleaned.endswith("—" + "\u0301" * 5 + " end")
    assert len(cleaned) < 50
