"""HTML → what it shows."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.markup import looks_like_html, plain, without_tags


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("no markup\nat all &amp; &lt;b&gt;", "no markup\nat all & <b>"),
        ("<p>a<p>b<br>c", "a\nb\nc"),
        ("<ul><li>a</li><li>b</li></ul>c", "a\nb\nc"),
        ("one <b>two</b>three", "one twothree"),
        ("<p>a\n b</p>", "a b"),
        ("<p>a</p> b<br/>c<br />\r\n<p></p><p>d</p>", "a\nb\nc\nd"),
        ("<table><tr><td>1<td>2<tr><td>3</table>", "1 2\n3"),
        ("a<script>s</script>b<style>t</style>c<!-- d -->e<?f?>g", "abceg"),
        ("a &lt;b&gt; <i>&amp;amp;</i>", "a <b> &amp;"),
        ("x < y and z > 3", "x < y and z > 3"),
        ("영화 <기생충> wins", "영화 <기생충> wins"),
        ("<meta charset=iso-8859-1><p>رفح", "رفح"),
        ("<p>a\x00b\ud800c", "abc"),
        ("<script>x</script>", ""),
        ("<!-- -->", ""),
        ("", ""),
    ],
)
def test_a_fragment_shows_its_text(fragment: str, text: str) -> None:
    assert plain(fragment) == text


@given(st.lists(st.sampled_from(["<p>", "</p>", "<br>", "a", "\u0301", ">", " ", "\n", "\r\n", "\u2028"]), max_size=12))
def test_paragraphs_are_read_alike_with_a_parser_and_without(pieces: list[str]) -> None:
    fragment = "".join(("<br>", *pieces))
    # Another element, for which a parser is needed; the blank keeps the paragraphs apart from it.
    assert plain(fragment) == plain(f"{fragment} <wbr>")


@pytest.mark.parametrize("depth", [300, 1000, 2000, 3000, 20_000])
def test_no_depth_hides_text(depth: int) -> None:
    assert plain("<div>" * depth + "the marker" + "</div>" * depth) == "the marker"


@pytest.mark.parametrize("attribute", ["a{}", "a{}=1", 'a{}="b c"'])
def test_a_flood_of_attributes_hides_no_text(attribute: str) -> None:
    start = process_time()
    flood = " ".join(attribute.format(number) for number in range(100_000))
    assert plain(f"<p>one</p><b {flood}>two</b>") == "one\ntwo"
    assert process_time() - start < 5


def test_a_long_attribute_is_no_flood() -> None:
    data = "{'a': 'b', " * 20_000
    assert plain(f'<i x="{data}">one</i> <b>two</b>') == "one two"


@pytest.mark.parametrize(
    "fragment", ["<p>x" * 200_000, "<a href=" * 100_000, "<!--" * 100_000, "<" * 200_000, "<script>" * 100_000]
)
def test_a_flood_of_tags_costs_little(fragment: str) -> None:
    start = process_time()
    assert plain(fragment) is not None
    assert without_tags(fragment) is not None
    assert process_time() - start < 5


def test_hidden_parts_are_dropped_without_a_tree_too() -> None:
    assert without_tags("<script a=b>x</script><p>a &amp; b</p><style>c</style><!-- d -->e") == "a & b\ne"


@pytest.mark.parametrize(
    ("text", "is_html"),
    [
        ("<b>x", True),
        ("a<br/>b", True),
        ('<a href="x">', True),
        ("a <Parasite> b", False),
        ("2 < 3", False),
        ("x", False),
    ],
)
def test_only_known_tags_make_a_text_html(text: str, is_html: bool) -> None:
    assert looks_like_html(text) is is_html


@given(st.text(alphabet="ab <>/p&;!-\"'= \n", max_size=60))
def test_no_markup_raises(fragment: str) -> None:
    assert isinstance(plain(fragment) + without_tags(fragment), str)
