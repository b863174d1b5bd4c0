"""What pieces of a text lead to: what was added, exactly; those that lead to nothing are left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text import familiar as home
from monitor.text.familiar import Familiar, Picked
from monitor.text.pieces import EveryPiece, Pieces

SPACED = st.text(
    st.sampled_from("aB9רفع. \t\n\u2028\u3000\x1c\x85\u200b\N{GRINNING FACE}\U00020020\ufeff\x00"), max_size=60
)
ANY = SPACED | st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def _cut(text: str, found: Pieces) -> list[str]:
    """What stands where the pieces are said to stand."""
    pieces = [(found.start(index), found.text(index)) for index in range(len(found.numbers))]
    return [text[start : start + len(piece)] for start, piece in pieces]


def _texts(found: Picked[str]) -> list[str]:
    return [found.text(index) for index in range(len(found.things))]


def _add(familiar: Familiar[str], text: str, things: dict[str, str] | None = None) -> None:
    """All pieces of a text that are new; each leads to what the things name, or else to nothing."""
    found = familiar.pick(text)
    familiar.add(found.keys(found.new), [(things or {}).get(found.text(index), "") for index in found.new])


@given(ANY)
def test_the_pieces_are_those_that_python_splits_at_white_space(text: str) -> None:
    one_by_one: Pieces = EveryPiece(text)
    at_once: Pieces = Familiar("", bits=4).pick(text)
    for found in (one_by_one, at_once):
        assert _cut(text, found) == text.split()
        assert list(found.numbers) == list(range(len(text.split())))
        for before in (found.first_from, found.before):
            assert [before(found.start(index)) for index in found.numbers] == list(found.numbers)
            assert before(len(text)) == len(found.numbers)
    assert [at_once.start(index) for index in at_once.numbers] == [one_by_one.start(index) for index in at_once.numbers]


@given(st.lists(SPACED, max_size=5), SPACED)
def test_only_what_was_added_is_left_out_and_what_is_left_keeps_its_place(added: list[str], text: str) -> None:
    familiar = Familiar("", bits=4)
    for one in added:
        _add(familiar, one)
    found = familiar.pick(text)
    every = text.split()
    known = {piece for one in added for piece in one.split()}
    assert {every[number] for number in set(range(len(every))) - set(found.numbers)} <= known
    assert [every[number] for number in found.numbers] == _texts(found) == _cut(text, found)
    assert [found.before(found.start(index)) for index in range(len(found.things))] == found.numbers
    assert [found.first_from(found.start(index)) for index in range(len(found.things))] == list(
        range(len(found.things))
    )


@given(st.lists(ANY, max_size=8), st.integers(2, 6))
def test_a_piece_leads_to_what_was_added_or_is_new(texts: list[str], bits: int) -> None:
    familiar = Familiar("", bits=bits)
    for text in [*texts, *texts]:
        found = familiar.pick(text)
        for index, thing in enumerate(found.things):
            # Half of the pieces lead to themselves, so that there are more things than there is room for.
            assert thing == ("" if index in found.new else found.text(index))
            assert index in found.new or len(thing) % 2
        _add(familiar, text, {piece: piece for piece in text.split() if len(piece) % 2})


def test_what_leads_to_nothing_is_left_out() -> None:
    familiar = Familiar("")
    _add(familiar, "the הצבא tunnels", {"tunnels": "tunnel"})
    found = familiar.pick("the tunnels \N{GRINNING FACE} of הצבא, the הצבא")
    assert _texts(found) == ["tunnels", "\N{GRINNING FACE}", "of", "הצבא,"]
    assert (found.things, found.new) == (["tunnel", "", "", ""], [1, 2, 3])
    assert (found.numbers, [found.start(index) for index in range(4)]) == ([1, 2, 3, 4], [4, 12, 14, 17])


def test_a_piece_that_takes_another_ones_place_moves_it() -> None:
    familiar = Familiar("", bits=10)
    words = " ".join(f"word{number}" for number in range(500))
    for word in words.split():
        _add(familiar, word, {word: f"thing{len(word)}"})
    found = familiar.pick(words)
    # Without a second place every fifth would be lost: 500 in 1,024 places.
    assert len(found.new) < 50
    assert {thing for index, thing in enumerate(found.things) if index not in found.new} == {
        "thing5",
        "thing6",
        "thing7",
    }


def test_what_is_added_is_bounded_and_the_latest_stays() -> None:
    familiar = Familiar("", bits=4)
    for number in range(1_000):
        _add(familiar, f"word{number}")
        assert familiar.pick(f"word{number}").things == []
    assert len(familiar.pick(" ".join(f"word{number}" for number in range(1_000))).new) >= 1_000 - 2 * 16


def test_where_pieces_lead_to_too_many_things_all_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "_THINGS", 10)
    familiar = Familiar("")
    for number in range(9):
        _add(familiar, f"word{number}", {f"word{number}": f"thing{number}"})
    assert familiar.pick("word0 word8").things == ["thing0", "thing8"]
    _add(familiar, "one two", {"one": "1"})
    assert familiar.pick("word0 one two word8").things == ["", "1", ""]
    many = " ".join(f"many{number}" for number in range(20))
    _add(familiar, many, {piece: piece for piece in many.split()})
    assert familiar.pick(many).things == [f"many{number}" for number in range(9)] + [""] * 11


def test_a_text_longer_than_the_powers_is_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "_PERIOD", 8)
    familiar = Familiar("")
    text = "one two three four five six"
    assert _texts(familiar.pick(text)) == text.split()
    _add(familiar, "two four six")
    assert "one" in _texts(familiar.pick(text))
    assert familiar.pick("two").things == []


def test_half_a_character_keeps_offsets_exact() -> None:
    text = "a\ud83d b \ude00\ud83d\N{GRINNING FACE} c"
    found = Familiar("").pick(text)
    assert _texts(found) == text.split()
    assert _cut(text, found) == _texts(found)
