"""The quality of extraction cannot slip unnoticed: floors, beside bare trafilatura on the same pages."""

import logging
from collections import defaultdict
from statistics import mean

import pytest
import trafilatura

from monitor.articles.extract import extract
from monitor.articles.language import language_of
from tests.quality.extraction import EXTRACTION, benchmark, best_f1, publishers

pytestmark = [
    pytest.mark.corpora,
    pytest.mark.skipif(not EXTRACTION.exists(), reason="needs the pages of ../shared/corpora/extraction"),
]

FLOOR = 0.958
"""Measured: 0.9585, and 0.9585 of bare trafilatura with the same settings."""
PUBLISHERS = {"de": 0.955, "en": 0.948, "ja": 0.895, "es": 0.967, "fr": 0.983, "tr": 0.975}
"""Measured, by language: .9564, .9491, .8972, .9686, .9846, .9763."""
FLOOR_OF_ALL_PUBLISHERS = 0.945
TITLES, DATES = 0.79, 0.94
"""Of the publishers' pages, those whose title and day of publication are as known; the rest is mostly two titles."""


def _bare(html: bytes) -> str:
    logging.disable(logging.CRITICAL)
    try:
        document = trafilatura.bare_extraction(html, favor_recall=True, include_comments=False)
    finally:
        logging.disable(logging.NOTSET)
    return str(getattr(document, "text", None) or "")


def test_the_text_of_benchmark_pages_is_found() -> None:
    pages = list(benchmark())
    ours = mean(best_f1(extract(page.html, content_type="text/html", url=page.url).text, page) for page in pages)
    bare = mean(best_f1(_bare(page.html), page) for page in pages)
    print(f"benchmark, {len(pages)} pages: F1 {ours:.4f}, bare trafilatura {bare:.4f}")
    assert ours >= FLOOR
    assert ours >= bare - 0.001


def test_publishers_pages_are_read_in_every_language() -> None:
    scores: dict[str, list[float]] = defaultdict(list)
    titles, dates = [], []
    for known in publishers():
        page = extract(known.html, content_type="text/html", url=known.url)
        scores[language_of(page.text, page.language)].append(best_f1(page.text, known))
        if any(known.titles):
            titles.append(page.title.split() in [title.split() for title in known.titles])
        if any(known.dates):
            dates.append(page.published_at is not None and str(page.published_at)[:10] in known.dates)
    measured = {language: round(mean(scores[language]), 4) for language in PUBLISHERS}
    print(f"publishers: F1 {measured}, titles {mean(titles):.3f}, dates {mean(dates):.3f}")
    assert {language: score for language, score in measured.items() if score < PUBLISHERS[language]} == {}
    assert mean(score for each in scores.values() for score in each) >= FLOOR_OF_ALL_PUBLISHERS
    assert (mean(titles) >= TITLES, mean(dates) >= DATES) == (True, True)
