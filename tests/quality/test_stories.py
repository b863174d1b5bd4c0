"""Copies and reports of one event are told apart on real pairs that were judged by reading: floors, so nothing slips.

The pairs were made to be hard (see pairs.py), so the stream's own figures are better. Beside ours stands what the field
uses, on the same pairs: the Jaccard index of all shingles.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cached_property, partial

import pytest

from monitor.model import ArticleId, StoryId
from monitor.stories.copies import Wording, contained, is_short, wording
from monitor.stories.events import Report, is_same_event, rarity, report
from monitor.stories.story import Neighbour, is_copy
from tests.quality.extraction import CORPORA
from tests.quality.pairs import Item, Judgement, Pair, load_pairs

pytestmark = pytest.mark.skipif(not (CORPORA / "texts").exists(), reason="needs ../shared/corpora")

COPY_FLOORS = (0.98, 0.95)
"""Precision, recall. Measured: .986, .973."""
EVENT_FLOORS = (0.92, 0.81)
"""Precision, recall, copies among them. Measured: .927, .817."""
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
BACKGROUND = 1_000
"""As many articles as the store takes for known: see recent."""


class Judged:
    """The pairs, and what our measures say of them."""

    @cached_property
    def pairs(self) -> list[Pair]:
        return load_pairs(CORPORA)

    @cached_property
    def reports(self) -> dict[str, Report]:
        return {
            one.id: report(one.title, one.text or "", one.published_at or UNDATED, one.language) for one in self._items
        }

    @cached_property
    def wordings(self) -> dict[str, Wording]:
        return {one.id: wording(one.title, one.text or "") for one in self._items}

    @property
    def _items(self) -> Sequence[Item]:
        return list({item.id: item for pair in self.pairs for item in (pair.a, pair.b)}.values())

    @cached_property
    def _held(self) -> Counter[str]:
        return Counter(word for one in self.reports.values() for word in one.words)

    def says(self, word: str) -> float:
        return rarity((self._held[word] + 0.5) / (len(self.reports) + BACKGROUND))

    def is_copy(self, pair: Pair) -> bool:
        one, other = self.wordings[pair.a.id], self.wordings[pair.b.id]
        neighbour = Neighbour(
            article_id=ArticleId(pair.b.id),
            story_id=StoryId(""),
            report=self.reports[pair.b.id],
            origin="",
            contained=contained(one, other),
            is_short=is_short(one, other),
        )
        return is_copy(self.reports[pair.a.id], neighbour, self.says)

    def is_event(self, pair: Pair) -> bool:
        return self.is_copy(pair) or is_same_event(self.reports[pair.a.id], self.reports[pair.b.id], self.says)

    def resembles(self, pair: Pair, *, least: float) -> bool:
        """Is the Jaccard index of the shingles so large?"""
        one, other = self.wordings[pair.a.id].shingles, self.wordings[pair.b.id].shingles
        return len(one & other) >= least * (len(one | other) or 1)

    def figures(self, said: Callable[[Pair], bool], wanted: set[Judgement]) -> tuple[float, float]:
        """Precision and recall."""
        counted = Counter((said(pair), pair.judged in wanted) for pair in self.pairs)
        hits = counted[True, True]
        return hits / (hits + counted[True, False] or 1), hits / (hits + counted[False, True])


@pytest.fixture(scope="module")
def judged() -> Judged:
    return Judged()


def test_copies_are_told(judged: Judged) -> None:
    precision, recall = judged.figures(judged.is_copy, {Judgement.TEXT})
    assert (precision, recall) >= COPY_FLOORS
    assert recall >= COPY_FLOORS[1]


def test_reports_of_one_event_are_told(judged: Judged) -> None:
    precision, recall = judged.figures(judged.is_event, {Judgement.TEXT, Judgement.EVENT})
    assert precision >= EVENT_FLOORS[0]
    assert recall >= EVENT_FLOORS[1]


@pytest.mark.parametrize("language", ["en", "ar", "de"])
def test_no_language_is_much_worse(judged: Judged, language: str) -> None:
    counted = Counter(
        (judged.is_event(pair), pair.judged is not Judgement.DIFFERENT)
        for pair in judged.pairs
        if pair.a.language == language
    )
    assert counted[True, True] / (counted[True, True] + counted[True, False]) >= 0.9
    assert counted[True, True] / (counted[True, True] + counted[False, True]) >= 0.8


def test_the_resemblance_of_texts_alone_tells_fewer_copies(judged: Judged) -> None:
    best = 0.0
    for threshold in range(5, 95, 5):
        precision, recall = judged.figures(partial(judged.resembles, least=threshold / 100), {Judgement.TEXT})
        best = max(best, recall if precision >= COPY_FLOORS[0] else 0.0)
    assert best < judged.figures(judged.is_copy, {Judgement.TEXT})[1]
