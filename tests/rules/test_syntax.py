"""Query text ↔ syntax tree."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.rules.parse import parse
from monitor.rules.syntax import And, AtLeast, ListRef, Near, Node, Not, Or, QueryField, Term, Within, show
from monitor.rules.terms import Fault
from tests.rules.strategies import trees
from tests.sizes import cases

A, B, C = Term(text="a"), Term(text="b"), Term(text="c")


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("a", A),
        ("((a))", A),
        ("a AND b AND c", And(parts=(A, B, C))),
        ("a AND (b AND c)", And(parts=(A, And(parts=(B, C))))),
        ("a OR b AND c", Or(parts=(A, And(parts=(B, C))))),
        ("a NOT b", And(parts=(A, Not(part=B)))),
        ("a AND NOT b", And(parts=(A, Not(part=B)))),
        ("a OR b NOT c", Or(parts=(A, And(parts=(B, Not(part=C)))))),
        ("NOT a AND b", And(parts=(Not(part=A), B))),
        ("NOT a NEAR/3 b", Not(part=Near(left=A, right=B, distance=3))),
        ("a NEAR/3 b NEAR/0 c", Near(left=Near(left=A, right=B, distance=3), right=C, distance=0)),
        ("title:a", Within(where=QueryField.TITLE, part=A)),
        ("body:(a OR b)", Within(where=QueryField.BODY, part=Or(parts=(A, B)))),
        ("ATLEAST/2(a, b OR c, @d)", AtLeast(count=2, parts=(A, Or(parts=(B, C)), ListRef(name="d")))),
        ('"safe   passage"', Term(text="safe passage")),
        ('"AND"', Term(text="AND")),
        ('" = a "', Term(text="=a")),
        ('"/a/"', Term(text="a")),
        ("/a\\/b/^2", Term(text="/a\\/b/", weight=2)),
        ('="Refah Partisi" OR =Refah', Or(parts=(Term(text="=Refah Partisi"), Term(text="=Refah")))),
        ('צה"ל AND "דובר צה"ל"', And(parts=(Term(text='צה"ל'), Term(text='דובר צה"ל')))),
        ("near AND and", And(parts=(Term(text="near"), Term(text="and")))),
        ("a\n  AND\n\tb", And(parts=(A, B))),
    ],
)
def test_a_query_reads_as_defined(query: str, tree: Node) -> None:
    assert parse(query) == tree


@pytest.mark.nightly
@settings(max_examples=cases(300))
@given(trees)
def test_what_is_printed_parses_to_the_same_tree(tree: Node) -> None:
    assert parse(show(tree)) == tree


PIECES = ["a", "NOT", "AND", "OR", "NEAR/2", "(", ")", '"', ",", "@a", "title:", "ATLEAST/2(", "=", "^2", "/x/", "“"]
ODD = ["near", "WITHIN/3", "titel:", "@", "*", "x:y", "\n", 'צה"ל']


@pytest.mark.nightly
@settings(max_examples=cases(500))
@given(st.lists(st.sampled_from([*PIECES, *ODD]), max_size=12).map(" ".join) | st.text(max_size=20))
def test_any_text_is_a_tree_or_a_fault_in_its_place(query: str) -> None:
    found = parse(query)
    if isinstance(found, Fault):
        assert 0 <= found.at <= len(query)
        assert found.what
        assert found.hint
    else:
        assert parse(show(found)) == found
