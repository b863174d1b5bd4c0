"""What a listing prints of a stored value: the stable names that programs read (docs/queries.md, docs/commands.md)."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from monitor.cli.moments import show_moment
from monitor.model import Article, Hit, Match, RawPage, Review, Revision

if TYPE_CHECKING:
    from monitor.store.match_events import Turned
    from monitor.store.match_lines import Line
    from monitor.store.stories import Member
    from monitor.stories.story import Story

Record = dict[str, object]

_OF_ARTICLE = (
    "title", "url", "outlet", "feed", "language", "authors", "published_at", "modified_at", "published_raw",
    "modified_raw", "first_seen_at", "read_at", "text_source", "shortfall", "removed_at", "removed_why",
)  # fmt: skip
ARTICLE = ("id", *_OF_ARTICLE)
"""The names of `article_record`."""
MATCH = (
    "id",
    "article",
    "watchlist",
    "version",
    "score",
    "status",
    "matched_at",
    "lost_at",
    "tags",
    "assignee",
    *_OF_ARTICLE,
    "hits",
)
"""Those of `match_record`."""
LINE = (*MATCH, "story", "further", "further_outlets")
"""Those of `line_record`."""
TURN = (*MATCH, "turn", "turned_at", "revision")
"""Those of `turn_record`."""


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def article_record(article: Article) -> Record:
    """An article, without its text."""
    return {
        "id": article.id,
        "title": article.headline,
        "url": article.url,
        "outlet": article.outlet,
        "feed": article.feed_id,
        "language": article.language,
        "authors": list(article.authors),
        "published_at": _iso(article.published_at),
        "modified_at": _iso(article.modified_at),
        "published_raw": article.published_raw,
        "modified_raw": article.modified_raw,
        "first_seen_at": _iso(article.first_seen_at),
        "read_at": _iso(article.read_at),
        "text_source": str(article.text_source),
        "shortfall": str(article.shortfall) if article.shortfall else None,
        "removed_at": _iso(article.removed_at),
        "removed_why": str(article.removed_why) if article.removed_why else None,
    }


def match_record(match: Match) -> Record:
    """A match with its article."""
    article = {key: value for key, value in article_record(match.article).items() if key != "id"}
    return {
        "id": match.id,
        "article": match.article.id,
        "watchlist": match.found.watchlist_id,
        "version": match.found.version,
        "score": match.found.score,
        "status": str(match.status),
        "matched_at": _iso(match.matched_at),
        "lost_at": _iso(match.lost_at),
        "tags": list(match.tags),
        "assignee": match.assignee or None,
        **article,
        "hits": [hit_record(hit) for hit in match.found.hits],
    }


def line_record(line: "Line") -> Record:
    """A match as it is listed, and how many it stands for."""
    counted = {"story": line.story_id, "further": line.further, "further_outlets": line.further_outlets}
    return match_record(line.match) | counted


def turn_record(turned: "Turned") -> Record:
    """A match that a revision started or stopped."""
    said = {"turn": str(turned.turn), "turned_at": _iso(turned.at), "revision": turned.revision}
    return match_record(turned.match) | said


def revision_record(revision: Revision) -> Record:
    """A revision of an article, without the words."""
    return {
        "number": revision.number,
        "source": str(revision.source),
        "since": _iso(revision.since),
        "replaced_at": _iso(revision.replaced_at),
        "headline": revision.headline or None,
        "new_headline": revision.new_headline or None,
        "said": revision.said or None,
        "words_added": revision.words_added,
        "words_removed": revision.words_removed,
        "is_return": revision.is_return,
    }


def page_record(page: RawPage) -> Record:
    """A page that is kept as it was sent, without its body."""
    return {
        "url": page.url,
        "final_url": page.final_url,
        "status": page.status,
        "headers": [list(header) for header in page.headers],
        "bytes": len(page.body),
        "sha256": page.sha256,
        "fetched_at": page.fetched_at.isoformat(),
    }


def review_record(review: Review) -> Record:
    """A decision about a match."""
    return {
        "status": str(review.status),
        "note": review.note,
        "reviewer": review.reviewer,
        "reviewed_at": _iso(review.reviewed_at),
        "before": str(review.before),
        "tags": list(review.tags),
        "tags_before": list(review.tags_before),
        "assignee": review.assignee or None,
        "assignee_before": review.assignee_before or None,
        "manner": str(review.manner),
        "decision": review.decision,
        "undoes": review.undoes,
        "version": review.version or None,
        "score": review.score,
        "text_source": str(review.text_source) if review.text_source else None,
        "revision": review.revision,
    }


def hit_record(hit: Hit) -> Record:
    """A hit; offsets in characters in the article's own field."""
    return {
        "field": str(hit.field),
        "start": hit.start,
        "end": hit.end,
        "term": hit.term,
        "list": hit.list_id or None,
        "language": hit.language or None,
    }


def story_record(story: "Story") -> Record:
    """A story, without its articles."""
    return {
        "id": story.id,
        "title": story.title,
        "first": story.first,
        "first_outlet": story.first_outlet,
        "began_at": _iso(story.began_at),
        "grown_at": _iso(story.grown_at),
        "articles": story.articles,
        "lately": story.lately,
        "origins": story.origins,
        "outlets": list(story.outlets),
        "languages": list(story.languages),
    }


def member_record(member: "Member", found: Sequence[Match]) -> Record:
    """An article in a story, why it belongs, and the watchlists that it matches."""
    place = member.membership
    return {
        "article": article_record(member.article),
        "joined_at": _iso(member.joined_at),
        "how": str(place.how),
        "like": place.like,
        "overlap": place.overlap,
        "shared": list(place.shared),
        "origin": place.origin,
        "credit": member.credit or None,
        "note": place.note,
        "watchlists": [match.found.watchlist_id for match in found if not match.lost_at],
    }


def short(key: str) -> str:
    """The first digits of an id: enough to name it on the command line."""
    return key[:8]


def when(article: Article, zone: tzinfo) -> str:
    """When the article was published, else when it was first seen, as a person in `zone` reads it."""
    return show_moment(article.published_at or article.first_seen_at, zone)
