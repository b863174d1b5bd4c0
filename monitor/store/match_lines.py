"""The matches as they are listed: one line for those of a watchlist that one story holds, the newest of them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, distinct, func, literal, select, tuple_

from monitor.model import Match, StoryId
from monitor.store.articles import Order
from monitor.store.connections import Transaction
from monitor.store.match_query import MatchQuery, conditions, order_of
from monitor.store.matches import match_of, selected_matches
from monitor.store.schema import articles, matches, members
from monitor.store.statements import InOrder

_SORTED_BY = {
    Order.PUBLISHED: (articles.c.published_at, articles.c.first_seen_at),
    Order.OUTLET: (articles.c.outlet,),
}
"""What of an article an order goes by."""
_other, _told, _place = matches.alias("other"), articles.alias("told"), members.alias("place")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A match, and those that it stands for: of its watchlist and in its story, as the query asks; a lost one stands
    for lost ones only, and none of them for one that holds."""

    match: Match
    """The newest."""
    story_id: StoryId | None
    """None: its article is in no story, and the match stands for itself."""
    further: int
    """How many others it stands for."""
    further_outlets: int
    """Of those."""


def query(tx: Transaction, asked: MatchQuery, *, folded: bool = True) -> tuple[Line, ...]:
    """The lines asked for, in the order asked for; a line each match where they are not `folded`."""
    heads = _heads(asked, folded=folded).subquery("heads")
    counted = _counted(asked, heads, folded=folded).subquery("counted")
    rows = selected_matches(full=asked.full).join(counted, counted.c.id == matches.c.id)
    rows = rows.add_columns(counted.c.story_id, counted.c.further, counted.c.further_outlets)
    rows = rows.order_by(*order_of(asked.order))
    return tuple(
        Line(
            match=match_of(row, full=asked.full),
            story_id=StoryId(row.story_id) if row.story_id else None,
            further=row.further,
            further_outlets=row.further_outlets,
        )
        for row in tx.execute(rows).all()
    )


def _heads(asked: MatchQuery, *, folded: bool) -> Select[Any]:
    """The match that each line shows, `limit` of them."""
    if folded and asked.order not in (Order.NEWEST, Order.OLDEST):
        return _heads_of_all(asked)
    own = (matches.c.id, matches.c.watchlist_id, matches.c.lost_at)
    # Outer joins, which a database leaves out where nothing is asked of their articles.
    source = matches.outerjoin(articles, articles.c.id == matches.c.article_id)
    if not folded:
        rows = select(*own, matches.c.article_id).select_from(source).where(*conditions(asked))
    else:
        # Not joined: PostgreSQL would do that for all matches, to sort what is left of them.
        belonging = select(members.c.story_id).where(members.c.article_id == matches.c.article_id)
        story_id = belonging.correlate(matches).scalar_subquery()
        rows = select(*own, story_id.label("story_id")).select_from(source).where(*conditions(asked))
        # As a case, of which PostgreSQL takes half for true: of a bare test for NULL it takes so few that it would
        # rather sort all matches than read the newest.
        rows = rows.where(case((_newer(asked, story_id).is_(None), True), else_=False))
    return rows.order_by(*order_of(asked.order)).limit(asked.limit).offset(asked.offset or None)


def _heads_of_all(asked: MatchQuery) -> Select[Any]:
    """The same where all lines are sorted anyway: then finding the newest of each at once costs less."""
    line = (matches.c.watchlist_id, matches.c.lost_at.is_(None), func.coalesce(members.c.story_id, matches.c.id))
    place = func.row_number().over(partition_by=line, order_by=order_of(Order.NEWEST)).label("place")
    source = matches.outerjoin(articles, articles.c.id == matches.c.article_id)
    source = source.outerjoin(members, members.c.article_id == matches.c.article_id)
    own = (matches.c.id, matches.c.watchlist_id, matches.c.lost_at, matches.c.matched_at, matches.c.score)
    told = _SORTED_BY.get(asked.order, ())
    all_ = (
        select(*own, members.c.story_id, *told, place).select_from(source).where(*conditions(asked)).subquery("placed")
    )
    rows = select(all_.c.id, all_.c.watchlist_id, all_.c.lost_at, all_.c.story_id).where(all_.c.place == 1)
    return rows.order_by(*order_of(asked.order, all_, all_)).limit(asked.limit).offset(asked.offset or None)


def _newer(asked: MatchQuery, story_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """1 where the line has a newer match, else NULL: from the story's last member on, mostly the first one met."""
    newer = tuple_(_other.c.matched_at, _other.c.id) > tuple_(matches.c.matched_at, matches.c.id)
    # In this order: SQLite, where it has no statistics, would read all newer matches of the watchlist for each line.
    rows = select(literal(1)).select_from(InOrder(_place, _other, _other.c.article_id == _place.c.article_id))
    rows = rows.outerjoin(_told, _told.c.id == _place.c.article_id)
    rows = rows.where(_place.c.story_id == story_id, *_of_one_line(asked, matches), newer)
    return rows.order_by(_place.c.number.desc()).limit(1).correlate(matches).scalar_subquery()


def _counted(asked: MatchQuery, heads: FromClause, *, folded: bool) -> Select[Any]:
    """What each of the lines stands for."""
    if not folded:
        source = heads.outerjoin(members, members.c.article_id == heads.c.article_id)
        none = literal(0).label("further"), literal(0).label("further_outlets")
        return select(heads.c.id, members.c.story_id, *none).select_from(source)
    own = (heads.c.id, heads.c.story_id)
    # A chain of outer joins: SQLite would work out a join in brackets for all stories.
    joined = heads.outerjoin(_place, _place.c.story_id == heads.c.story_id)
    joined = joined.outerjoin(_other, and_(_other.c.article_id == _place.c.article_id, _other.c.id != heads.c.id))
    joined = joined.outerjoin(_told, and_(_told.c.id == _other.c.article_id, *_of_one_line(asked, heads)))
    counts = func.count(_told.c.id).label("further"), func.count(distinct(_told.c.outlet)).label("further_outlets")
    return select(*own, *counts).select_from(joined).group_by(*own)


def _of_one_line(asked: MatchQuery, line: FromClause) -> list[ColumnElement[bool]]:
    """What matches must have in common, beside their story, to be one line."""
    is_lost = _other.c.lost_at.is_(None) == line.c.lost_at.is_(None)
    return [_other.c.watchlist_id == line.c.watchlist_id, is_lost, *conditions(asked, _other, _told)]
