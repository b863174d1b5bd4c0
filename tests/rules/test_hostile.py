"""Texts and rules that were made to hurt: an answer, and soon."""

import random
import time

import pytest

from monitor.rules import vocabulary
from monitor.rules.explain import MOST_HITS
from monitor.text.words import word
from tests.builders import a_document, a_watchlist
from tests.rules.matching import a_matcher, cut

SOON = 6.0
"""Seconds; generous, for a machine that does other things."""

MATCHER = a_matcher(
    a_watchlist("(Rafah NEAR/5 tunnel*) NEAR/30 (加沙 OR حماس) OR needle", "near"),
    a_watchlist("ATLEAST/2(Rafah, tunnel*, =Refah) NOT (foo NEAR/100 bar)", "count"),
)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "رفح" * 300_000,
        "加沙" * 50_000,
        "a" + "\u0301\u0316" * 50_000,
        "\u0301" * 100_000,
        "'" * 200_000,
        "a'" * 200_000,
        'א"' * 200_000,
        "-" * 200_000,
        "a-" * 100_000,
        "\u200f" * 200_000,
        "_" * 500_000,
        "ول" * 200_000,
        "\x00" * 100_000,
    ],
    ids=lambda text: f"{text[:2]!r}×{len(text)}",
)
def test_a_hostile_text_is_read_to_its_end(text: str) -> None:
    document = a_document("x", text=f"{text} needle")
    began = time.process_time()
    (found,) = [one for one in MATCHER.match(document) if one.watchlist_id == "near"]
    assert cut(document, found)[-1] == "needle"
    assert time.process_time() - began < SOON


def test_a_text_full_of_hits_is_matched() -> None:
    matcher = a_matcher(a_watchlist("(Rafah NEAR/5 tunnel*) NEAR/30 Hamas"))
    document = a_document("x", text="Rafah tunnel Hamas " * 5_000)
    began = time.process_time()
    (found,) = matcher.match(document)
    assert cut(document, found)[:100] == (["Rafah", "tunnel", "Hamas"] * 34)[:100]
    assert len(found.hits) <= MOST_HITS
    assert time.process_time() - began < SOON


@pytest.mark.parametrize(
    "query",
    [
        "Rafah NEAR/50 (tunnel NEAR/50 (Hamas NEAR/50 fighters))",
        "Rafah ONEAR/50 (tunnel NEAR/50 (Hamas ONEAR/50 fighters))",
        "SENTENCE(Rafah, tunnel NEAR/50 Hamas, fighters)",
        "COUNT/5(Rafah NEAR/9 (tunnel NEAR/50 Hamas))",
        "NOT (Rafah NEAR/1 Gaza) AND fighters",
    ],
)
def test_a_page_of_nothing_but_the_words_of_a_rule_is_matched_soon(query: str) -> None:
    words = random.Random(query).choices(["Rafah", "tunnel", "Hamas", "fighters", "trapped"], k=100_000)
    matcher = a_matcher(a_watchlist(query))
    began = time.process_time()
    assert matcher.match(a_document("Gaza", text=" ".join(words)))
    assert time.process_time() - began < SOON


def test_a_wide_near_over_many_places_costs_no_square() -> None:
    matcher = a_matcher(a_watchlist("(Rafah NEAR/900000000 tunnel) NEAR/900000000 Hamas"))
    document = a_document("x", text="Rafah " * 10_000 + "tunnel " * 10_000 + "Hamas")
    began = time.process_time()
    assert matcher.match(document)
    assert time.process_time() - began < SOON


def test_the_memory_of_pieces_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "_PIECES", 10)
    known = vocabulary.Vocabulary({0: word("busy", prefix=True)})
    pieces = [f"{kind}{number}" for number in range(50) for kind in ("idle", "busy", "long" * 20)]
    for piece in pieces:
        known.read(piece)
        assert len(known) <= 10
