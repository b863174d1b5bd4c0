"""Where the words of a text stand, however the text is spaced."""

import pytest

from monitor.rules import vocabulary
from monitor.rules.passage import Passage, passages, read
from monitor.rules.vocabulary import Held, Vocabulary
from monitor.text.words import word
from tests.builders import a_document, a_watchlist
from tests.rules.matching import a_matcher, cut

KNOWN = Vocabulary({0: word("tunnel", prefix=True), 1: word("Rafah")})


@pytest.mark.parametrize(
    "text",
    [
        "Rafah the tunnels",
        " \t Rafah  the\u3000tunnels ",
        "\n\nRafah\r\nthe\n\ntunnels\n",
        "Rafah\x85the\x1ctunnels",
        "the Rafah\u2028\u2028— - a-b tunnels",
        "x — x-y-z Rafah  —  tunnels",
    ],
)
def test_offsets_are_exact_however_a_text_is_spaced(text: str) -> None:
    passage = _passage(text, KNOWN)
    spans = [span for word_id in (1, 0) for span in passage.places(word_id)]
    found = [text[slice(*passage.offsets(first))] for first, _ in spans]
    assert found == ["Rafah", "tunnels"]


@pytest.fixture(params=["one by one", "all at once"], autouse=True)
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces are looked up one by one in short texts, and all at once in long ones."""
    if request.param == "all at once":
        monkeypatch.setattr(vocabulary, "_SHORT", -1)


def _passage(text: str, known: Vocabulary) -> Passage:
    return _passages({"text": text}, known)["text"]


def _passages(texts: dict[str, str], known: Vocabulary) -> dict[str, Passage]:
    return passages(texts, read(texts.values(), known))


def test_texts_that_are_read_together_stay_apart() -> None:
    texts = {"title": "The Rafah", "empty": "", "blank": " \n", "text": "— in tunnels of Rafah", "last": "tunnel"}
    found = _passages(texts, KNOWN)
    assert {name: (passage.places(1), passage.places(0)) for name, passage in found.items()} == {
        "title": ([(1, 2)], []),
        "empty": ([], []),
        "blank": ([], []),
        "text": ([(3, 4)], [(1, 2)]),
        "last": ([], [(0, 1)]),
    }
    assert (found["text"].offsets(3), found["last"].offsets(0)) == ((16, 21), (0, 6))


def test_the_first_words_and_all_others_are_found_alike() -> None:
    known = Vocabulary({number: word(text) for number, text in enumerate(["a1", "b2", "c3"])})
    passage = _passage("a1 x c3-a1 b2 a1", known)
    expected = [[(0, 1), (3, 4), (5, 6)], [(4, 5)], [(2, 3)]]
    for _ in range(3):
        assert [passage.places(number) for number in range(3)] == expected


def test_pieces_that_hold_the_same_share_what_they_hold() -> None:
    known = Vocabulary({0: word("Rafah")})
    one, other, nothing = known.read('Rafah "Rafah", x').chunks
    assert one is other
    assert one.words == (0,)
    assert nothing.words == ()


def test_what_holds_nothing_is_passed_over_in_a_long_text() -> None:
    known = Vocabulary({0: word("Rafah")})
    long = "Rafah x — y. " * 100
    assert _texts(known.read(long)) == long.split()
    assert _texts(known.read(long)) == ["Rafah", "—"] * 100


def _texts(held: Held) -> list[str]:
    return [held.pieces.text(index) for index in range(len(held.chunks))]


def test_what_is_met_again_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "_PIECES", 10)
    known = Vocabulary({0: word("Rafah"), 1: word("other", prefix=True)})
    (first,) = known.read("Rafah").chunks
    for number in range(100):
        known.read(f"other{number}")
        assert known.read("Rafah").chunks[0] is first


def test_what_is_not_met_again_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "_PIECES", 10)
    monkeypatch.setattr(vocabulary, "_SHORT", 1_000)
    known = Vocabulary({0: word("Rafah"), 1: word("other", prefix=True)})
    (first,) = known.read("Rafah").chunks
    for number in range(25):
        known.read(f"otherwise{number}")
    assert known.read("Rafah").chunks[0] is not first


def test_what_holds_nothing_is_not_read_again_either(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Vocabulary({0: word("Rafah")})
    read: list[str] = []

    def lone_word(piece: str) -> str:
        read.append(piece)
        return piece

    monkeypatch.setattr(vocabulary, "lone_word", lone_word)
    known.read("idle")
    for number in range(100):
        known.read(f"idle other{number} idle")
    assert read.count("idle") == 1


def test_long_pieces_are_not_remembered() -> None:
    known = Vocabulary({0: word("Rafah"), 1: word("long", prefix=True)})
    text = f"{'nothing' * 10} short {'long' * 20} longer " * 100
    first, second = known.read(text), known.read(text)
    assert set(_texts(second)) == {"nothing" * 10, "long" * 20, "longer"}
    assert first.chunks[2] == second.chunks[1]
    assert set(known) == {"short", "longer"}


def test_a_match_is_found_again_after_its_words_were_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "_PIECES", 3)
    matcher = a_matcher(a_watchlist("Rafah NEAR/3 tunnel*"))
    document = a_document("x", text="In Rafah, under it, old tunnels of many names")
    (found,) = matcher.match(document)
    assert cut(document, found) == ["Rafah", "tunnels"]
    assert matcher.match(document) == (found,)
