"""All that is known of one article, as `monitor show` and `monitor export` give it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.cli.clauses import clause_record
from monitor.cli.records import Record, article_record, match_record, page_record, review_record, revision_record
from monitor.model import Article, ArticleId, Match, MatchId, RawPage, Review, Revision

if TYPE_CHECKING:
    from monitor.store.articles import Appearance
    from monitor.store.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """An article with its texts, and everything that refers to it."""

    article: Article
    appearances: "tuple[Appearance, ...]"
    matches: tuple[Match, ...]
    reviews: Mapping[MatchId, tuple[Review, ...]]
    revisions: tuple[Revision, ...]
    pages: tuple[RawPage, ...]

    def record(self) -> Record:
        """For a program: the names of docs/commands.md."""
        return {
            **article_record(self.article),
            "headlines": self.article.title.split("\n"),
            "summary": self.article.summary,
            "text": self.article.text,
            "found_in": [
                {"feed": one.feed_id, "key": one.entry.key, "link": one.entry.link, "at": one.first_seen_at.isoformat()}
                for one in self.appearances
            ],
            "revisions": [revision_record(one) for one in self.revisions],
            "matches": [
                {
                    **match_record(match),
                    "explanation": clause_record(match.found.explanation),
                    "reviews": [review_record(review) for review in self.reviews[match.id]],
                }
                for match in self.matches
            ],
            "pages": [page_record(page) for page in self.pages],
        }


def dossier(tx: "Transaction", article_id: ArticleId, match_id: MatchId | None = None) -> Dossier:
    """That of a stored article; with `match_id` no other match of it."""
    from monitor.store import articles, matches, pages, reviews, revisions

    found = tuple(match for match in matches.of_article(tx, article_id) if match_id in (None, match.id))
    return Dossier(
        article=articles.at(tx, [article_id])[article_id],
        appearances=articles.entries_of(tx, article_id),
        matches=found,
        reviews={match.id: tuple(reviews.of(tx, match.id)) for match in found},
        revisions=tuple(revisions.of(tx, article_id)),
        pages=pages.of_article(tx, article_id),
    )
