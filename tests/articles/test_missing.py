"""Pages that say with status 200 that what was asked for is not there."""

import pytest

from monitor.articles.extract import extract
from monitor.articles.missing import is_missing_at, says_missing
from tests.quality.extraction import EXTRACTION, benchmark, publishers

TEXT = "A minister said on Monday that the price of bread would rise again in the spring."


@pytest.mark.parametrize(
    "head",
    [
        "Page not found",
        "404",
        "404 Not Found",
        "HTTP 404",
        "Error 404: Page not found",
        "Page not found - The Gazette",
        "Page Not Found | Gazette",
        "Sorry, page not found",
        "Oops! That page can’t be found.",
        "This page isn’t available",
        "The page you requested was not found",
        "The page you’re looking for doesn’t exist",
        "The page you are looking for could not be found.",
        "This content is no longer available",
        "The article you requested is no longer available.",
        "Content unavailable",
        "The page has been removed",
        "Page introuvable - Le Fanal",
        "Désolé, cette page n’existe plus",
        "Erreur 404",
        "Sayfa bulunamadı - Haber",
        "Aradığınız sayfa bulunamadı",
        "الصفحة غير موجودة | الجريدة",
        "عذراً، الصفحة التي تبحث عنها غير متاحة",
        "لم يتم العثور على الصفحة",
        "404 - הדף לא נמצא",
        "הדף המבוקש אינו קיים",
        "שגיאה 404",
        "Страница не найдена",
    ],
)
def test_a_page_that_says_it_is_not_there_is_believed(head: str) -> None:
    assert says_missing(head, TEXT)


@pytest.mark.parametrize("line", ["Page not found", "404", "الصفحة غير موجودة"])
def test_a_heading_says_so_where_the_title_is_the_sites(line: str) -> None:
    assert says_missing("The Gazette", f"News\n{line}\n{TEXT}")


@pytest.mark.parametrize(
    "head",
    [
        "Bodies of six hostages not found, army says",
        "Not found: the fighters below Rafah",
        "404 killed in Gaza strikes, ministry says",
        "404: a film about a town that is not on the map",
        "The document was found",
        "Document found in Rafah tunnel",
        "Page not found: how Gaza's archives were erased",
        "Document not found: the missing Dayan file",
        "Contenu indisponible : la censure en Israël",
        "Page not found - a history of the archives of Gaza",
        "The story is available",
        "Article 404 of the penal code",
        "Page 404",
        "",
        "العثور على جثة في نفق",
        "Sayfa 3",
    ],
)
def test_news_of_what_was_not_found_is_news(head: str) -> None:
    assert not says_missing(head, TEXT)


def test_only_the_top_of_a_text_says_so() -> None:
    assert not says_missing("The archive", f"{TEXT}\n{TEXT}\nPage not found\n{TEXT}")


@pytest.mark.parametrize(
    ("url", "missing"),
    [
        ("https://gazette.example/404", True),
        ("https://gazette.example/error-404.html?from=/news/1", True),
        ("https://gazette.example/en/page-not-found/", True),
        ("https://gazette.example/notfound.aspx", True),
        ("https://gazette.example/news/404-killed-in-strikes", False),
        ("https://gazette.example/news/4042", False),
        ("https://gazette.example/news/404", False),
        ("https://gazette.example/archives/404.html", False),
        ("https://gazette.example/opinion/not-found", False),
        ("https://gazette.example/?p=/404", False),
        ("https://gazette.example/not-found-but-wanted/1", False),
    ],
)
def test_sites_send_to_addresses_that_are_called_so(url: str, missing: bool) -> None:
    assert is_missing_at(url) is missing


@pytest.mark.corpora
@pytest.mark.skipif(not EXTRACTION.exists(), reason="needs the pages of ../shared/corpora/extraction")
def test_no_real_article_is_taken_for_one_that_is_missing() -> None:
    known = [*benchmark()][::4] + [*publishers()][::4]
    pages = ((each, extract(each.html, content_type="text/html", url=each.url)) for each in known)
    assert len(known) > 80
    assert [each.name for each, page in pages if says_missing(page.title, page.text) or is_missing_at(each.url)] == []
