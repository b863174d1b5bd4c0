"""Where the words of a text stand, however the text is spaced."""

import pytest

from monitor.rules import vocabulary
from monitor.rules.passage import Passage
from monitor.rules.vocabulary import Vocabulary
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
    passage = Passage(text, KNOWN)
    spans = [span for word_id in (1, 0) for span in passage.places(word_id)]
    found = [text[slice(*passage.offsets(first))] for first, _ in spans]
    assert found == ["Rafah", "tunnels"]


def test_pieces_that_hold_the_same_share_what_they_hold() -> None:
    known = Vocabulary({0: word("Rafah")})
    one, other, nothing = known.chunks(["Rafah", '"Rafah",', "x"])
    assert one is other
    assert one.words == (0,)
    assert nothing.words == ()
    assert known.busy(["Rafah", "x", "y"]) == ["Rafah", "y"]


def test_what_is_met_again_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "_PIECES", 10)
    known = Vocabulary({0: word("Rafah")})
    (first,) = known.chunks(["Rafah"])
    for number in range(100):
        known.chunks([f"other{number}"])
        assert known.chunks(["Rafah"])[0] is first
    known.chunks(f"another{number}" for number in range(25))
    assert known.chunks(["Rafah"])[0] is not first


def test_what_holds_nothing_is_not_read_again_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "_PIECES", 10)
    known = Vocabulary({0: word("Rafah")})
    read: list[str] = []

    def lone_word(piece: str) -> str:
        read.append(piece)
        return piece

    monkeypatch.setattr(vocabulary, "lone_word", lone_word)
    for number in range(100):
        known.chunks(["idle", f"other{number}", "idle"])
    assert read.count("idle") == 1


def test_a_match_is_found_again_after_its_words_were_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "_PIECES", 3)
    matcher = a_matcher(a_watchlist("Rafah NEAR/3 tunnel*"))
    document = a_document("x", text="In Rafah, under it, old tunnels of many names")
    (found,) = matcher.match(document)
    assert cut(document, found) == ["Rafah", "tunnels"]
    assert matcher.match(document) == (found,)
