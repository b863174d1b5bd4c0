# ruff: noqa: E501  (a row is a message)
"""What a person sees who gets a query or a list wrong: every problem, in its place, with what to do."""

import pytest

from monitor.model import TermList
from monitor.rules.compile import compile_rules
from monitor.rules.parse import LONGEST_QUERY
from tests.builders import a_list, a_watchlist
from tests.rules.matching import problems_of

LISTS = [a_list("tunnels", en=("tunnel*",)), a_list("rafah", en=("Rafah",))]


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("", "1:1: the query is empty (write what to look for, e.g. @tunnels AND @rafah)"),
        ("a b", '1:3: nothing joins a and b (for a phrase write "a b", else join them with AND, OR or NEAR/n)'),
        ('"a" "b"', '1:5: nothing joins "a" and "b" (join them with AND, OR or NEAR/n)'),
        ("a and b", "1:3: nothing joins a and and (operators are written in capitals: AND)"),
        ("not a", "1:5: nothing joins not and a (operators are written in capitals: NOT)"),
        ("a AND", "1:6: the query ends after AND (a term, a list or a group must follow)"),
        ("b OR (a", '1:6: this "(" is never closed (add a ")")'),
        ("((a) OR b", '1:1: this "(" is never closed (add a ")")'),
        ("a)", '1:2: this ")" closes nothing (take it out, or open one before)'),
        ("a AND ()", "1:8: these parentheses are empty (write a term into them, or take them out)"),
        ("a, b", "1:2: a comma separates only the parts of ATLEAST/n(…) and SENTENCE(…) (write OR or AND)"),
        ("a NEAR b", "1:3: NEAR needs a number (write it like NEAR/12)"),
        ("a NEAR/x b", "1:3: NEAR/x is no operator (write it like NEAR/12)"),
        ("ATLEAST(a, b)", "1:1: ATLEAST needs a number (write it like ATLEAST/2(@a, @b, @c))"),
        ("a ONEER/3 b", "1:3: ONEER/3 is no operator (did you mean ONEAR/3?)"),
        ("a ONEAR b", "1:3: ONEAR needs a number (write it like ONEAR/12)"),
        ("SENTENCE/2(a, b)", "1:1: SENTENCE/2 is no operator (write it like SENTENCE(@a, @b))"),
        ("SENTENCE a", "1:1: SENTENCE is no operator (write it like SENTENCE(@a, @b))"),
        ("COUNT(a)", "1:1: COUNT needs a number (write it like COUNT/3(@a))"),
        ("COUNT/0(a)", "1:1: COUNT/0 always holds (the number must be 1 or more)"),
        ("SENTENCE(a)", "1:1: SENTENCE has one part (write what must stand with it: SENTENCE(a, b))"),
        (
            "a OR /(b/",
            "1:6: /(b/: the pattern cannot be read: missing ): (b (patterns are those of RE2: no look-around, no back-references)",
        ),
        ("/\\w+/", r"1:1: /\w+/: \w knows only English letters and digits (write [\p{L}\p{N}])"),
        (
            "/a b/",
            '1:1: /a b/: the pattern holds a blank, and a word holds none (for words one after the other write "safe passage")',
        ),
        ("/a*/", "1:1: /a*/: the pattern also fits a word of no letters (something in it must be there: use + for *)"),
        (
            "a AND lang:(ar OR @tunnels)",
            "1:19: lang: cannot be @tunnels (it takes one value, or several: lang:(a OR b))",
        ),
        ("a affiliation:state", "1:3: nothing joins a and affiliation: (join them with AND, OR or NEAR/n)"),
        ("a AND affiliation:stat", "1:19: there is no affiliation stat (did you mean state?)"),
        (
            "a AND affiliation:xyz",
            "1:19: there is no affiliation xyz (there are agency, aggregator, independent, organisation, party, public, state)",
        ),
        ("@watchlist:rafa AND a", "1:1: there is no watchlist @watchlist:rafa (did you mean @watchlist:rafah?)"),
        (
            "@watchlist:rafah",
            "1:1: watchlists name each other in a circle: rafah → rafah (write the part that both need into a list, or into a watchlist of its own)",
        ),
        ("(a OR b)^2", "1:9: ^2 follows neither (a weight belongs to a term or a list: (tunnel*^2 OR bunker^2))"),
        ("title:(author:a)", "1:8: author:(a) can never hold (it stands within another field; join the two with AND)"),
        ("a NOTT/3 b", "1:3: NOTT/3 is no operator (did you mean NOT?)"),
        ("titel:(a)", "1:1: titel: is no field (did you mean title:?)"),
        ("@", "1:1: @ is no list's name (a list's name has letters, digits, - and _: @tunnels)"),
        (
            "a^x",
            "1:2: ^x cannot be read (a weight is a number from 0 to 999.999 right behind a term or list: tunnel*^2, @trapped^0.5)",
        ),
        ("“a b”", '1:1: “ is not the quotation mark of queries (write "safe passage")'),
        ('a OR "b', '1:6: this quotation mark is never closed (close it on the same line: "safe passage")'),
        ("a = b", "1:3: = means nothing here (quote it if it belongs to a term)"),
        ("@tunnel AND a", "1:1: there is no list @tunnel (did you mean @tunnels?)"),
        ("@xyz", "1:1: there is no list @xyz (there are @rafah, @tunnels)"),
        ("a OR tun*nel", '1:6: "tun*nel" has a * before its end (a * ends the term\'s last word: tunnel*)'),
        ("a OR *", '1:6: "*" holds no word (a term needs a letter or a digit)'),
        ('""', "1:1: a term is empty (write a word, or take the line out)"),
        ("ATLEAST/3(a, b)", "1:1: ATLEAST/3 has 2 parts (the number must be from 1 to 2)"),
        ("ATLEAST/0(a)", "1:1: ATLEAST/0 has 1 part (the number must be from 1 to 1)"),
        (
            "NOT a OR b",
            "1:5: the query asks only for what must not be there, or for no word at all (every alternative needs a term that must be there)",
        ),
        (
            "ATLEAST/1(a, NOT b)",
            "1:18: ATLEAST cannot count NOT b (it counts what must be there; put the NOT outside)",
        ),
        (
            "title:(body:a AND b)",
            "1:8: body:(a) can never hold (it stands within another field; join the two with AND)",
        ),
    ],
)
def test_a_wrong_query_is_explained(query: str, problem: str) -> None:
    assert problems_of(query, LISTS) == [problem]


