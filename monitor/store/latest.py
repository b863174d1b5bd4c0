"""When each kind of work last bore fruit."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from monitor.store.connections import Transaction
from monitor.store.schema import articles, feeds, matches

_READ_AMONG = 1000
"""Articles, the newest ones, among which the page is looked for that was read last: no index stands on that moment."""

_POLLED = select(func.max(feeds.c.last_success_at), func.max(feeds.c.last_new_at)).where(feeds.c.active)
_NEWEST = select(articles.c.read_at).order_by(articles.c.first_seen_at.desc(), articles.c.id.desc()).limit(_READ_AMONG)
_READ = select(func.max(_NEWEST.subquery().c.read_at))
_MATCHED = select(matches.c.matched_at).order_by(matches.c.matched_at.desc(), matches.c.id.desc()).limit(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """Moments; None where there was none yet."""

    polled: datetime | None = None
    """When a feed last answered with a feed, or that nothing has changed."""
    news: datetime | None = None
    """When one last brought something new."""
    read: datetime | None = None
    """When a page was last read."""
    matched: datetime | None = None


def latest(tx: Transaction) -> Latest:
    """The moments as they are now."""
    polled, news = tx.execute(_POLLED).one()
    return Latest(polled=polled, news=news, read=tx.execute(_READ).scalar(), matched=tx.execute(_MATCHED).scalar())
