"""The stage INDEX keeps the index of words: what is new or changed is put in, whatever its text does to workers."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest

from monitor.errors import ParseError, ParseKind, StoreError
from monitor.pipeline import index
from monitor.pipeline.index import take
from monitor.rules.needs import Key
from monitor.store import articles, search, unsearched
from monitor.store.articles import ArticleQuery
from monitor.store.store import Transaction
from monitor.workers.tasks import index_keys
from tests.builders import an_article
from tests.pipeline.conftest import InlineWorkers, World
from tests.pipeline.test_read import LONG

T = TypeVar("T")


def titles(tx: Transaction, key: str) -> list[str]:
    numbers = search.hits(tx, Key(key, prefix=False), since=None, below=None, limit=10)
    return sorted(one.article.title for one in search.at_numbers(tx, numbers, ArticleQuery()))


async def test_what_is_read_is_found_by_its_words(world: World) -> None:
    world.offer(world.item("نفق في رفح", "/1", text="Two fighters."))
    world.page("/1", f"{LONG}\nThey left Refah'ta.")
    await world.run()
    for key in ("رفح", "fighters", "refah", "left"):
        assert world.reading(titles, key) == ["نفق في رفح"], key
    assert world.reading(unsearched.waiting) == 0


async def test_what_changes_is_put_anew(world: World) -> None:
    world.offer(world.item("Talks", "/1", text="In Cairo.", guid="1"))
    world.page("/1", LONG)
    await world.run()
    world.offer(world.item("Talks", "/1", text="In Doha.", guid="1"))
    world.poll_again()
    await world.run(after=timedelta(hours=1))
    assert world.reading(titles, "doha") == world.reading(titles, "cairo") == ["Talks"]


async def test_more_than_fit_into_one_task_are_put_one_batch_after_the_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "AT_ONCE", 2)
    world.offer(*(world.item(f"Talks {number}", guid=f"{number}") for number in range(5)))
    await world.run()
    assert len(world.reading(titles, "talks")) == 5


class Fragile(InlineWorkers):
    """Their worker dies of a text in which this word stands."""

    async def run(self, task: Callable[..., T], *arguments: object) -> T:
        if task is index_keys and "poison" in repr(arguments):
            raise ParseError("the worker died", ParseKind.CRASH)
        return await super().run(task, *arguments)


async def test_a_text_that_kills_its_worker_costs_no_other_its_place(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.workers = Fragile(world.config().settings.workers)
    world.offer(world.item("Talks", guid="1"), world.item("Talks poison", guid="2"), world.item("Football", guid="3"))
    await world.run()
    assert world.reading(titles, "talks") == ["Talks", "Talks poison"]
    assert world.reading(titles, "football") == ["Football", "Talks poison"]
    assert "could not be told, every search looks at it: the worker died" in caplog.text


async def test_what_cannot_be_saved_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StoreError("the disk is full")

    world.offer(world.item("Talks", guid="1"))
    with monkeypatch.context() as full:
        full.setattr(search, "put", fail)
        with pytest.raises(StoreError, match="the disk is full"):
            await world.run()
    assert world.reading(unsearched.waiting) == 1
    await world.run()
    assert world.reading(titles, "talks") == ["Talks"]


async def test_one_batch_is_in_work_at_a_time(world: World) -> None:
    async with world.tools() as tools:
        assert await take(tools, frozenset()) == ()
        await tools.database.write(lambda tx: articles.insert_new(tx, [an_article()]))
        assert [[one.article.id for one in batch] for batch in await take(tools, frozenset())] == [[an_article().id]]
        assert await take(tools, frozenset(["some"])) == ()