@pytest.mark.parametrize(
    ("query", "start"),
    [
        ("AND a", "1:1: AND has nothing before it"),
        ("a AND OR b", "1:7: between AND and OR something is missing"),
        ("a NEAR/3 NOT b", "1:10: NOT cannot follow NEAR/3"),
        ("ATLEAST/2(a,,b)", "1:13: between , and , something is missing"),
        ("http://x", "1:1: http: is no field (there are title: body: lead: author: url:"),
        ("/tunnel", "1:1: /tunnel cannot be read (a regular expression stands between two strokes"),
        (
            "/" + "a" * 501 + "/",
            f"1:1: /{'a' * 501}/: the pattern has 501 characters, 500 at most (put its words into a list",
        ),
        ("COUNTER/2(a)", "1:1: COUNTER/2 is no operator (did you mean COUNT/2?)"),
        (
            "QQQ/2(a)",
            "1:1: QQQ/2 is no operator (there are AND, OR, NOT, NEAR/n, ONEAR/n, SENTENCE, ATLEAST/n and COUNT/n;",
        ),
        ("COUNT/2(a AND b)", "1:9: a AND b has no place that could be counted (COUNT takes terms, lists"),
        ("SENTENCE(a, lang:ar)", "1:13: lang:(ar) has no place that something could be near (SENTENCE takes"),
        ("SENTENCE(title:a, body:b)", "1:1: SENTENCE(title:(a), body:(b)) can never hold (SENTENCE never reaches"),
        ("a NEAR/3 @watchlist:rafah", "1:10: @watchlist:rafah has no place"),
        ("lang:ar", "1:1: the query asks only for what must not be there, or for no word at all"),
        ("(a AND b) NEAR/3 c", "1:2: a AND b has no place that something could be near"),
        ("a NEAR/3 (b OR title:(c NOT d))", "1:23: c NOT d has no place"),
        ("title:a NEAR/3 body:b", "1:9: title:(a) NEAR/3 body:(b) can never hold (NEAR never reaches"),
        ("title:(a NEAR/3 (body:b OR body:c))", "1:10: a NEAR/3 (body:(b) OR body:(c)) can never hold"),
        ("title:" * 60 + "a", "1:361: the query is nested more than 50 levels deep"),
        ("(" * 100_000 + "a", f"1:1: the query has 100,001 characters, {LONGEST_QUERY:,} at most"),
        ("x" * 60 + " y", f"1:62: nothing joins {'x' * 40}… and y"),
    ],
)
def test_a_wrong_query_says_where_and_what(query: str, start: str) -> None:
    (problem,) = problems_of(query)
    assert problem.startswith(start)


