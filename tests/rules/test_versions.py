"""When two watchlists are the same rule."""

from monitor.model import Example, ScoreRule, TermList, Watchlist
from tests.builders import a_list, a_watchlist
from tests.rules.matching import a_matcher

LISTS = [a_list("rafah", en=("Rafah", "Rafiah"), ar=("رفح",)), a_list("other", en=("x",))]


def version(watchlist: Watchlist, lists: list[TermList]) -> str:
    return a_matcher(watchlist, lists=lists).versions[watchlist.id]


def test_a_version_is_twelve_hexadecimal_digits() -> None:
    digits = version(a_watchlist("@rafah"), LISTS)
    assert len(digits) == 12
    assert int(digits, 16) >= 0


def test_what_cannot_change_a_match_does_not_change_the_version() -> None:
    same = a_watchlist("(  @rafah )", title="Other", should_match=(Example(title="Rafah"),))
    reordered = [a_list("other", en=("y",)), a_list("rafah", ar=("رفح",), en=("Rafiah", "Rafah"))]
    assert version(same, reordered) == version(a_watchlist("@rafah"), LISTS)


def test_the_query_the_score_and_every_used_term_change_the_version() -> None:
    versions = [
        version(a_watchlist("@rafah"), LISTS),
        version(a_watchlist("@rafah AND x"), LISTS),
        version(a_watchlist("@rafah", score=ScoreRule(minimum=2)), LISTS),
        version(a_watchlist("@rafah"), [a_list("rafah", en=("Rafah",), ar=("رفح",))]),
        version(a_watchlist("@rafah"), [a_list("rafah", en=("Rafah", "Rafiah", "رفح"))]),
    ]
    assert len(set(versions)) == len(versions)


def test_a_match_carries_the_version_that_made_it() -> None:
    from tests.builders import a_document

    matcher = a_matcher(a_watchlist("@rafah"), lists=LISTS)
    (found,) = matcher.match(a_document("Rafah"))
    assert found.version == matcher.versions[found.watchlist_id]
