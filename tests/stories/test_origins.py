"""An agency is one origin, however many print its texts and whoever leaves its name out."""

from monitor.model import ArticleId
from monitor.stories.origins import Origin, Told, origins


def told(number: int, text: str, credit: str = "") -> Told:
    return Told(article_id=ArticleId(str(number)), text=text, credit=credit)


def origin(agency: str, *articles: int) -> Origin:
    return Origin(agency=agency, articles=tuple(ArticleId(str(number)) for number in articles))


def test_a_report_of_its_own_is_an_origin_and_so_are_its_copies() -> None:
    assert origins([told(1, "a"), told(2, "b"), told(3, "b")]) == (origin("", 2, 3), origin("", 1))


def test_all_that_is_credited_to_an_agency_is_one_origin() -> None:
    assert origins([told(1, "a", "afp"), told(2, "b", "afp"), told(3, "c")]) == (origin("afp", 1, 2), origin("", 3))


def test_copies_of_a_credited_text_are_the_agencys_though_they_do_not_say_so() -> None:
    assert origins([told(1, "a"), told(2, "a", "afp"), told(3, "b", "afp")]) == (origin("afp", 1, 2, 3),)


def test_agencies_come_first_and_those_with_most_articles() -> None:
    members = [told(1, "a"), told(2, "a"), told(3, "b", "ap"), told(4, "c", "afp"), told(5, "d", "afp")]
    assert [one.agency for one in origins(members)] == ["afp", "ap", ""]


def test_a_text_that_several_agencies_are_named_for_has_one_origin() -> None:
    assert origins([told(1, "a", "reuters"), told(2, "a", "afp")]) == (origin("afp", 1, 2),)


def test_nobody_tells_nothing() -> None:
    assert origins([]) == ()
