"""Quotes: pieces of a sentence, in their order and harmless."""

from monitor.outgoing.quote import Piece, quote


def test_hits_are_marked_where_they_stand() -> None:
    found = quote("Fighters in Rafah", [(0, 8), (12, 17)])
    assert found.marked == "⟦Fighters⟧ in ⟦Rafah⟧"
    assert found.pieces[1] == Piece(text=" in ", is_hit=False)


def test_a_quote_is_one_harmless_line() -> None:
    assert quote("a\x1b[1m\nرفح\u202e b", [(5, 9)]).marked == "a[1m⟦ رفح⟧ b"


def test_a_quote_may_have_no_hits() -> None:
    assert quote("Talks resume", []).marked == "Talks resume"
