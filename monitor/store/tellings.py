"""What channels were told of stories, and what there is to tell."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from monitor.model import ArticleId, ChannelId, StoryId, WatchlistId
from monitor.store.connections import Transaction
from monitor.store.schema import articles, members, tellings
from monitor.store.statements import upsert
from monitor.stories.origins import Told, origins

_TOLD = select(tellings.c.origins, tellings.c.languages, tellings.c.told_at).where(
    tellings.c.channel == bindparam("channel"),
    tellings.c.watchlist_id == bindparam("watchlist"),
    tellings.c.story_id == bindparam("story"),
)
_MEMBERS = (
    select(members.c.article_id, members.c.origin, members.c.credit, articles.c.language)
    .join(articles, articles.c.id == members.c.article_id)
    .where(members.c.story_id == bindparam("story"))
    .order_by(members.c.reported_at, members.c.number)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Who tells a story, and in what languages."""

    origins: tuple[str, ...]
    """Independent ones: an agency's id, or the first article of a text that is nobody's else."""
    languages: tuple[str, ...]


def sources(tx: Transaction, story_id: StoryId) -> Sources:
    """Those of a story as it is now."""
    rows = tx.execute(_MEMBERS, {"story": story_id}).all()
    told = [Told(article_id=ArticleId(row.article_id), text=row.origin, credit=row.credit) for row in rows]
    found = tuple(one.agency or one.articles[0] for one in origins(told))
    return Sources(origins=found, languages=tuple(dict.fromkeys(row.language for row in rows if row.language)))


def told(
    tx: Transaction, channel: ChannelId, watchlist: WatchlistId, story: StoryId
) -> tuple[Sources, datetime] | None:
    """What a channel was told of a story, and when last; None: nothing."""
    row = tx.execute(_TOLD, {"channel": channel, "watchlist": watchlist, "story": story}).one_or_none()
    return row and (Sources(origins=row.origins, languages=row.languages), row.told_at)


def tell(
    tx: Transaction, channel: ChannelId, watchlist: WatchlistId, story: StoryId, known: Sources, now: datetime
) -> None:
    """A channel is told of a story as it is."""
    row = {
        "channel": channel,
        "watchlist_id": watchlist,
        "story_id": story,
        "told_at": now,
        "origins": known.origins,
        "languages": known.languages,
    }
    key = ("channel", "watchlist_id", "story_id")
    tx.execute(upsert(tx, tellings, key, ("told_at", "origins", "languages")), row)
