"""What of an article is compared with other articles."""

from functools import lru_cache

from monitor.model import Article
from monitor.stories.copies import Wording, sampled, wording
from monitor.stories.events import Report, report

_MOST_SHINGLES = 256
"""Sampled shingles of a text that are kept and looked up: those of 4,000 words."""


def wording_of(article: Article) -> Wording:
    """What of an article is compared with other texts."""
    return wording(*_told(article))


def report_of(article: Article) -> Report:
    """What tells of an article which event it reports."""
    return report(*_told(article), article.published_at or article.first_seen_at, article.language)


def _told(article: Article) -> tuple[str, str]:
    return article.headline, article.text or article.summary


@lru_cache(1)
def sample_of(own: Wording) -> tuple[int, ...]:
    """The sampled shingles of a text by which copies of it are found, ascending."""
    return tuple(sorted(sampled(own.shingles))[:_MOST_SHINGLES])
