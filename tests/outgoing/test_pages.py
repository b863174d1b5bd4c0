"""Reports as pages: what strangers wrote is text, whatever it says; nothing is loaded, nothing runs."""

import re
from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from monitor.outgoing import pages
from monitor.outgoing.report import Figures, Top
from monitor.text.harmless import harmless
from tests.builders import NOON
from tests.outgoing.hostile import HOSTILE
from tests.outgoing.reports import a_full_report, a_report, a_story

EMPTY = Figures(matches=0, stories=0, origins=0, outlets=0, languages=0)
ELEMENTS = """
    html head meta title style body main header h1 h2 h3 p time span section dl div dt dd small svg desc rect article b
    a bdi blockquote mark ul ol li code br footer
"""


class Document(HTMLParser):
    """The elements of a page, its attributes and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.text = ""
        self.policy = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.elements.add(tag)
        self.attributes |= given.keys()
        self.links |= {given["href"] or ""} if "href" in given else set()
        if given.get("http-equiv"):
            self.policy = given["content"] or ""

    def handle_data(self, data: str) -> None:
        self.text += data


def words(text: str) -> str:
    return " ".join(text.split())


def test_a_page_holds_hostile_texts_as_text_and_nothing_else() -> None:
    page = Document(pages.html(a_full_report()))
    assert page.elements <= set(ELEMENTS.split())
    assert [name for name in page.attributes if name.startswith("on") or name in ("src", "style", "srcset")] == []
    assert page.links <= {"https://gazette.example/1", "https://voice.example/2"}
    for text in HOSTILE.values():
        assert words(page.text).count(words(harmless(text))) >= 8
    assert not re.search("[\x00-\x08\u202e\u2066]", page.text)
    assert "{{ 7 * 7 }}" in page.text


def test_only_its_own_style_is_allowed() -> None:
    text = pages.html(a_full_report())
    (style,) = re.findall("<style>(.*?)</style>", text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert (
        Document(text).policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in style
    assert "@import" not in style


def test_figures_are_compared_with_those_before() -> None:
    text = words(Document(pages.html(a_full_report())).text)
    assert "1,200 −100 against 1,300 before" in text
    assert "50 +40 against 10 before" in text
    assert "40 as before" in text
    assert "Not compared with the 7 days before" in words(Document(pages.html(a_report())).text)


@pytest.mark.parametrize("render", [pages.html, pages.markdown])
def test_an_empty_period_says_so(render) -> None:  # type: ignore[no-untyped-def]
    text = render(a_report(figures=EMPTY))
    assert "Nothing matched in this period." in text
    assert "Stories" not in text
    assert "No poll failed, no feed has a gap, and the monitor ran throughout: nothing is known to be missing." in text
    assert "No revision started or stopped a match" in text
    assert "Nothing: every match was decided on." in text


@pytest.mark.parametrize("render", [pages.html, pages.markdown])
def test_what_is_left_out_is_counted(render) -> None:  # type: ignore[no-untyped-def]
    text = render(a_full_report())
    for said in (
        "and 7 more stories",
        "and 8 more matches",
        "and 4 more outages",
        f"and {len(HOSTILE) - 3} more feeds",
    ):
        assert said in text


def test_markdown_holds_hostile_texts_as_text_and_nothing_else() -> None:
    text = pages.markdown(a_full_report())
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    kinds = {one.type.removesuffix("_open").removesuffix("_close") for one in tokens}
    assert kinds <= {"heading", "inline", "paragraph", "bullet_list", "list_item", "blockquote"}
    within = [child for one in tokens for child in one.children or []]
    assert {one.type for one in within} <= {
        "text", "softbreak", "link_open", "link_close", "code_inline", "strong_open", "strong_close",
    }  # fmt: skip
    assert {one.attrs["href"] for one in within if one.type == "link_open"} <= {
        "https://gazette.example/1", "https://voice.example/2",
    }  # fmt: skip
    shown = words(re.sub("[\u2068\u2069]", "", " ".join(one.content for one in within)))
    for one in HOSTILE.values():
        assert words(harmless(one)) in shown
    assert next(one.content for one in tokens if one.type == "inline") == "Report of the monitor"


def test_markdown_names_a_story_as_it_is_told() -> None:
    text = pages.markdown(a_report(stories=Top(shown=(a_story(),))))
    assert (
        "### [Talks resume](https://gazette.example/1)\n\n3 origins, first report: The Gazette, 2025-11-10 12:00\n"
        in text
    )
    assert "> ⟦Fighters⟧ leave Rafah\n" in text
    assert (
        "5 articles, 1 copy of another's text; 2 matches in this period; English, Arabic; `1a2b3c4d`; "
        "The Gazette, Voice and 1 more\n"
    ) in text
    assert "- 2025-11-09: 3\n" in text


@pytest.mark.parametrize(("code", "name"), [("ar", "Arabic"), ("fa-IR", "Persian"), ("xy", "xy"), ("", "not known")])
def test_languages_have_names(code: str, name: str) -> None:
    assert pages.language_name(code) == name


def test_a_short_period_is_told_in_hours() -> None:
    for span, said in (
        (timedelta(minutes=20), "1 hour"),
        (timedelta(hours=5), "5 hours"),
        (timedelta(days=3), "3 days"),
    ):
        assert f"Not compared with the {said} before" in pages.markdown(a_report(since=NOON - span))
