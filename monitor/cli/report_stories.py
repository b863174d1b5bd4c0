"""The stories that a report tells, and the matches that are in none."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.cli.publishers import Publishers
from monitor.cli.quotes import Quoted, quoted
from monitor.model import Article
from monitor.outgoing.address import address
from monitor.outgoing.report import Headline, ReportedStory, Top, cropped, top

if TYPE_CHECKING:
    from monitor.model import StoryId
    from monitor.store.report import Period
    from monitor.store.store import Transaction
    from monitor.stories.story import Story

STORIES = 20
"""That are told; the others are counted."""
OUTLETS = 8
"""That a story names; likewise."""
LOOSE = 10
"""Articles in no story that are named; likewise."""


def headline(article: Article, known: Publishers, at: datetime) -> Headline:
    """An article, as a line of a report names it."""
    return Headline(
        title=cropped(article.headline),
        url=address(article.url),
        outlet=known.outlet(article.outlet),
        language=article.language,
        at=at,
    )


def stories(tx: "Transaction", period: "Period", known: Publishers, now: datetime) -> Top[ReportedStory]:
    """The stories of which an article matched in the period, those with most independent origins first."""
    from monitor.store import articles
    from monitor.store import report as counts
    from monitor.store import stories as told

    these = counts.stories_of(period)
    found = told.most_told(tx, these, STORIES, now)
    ids = [story.id for story in found]
    firsts = articles.at(tx, [story.first for story in found], full=False)
    copies, said = counts.copies(tx, ids), _said(tx, period, ids)
    shown = tuple(
        _story(
            story, headline(firsts[story.first], known, story.began_at), copies.get(story.id, 0), *said[story.id], known
        )
        for story in found
    )
    return Top(shown=shown, more=counts.number_of(tx, these) - len(shown))


def loose(tx: "Transaction", period: "Period", known: Publishers) -> Top[Headline]:
    """The newest matches of articles that are in no story yet."""
    from monitor.store import report as counts

    found, number = counts.loose(tx, period, LOOSE)
    shown = tuple(headline(one.article, known, one.article.published_at or one.matched_at) for one in found)
    return Top(shown=shown, more=number - len(shown))


def _said(tx: "Transaction", period: "Period", stories: "Sequence[StoryId]") -> "dict[StoryId, tuple[Quoted, int]]":
    """Of each story its earliest report that matched in the period, with what it says, and how many matched."""
    from monitor.store import report as counts
    from monitor.store.match_stream import Placed

    first = counts.first_matches(tx, period, stories)
    placed = (Placed(match=match, story_id=story) for story, (match, _) in first.items())
    return {story: (one, number) for one, (story, (_, number)) in zip(quoted(tx, placed), first.items(), strict=True)}


def _story(
    story: "Story", first: Headline, copies: int, said: Quoted, matches: int, known: Publishers
) -> ReportedStory:
    article = said.article
    return ReportedStory(
        id=story.id,
        first=first,
        origins=story.origins,
        articles=story.articles,
        copies=copies,
        matches=matches,
        outlets=top(tuple(map(known.outlet, story.outlets)), OUTLETS),
        languages=story.languages,
        quote=next(iter(said.quotes), None),
        quoted=headline(article, known, article.published_at or article.first_seen_at),
    )
