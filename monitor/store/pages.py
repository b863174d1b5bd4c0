"""Pages as their servers sent them: the evidence of what articles said, each text of a page once."""

import json
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from monitor.model import ArticleId, RawPage
from monitor.store.connections import Transaction
from monitor.store.schema import addresses, pages
from monitor.store.statements import upsert

_UNIQUE = ("article_id", "sha256")
_NOW_CALLED = select(addresses.c.article_id).where(addresses.c.key == bindparam("key"))
_OF_ARTICLE = select(pages).where(pages.c.article_id == bindparam("article")).order_by(pages.c.fetched_at, pages.c.id)


def put(tx: Transaction, article_id: ArticleId, page: RawPage) -> None:
    """Keeps a page of the article, or of the one that it was merged into; of the same bytes the first one stays."""
    owner = tx.execute(_NOW_CALLED, {"key": article_id}).scalar_one()
    tx.execute(upsert(tx, pages, _UNIQUE), _row(page) | {"article_id": owner})


def of_article(tx: Transaction, article_id: ArticleId) -> tuple[RawPage, ...]:
    """The pages of an article, the first one first."""
    return tuple(map(_page_of, tx.execute(_OF_ARTICLE, {"article": article_id})))


def move(tx: Transaction, younger: ArticleId, older: ArticleId) -> None:
    """Gives the pages of one article to another, but for those that this one has."""
    had = select(pages.c.sha256).where(pages.c.article_id == older)
    tx.execute(delete(pages).where(pages.c.article_id == younger, pages.c.sha256.in_(had)))
    tx.execute(update(pages).where(pages.c.article_id == younger).values(article_id=older))


def _row(page: RawPage) -> dict[str, Any]:
    return {
        "url": page.url,
        "final_url": page.final_url,
        "status": page.status,
        "headers": json.dumps(page.headers, ensure_ascii=False),
        "body": page.body,
        "sha256": page.sha256,
        "fetched_at": page.fetched_at,
    }


def _page_of(row: Any) -> RawPage:
    return RawPage(
        url=row.url,
        final_url=row.final_url,
        status=row.status,
        headers=tuple((name, value) for name, value in json.loads(row.headers)),
        body=row.body,
        sha256=row.sha256,
        fetched_at=row.fetched_at,
    )
