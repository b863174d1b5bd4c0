"""What is in memory of the members that joined last is what the database says, however it came there."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from monitor.model import Belonging
from monitor.pipeline.belonging import join
from monitor.store import articles, lately, memberships
from monitor.store.arrivals import Arrivals
from monitor.store.recent import HOLDERS, Holders, Recent, Said
from monitor.store.schema import members
from monitor.store.store import Store, Transaction
from monitor.stories.said import report_of, wording_of
from monitor.stories.story import Membership, story_key
from tests.builders import NOON, an_article
from tests.store.test_stories import WORDS, key, told, united

MINUTE = timedelta(minutes=1)


def said(number: int, *terms: int, sample: tuple[int, ...] = (), weight: float = 1.0) -> Said:
    return Said(number, 60.0 * number, frozenset(terms), weight, sample)


def test_a_hint_leads_to_its_last_holders() -> None:
    held = Holders()
    for number in range(1, 100):
        held.add(number, [7, number + 1_000])
    held.add(200, [8, 2**32 - 1])
    assert held.last(7, 1) == tuple(range(99, 99 - HOLDERS, -1))
    assert held.last(7, 98) == (99, 98)
    assert held.last(7, 1, 2) == (2, 1)
    assert (held.last(7, 100), held.last(9, 1), held.last(2**32 - 1, 1)) == ((), (), (200,))
    assert (held.has(7, 1), held.has(7, 200), held.has(9, 1), held.has(2**32 - 1, 201)) == (True, False, False, False)
    held.remove(99, [7, 12_345])
    held.forget_before(98)
    assert held.last(7, 1) == (98,)


def test_many_at_once_are_found_as_one_by_one() -> None:
    chance, one_by_one, at_once = random.Random(0), Holders(), Holders()
    for number in range(50):
        hints = {chance.randrange(2**32) if chance.random() < 0.5 else chance.randrange(5) for _ in range(20)}
        one_by_one.add(number, hints)
        at_once.append(number, hints)
    at_once.sort()
    assert [one_by_one.last(hint, 10) for hint in range(5)] == [at_once.last(hint, 10) for hint in range(5)]


def test_a_member_that_is_not_held_is_neither_changed_nor_removed() -> None:
    held = Recent()
    held.fill(5, [said(5, 1, sample=(16,)), said(6, 1)])
    held.change(said(4, 1), said(4, 2))
    held.remove(said(4, 1))
    assert (held.terms.last(1, 1), held.terms.last(2, 1)) == ((6, 5), ())
    held.change(said(5, 1, sample=(16,)), said(5, 2, sample=(32,), weight=3.0))
    assert (held.terms.last(1, 1), held.terms.last(2, 1)) == ((6,), (5,))
    assert (held.shingles.last(16, 1), held.shingles.last(32, 1)) == ((), (5,))
    assert (held.weight(4), held.weight(5), held.joined_at(6), held.joined_at(7)) == (0.0, 3.0, 360.0, 0.0)
    held.remove(said(6, 1))
    assert (held.last, held.holds(5, 5), held.holds(4, 5), held.holds(5, 4)) == (5, True, False, False)


def test_what_is_asked_for_no_more_is_let_go_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.store.recent._SLACK", 10)
    held = Recent()
    held.fill(1, [said(number, 7) for number in range(1, 31)])
    held.forget_before(11)
    assert held.holds(1, 30)
    held.forget_before(12)
    assert (held.holds(11, 30), held.holds(12, 30), len(held.terms.last(7, 1))) == (False, True, 19)


def test_the_first_since_a_moment_is_so_by_its_moment() -> None:
    held = Arrivals()
    for number, moment in ((1, 10.0), (2, 8.0), (3, 10.0), (4, 12.0)):
        held.add(number, moment)
    assert [held.first_since(moment) for moment in (0.0, 8.0, 9.0, 10.0, 11.0, 13.0)] == [2, 2, 1, 1, 4, None]
    held.remove(1, 10.0)
    assert held.first_since(9.0) == 3
    held.remove(3, 10.0)
    held.forget_before(4)
    assert held.first_since(0.0) == 4


def texts(number: int) -> Iterator[tuple[str, str, str]]:
    """(name, title, text) of articles that resemble each other more or less, some of them again with other words."""
    chance = random.Random(number)
    for place in range(60):
        event = random.Random(chance.randrange(12))
        words = [event.choice(WORDS) + event.choice("qxz") for _ in range(6)]
        written = event if chance.random() < 0.5 else chance
        text = " ".join(f"{written.choice(WORDS)} {written.randrange(40)}" for _ in range(chance.choice((8, 90))))
        name = f"paper{chance.randrange(place + 1)}" if chance.random() < 0.3 else f"paper{place}"
        yield name, " ".join(words), text


def put(tx: Transaction, place: int, name: str, title: str, text: str) -> Membership:
    at = NOON + place * 90 * MINUTE
    article = an_article(f"https://{name}.example/1", outlet=name, title=title, text=text, first_seen_at=at)
    articles.insert_new(tx, [article])
    articles.save_text(tx, article)
    return join(tx, article, at)


def merged(tx: Transaction, place: int) -> None:
    """Make two articles one, now and then."""
    names = [f"paper{place}", f"paper{place - 7}"]
    if place % 9 == 8 and len(articles.at(tx, list(map(key, names)))) == len(names):
        united(tx, *names)


@pytest.mark.parametrize("number", range(3))
def test_places_are_the_same_whether_memory_is_fresh_or_not(
    store: Store, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Small enough that members leave it, and older ones are asked for in the table.
    monkeypatch.setattr(lately, "KEPT", 16)
    monkeypatch.setattr(lately, "_AT_ONCE", 5)
    monkeypatch.setattr("monitor.store.recent._SLACK", 4)
    chance = random.Random(number)
    warm: list[Membership] = []
    cold: list[Membership] = []
    for found, forgets in ((warm, False), (cold, True)):
        for place, one in enumerate(texts(number)):
            with store.writing() as tx:
                if forgets and chance.random() < 0.7:
                    lately.recent(tx).forget()
                found.append(put(tx, place, *one))
                merged(tx, place)
        with store.writing() as tx:
            emptied(tx)
    assert warm == cold
    assert len({one.how for one in warm}) == 3


@pytest.mark.parametrize("number", range(3))
def test_a_window_is_what_the_database_says(store: Store, number: int) -> None:
    chance, at = random.Random(number), NOON
    for place in range(30):
        with store.writing() as tx:
            for one in range(chance.randrange(1, 5)):
                # Clocks are set back now and then, and days pass without an article.
                at += chance.choice((-2 * MINUTE, MINUTE, MINUTE, timedelta(hours=9)))
                article = an_article(f"https://paper{place}.example/{one}", title=f"Talks {place} {one}")
                articles.insert_new(tx, [article])
                join(tx, article, at, is_new=chance.random() < 0.5)
                if chance.random() < 0.2:
                    memberships.dissolve(tx, article.id)
                moment = at + chance.choice((MINUTE, -MINUTE, -timedelta(days=1)))
                assert lately.window(tx, moment).lately == asked(tx, moment)


def asked(tx: Transaction, now: datetime) -> int:
    """The first member that joined in the two days before, or the one to come."""
    since = select(members.c.number).where(members.c.joined_at >= now - timedelta(days=2))
    found = tx.execute(since.order_by(members.c.joined_at, members.c.number).limit(1)).scalar()
    last = tx.execute(select(func.max(members.c.number))).scalar() or 0
    return int(found or last + 1)


def emptied(tx: Transaction) -> None:
    """Take all articles away that a test put there."""
    for table in ("members", "stories", "shingles", "texts", "addresses", "articles"):
        tx.exec_driver_sql(f"DELETE FROM {table}")
    lately.recent(tx).forget()


def test_a_transaction_that_fails_leaves_no_trace(store: Store) -> None:
    title, text = "Strike on Khan Younis kills three aid workers", "Three workers of a kitchen died on Monday."
    with store.writing() as tx:
        told(tx, "wire", "Cup final ends in a draw")

    def fail() -> None:
        with store.writing() as tx:
            told(tx, "paper", title, text)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.writing() as tx:
        # The number of what was never there is another's now.
        other = told(tx, "sports", "Champions lose at home")
        again = told(tx, "radio", title, text)
        assert {other.how, again.how} == {"first"}
        assert told(tx, "tv", title, text).like == key("radio")


def test_what_was_saved_before_anybody_asked_is_seen(store: Store) -> None:
    title, text = "Strike on Khan Younis kills three aid workers", "Three workers of a kitchen died on Monday."
    article = an_article("https://paper.example/1", outlet="paper", title=title, text=text, summary="")
    found = Membership(story_id=story_key(article.id), how=Belonging.FIRST, origin=article.id)
    with store.writing() as tx:
        told(tx, "wire", "Cup final ends in a draw")
    with store.writing() as tx:
        articles.insert_new(tx, [article])
        assert memberships.add(tx, article.id, found, report_of(article), wording_of(article), NOON)
        assert told(tx, "radio", title, text).like == article.id
    with store.writing() as tx:
        assert told(tx, "tv", title, text).like


def test_what_another_program_saved_is_seen(store: Store, database_url: str) -> None:
    title, text = "Strike on Khan Younis kills three aid workers", "Three workers of a kitchen died on Monday."
    with store.writing() as tx:
        told(tx, "wire", "Cup final ends in a draw")
    with Store.open(database_url) as other, other.writing() as tx:
        told(tx, "paper", title, text)
    with store.writing() as tx:
        assert told(tx, "radio", title, text).like == key("paper")
        assert memberships.membership(tx, key("radio"))
