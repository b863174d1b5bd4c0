"""The shipped watchlists cannot slip unnoticed: no fault on the demo's articles, floors on real labelled items."""

from collections import Counter
from pathlib import Path

import pytest

from monitor.config.files import read_files
from monitor.config.load import Config, load
from monitor.config.shipped import shipped_folder
from monitor.demo.content import Manuscript, manuscripts
from monitor.model import Document, WatchlistId
from monitor.rules.labelled import read_labelled
from monitor.rules.scoring import Counts, Scores, score

LABELLED = Path(__file__).parents[2].parent / "shared" / "corpora" / "topic" / "labelled-dev.jsonl"
TUNNELS, CEASEFIRE = WatchlistId("rafah-tunnel-fighters"), WatchlistId("ceasefire-talks")
PRECISION = {TUNNELS: 1.0, CEASEFIRE: 0.95}
"""Measured: 5 of 5 and 0.955; without the items that the labeller doubts 0.993."""
RECALL = {TUNNELS: 1.0, CEASEFIRE: 0.94}
"""Measured: 5 of 5 and 0.943."""
BY_LANGUAGE = {"ar": (1.0, 0.95), "en": (0.96, 0.96), "vi": (0.89, 0.96)}
"""Of ceasefire-talks, with at least 20 positives: precision, recall; measured 1/.957, .964/.964, .897/.963."""
needs_labelled = pytest.mark.skipif(not LABELLED.exists(), reason="needs ../shared/corpora/topic/labelled-dev.jsonl")


@pytest.fixture(scope="module")
def config() -> Config:
    return load(read_files(shipped_folder()), environment={}, home=Path())


@pytest.fixture(scope="module")
def scores(config: Config) -> Scores:
    content = LABELLED.read_text(encoding="utf-8")
    items, problems = read_labelled(content, LABELLED.name, config.matcher.versions)
    assert problems == ()
    return score(items, config.matcher)


def _found(config: Config, document: Document) -> frozenset[str]:
    return frozenset(found.watchlist_id for found in config.matcher.match(document))


def _document(manuscript: Manuscript) -> Document:
    text = "\n".join(manuscript.paragraphs)
    return Document(title=manuscript.title, summary=manuscript.summary, text=text, language=manuscript.language)


def test_the_shipped_configuration_has_no_problem_and_every_list_is_used(config: Config) -> None:
    queries = " ".join(watchlist.query for watchlist in config.watchlists)

    assert [watchlist.id for watchlist in config.watchlists] == [CEASEFIRE, TUNNELS]
    assert [term_list.id for term_list in config.lists if f"@{term_list.id}" not in queries] == []


def test_the_feeds_cover_the_story_in_its_languages_and_countries(config: Config) -> None:
    languages = Counter(feed.language for feed in config.feeds)
    countries = {feed.outlet.country for feed in config.feeds}

    assert len(config.feeds) >= 75
    assert all(languages[language] >= 10 for language in ("en", "ar", "he", "tr", "fr", "es", "de"))
    assert countries >= {"IL", "PS", "EG", "QA", "TR", "SA", "AE", "LB", "JO", "GB", "FR", "DE", "ES", "US", "INT"}


def test_the_first_lists_speak_all_languages_of_the_watchlists(config: Config) -> None:
    lists = {term_list.id: term_list for term_list in config.lists}
    spoken = {"en", "ar", "he", "tr", "fr", "es", "de", "vi", "zh", "id", "pl"}

    for name in (
        "fighters",
        "tunnels",
        "trapped",
        "safe-passage",
        "surrender",
        "ceasefire",
        "deal",
        "phases",
        "mediators",
    ):
        assert spoken <= set(lists[name].terms), name


@pytest.mark.parametrize("manuscript", manuscripts(), ids=lambda manuscript: f"{manuscript.language}-{manuscript.slug}")
def test_an_article_of_the_demo_gets_its_labels(config: Config, manuscript: Manuscript) -> None:
    assert _found(config, _document(manuscript)) == manuscript.labels


@needs_labelled
@pytest.mark.corpora
@pytest.mark.parametrize("watchlist", [TUNNELS, CEASEFIRE])
def test_precision_and_recall_on_real_items_do_not_slip(scores: Scores, watchlist: WatchlistId) -> None:
    precision, recall = _quality(scores.overall[watchlist])

    assert precision >= PRECISION[watchlist], _wrong(scores, watchlist)
    assert recall >= RECALL[watchlist], _wrong(scores, watchlist)


@needs_labelled
@pytest.mark.corpora
@pytest.mark.parametrize("language", sorted(BY_LANGUAGE))
def test_no_language_with_many_items_falls_behind(scores: Scores, language: str) -> None:
    precision, recall = _quality(scores.by_language[CEASEFIRE, language])

    assert precision >= BY_LANGUAGE[language][0], _wrong(scores, CEASEFIRE)
    assert recall >= BY_LANGUAGE[language][1], _wrong(scores, CEASEFIRE)


def _quality(counts: Counts) -> tuple[float, float]:
    """(precision, recall)"""
    return counts.precision or 0, counts.recall or 0


def _wrong(scores: Scores, watchlist: str) -> str:
    """The titles of misses and false hits with their reason, for the message."""
    return "\n".join(
        f"{error.kind} [{error.item.document.language}] {error.item.document.title}: {error.reason}"
        for error in scores.errors
        if error.watchlist_id == watchlist
    )
