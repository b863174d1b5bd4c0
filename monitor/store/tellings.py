"""What channels were told of stories, and what there is to tell of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from monitor.model import ArticleId, ChannelId, StoryId, WatchlistId
from monitor.store.connections import Transaction
from monitor.store.schema import articles, members, tellings
from monitor.store.statements import upsert
from monitor.stories.origins import Told
from monitor.stories.telling import Telling

_TOLD = select(tellings.c.origins, tellings.c.languages, tellings.c.told_at).where(
    tellings.c.channel == bindparam("channel"),
    tellings.c.watchlist_id == bindparam("watchlist"),
    tellings.c.story_id == bindparam("story"),
)
_MEMBERS = (
    select(members.c.article_id, members.c.origin, members.c.credit, articles.c.language, articles.c.outlet)
    .join(articles, articles.c.id == members.c.article_id)
    .where(members.c.story_id == bindparam("story"))
    .order_by(members.c.reported_at, members.c.number)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tellers:
    """Who tells a story, and in what languages."""

    told: Sequence[Told]
    """In the order of their dates."""
    outlets: Mapping[ArticleId, str]
    """Of each, its outlet's id."""
    languages: tuple[str, ...]


def tellers(tx: Transaction, story_id: StoryId) -> Tellers:
    """Those of a story as it is now."""
    rows = tx.execute(_MEMBERS, {"story": story_id}).all()
    return Tellers(
        told=[Told(article_id=ArticleId(row.article_id), text=row.origin, credit=row.credit) for row in rows],
        outlets={ArticleId(row.article_id): row.outlet for row in rows},
        languages=tuple(dict.fromkeys(row.language for row in rows if row.language)),
    )


def told(tx: Transaction, channel: ChannelId, watchlist: WatchlistId, story: StoryId) -> tuple[Telling, ...]:
    """What a channel was told of a story; () for nothing."""
    rows = tx.execute(_TOLD, {"channel": channel, "watchlist": watchlist, "story": story})
    return tuple(
        Telling(origins=frozenset(row.origins), languages=frozenset(row.languages), told_at=row.told_at) for row in rows
    )


def tell(tx: Transaction, channel: ChannelId, watchlist: WatchlistId, story: StoryId, telling: Telling) -> None:
    """What a channel has now been told of a story."""
    row = {
        "channel": channel,
        "watchlist_id": watchlist,
        "story_id": story,
        "told_at": telling.told_at,
        "origins": tuple(sorted(telling.origins)),
        "languages": tuple(sorted(telling.languages)),
    }
    key = ("channel", "watchlist_id", "story_id")
    tx.execute(upsert(tx, tellings, key, ("told_at", "origins", "languages")), row)
