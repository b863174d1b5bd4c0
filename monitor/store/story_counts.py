"""How many stories matched within whiles: what a spike is told by."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Integer, and_, column, distinct, func, select, values

from monitor.model import WatchlistId
from monitor.store.columns import KEY, Utc
from monitor.store.connections import Transaction
from monitor.store.schema import matches, members


def within(
    tx: Transaction, watchlists: Collection[WatchlistId], spans: Sequence[tuple[datetime, datetime]]
) -> dict[WatchlistId, list[int]]:
    """Watchlist → the stories of which an article was found to match it within each of these spans.

    An article that is in no story is one by itself. What a rematch found is no news; what matches no more is no match.
    """
    if not watchlists or not spans:
        return {one: [] for one in watchlists}
    given = values(column("id", KEY), name="given").data([(one,) for one in watchlists]).cte("given")
    numbered = [(number, *span) for number, span in enumerate(spans)]
    columns = (column("number", Integer), column("began", Utc), column("ended", Utc))
    span = values(*columns, name="span").data(numbered).cte("span")
    # Correlated, so that whatever the planner thinks each span is read along the index.
    stories = select(func.count(distinct(func.coalesce(members.c.story_id, matches.c.article_id))))
    stories = stories.select_from(matches.outerjoin(members, members.c.article_id == matches.c.article_id))
    of_span = and_(matches.c.matched_at >= span.c.began, matches.c.matched_at < span.c.ended)
    is_news = and_(matches.c.lost_at.is_(None), matches.c.rematch_id.is_(None))
    stories = stories.where(matches.c.watchlist_id == given.c.id, of_span, is_news)
    number = stories.correlate(given, span).scalar_subquery()
    rows = select(given.c.id, number).join_from(given, span, span.c.number >= 0).order_by(span.c.number)
    found: dict[WatchlistId, list[int]] = {one: [] for one in watchlists}
    for watchlist, stories_ in tx.execute(rows):
        found[WatchlistId(watchlist)].append(int(stories_))
    return found
