"""Advice about rules: each kind where it is due, and none where it is not."""

from typing import Any

import pytest

from monitor.model import Example, Hit, TermList, WatchlistId
from monitor.model import Field as Part
from monitor.rules.compile import compile_rules
from monitor.rules.findings import Finding, Kind
from monitor.rules.homographs import HOMOGRAPHS
from monitor.rules.lint import lint, lists_in
from monitor.rules.lint_queries import sufficient
from monitor.rules.lint_terms import only_word
from monitor.rules.parse import parse
from monitor.rules.syntax import show
from monitor.rules.terms import Fault
from monitor.rules.usage import lint_usage, term_uses, usage_of
from monitor.text.language_tags import primary
from tests.builders import a_list, a_watchlist
from tests.rules.matching import a_matcher


def findings(query: str, *lists: TermList, **changes: Any) -> list[Finding]:
    watchlist = a_watchlist(query, **changes)
    matcher, _ = compile_rules([watchlist], lists)
    return list(lint([watchlist], lists, matcher))


def said(query: str, *lists: TermList, **changes: Any) -> list[tuple[str, str]]:
    return [(str(finding.kind), finding.problem.what) for finding in findings(query, *lists, **changes)]


@pytest.mark.parametrize(
    ("term", "kind"),
    [
        ("tun*", "short-prefix"),
        ("çök*", "short-prefix"),
        ("نفق*", "short-prefix"),
        ("=Ref*", "short-prefix"),
        ("tunn*", None),
        ("أنفاق*", None),
        ("停*", "idle-star"),
        ("a tun*", None),
        ("cease-fi*", None),
        ("the", "stop-word"),
        ("من", "stop-word"),
        ("של", "stop-word"),
        ("trả", "stop-word"),
        ("=Los", None),
        ("safe passage", None),
        ("Rafah", None),
    ],
)
def test_terms_that_hit_nearly_everything(term: str, kind: str | None) -> None:
    assert [one for one, _ in said(f'"{term}" AND Rafah' if term[0] != "=" else f"{term} AND Rafah")] == (
        [kind] if kind else []
    )


def test_a_stop_word_says_in_which_languages() -> None:
    assert said('"trả" AND Rafah') == [
        ("stop-word", "trả reads like a word of nearly every text: tra in it, trả in vi")
    ]


@pytest.mark.parametrize(
    ("terms", "finding"),
    [
        (("Hamás", "Hamas"), ("repeated", "Hamas is the same as Hamás: case, accents and hyphens do not count")),
        (("tunnel*", "tunnels"), ("swallowed", "tunnels hits nothing that tunnel* does not hit")),
        (("Tünelde*", "tünel*"), ("swallowed", "Tünelde* hits nothing that tünel* does not hit")),
        (
            ("hostage deal*", "hostage deals"),
            ("swallowed", "hostage deals hits nothing that hostage deal* does not hit"),
        ),
        (("cease-fire", "cease fire"), ("swallowed", "cease fire hits nothing that cease-fire does not hit")),
        (("cease-fire", "ceasefires"), None),
        (("tunnel", "tunnel*"), ("swallowed", "tunnel hits nothing that tunnel* does not hit")),
        (("Tunnel*", "=Tunnels"), ("swallowed", "=Tunnels hits nothing that Tunnel* does not hit")),
        (("=Tunnel*", "tunnels"), None),
        (("deal*", "hostage deals"), None),
        (("=Refah", "refahi"), None),
        # A hamza that is written tells words apart that fold to the same.
        (("أنفا*", "انفاق"), None),
    ],
)
def test_terms_that_others_of_their_list_make_idle(terms: tuple[str, ...], finding: tuple[str, str] | None) -> None:
    idle = [one for one in said("@list AND Rafah", a_list("list", en=terms)) if one[0] in ("repeated", "swallowed")]
    assert idle == ([finding] if finding else [])


