"""The judged pairs can be scored: each names two items that are there, in the languages that its file is about."""

from collections import Counter
from pathlib import Path

import pytest

from tests.quality.extraction import CORPORA
from tests.quality.pairs import ACROSS_LANGUAGES, LINKED, SAME_LANGUAGE, Judgement, load_pairs

pytestmark = pytest.mark.skipif(not (CORPORA / "texts").exists(), reason="needs ../shared/corpora")


@pytest.mark.parametrize(
    ("file", "is_one_language"), [(SAME_LANGUAGE, True), (ACROSS_LANGUAGES, False), (LINKED, False)]
)
def test_every_pair_names_two_items_of_the_languages_that_its_file_is_about(file: Path, is_one_language: bool) -> None:
    pairs = load_pairs(CORPORA, file)

    assert all((pair.a.language == pair.b.language) is is_one_language for pair in pairs)
    assert all(pair.a.title and pair.b.title and pair.why for pair in pairs)
    assert max(Counter(frozenset((pair.a.id, pair.b.id)) for pair in pairs).values()) == 1


def test_there_are_enough_pairs_of_each_judgement() -> None:
    judged = Counter(pair.judged for pair in load_pairs(CORPORA))

    assert judged.total() >= 200
    assert min(judged[judgement] for judgement in Judgement) >= 60
