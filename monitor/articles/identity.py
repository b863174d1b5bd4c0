"""Which addresses an article is known by, and when two articles are one."""

from datetime import timedelta

from monitor import urls
from monitor.articles.variants import variant
from monitor.articles.walls import wall_at
from monitor.model import Article
from monitor.text.fold import fold
from monitor.text.tokens import tokens

AGREEMENT = 0.6
"""Share of the shorter title's words that the longer one must have."""
FURTHEST_APART = timedelta(days=3)
"""Between the dates of two articles that are one: a column keeps its title every week."""
FEWEST_WORDS = 3
"""Titles with fewer words (and those of scripts without blanks) are compared by pairs of letters."""


def is_wall(url: str) -> bool:
    """Whether an address looks like a login, a consent page or a bot check: a place where strangers meet."""
    return wall_at(url) is not None


def aliases(asked: str, *, landed: str, canonical: str = "") -> tuple[str, ...]:
    """Further normalised addresses of the article at `asked`: where redirects `landed`, what the page there calls its
    canonical address, if that is of the same site, and those of which one of all these is an AMP, mobile or print
    variant. Never a front page or a wall: they would make strangers one.
    """
    candidates = [landed] + ([canonical] if urls.same_site(landed, canonical) else [])
    fit = [_normal(url) for url in candidates if not urls.is_front_page(url) and not is_wall(url)]
    known = _normal(asked)
    found = [*fit, *(original for url in (known, *fit) if (of := variant(url)) for original in of.originals)]
    return tuple(dict.fromkeys(address for address in found if address not in ("", known)))


def same_article(a: Article, b: Article) -> bool:
    """Whether two articles that share an address are one: only if their titles agree and their dates are near, for
    consent walls, front pages and careless canonical links make strangers share addresses.
    """
    dates = (
        (a.published_at, b.published_at) if a.published_at and b.published_at else (a.first_seen_at, b.first_seen_at)
    )
    if abs(dates[0] - dates[1]) > FURTHEST_APART:
        return False
    return any(_agree(one, other) for one in a.title.split("\n") for other in b.title.split("\n"))


def _agree(one: str, other: str) -> bool:
    first, second = _words(one), _words(other)
    if min(len(first), len(second)) < FEWEST_WORDS:
        first, second = _pairs(one), _pairs(other)
    shorter = min(len(first), len(second))
    return shorter > 0 and len(first & second) >= AGREEMENT * shorter


def _normal(url: str) -> str:
    try:
        return urls.normalise(url)
    except ValueError:
        return ""


def _words(title: str) -> set[str]:
    """Folded: one desk writes أنفاق, another انفاق."""
    return {fold(title[token.start : token.end]) for token in tokens(title)}


def _pairs(title: str) -> set[str]:
    letters = "".join(fold(title[token.start : token.end]) for token in tokens(title))
    return {letters[start : start + 2] for start in range(len(letters) - 1)}
