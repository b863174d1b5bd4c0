"""A match as a reviewer looks at it: what is shown of it, and the lines that show it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING

from monitor.cli.audit import kept_told, review_line
from monitor.cli.clauses import reasons
from monitor.cli.output import number_of
from monitor.cli.records import short, when
from monitor.cli.screen import Line, Look, Weight
from monitor.cli.terminal import harmless, isolate
from monitor.model import Article, Field, Match, Review
from monitor.outgoing.sentences import merged, several, texts_of

if TYPE_CHECKING:
    from monitor.store.decisions import Seen
    from monitor.stories.story import Story

_TALL = 32
"""Rows of a screen that has room for all reasons and sentences."""
_REASONS, _FEW_REASONS = 8, 4
_SENTENCES, _FEW_SENTENCES = 6, 3
_REVIEWS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A match with its texts, and what is known of it."""

    match: Match
    seen: "tuple[Seen, ...]"
    """As it is shown, first, and the others that its line stands for."""
    story: "Story | None"
    reviews: tuple[Review, ...]

    @property
    def further(self) -> int:
        """How many others its line stands for."""
        return len(self.seen) - 1


def card_lines(card: Card, look: Look, zone: tzinfo) -> list[Line]:
    """All lines of a card; the position stands above them."""
    article, found = card.match.article, card.match.found
    return [
        *look.paragraph(_headline(card.match), Weight.BOLD, most=3),
        look.line(
            f"{article.outlet}, {article.language or 'language unknown'}, {when(article, zone)}; {_text(article)}"
        ),
        look.line(isolate(article.url) or "(the feed gives no address)", Weight.DIM),
        *(look.line(line) for line in _copies(card)),
        *(look.line(line) for line in _decided(card, zone)),
        look.line(""),
        *_hits(card.match, look),
        look.line(""),
        *_why(reasons(found.explanation, texts_of(article)), look),
    ]


def _headline(match: Match) -> str:
    headline = match.article.headline
    places = ((hit.start, hit.end) for hit in match.found.hits if hit.field is Field.TITLE and hit.end <= len(headline))
    return marked(headline, list(merged(places))) if not match.lost_at else headline


def marked(text: str, places: list[tuple[int, int]]) -> str:
    """The text, harmless, its hits in ⟦ ⟧, which it has itself nowhere else."""
    parts: list[str] = []
    at = 0
    for start, end in places:
        parts += [_plain(text[at:start]), "⟦", _plain(text[start:end]), "⟧"]
        at = end
    return "".join([*parts, _plain(text[at:])])


def _plain(text: str) -> str:
    return harmless(text).replace("⟦", "[").replace("⟧", "]")


def _text(article: Article) -> str:
    short_of = f", not the whole page: {article.shortfall}" if article.shortfall else ""
    return f"text from the {article.text_source}{short_of}"


def _copies(card: Card) -> Iterator[str]:
    story = card.story
    if story and story.articles > 1:
        size = f"{number_of(story.articles, 'article')} of {number_of(len(story.outlets), 'outlet')}"
        origins = number_of(story.origins, "independent origin")
        yield f"story {short(story.id)}: {size}, {origins}; {', '.join(story.languages)}"
    if card.further:
        yield f"stands for {card.further:,} more of its story: R I L E decide about all alike"


def _decided(card: Card, zone: tzinfo) -> Iterator[str]:
    match = card.match
    if match.lost_at:
        yield "it matches no more, by a better text or an edited rule"
    if match.tags or match.assignee:
        yield kept_told(match)
    yield from (review_line(review, zone) for review in card.reviews[-_REVIEWS:])


def _why(lines: list[str], look: Look) -> list[Line]:
    most = _REASONS if look.rows >= _TALL else _FEW_REASONS
    more = [f"  and {len(lines) - most} more (`monitor show` has all)"] if len(lines) > most else []
    return [look.line(line) for line in [*lines[:most], *more]]


def _hits(match: Match, look: Look) -> Iterator[Line]:
    most = _SENTENCES if look.rows >= _TALL else _FEW_SENTENCES
    for sentence in () if match.lost_at else several(match.article, match.found, most):
        yield from look.paragraph(marked(sentence.text, list(sentence.hits)))
