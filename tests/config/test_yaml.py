"""A file becomes a tree of texts with places, whatever is in it, and with either of PyYAML's parsers."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.faults import explain
from monitor.config.source import DEEPEST, LARGEST, TOO_DEEP, Place, Source, open_source
from monitor.config.yaml import Items, Node, Table, Text, read_tree

LOADERS = [pytest.param(yaml.CSafeLoader, id="libyaml"), pytest.param(yaml.SafeLoader, id="pure")]
both = pytest.mark.parametrize("loader", LOADERS)


def tree_of(text: str | bytes, loader: Any = yaml.SafeLoader) -> tuple[Node | None, list[str]]:
    source = open_source("f", text if isinstance(text, bytes) else text.encode())
    tree = read_tree(source, loader)
    return tree, [str(problem) for problem in source.problems]


def plain(node: Node | None) -> object:
    """The tree without its places."""
    match node:
        case Text(value=value):
            return value
        case Items(nodes=nodes):
            return [plain(item) for item in nodes]
        case Table(entries=entries):
            return {key.value: plain(value) for key, value in entries}
        case _:
            return None


def texts(node: Node | None) -> dict[str, Text]:
    """Every scalar value of a mapping."""
    assert isinstance(node, Table)
    return {key.value: value for key, value in node.entries if isinstance(value, Text)}


@both
def test_every_scalar_is_a_text(loader: Any) -> None:
    text = "[NO, on, 12:30, 0123, 1e3, null, ~, 2025-11-10, =Refah, 'yes', <<, .inf, true]"

    tree, problems = tree_of(text, loader)

    expected = ["NO", "on", "12:30", "0123", "1e3", "null", "~", "2025-11-10", "=Refah", "yes", "<<", ".inf", "true"]
    assert plain(tree) == expected
    assert problems == []


@both
def test_places_count_characters_from_one(loader: Any) -> None:
    tree, _ = tree_of("رفح😀: [😀é, 'q',\n  b]\n", loader)

    assert isinstance(tree, Table)
    key, value = tree.entries[0]
    assert isinstance(value, Items)
    assert key.place == (1, 1)
    assert [item.place for item in value.nodes] == [(1, 8), (1, 13), (2, 3)]


@both
@pytest.mark.parametrize(
    ("text", "place", "indent"),
    [
        ("q: |\n  one\n  two\n", (2, 3), 2),
        ("q: | # why\n\n    one\n  ", (2, 5), 4),
        ("q: |\n  one\n    two\n", (2, 3), 2),
        ("q: |2\n    one\n  two\n", (2, 3), 2),
        ("q: |-\n      one", (2, 7), 6),
    ],
)
def test_a_block_knows_where_its_first_line_stands(loader: Any, text: str, place: Place, indent: int) -> None:
    block = texts(tree_of(text, loader)[0])["q"]

    assert (block.place, block.indent, block.verbatim) == (place, indent, True)


@both
@pytest.mark.parametrize("text", ["q: |", "q: >\n\n", "q: |\n    \nz: 1"])
def test_an_empty_block_stands_where_it_is_announced(loader: Any, text: str) -> None:
    assert texts(tree_of(text, loader)[0])["q"].place == (1, 4)


@both
@pytest.mark.parametrize(
    ("value", "verbatim"),
    [("one", True), ("'one'", True), ("one\n  two", False), ("'one\n  two'", False), (">\n  one", False)],
)
def test_a_folded_text_is_told_from_one_that_stands_as_it_is(loader: Any, value: str, verbatim: bool) -> None:
    assert texts(tree_of(f"q: {value}", loader)[0])["q"].verbatim is verbatim


@both
def test_line_ends_of_all_systems_count_as_one_line(loader: Any) -> None:
    tree, _ = tree_of("a: 1\r\nb: 2\rc: 3\nd: 4", loader)

    assert [text.place.line for text in texts(tree).values()] == [1, 2, 3, 4]


@both
@pytest.mark.parametrize("bracket", ["[", "{a: "])
def test_deep_nesting_is_refused_without_reading_on(loader: Any, bracket: str) -> None:
    tree, problems = tree_of(bracket * 100_000, loader)

    # The libyaml of PyYAML 6.0.4 looks ahead as far as its own bound.
    place = 1 + DEEPEST * len(bracket)
    assert tree is None
    assert len(problems) == 1
    assert problems[0] in [f"f:1:{column}: lists and mappings are nested more than 32 deep" for column in (place, 1001)]


@both
def test_the_deepest_nesting_that_is_allowed_is_read(loader: Any) -> None:
    tree, problems = tree_of("[" * DEEPEST + "]" * DEEPEST, loader)

    assert isinstance(tree, Items)
    assert problems == []


@both
def test_aliases_are_refused_so_that_none_can_grow(loader: Any) -> None:
    tree, problems = tree_of("a: &x [1, 2]\nb: *x\nc: !t [3]\nd: 4\n", loader)

    assert isinstance(tree, Table)
    assert [problem.split(" (")[0] for problem in problems] == [
        "f:1:4: a value that begins with & has an anchor in YAML, which is not used here",
        "f:2:4: a value that begins with * is an alias in YAML, which is not used here",
        "f:3:4: a value that begins with ! has a tag in YAML, which is not used here",
    ]


@both
def test_equal_keys_are_each_reported_and_the_first_is_kept(loader: Any) -> None:
    tree, problems = tree_of("a: 1\nb: 2\n'a': 3\na: 4\n", loader)

    assert plain(tree) == {"a": "1", "b": "2"}
    assert [problem.split(":")[1] for problem in problems] == ["3", "4"]


@both
@pytest.mark.parametrize("key", ["[a]", "{a: b}", "*x", "&x a", "!t a"])
def test_a_key_that_is_no_text_is_reported_once(loader: Any, key: str) -> None:
    tree, problems = tree_of(f"? {key}\n: 1\nb: 2\n", loader)

    assert plain(tree) == {"b": "2"}
    assert len(problems) == 1


@both
@pytest.mark.parametrize("escape", [r'"\0"', r'"\x1b[0m"', r'"\ud800"', r'"\U00110000"', r'"\uFFFE"'])
def test_an_escape_cannot_smuggle_in_what_no_text_needs(loader: Any, escape: str) -> None:
    tree, problems = tree_of(f"a: {escape}", loader)

    assert "a" not in texts(tree) if tree else True
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a: b\nc: \xe9", "f:2:4: not UTF-8 (save the file as UTF-8)"),
        ("a: b".encode("utf-16"), "f:1:1: not UTF-8 (save the file as UTF-8)"),
        (
            b"#" * (LARGEST + 1),
            "f: larger than 1 MiB (remove what is not needed; lists can be split into several files)",
        ),
        (b"a: b\n\tc: d\n\te: f\n", "f:2:1: a tab, and 1 more (use spaces)"),
        (b"a: b\x00", "f:1:5: the character U+0000, which no text needs (remove it)"),
        ("a: b\u2028c".encode(), "f:1:5: the character U+2028, which no text needs (remove it)"),
        ("a:\n  \u00a0b: c\n".encode(), "f:2:3: a no-break space in the indentation (use ordinary spaces)"),
    ],
)
def test_bytes_that_are_no_readable_text_have_a_place(content: bytes, problem: str) -> None:
    assert tree_of(content)[1] == [problem]


@both
def test_the_rest_of_a_file_with_tabs_is_read(loader: Any) -> None:
    tree, problems = tree_of("a:\n\tb: 1\n\tb: 2\n", loader)

    assert plain(tree) == {"a": {"b": "1"}}
    assert [problem.split(" ")[0] for problem in problems] == ["f:2:1:", "f:3:2:"]


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert plain(tree_of(b"\xef\xbb\xbfa: b")[0]) == {"a": "b"}


@both
def test_what_is_missing_behind_the_last_line_is_told_there(loader: Any) -> None:
    tree, _ = tree_of("---\n ", loader)
    assert tree is not None
    assert tree.place.line == 2


@both
@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n...\n"])
def test_a_file_without_a_value_is_empty(loader: Any, text: str) -> None:
    tree, problems = tree_of(text, loader)

    assert plain(tree) in (None, "")
    assert problems == []


@both
def test_what_no_rule_explains_is_said_in_the_words_of_the_parser(loader: Any) -> None:
    assert "found incompatible YAML document" in tree_of("%YAML 2.0\n---\na", loader)[1][0]


def test_a_password_in_an_address_is_not_shown() -> None:
    source = open_source("f", b"database: postgresql://me:pa/ss@word@host/db oops\nx: https://me:pw@host/@y\n")
    source.report(Place(1, 1), "wrong")
    source.report(Place(2, 1), "wrong")

    assert [problem.source for problem in source.problems] == [
        "database: postgresql://" + "*" * 13 + "@host/db oops",
        "x: https://*****@host/@y",
    ]


YAML_LIKE = st.text(st.sampled_from("ab:- \n\t[]{},'\"|>@*&!%#?~\\0رנ\u00a0\u200f\ud800😀"), max_size=60)


@both
@given(text=st.one_of(YAML_LIKE, st.text(max_size=40)))
def test_no_text_is_read_without_a_tree_or_a_problem(loader: Any, text: str) -> None:
    content = text.encode(errors="surrogatepass")
    source: Source = open_source("f", content)
    tree = read_tree(source, loader)

    empty = all(line.strip()[:1] in ("", "#", "-", ".", "%") for line in source.lines)
    assert tree or source.problems or empty
    for problem in source.problems:
        assert problem.what
        assert not source.lines or problem.line <= len(source.lines)


def test_the_bound_of_libyaml_is_told_in_our_words() -> None:
    words = "while increasing flow level exceeded maximum nesting depth"
    assert explain(words, Place(1, 1001), None, ("[" * 2000,)) == (Place(1, 1001), TOO_DEEP, "")
