"""Which pieces of a text are cut out: those that were not told to be of no interest, exactly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text import familiar as home
from monitor.text.familiar import Familiar
from monitor.text.pieces import EveryPiece, Pieces

SPACED = st.text(
    st.sampled_from("aB9רفع. \t\n\u2028\u3000\x1c\x85\u200b\N{GRINNING FACE}\U00020020\ufeff\x00"), max_size=60
)


def _cut(text: str, found: Pieces) -> list[str]:
    """What stands where the pieces are said to stand."""
    return [text[start : start + len(piece)] for start, piece in zip(found.starts, found.texts, strict=True)]


@given(SPACED | st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_the_pieces_are_those_that_python_splits_at_white_space(text: str) -> None:
    one_by_one: Pieces = EveryPiece(text)
    at_once: Pieces = Familiar(bits=4).unfamiliar(text)
    for found in (one_by_one, at_once):
        assert found.texts == text.split() == _cut(text, found)
        assert list(found.numbers) == list(range(len(found.texts)))
        for before in (found.first_from, found.before):
            assert [before(start) for start in found.starts] == list(found.numbers)
            assert before(len(text)) == len(found.texts)
    assert at_once.starts == one_by_one.starts


@given(st.lists(SPACED, max_size=5), SPACED)
def test_only_what_was_added_is_left_out_and_what_is_left_keeps_its_place(added: list[str], text: str) -> None:
    familiar = Familiar(bits=4)
    for one in added:
        familiar.add(familiar.unfamiliar(one).keys)
    found = familiar.unfamiliar(text)
    every = text.split()
    known = {piece for one in added for piece in one.split()}
    assert {every[number] for number in set(range(len(every))) - set(found.numbers)} <= known
    assert [every[number] for number in found.numbers] == found.texts
    assert [found.before(start) for start in found.starts] == found.numbers
    assert [found.first_from(start) for start in found.starts] == list(range(len(found.texts)))
    assert _cut(text, found) == found.texts


def test_what_was_added_is_left_out() -> None:
    familiar = Familiar()
    familiar.add(familiar.unfamiliar("the הצבא").keys)
    found = familiar.unfamiliar("the tunnels \N{GRINNING FACE} of הצבא, the הצבא")
    assert found.texts == ["tunnels", "\N{GRINNING FACE}", "of", "הצבא,"]
    assert (found.numbers, found.starts) == ([1, 2, 3, 4], [4, 12, 14, 17])


def test_a_piece_that_takes_another_ones_place_moves_it() -> None:
    familiar = Familiar(bits=10)
    words = " ".join(f"word{number}" for number in range(500))
    for word in words.split():
        familiar.add(familiar.unfamiliar(word).keys)
    # Without a second place every fifth would be lost: 500 in 1,024 places.
    assert len(familiar.unfamiliar(words).texts) < 50


def test_what_is_added_is_bounded_and_the_latest_stays() -> None:
    familiar = Familiar(bits=4)
    for number in range(1_000):
        familiar.add(familiar.unfamiliar(f"word{number}").keys)
        assert familiar.unfamiliar(f"word{number}").texts == []
    assert len(familiar.unfamiliar(" ".join(f"word{number}" for number in range(1_000))).texts) >= 1_000 - 2 * 16


def test_a_text_longer_than_the_powers_is_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "_PERIOD", 8)
    familiar = Familiar()
    text = "one two three four five six"
    assert familiar.unfamiliar(text).texts == text.split()
    familiar.add(familiar.unfamiliar("two four six").keys)
    assert "one" in familiar.unfamiliar(text).texts
    assert "two" not in familiar.unfamiliar("two").texts


def test_half_a_character_keeps_offsets_exact() -> None:
    text = "a\ud83d b \ude00\ud83d\N{GRINNING FACE} c"
    found = Familiar().unfamiliar(text)
    assert found.texts == text.split()
    assert _cut(text, found) == found.texts