def test_a_query_may_hold_what_is_legal_but_looks_odd() -> None:
    assert problems_of("title:a NEAR/0 (b OR body:c) AND (NOT d OR NOT e) AND body:(f NOT title)") == []
    assert problems_of("(" * 40_000 + "a" + ")" * 40_000) == []


def test_all_problems_of_a_query_are_told() -> None:
    assert len(problems_of("@one AND @two AND ATLEAST/5(a)")) == 3


def test_an_unknown_list_where_there_are_none_says_where_lists_live() -> None:
    assert problems_of("@one") == ["1:1: there is no list @one (write it in lists/)"]


def test_a_problem_stands_at_its_place_in_the_file() -> None:
    watchlist = a_watchlist("@rafah AND (\n  a b\n)", query_place=(7, 3), query_indent=2)
    _, (problem,) = compile_rules([watchlist], LISTS)
    assert (problem.line, problem.column) == (8, 7)
    assert problem.source[problem.column - 1 :] == "b"
    inline = a_watchlist("a AND @raffah", query_place=(3, 8))
    _, (problem,) = compile_rules([inline], LISTS)
    assert (problem.file, problem.line, problem.column) == ("watchlists/rafah.yaml", 3, 14)
    assert problem.source[problem.column - 1 :] == "@raffah"


@pytest.mark.parametrize("term", ["", "  ", "*", "—", "=", "@other", "a*b", "tunnel *", "ʼ"])
def test_a_term_that_can_hit_nothing_is_a_problem_at_its_place(term: str) -> None:
    terms = TermList(id="x", terms={"en": ("fine", term)}, file="lists/x.yaml", places={("en", 1): (4, 9)})
    matcher, (problem,) = compile_rules([a_watchlist("@x")], [terms])
    assert (problem.file, problem.line, problem.column) == ("lists/x.yaml", 4, 9)
    assert problem.what
    assert problem.hint
    assert matcher.versions == {}


def test_a_list_without_terms_or_places_is_a_problem_of_its_file() -> None:
    _, problems = compile_rules([], [a_list("empty"), a_list("bad", en=("*",))])
    assert [str(problem) for problem in problems] == [
        "lists/empty.yaml: the list empty has no terms (add some, or take the list out)",
        'lists/bad.yaml: "*" holds no word (a term needs a letter or a digit)',
    ]


def test_a_name_given_twice_is_a_problem_for_both() -> None:
    _, problems = compile_rules([a_watchlist("a"), a_watchlist("b")], [*LISTS, LISTS[0]])
    assert len(problems) == 4


def test_one_wrong_watchlist_leaves_the_others_matching() -> None:
    matcher, problems = compile_rules([a_watchlist("a b", "bad"), a_watchlist("@rafah", "good")], LISTS)
    assert len(problems) == 1
    assert list(matcher.versions) == ["good"]
