"""Saves that come together are committed together; none waits for ever, and none fails for another."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import count

import pytest

from monitor.errors import LockedError, StoreError
from monitor.model import Article
from monitor.pipeline import database as module
from monitor.pipeline.database import Database
from monitor.store import articles
from monitor.store.articles import ArticleQuery
from monitor.store.store import Store, Transaction
from tests.builders import an_article

LONG = timedelta(minutes=10)
"""Longer than any test: whoever waits so long for company waits for what the test does next."""


class Counted(Store):
    """Counts its write transactions."""

    commits = 0

    def writing(self):  # type: ignore[no-untyped-def]
        self.commits += 1
        return super().writing()


def saving(number: int) -> Callable[[Transaction], int]:
    def work(tx: Transaction) -> int:
        articles.insert_new(tx, [article(number)])
        return number

    return work


def article(number: int) -> Article:
    return an_article(title=f"Article {number}", url=f"https://gazette.example/{number}")


def failing(_tx: Transaction) -> None:
    raise StoreError("the disk is full")


def stored(store: Store) -> list[str]:
    with store.reading() as tx:
        return sorted(one.title for one in articles.query(tx, ArticleQuery(limit=None)))


async def test_saves_that_come_together_share_a_transaction(database_url: str) -> None:
    with Counted.open(database_url) as store:
        async with Database(store, linger=timedelta(milliseconds=20)) as database:
            before = store.commits
            assert await asyncio.gather(*(database.save(saving(number)) for number in range(5))) == [0, 1, 2, 3, 4]
            assert store.commits - before == 1
        assert len(stored(store)) == 5


async def test_a_save_that_fails_takes_no_other_with_it(database_url: str) -> None:
    with Store.open(database_url) as store:
        async with Database(store, linger=timedelta(milliseconds=20)) as database:
            saves = (database.save(saving(1)), database.save(failing), database.save(saving(2)))
            one, error, two = await asyncio.gather(*saves, return_exceptions=True)
        assert (one, two) == (1, 2)
        assert isinstance(error, StoreError)
        assert stored(store) == ["Article 1", "Article 2"]


def saving_all(tx: Transaction, numbers: Sequence[int]) -> list[str]:
    if 0 in numbers:
        failing(tx)
    articles.insert_new(tx, [article(number) for number in numbers])
    return [f"{number} of {numbers}" for number in numbers]


async def test_the_same_work_is_done_for_all_that_wait_for_it_in_their_order(database_url: str) -> None:
    with Store.open(database_url) as store:
        async with Database(store, linger=timedelta(milliseconds=20)) as database:
            first = [database.save_together(saving_all, number) for number in (1, 2)]
            last = [database.save_together(saving_all, number) for number in (4, 5)]
            said = await asyncio.gather(*first, database.save(saving(3)), *last)
        assert said == ["1 of [1, 2]", "2 of [1, 2]", 3, "4 of [4, 5]", "5 of [4, 5]"]


async def test_of_work_done_together_the_one_that_fails_takes_no_other_with_it(database_url: str) -> None:
    with Store.open(database_url) as store:
        async with Database(store, linger=timedelta(milliseconds=20)) as database:
            saves = [database.save_together(saving_all, number) for number in (1, 0, 2)]
            one, error, two = await asyncio.gather(*saves, return_exceptions=True)
        assert (one, two) == ("1 of [1]", "2 of [2]")
        assert isinstance(error, StoreError)
        assert stored(store) == ["Article 1", "Article 2"]


async def test_what_must_be_written_at_once_takes_along_what_waits(database_url: str) -> None:
    with Store.open(database_url) as store:
        async with Database(store, linger=LONG) as database:
            patient = asyncio.create_task(database.save(saving(1)))
            await asyncio.sleep(0)
            assert await database.write(saving(2)) == 2
            assert await patient == 1


async def test_a_full_group_does_not_wait(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 3)
    with Store.open(database_url) as store:
        async with Database(store, linger=LONG) as database:
            assert await asyncio.gather(*(database.save(saving(number)) for number in range(3))) == [0, 1, 2]


async def test_the_end_carries_out_what_still_waits_even_for_who_was_cancelled(database_url: str) -> None:
    with Store.open(database_url) as store:
        async with Database(store, linger=LONG) as database:
            patient = asyncio.create_task(database.save(saving(1)))
            await asyncio.sleep(0)
            patient.cancel()
            with pytest.raises(asyncio.CancelledError):
                await patient
        assert stored(store) == ["Article 1"]


async def test_a_bug_in_a_save_reaches_who_asked_for_it(database_url: str) -> None:
    numbers = count()

    def buggy(_tx: Transaction) -> None:
        next(numbers)
        raise KeyError("no such thing")

    with Store.open(database_url) as store:
        async with Database(store) as database:
            with pytest.raises(KeyError, match="no such thing"):
                await database.save(buggy)
    assert next(numbers) == 1


async def test_a_change_is_followed_by_its_consequence_before_anything_else_is_saved(store: Store) -> None:
    order: list[str] = []

    def noting(name: str) -> Callable[[Transaction], None]:
        return lambda _tx: order.append(name)

    async with Database(store, linger=timedelta()) as database:
        before = asyncio.create_task(database.write(noting("before")))
        await asyncio.sleep(0)
        change = asyncio.create_task(database.change(noting("change"), lambda: order.append("then")))
        await asyncio.sleep(0)
        after = asyncio.create_task(database.save(noting("after")))
        await asyncio.gather(before, change, after)
    assert order == ["before", "change", "then", "after"]


async def test_a_change_that_fails_has_no_consequence(store: Store) -> None:
    async with Database(store) as database:
        with pytest.raises(StoreError, match="the disk is full"):
            await database.change(failing, lambda: pytest.fail("it was not committed"))


async def test_the_thread_is_heard_of_after_each_piece_of_work_whatever_came_of_it(store: Store) -> None:
    def fail(_: Transaction) -> None:
        raise StoreError("the disk is full")

    heard: list[int] = []
    async with Database(store) as database:
        database.heard = lambda: heard.append(1)
        await database.write(saving(1))
        assert len(heard) == 1
        for failing in (database.write(fail), database.read(fail), database.change(fail, lambda: None)):
            with pytest.raises(StoreError):
                await failing
        assert len(heard) == 4
        await database.optimise()
    assert len(heard) == 5


async def test_without_the_right_to_write_nothing_is_written(store: Store) -> None:
    refused: list[LockedError] = []

    def hold() -> None:
        if refused:
            raise refused[0]

    async with Database(store, hold=hold) as database:
        await database.write(saving(1))
        refused.append(LockedError("another daemon has it"))
        with pytest.raises(LockedError):
            await database.write(saving(2))
        with pytest.raises(LockedError):
            await database.change(saving(3), lambda: None)
        results = await asyncio.gather(database.save(saving(4)), database.save(saving(5)), return_exceptions=True)
        assert [type(one) for one in results] == [LockedError, LockedError]
        refused.clear()
        await database.write(saving(6))
    assert len(stored(store)) == 2
