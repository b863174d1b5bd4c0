"""Where an article belongs."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.model import ArticleId, Belonging, StoryId, article_key
from monitor.stories.events import Report, report
from monitor.stories.story import LONGEST, MOST_ARTICLES, Membership, Neighbour, Size, place, story_key
from tests.builders import NOON

OWN = article_key("https://gazette.example/own")
TALKS = StoryId("talks")
TOLD = report("Mediators meet in Cairo over Rafah fighters", "Envoys of Qatar joined them.", NOON, "en")
DAY = timedelta(days=1)


def rare(_: str) -> float:
    return 0.01


def neighbour(name: str = "other", told: Report = TOLD, **changes: object) -> Neighbour:
    given = {"article_id": ArticleId(name), "story_id": TALKS, "report": told, "origin": name}
    return Neighbour(**{**given, **changes})  # type: ignore[arg-type]


def placed(neighbours: Sequence[Neighbour], *, size: int = 1, began: datetime = NOON) -> Membership:
    sizes = {one.story_id: Size(articles=size, began_at=began) for one in neighbours}
    return place(OWN, TOLD, neighbours, sizes, rare)


def test_an_article_like_none_founds_a_story() -> None:
    found = placed([])
    assert found == Membership(story_id=story_key(OWN), how=Belonging.FIRST, origin=OWN)


def test_a_copy_has_the_origin_of_what_it_copies() -> None:
    found = placed([neighbour("less", contained=0.6), neighbour("most", contained=0.9)])
    assert (found.story_id, found.how, found.like, found.origin, found.overlap) == (
        TALKS,
        Belonging.COPY,
        "most",
        "most",
        0.9,
    )


def test_half_a_text_is_no_copy_but_a_report_of_the_same() -> None:
    found = placed([neighbour(contained=0.5)])
    assert (found.how, found.like, found.origin) == (Belonging.EVENT, "other", OWN)
    assert {"Cairo", "Mediators", "Rafah"} <= set(found.shared)


def test_page_furniture_makes_no_copy() -> None:
    stranger = report("Dividend declared by a steel maker", "Shares rose a little.", NOON, "en")
    assert placed([neighbour(told=stranger, contained=0.6)]).how is Belonging.FIRST


def test_a_reprint_comes_soon_and_a_short_one_sooner() -> None:
    later = Report(words=TOLD.words, at=NOON - 2.5 * DAY, language="en")
    assert placed([neighbour(told=later, contained=1.0)]).how is Belonging.COPY
    assert placed([neighbour(told=later, contained=1.0, is_short=True)]).how is Belonging.FIRST
    latest = Report(words=TOLD.words, at=NOON - 3.5 * DAY, language="en")
    assert placed([neighbour(told=latest, contained=1.0)]).how is Belonging.FIRST


def test_a_story_of_several_wants_two_witnesses() -> None:
    assert placed([neighbour("one")], size=4).how is Belonging.FIRST
    assert placed([neighbour("one"), neighbour("two")], size=4).how is Belonging.EVENT


def test_a_story_does_not_swallow_everything() -> None:
    full = placed([neighbour(contained=0.9)], size=MOST_ARTICLES)
    assert full.how is Belonging.FIRST
    assert full.note == f"like other, but the story is full: it has {MOST_ARTICLES} articles"
    old = placed([neighbour("one"), neighbour("two")], size=9, began=NOON - LONGEST - DAY)
    assert old.how is Belonging.FIRST
    assert old.note == "like one, but the story is closed: it began more than 14 days before"


def test_a_story_that_is_full_is_gone_on_with_by_one_other_and_not_by_many() -> None:
    members = [neighbour(f"full{number}", contained=0.9) for number in range(3)]
    further = neighbour("further", contained=0.8, story_id=StoryId("further"))
    sizes = {TALKS: Size(articles=MOST_ARTICLES, began_at=NOON), StoryId("further"): Size(articles=1, began_at=NOON)}
    found = place(OWN, TOLD, [*members, further], sizes, rare)
    assert (found.story_id, found.how, found.like, found.note) == ("further", Belonging.COPY, "further", "")
