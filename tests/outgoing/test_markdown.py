"""Markdown, read by a parser of its own: strangers' text is text."""

import re

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from monitor.outgoing import markdown
from monitor.text.harmless import harmless
from tests.outgoing.hostile import HOSTILE

PARSER = MarkdownIt("gfm-like", {"linkify": False})


def inline(document: str) -> list[Token]:
    return [child for token in PARSER.parse(document) for child in token.children or []]


def shown(text: str) -> str:
    """What a reader is to see: the text without what is harmful, its blanks folded."""
    return " ".join(harmless(text).split())


def read(document: str) -> str:
    return " ".join(re.sub("[\u2068\u2069]", "", "".join(one.content for one in inline(document))).split())


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("before", ["", "- ", "> ", "and "], ids=["alone", "list", "quote", "within"])
def test_a_text_is_text_wherever_it_stands(text: str, before: str) -> None:
    document = before + markdown.text(text)
    assert {one.type for one in inline(document)} <= {"text"}
    assert {"paragraph_open", "inline", "paragraph_close"} >= {
        one.type
        for one in PARSER.parse(document)
        if not one.type.startswith(("bullet_list", "list_item", "blockquote"))
    }
    assert read(document) == shown(before.strip("->") + text)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_link_leads_where_it_says_and_holds_the_whole_text(text: str) -> None:
    document = f"- {markdown.link(text, 'https://gazette.example/a_(b)*c?d=[e]&f')} end"
    opened = [one for one in inline(document) if one.type == "link_open"]
    assert [one.attrs["href"] for one in opened] == ["https://gazette.example/a_%28b%29*c?d=%5Be%5D&f"]
    assert {one.type for one in inline(document)} == {"text", "link_open", "link_close"}
    assert read(document) == f"{shown(text)} end"


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//", "https://"])
def test_what_is_no_address_of_the_web_is_no_link(url: str) -> None:
    assert markdown.link("Talks resume", url) == "Talks resume"


def test_an_address_without_a_text_shows_itself() -> None:
    assert read(markdown.link("", "https://gazette.example/1")) == "https://gazette.example/1"


def test_what_runs_right_to_left_is_isolated() -> None:
    assert markdown.text("رفح") == "\u2068رفح\u2069"
    assert markdown.text("Refah'ta") == "Refah'ta"


def test_bare_addresses_are_not_made_links_of() -> None:
    linkifying = MarkdownIt("commonmark")
    assert "href" not in linkifying.render(markdown.text(HOSTILE["autolink"]))
    assert markdown.text("https://evil.example www.evil.example a@b.example") == (
        r"https\://evil.example www\.evil.example a\@b.example"
    )
