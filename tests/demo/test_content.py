"""The written articles: as many, in as many languages and about what was promised; and how a file of one is read."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.demo.content import WATCHLISTS, Manuscript, PageKind, manuscripts, parse
from monitor.demo.furniture import FURNITURE
from monitor.demo.outlets import OUTLET_OF_FEED, OUTLETS, Format

WRITTEN = manuscripts()
LANGUAGES = ("ar", "en", "fr", "he", "tr")

STORY_WORDS = ("gaza", "rafah", "hamas", "tunnel", "غزة", "رفح", "حماس", "نفق", "عזה", "רפיח", "חמאס", "gazze", "refah")
"""None of these may stand in the feed's words of an article that only its page tells."""

A_FILE = """\
title: Ferry: late again
summary: It was the fog.
feeds: levant-wire-en
labels:
hours: 1.5

A paragraph
on two lines.

Another.
"""


def names(written: Manuscript) -> str:
    return f"{written.language}/{written.slug}"


def test_there_are_at_least_seventy_articles_ten_feeds_and_every_format() -> None:
    feeds = [feed for outlet in OUTLETS for feed in outlet.feeds]
    assert len(WRITTEN) >= 70
    assert len(feeds) >= 10
    assert {feed.format for feed in feeds} == set(Format)
    assert {"windows-1256", "iso-8859-9"} <= {feed.encoding for feed in feeds}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("watchlist", sorted(WATCHLISTS))
def test_each_language_has_three_positives_of_each_watchlist(language: str, watchlist: str) -> None:
    assert sum(watchlist in written.labels for written in WRITTEN if written.language == language) >= 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_traps_blocked_pages_and_pages_that_alone_tell(language: str) -> None:
    positives = [written for written in WRITTEN if written.language == language and written.labels]
    assert sum(not written.labels for written in WRITTEN if written.language == language) >= 5
    assert any(not written.page.readable for written in positives)
    assert any(not written.told_in_feed for written in positives)


def test_about_half_of_the_articles_are_positive() -> None:
    assert 0.4 <= sum(bool(written.labels) for written in WRITTEN) / len(WRITTEN) <= 0.6


def test_every_kind_of_page_is_there() -> None:
    assert {written.page for written in WRITTEN} == set(PageKind)


def test_slugs_and_titles_are_unique() -> None:
    assert max(Counter(written.slug for written in WRITTEN).values()) == 1
    assert max(Counter(written.title for written in WRITTEN).values()) == 1


def test_an_aggregator_lists_only_the_articles_of_others() -> None:
    listed = [written for written in WRITTEN if "morning-scan-en" in written.feeds]
    assert len(listed) >= 5
    assert all(written.feeds[0] != "morning-scan-en" for written in listed)


@pytest.mark.parametrize("written", WRITTEN, ids=names)
def test_an_article_is_whole(written: Manuscript) -> None:
    words = sum(len(paragraph.split()) for paragraph in written.paragraphs)
    assert 120 <= words <= 300
    assert written.title
    assert written.summary
    assert written.author
    assert written.language in FURNITURE
    assert {OUTLET_OF_FEED[feed].language for feed in written.feeds} == {written.language}


@pytest.mark.parametrize("written", [one for one in WRITTEN if not one.told_in_feed], ids=names)
def test_what_only_the_page_tells_is_not_in_the_feed(written: Manuscript) -> None:
    feeds = [feed for feed in OUTLET_OF_FEED[written.feeds[0]].feeds if feed.id in written.feeds]
    told = f"{written.title} {written.summary}".casefold()
    assert written.labels
    assert written.page.readable
    assert not any(feed.full_text for feed in feeds)
    assert not [word for word in STORY_WORDS if word in told]


def test_some_articles_are_corrected_and_removed_later() -> None:
    later = [one.later for one in WRITTEN if one.later]
    assert {one.page for one in later} == {PageKind.FULL, PageKind.MISSING}


def test_what_an_article_becomes_stands_behind_it() -> None:
    file = A_FILE.replace("hours", "corrected: Ferry: on time\nhours") + "\n* * *\n\nThe fog\nhas gone.\n"
    written = parse(file, slug="ferry", language="en")
    assert written.paragraphs == ("A paragraph on two lines.", "Another.")
    assert written.later == replace(written, title="Ferry: on time", paragraphs=("The fog has gone.",), later=None)
    removed = parse(A_FILE.replace("hours", "later: removed\nhours"), slug="ferry", language="en")
    assert removed.later == replace(removed, page=PageKind.MISSING, later=None)


def test_a_file_is_headers_then_paragraphs() -> None:
    written = parse(A_FILE, slug="ferry", language="en")
    assert written.title == "Ferry: late again"
    assert written.paragraphs == ("A paragraph on two lines.", "Another.")
    assert written.labels == frozenset()
    assert (written.page, written.told_in_feed, written.author) == (PageKind.FULL, True, "")
    assert written.age == timedelta(minutes=90)


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("summary: It was the fog.\n", "", "no summary"),
        ("labels:", "labels: refah", "unknown: refah"),
        ("levant-wire-en", "levant-wire", "unknown: levant-wire"),
        ("levant-wire-en", "", "no feed lists it"),
        ("labels:", "lables: x\nlabels:", "unknown: lables"),
        ("labels:", "told: radio\nlabels:", "unknown: radio"),
        ("labels:", "later: moved\nlabels:", "unknown: moved"),
        ("labels:", "corrected: Ferry\nlabels:", "go together"),
        ("labels:", "page: gone\nlabels:", "'gone' is not a valid PageKind"),
        ("hours: 1.5", "hours: soon", "could not convert"),
        ("labels:", "labels", '"labels": expected "name: value"'),
    ],
)
def test_a_wrong_header_is_named(tmp_path: Path, right: str, wrong: str, complaint: str) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "ferry.txt").write_text(A_FILE.replace(right, wrong), encoding="utf-8")
    with pytest.raises(ValueError, match=complaint) as caught:
        manuscripts(tmp_path)
    assert "ferry.txt" in str(caught.value)
