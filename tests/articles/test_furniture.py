"""What stands around and between the words of an article is joined or taken out."""

from time import process_time

import pytest
from lxml import etree
from lxml.html import HtmlElement

from monitor.articles.furniture import (
    MOST_PARTS,
    drop_teasers,
    is_notice,
    join_bodies,
    without_controls,
    without_notices,
)
from monitor.text.markup import tree_of

FIRST = "<p>Israeli troops surrounded the tunnels under Rafah on Monday, officials said, as talks went on.</p>"
SECOND = "<p>Mediators from Egypt and Qatar proposed that the fighters leave for a third country.</p>"
BODY = '<div class="article-body">{}</div>'


def root_of(body: str) -> HtmlElement:
    root = tree_of(f"<html><body>{body}</body></html>")
    assert root is not None
    return root


def joined(body: str) -> list[str]:
    """The texts of the parts after joining, those left empty apart."""
    root = root_of(body)
    join_bodies(root)
    return [text for part in root.iter("div") if part.get("class") == "article-body" and (text := _text(part))]


def left(body: str) -> str:
    root = root_of(body)
    drop_teasers(root)
    return _text(root)


def _text(element: HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())


def _plain(markup: str) -> str:
    return _text(root_of(markup))


def test_the_parts_of_one_article_are_made_one() -> None:
    parts = BODY.format(FIRST) + "<div>Advertisement</div><section>" + BODY.format(SECOND) + "</section>"
    assert joined(f"<h1>Rafah</h1>{parts}") == [_plain(FIRST + SECOND)]


@pytest.mark.parametrize(
    "page",
    [
        f"<article>{BODY.format(FIRST)}</article><article>{BODY.format(SECOND)}</article>",
        f"<h1>One</h1>{BODY.format(FIRST)}<h1>Two</h1>{BODY.format(SECOND)}",
        BODY.format(FIRST) + BODY.format(f"<a href=/2>{SECOND}</a>"),
        BODY.format(FIRST) + BODY.format("<p>Short.</p>"),
        BODY.format(FIRST) + BODY.format("Without a paragraph."),
        BODY.format(FIRST),
        BODY.format(FIRST) * (MOST_PARTS + 1),
    ],
)
def test_two_articles_and_teasers_are_not_joined(page: str) -> None:
    before = [_text(part) for part in root_of(page).iter("div")]
    assert joined(page) == before


def test_a_part_within_a_part_is_no_other_part() -> None:
    assert joined(BODY.format(BODY.format(FIRST) + BODY.format(SECOND)))[0] == _plain(FIRST + SECOND)


def test_blocks_that_are_but_links_are_emptied() -> None:
    related = "<p>Read also: <a href=/1>Israel says that tunnels under Rafah are flooded</a></p>"
    menu = "<ul><li>Nov 10 <a href=/1>Rafah</a><li>Nov 11 <a href=/2>Khan Younis camps</a></ul>"
    box = "<div>Also on: <a href=https://x.example/3>Forty gunmen surrender in the south of Rafah</a></div>"
    assert left(FIRST + related + menu + box + SECOND) == _plain(FIRST + SECOND)


@pytest.mark.parametrize(
    "block",
    [
        "<p>Officials said that <a href=/1>tunnels under Rafah are flooded</a>, and that nobody was in them.</p>",
        "<p><a href=/pdf>The statement</a></p>",
        "<p><a>Israel says that tunnels under Rafah are flooded</a></p>",
        "<p><a href=#note>Israel says that tunnels under Rafah are flooded</a></p>",
        "<h2><a href=/1>Israel says that tunnels under Rafah are flooded</a></h2>",
        "<div><p>Officials said it.</p><a href=/1>Tunnels under Rafah are flooded, says Israel</a></div>",
        "<ul><li>Egypt: <a href=/1>proposes</a> that the fighters leave for a third country</ul>",
    ],
)
def test_what_is_linked_within_a_text_stays(block: str) -> None:
    assert left(block) == _plain(block)


def test_a_link_that_stands_in_no_block_is_left() -> None:
    assert left("<a href=/1>Israel says that tunnels under Rafah are flooded</a>") != ""


@pytest.mark.parametrize(
    "line",
    [
        "Read more: Israel floods tunnels",
        "READ MORE",
        "Comments",
        "Copyright ©2019 The Gazette. All Rights Reserved.",
        "Sign up for our newsletter",
        "Follow the Gazette on Telegram and X",
        "We and our 842 partners use cookies to store information",
        "Show key events only",
        "Updated at 10:23 GMT",
        "10.23am",
        "10:23 GMT (12:23 local)",
        "5 min ago",
        "- Lire aussi : Le Caire, deuxième phase",
        "İlginizi çekebilir",
        "اقرأ أيضا: الجيش يحاصر أنفاق رفح",
        "تابعونا على تلغرام",
        "קראו עוד: המנהרות ברפיח",
        "Lesen Sie auch",
        "関連記事",
        "Anadolu Ajansı web sitesinde, AA Haber Akış Sistemi üzerinden abonelere sunulan haberler özetlenir.",
    ],
)
def test_notices_are_known_in_many_languages(line: str) -> None:
    assert is_notice(line)
    assert without_notices(f"Before.\n{line}\nAfter.") == "Before.\nAfter."


@pytest.mark.parametrize(
    "line",
    [
        "Shares of the company that digs the tunnels fell.",
        "Follow the money, said a mediator in Cairo.",
        "Related claims were made by the movement on Monday.",
        "Comments by the minister were met with anger.",
        "At 10:23 the men came out.",
        "Read by an actor, the letter moved the court.",
        "قال مسؤولون إن القوات حاصرت الأنفاق",
        "Subscribe to this view or not, the tunnels under Rafah are there, " + "and so are the men. " * 10,
    ],
)
def test_what_only_begins_like_a_notice_stays(line: str) -> None:
    assert without_notices(line) == line


def test_a_page_of_nothing_but_parts_and_links_is_read_in_time() -> None:
    names = [f"article-body-{number}" for number in range(2_000)]
    parts = "".join(f"<div class={name}><p>{'x' * 100}</p><a href=/1>y</a></div>" for name in names) * 2
    nested = '<div class="story-content">' * 900 + FIRST + "</div>" * 900
    root = root_of(parts + nested + "<ul><li><a href=/1>Israel floods</a>" * 900)
    started = process_time()
    join_bodies(root)
    drop_teasers(root)
    assert process_time() - started < 3
    assert _plain(FIRST) in etree.tostring(root, method="text", encoding="unicode")


def test_of_a_short_page_only_its_controls_are_taken() -> None:
    text = ["尹氏は3日夜、緊急談話を出した。", "Subscribe now to read on."]
    controls = ["メモ入力", "-最大400文字まで", "完了しました", "Post comment"]
    assert without_controls("\n".join([*text, *controls])).split("\n") == text


def test_what_is_linked_within_a_sentence_stays_however_deep_it_stands() -> None:
    linked = '<p>Egypt <b><a href="/2">and the mediators of Qatar</a></b> proposed that the fighters leave.</p>'
    assert _plain(linked) in left("<div><ul><li>" * 600 + linked)