def test_another_language_of_a_list_may_have_the_same_term() -> None:
    assert said("@list AND Rafah", a_list("list", fr=("Ukraine",), de=("Ukraine*",))) == []


def test_a_finding_stands_where_its_term_does() -> None:
    places = {("en", 0): (2, 8), ("en", 1): (2, 16)}
    terms = TermList(id="list", terms={"en": ("tunnel*", "tunnels")}, file="lists/a.yaml", places=places)
    (finding,) = findings("@list AND Rafah", terms)
    assert (finding.problem.file, finding.problem.line, finding.problem.column) == ("lists/a.yaml", 2, 16)

    query = findings("Rafah AND\n  ref*", query_place=(3, 3), query_indent=2)[0].problem
    assert (query.file, query.line, query.column) == ("watchlists/rafah.yaml", 4, 5)
    assert query.source == "    ref*"


def test_lists_that_are_equal_or_unused() -> None:
    lists = (a_list("one", en=("Rafah", "Gaza")), a_list("two", fr=("gaza", "RAFAH")))
    assert said("@one", *lists) == [
        ("equal-lists", "@two has the same terms as @one"),
        ("unused-list", "no watchlist uses @two"),
    ]


def test_a_near_that_is_wider_than_a_sentence() -> None:
    assert said("Rafah NEAR/30 Gaza") == []
    assert said("Rafah NEAR/31 Gaza") == [("wide-near", "NEAR/31 reaches over several sentences")]


def test_an_exclusion_that_keeps_out_what_should_match() -> None:
    examples = (Example(title="Rafah and Lebanon"), Example(title="Gaza"), Example(title="Rafah"))
    assert said("Rafah NOT title:(Lebanon OR Iran)", should_match=examples) == [
        ("veto", 'NOT title:(Lebanon OR Iran) keeps out what should match, by Lebanon: "Rafah and Lebanon"')
    ]


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("@gaza", "עזה alone matches rafah; in he it is also: strong, fierce (רוח עזה)"),
        ("@gaza OR Rafah AND tunnel", "עזה alone matches rafah; in he it is also: strong, fierce (רוח עזה)"),
        ("@gaza AND Rafah", None),
        ("@gaza NOT Rafah", "עזה alone matches rafah; in he it is also: strong, fierce (רוח עזה)"),
        ("Rafah NOT title:@gaza", "עזה alone excludes from rafah; in he it is also: strong, fierce (רוח עזה)"),
        ("Rafah NOT (@gaza AND Lebanon)", None),
        ("@gaza NEAR/5 Rafah", None),
        ("ATLEAST/1(@gaza, Rafah)", "עזה alone matches rafah; in he it is also: strong, fierce (רוח עזה)"),
        ("ATLEAST/2(@gaza, Rafah)", None),
    ],
)
def test_a_homograph_is_told_where_nothing_must_stand_beside_it(query: str, what: str | None) -> None:
    lists = [a_list("gaza", he=("עזה", "רצועת עזה"))]
    assert said(query, *lists) == ([("homograph", what)] if what else [])


def test_exact_letters_answer_a_homograph() -> None:
    assert said("=Refah") == []
    (finding,) = findings("Refah")
    assert finding.problem.hint == "ask for a second word beside it, or write =Refah"
    (bare,) = findings("أسرى")
    assert bare.problem.hint == "ask for a second word beside it"


@pytest.mark.parametrize(
    ("query", "alone"),
    [
        ("a AND b", []),
        ("a AND (a OR b)", ["a"]),
        ("title:(a OR @b)", ["@b", "a"]),
        ("a NOT b", ["a"]),
        ("NOT a", []),
        ("a AND (NOT b AND NOT c)", ["a"]),
        ("NOT b AND NOT c", []),
    ],
)
def test_what_is_enough_by_itself(query: str, alone: list[str]) -> None:
    tree = parse(query)
    assert not isinstance(tree, Fault)
    assert sorted(map(show, sufficient(tree))) == alone


