"""Pages that are no plain article, read and judged as the pipeline does: each with a sensible result."""

from time import process_time

import pytest

from monitor.articles.extract import extract
from monitor.articles.identity import aliases
from monitor.articles.judge import Verdict, judge
from monitor.errors import ParseError
from monitor.model import Shortfall

ASKED = "https://gazette.example/news/1"
FEED = (
    "Troops surrounded tunnels under Rafah while mediators from Egypt proposed that fighters leave for third countries."
)
ONE = [
    "Israeli troops surrounded the tunnels under Rafah on Monday, officials said, as talks about the men went on.",
    "Mediators from Egypt and Qatar proposed that the fighters leave for a third country after handing over arms.",
    "A spokesman for the movement said that surrender was not on the table and that the matter belonged to the truce.",
]
TWO = [
    "The central bank of Turkey raised its rate to forty percent on Thursday, which surprised analysts in Ankara.",
    "Inflation had reached seventy percent in the spring, and has hardly fallen since, the institute said.",
    "Exporters warned that a strong lira would hurt them in the summer, when orders are usually low.",
]


def paragraphs(texts: list[str]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def text_of(body: str, head: str = "") -> str:
    return extract(_bytes(body, head), content_type="text/html; charset=utf-8", url=ASKED).text


def judged(body: str, head: str = "", landed: str = ASKED) -> Verdict:
    page = extract(_bytes(body, head), content_type="text/html; charset=utf-8", url=landed)
    return judge(200, {}, page, feed_text=FEED, body=_bytes(body, head), asked=ASKED, landed=landed)


def _bytes(body: str, head: str) -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()


def test_the_front_page_in_the_place_of_an_article_says_that_it_is_gone() -> None:
    cards = "".join(f"<h3><a href=/n/{number}>Headline {number} about something</a></h3>" for number in range(40))
    found = judged(f"<main>{cards}</main>", landed="https://gazette.example/")
    assert (found.text, found.shortfall) == ("", Shortfall.GONE)


def test_an_error_page_with_status_200_leaves_the_feeds_text() -> None:
    found = judged("<h1>Page not found</h1><p>Sorry, this page does not exist any more. Try the search.</p>")
    assert (found.text, found.shortfall, found.retry) == ("", Shortfall.GONE, True)


def test_a_line_above_an_article_that_something_is_missing_is_of_something_else() -> None:
    body = f"<p>This content is not available</p>{paragraphs([*ONE, *TWO, *ONE, *TWO])}"
    found = judged(f"<article>{body}</article>", head="<title>The minister speaks of bread</title>")
    assert (found.shortfall, found.text.count("This content is not available")) == (None, 1)


def test_so_does_one_that_offers_other_articles_instead() -> None:
    found = judged(f"<main><h1>404 – Page not found</h1><h2>Popular now</h2>{paragraphs(TWO * 3)}</main>")
    assert (found.text, found.shortfall, found.retry) == ("", Shortfall.GONE, True)


def test_an_article_of_that_headline_is_one_if_it_begins_as_its_feed_says() -> None:
    assert judged(f"<article><h1>Page not found</h1>{paragraphs([FEED, *ONE])}</article>").shortfall is None


def test_the_captions_of_a_gallery_are_its_text() -> None:
    figures = "".join(
        f"<figure><img src=/{at}.jpg><figcaption>{text}</figcaption></figure>" for at, text in enumerate(ONE)
    )
    found = text_of(f"<article><h1>In pictures</h1>{figures}</article>")
    assert [text for text in ONE if text in found] == ONE


def test_what_is_said_below_a_video_is_its_text() -> None:
    assert ONE[0] in judged(f"<article><h1>Rafah</h1><video src=/v.mp4></video><p>{ONE[0]}</p></article>").text


@pytest.mark.parametrize("content_type", ["application/pdf", "video/mp4", "text/html"])
def test_a_file_is_no_page(content_type: str) -> None:
    with pytest.raises(ParseError):
        extract(b"%PDF-1.7 \x00", content_type=content_type, url=ASKED)


def test_of_two_articles_in_one_page_the_first_is_read() -> None:
    both = "".join(
        f"<article><h1>Title</h1><div class=article-body>{paragraphs(texts)}</div></article>" for texts in (ONE, TWO)
    )
    assert text_of(both).split("\n") == ONE


def test_a_live_blog_is_read_without_its_furniture() -> None:
    entries = "".join(
        f"<article><p>10:{at:02} GMT</p><p>{text}</p><p>Share this post</p></article>"
        for at, text in enumerate(ONE + TWO)
    )
    found = text_of(f"<main><h1>Live</h1><p>Show key events only</p><div class=article-body>{entries}</div></main>")
    assert found.split("\n") == ONE + TWO


def test_a_page_of_300_000_words_is_read_in_time_and_whole() -> None:
    many = [f"{text} ({number})" for number in range(5_000) for text in ONE]
    started = process_time()
    found = text_of(f"<article>{paragraphs(many)}</article>")
    assert process_time() - started < 20, "all the time that a worker has"
    assert (many[0] in found, many[-1] in found, len(found.split()) > 280_000) == (True, True, True)


@pytest.mark.parametrize("canonical", ["https://other.example/news/1", "https://gazette.example/", "/", "javascript:x"])
def test_a_canonical_address_elsewhere_or_at_the_front_is_not_believed(canonical: str) -> None:
    body = _bytes(f"<article>{paragraphs(ONE)}</article>", f'<link rel="canonical" href="{canonical}">')
    page = extract(body, content_type="text/html", url=ASKED)
    assert page.text.split("\n") == ONE
    assert aliases(ASKED, landed=ASKED, canonical=page.canonical) == ()


def test_right_to_left_and_mixed_text_is_left_as_it_is() -> None:
    arabic = "قال مسؤولون يوم الاثنين إن الجيش (IDF) حاصر الأنفاق في رفح، وإن 200 مقاتل ما زالوا في داخلها منذ مارس."
    hebrew = 'צה"ל הודיע ביום שני כי הקיף את המנהרות ברפיח, וכי כ-200 לוחמי Hamas נמצאים בהן מאז חודש מרץ האחרון.'
    assert text_of(f"<article dir=rtl><p>{arabic}</p><p>{hebrew}</p></article>").split("\n") == [arabic, hebrew]
