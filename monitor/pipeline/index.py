"""The stage INDEX: the words of articles that are new, or whose texts have changed, are put into the index of words."""

import logging
from collections.abc import Hashable, Sequence

from monitor.errors import ParseError
from monitor.model import Article
from monitor.pipeline.stage import Stage
from monitor.pipeline.tools import Tools
from monitor.store import search
from monitor.store.search import ANYTHING, Indexed, Outdated
from monitor.workers.tasks import index_keys

AT_ONCE = 100
"""Articles of one task and one transaction."""

log = logging.getLogger(__name__)

Batch = tuple[Outdated, ...]


def index_stage(tools: Tools) -> Stage[Batch]:
    """The stage over all articles that the index does not hold as they are, some at a time, longest waiting first."""
    return Stage(
        "index",
        take=lambda _, busy: take(tools, busy),
        work=lambda batch: index(batch, tools),
        key=lambda batch: batch[0].article.id,
        width=1,
    )


async def take(tools: Tools, busy: frozenset[Hashable]) -> tuple[Batch, ...]:
    """The next ones; none while some are in work. Raises: StoreError."""
    if busy:
        return ()
    found = await tools.database.read(lambda tx: search.outdated(tx, AT_ONCE))
    return (found,) if found else ()


async def index(batch: Batch, tools: Tools) -> None:
    """Put the words of these articles into the index. Raises: StoreError, when they cannot be saved."""
    keys = await _keys([one.article for one in batch], tools)
    done = [Indexed(article_id=one.article.id, times=one.times, keys=own) for one, own in zip(batch, keys, strict=True)]
    await tools.database.save(lambda tx: search.put(tx, done, tools.clock()))


async def _keys(articles: Sequence[Article], tools: Tools) -> Sequence[Sequence[str]]:
    """Those of each; of one whose text kills its worker, that it may hold anything."""
    try:
        return await tools.workers.run(index_keys, [searched_text(article) for article in articles])
    except ParseError as error:
        if len(articles) > 1:
            return [(await _keys([article], tools))[0] for article in articles]
        log.warning("index: the words of %s could not be told, every search looks at it: %s", articles[0].url, error)
        return [[ANYTHING]]


def searched_text(article: Article) -> str:
    """What of an article the index holds."""
    return "\n".join((article.title, article.summary, article.text))
