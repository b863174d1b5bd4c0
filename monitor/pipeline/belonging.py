"""Gives an article its place in a story, in the transaction that saves its text."""

from datetime import datetime

from monitor.model import Article, ArticleId
from monitor.store import lately, memberships, neighbours
from monitor.store.store import Transaction
from monitor.stories.copies import Wording
from monitor.stories.credits import Credits
from monitor.stories.events import Report
from monitor.stories.said import report_of, wording_of
from monitor.stories.story import Membership, place, resembles

NOBODY = Credits(())
"""Of no agency."""


def join(
    tx: Transaction, article: Article, now: datetime, credits_: Credits = NOBODY, *, is_new: bool = False
) -> Membership:
    """The place of an article, found now if it has none; `credits_`: by which it is told whose text it is.

    One that founded a story and is alone in it is placed anew: with a better text it may turn out to be a copy. Any
    other stays where it is, and is found by what it says now. `is_new`: it is thought to have no place, so it is not
    asked for before one is given; that it has one is found then.
    """
    told, own = report_of(article), wording_of(article)
    credit = credits_.whose(article)
    known = None if is_new else memberships.membership(tx, article.id)
    grown = memberships.grown_at(tx, known.story_id) if known else None
    if known and not memberships.dissolve(tx, article.id):
        memberships.reword(tx, article.id, told, own, credit=credit)
        return known
    found = _found(tx, article.id, told, own, now)
    if not memberships.add(tx, article.id, found, told, own, now, credit=credit):
        return join(tx, article, now, credits_)
    if known and grown and found.story_id == known.story_id:
        # It is as alone as before: nothing has grown, and what is listed first is what has.
        memberships.set_grown(tx, found.story_id, grown)
    return found


def _found(tx: Transaction, article_id: ArticleId, told: Report, own: Wording, now: datetime) -> Membership:
    """Where an article belongs that has no place."""
    around = neighbours.neighbourhood(tx, told, own, lately.window(tx, now))
    alike = [one for one in around.neighbours if resembles(told, one, around.says)]
    return place(article_id, told, alike, around.sizes, around.says)
