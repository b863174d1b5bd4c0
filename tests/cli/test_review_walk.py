"""The walk as a machine: what keys lead to."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli import keys
from monitor.cli.review_walk import (
    Ask,
    Decide,
    Do,
    Effect,
    Made,
    TakeBack,
    Walk,
    doubted,
    interrupted,
    recorded,
    step,
    taken_back,
)
from monitor.model import Status
from monitor.store.decisions import Change

THREE = Walk(total=3)
RELEVANT = Decide(change=Change(status=Status.RELEVANT))


def press(walk: Walk, *pressed: str) -> tuple[Walk, Effect | None]:
    effect: Effect | None = None
    for key in pressed:
        walk, effect = step(walk, key)
    return walk, effect


def typed(walk: Walk, key: str, text: str) -> tuple[Walk, Effect | None]:
    return press(walk, key, *text, keys.ENTER)


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("r", "relevant"),
        ("i", "irrelevant"),
        ("l", "later"),
        ("e", "escalated"),
        ("ق", "relevant"),
        ("ן", "irrelevant"),
    ],
)
def test_a_key_is_a_decision_about_the_match(key: str, status: str) -> None:
    assert step(THREE, key) == (THREE, Decide(change=Change(status=Status(status))))


@pytest.mark.parametrize("key", ["R", "I", "L", "E", "İ"])
def test_a_capital_is_one_about_all_that_the_line_stands_for(key: str) -> None:
    effect = step(THREE, key)[1]
    assert isinstance(effect, Decide)
    assert effect.whole


def test_one_goes_on_and_back_and_not_beyond_the_ends() -> None:
    assert press(THREE, "j", keys.DOWN)[0].place == 2
    assert press(THREE, "j", "j", "j")[0] == Walk(total=3, place=2, said=("this is the last one",))
    assert press(THREE, "j", "j", "k", keys.UP)[0] == THREE
    assert press(THREE, "k")[0].said == ("this is the first one",)


def test_a_long_match_has_pages_and_another_match_begins_at_its_first() -> None:
    assert press(THREE, " ", keys.PAGE_DOWN, "b")[0].page == 1
    assert press(THREE, keys.PAGE_UP)[0].page == 0
    assert press(THREE, " ", "j")[0].page == 0


def test_help_is_there_until_the_next_key_which_does_nothing_else() -> None:
    assert press(THREE, "?")[0].helping
    assert press(THREE, "?", "r") == (THREE, None)


def test_other_keys() -> None:
    assert step(THREE, "o")[1] is Do.OPEN
    assert step(THREE, "q")[1] is step(THREE, keys.END_OF_INPUT)[1] is Do.QUIT
    assert step(THREE, "x")[0].said == ("no such key; ? shows them",)
    assert step(replace(THREE, said=("x",)), keys.REDRAW) == (THREE, None)


def test_a_note_is_recorded_at_once() -> None:
    assert press(THREE, "n")[0].asking is Ask.NOTE
    assert typed(THREE, "n", " see رفح q ") == (THREE, Decide(change=Change(note="see رفح q")))
    assert typed(THREE, "n", " ") == (THREE, None)


def test_tags_are_added_and_taken_away() -> None:
    change = Change(tags=("war", "رهائن"), untags=("old",))
    assert typed(THREE, "t", "War, #رهائن -old") == (THREE, Decide(change=change))
    assert typed(THREE, "t", "") == (THREE, None)


def test_a_mistyped_tag_can_be_mended() -> None:
    walk, effect = typed(THREE, "t", "a!b")
    assert (walk.asking, walk.typed, effect) == (Ask.TAGS, "a!b", None)
    assert '"a!b" is no tag: expected' in walk.said[0]
    assert press(walk, keys.BACKSPACE, keys.BACKSPACE, keys.ENTER)[1] == Decide(change=Change(tags=("a",)))


def test_an_assignee_is_named_or_nobody() -> None:
    assert typed(THREE, "a", "Ana  B") == (THREE, Decide(change=Change(assignee="Ana B")))
    assert typed(THREE, "a", "") == (THREE, Decide(change=Change(assignee="")))
    assert "is no name" in typed(THREE, "a", "x" * 81)[0].said[0]


@pytest.mark.parametrize("key", [keys.ESCAPE, keys.END_OF_INPUT])
def test_what_is_typed_can_be_dropped(key: str) -> None:
    assert press(THREE, "n", "a", key) == (THREE, None)


def test_what_is_typed_can_be_edited() -> None:
    walk = press(THREE, "n", *"one two")[0]
    assert press(walk, keys.ERASE_WORD)[0].typed == "one"
    assert press(walk, keys.ERASE)[0].typed == ""
    assert press(walk, keys.UP, keys.UNKNOWN)[0] == walk


def test_a_verdict_leads_to_the_next_match_without_one() -> None:
    walk = recorded(replace(THREE, made=(Made(place=1, number=7, verdict="later"),)), RELEVANT, 8, "done")
    assert (walk.place, walk.said, walk.verdicts) == (2, ("done",), {0: "relevant", 1: "later"})
    walk = recorded(walk, RELEVANT, 9, "done")
    assert walk.said == ("done", "That was the last one; all are decided. q quits.")
    early = recorded(replace(THREE, place=2), RELEVANT, 1, "done")
    assert early.said[1] == "That was the last one; 2 before it without a verdict (k goes back). q quits."


def test_a_note_stays_with_its_match_and_is_no_verdict() -> None:
    walk = recorded(THREE, Decide(change=Change(note="x")), 4, "noted")
    assert (walk.place, dict(walk.verdicts), walk.made[0].number) == (0, {}, 4)


def test_the_last_decision_of_the_walk_is_taken_back_where_it_was_made() -> None:
    walk = recorded(THREE, RELEVANT, 8, "done")
    assert step(walk, "u")[1] == TakeBack(decision=8)
    assert taken_back(walk) == Walk(total=3, said=("relevant: taken back",))
    assert taken_back(recorded(THREE, Decide(change=Change(note="x")), 4, "")).said == ("that: taken back",)
    assert "nothing to undo in this walk" in step(THREE, "u")[0].said[0]


def test_a_decision_about_a_changed_match_is_asked_again() -> None:
    walk = doubted(THREE, RELEVANT, ("Omar: later",))
    assert walk.said[0] == "Omar: later"
    assert "nothing was written" in walk.said[1]
    assert step(walk, "y") == (THREE, RELEVANT)
    assert step(walk, "غ")[1] == RELEVANT
    assert step(walk, "r") == (replace(THREE, said=("nothing was written",)), None)


def test_ctrl_c_ends_what_is_being_done_and_else_the_walk() -> None:
    for walk in (press(THREE, "n", "a")[0], doubted(THREE, RELEVANT, ()), press(THREE, "?")[0]):
        assert interrupted(walk) == (replace(THREE, said=("nothing was written",)), None)
    assert interrupted(THREE)[1] is Do.QUIT


PRESSED = st.sampled_from([*"jkrilentauo?qyRILE xبه", keys.ENTER, keys.ESCAPE, keys.BACKSPACE, keys.UP, keys.UNKNOWN])


@given(st.lists(PRESSED, max_size=40), st.integers(1, 4))
def test_whatever_is_pressed_the_walk_stays_at_a_match(pressed: list[str], total: int) -> None:
    walk = Walk(total=total)
    for number, key in enumerate(pressed):
        walk, effect = step(walk, key)
        if isinstance(effect, Decide):
            walk = recorded(walk, effect, number, "done")
        elif isinstance(effect, TakeBack):
            assert effect.decision == walk.made[-1].number
            walk = taken_back(walk)
        assert 0 <= walk.place < total
        assert walk.page >= 0