def test_the_table_of_homographs_holds_single_words_once_each() -> None:
    assert all(only_word(one.word) or one.language == "zh" for one in HOMOGRAPHS)
    assert len({(one.language, one.word) for one in HOMOGRAPHS}) == len(HOMOGRAPHS)
    assert all(primary(one.language) == one.language and one.meant and one.other for one in HOMOGRAPHS)


def test_what_cannot_be_read_gets_no_advice() -> None:
    assert said("the AND", a_list("bad", en=("*",))) == [("unused-list", "no watchlist uses @bad")]
    assert said("@missing NEAR/40 Rafah", should_match=(Example(title="a"),))[0][0] == "wide-near"


# ── stored matches ───────────────────────────────────────────────────────────────────────────────────────────────────

RAFAH = WatchlistId("rafah")


def a_hit(term: str, list_id: str = "places") -> Hit:
    return Hit(field=Part.TITLE, start=0, end=1, term=term, list_id=list_id, language="en")


def test_stored_matches_tell_idle_and_dominant_terms() -> None:
    lists = [a_list("places", en=("Rafah", "Gaza", "Khan Younis"), fr=("rafah",)), a_list("unused", en=("Jenin",))]
    stored = [(RAFAH, (a_hit("Rafah"), a_hit("Rafah")))] * 199 + [(RAFAH, (a_hit("Rafah"), a_hit("Gaza")))]
    usage = usage_of(stored)

    uses = {(use.placed.language, use.placed.term): (use.hits, use.matches) for use in term_uses(lists, usage)}
    assert uses == {
        ("en", "Rafah"): (399, 200),
        ("en", "Gaza"): (1, 1),
        ("en", "Khan Younis"): (0, 0),
        ("fr", "rafah"): (399, 200),
        ("en", "Jenin"): (0, 0),
    }
    found = lint_usage([a_watchlist("@places")], lists, ["places"], usage)
    assert [(finding.kind, finding.problem.what) for finding in found] == [
        (Kind.NEVER_HIT, "@places (en): in 200 stored matches never hit: Khan Younis"),
        (Kind.DOMINANT, "Rafah (@places) alone makes 199 of the 200 stored matches"),
    ]


def test_a_few_stored_matches_tell_nothing() -> None:
    lists = [a_list("places", en=("Rafah", "Gaza"))]
    usage = usage_of([(RAFAH, (a_hit("Rafah"),))] * 19)
    assert lint_usage([a_watchlist("@places")], lists, ["places"], usage) == ()


def test_many_idle_terms_are_told_together() -> None:
    idle = tuple(f"word{number}" for number in range(11))
    usage = usage_of([(RAFAH, (a_hit("Rafah", ""),))] * 200)
    found = lint_usage([a_watchlist("Rafah OR @places")], [a_list("places", en=idle)], ["places"], usage)
    assert found[0].problem.what.endswith("word6, word7 and 3 more")
    assert found[1].problem.what == "Rafah alone makes 200 of the 200 stored matches"


def test_weights_patterns_values_and_included_lists_are_read_as_what_they_are() -> None:
    lists = [
        TermList(id="all", terms={}, includes=("near",), file="lists/a.yaml"),
        TermList(id="near", terms={"en": ("the^2", "/tun.+/", "tunnel*^3", "tunnels^0.5")}, file="lists/a.yaml"),
        TermList(id="far", terms={"en": ("Gaza",)}, file="lists/a.yaml"),
    ]
    watchlist = a_watchlist("@all^2 AND lang:the OR tunnel* AND @watchlist:other")
    other = a_watchlist("Rafah", "other")
    found = lint([watchlist, other], lists, a_matcher(watchlist, other, lists=lists))
    assert [(one.kind, one.problem.what.split(" ")[0]) for one in found] == [
        (Kind.UNUSED_LIST, "no"),
        (Kind.STOP_WORD, "the"),
        (Kind.SWALLOWED, "tunnels"),
    ]
    assert lists_in([watchlist], lists) == {"all", "near"}
