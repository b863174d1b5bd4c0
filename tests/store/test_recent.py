"""What is in memory of the members that joined last is what the database says, however it came there."""

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest

from monitor.pipeline.belonging import join
from monitor.store import articles, lately, memberships
from monitor.store.recent import HOLDERS, Holders, Recent, Said
from monitor.store.store import Store, Transaction
from monitor.stories.story import Membership
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


def test_what_another_program_saved_is_seen(store: Store, database_url: str) -> None:
    title, text = "Strike on Khan Younis kills three aid workers", "Three workers of a kitchen died on Monday."
    with store.writing() as tx:
        told(tx, "wire", "Cup final ends in a draw")
    with Store.open(database_url) as other, other.writing() as tx:
        told(tx, "paper", title, text)
    with store.writing() as tx:
        assert told(tx, "radio", title, text).like == key("paper")
        assert memberships.membership(tx, key("radio"))
