"""The report in a real browser: nothing is asked for, nothing complains, and it can be read in light and in dark."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.outgoing import pages
from tests.browser import Page, chromium, needs_chromium
from tests.outgoing.hostile import HOSTILE
from tests.outgoing.reports import a_full_report

pytestmark = needs_chromium

CONTRAST = """
(() => {
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = {};
  for (const element of document.querySelectorAll('main *')) {
    if (![...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())) continue;
    if (element.closest('svg')) continue;
    const [one, other] = [light(numbers(getComputedStyle(element).color)), light(ground(element))];
    const contrast = (Math.max(one, other) + .05) / (Math.min(one, other) + .05);
    found[element.tagName + '.' + element.className] = contrast;
  }
  return found;
})()
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(pages.html(a_full_report()), encoding="utf-8")
    return path


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_loads_nothing_and_nothing_complains(browser: Page, report: Path, dark: bool) -> None:
    browser.open(report, dark=dark)
    assert [one["request"]["url"] for one in browser.told("Network.requestWillBeSent")] == [report.as_uri()]
    for kind in (
        "Log.entryAdded",
        "Runtime.consoleAPICalled",
        "Runtime.exceptionThrown",
        "Page.javascriptDialogOpening",
    ):
        assert browser.told(kind) == []
    assert browser.value("document.scripts.length + document.images.length") == 0


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_all_text_can_be_read(browser: Page, report: Path, dark: bool) -> None:
    browser.open(report, dark=dark)
    ground = browser.value("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(18, 21, 27)") is dark
    found = browser.value(CONTRAST)
    assert len(found) >= 10
    # WCAG 2.2, AA.
    assert {name: contrast for name, contrast in found.items() if contrast < 4.5} == {}


def test_titles_run_as_their_language_does(browser: Page, report: Path) -> None:
    browser.open(report)
    directions = browser.value(
        "Object.fromEntries([...document.querySelectorAll('h3[dir]')]"
        ".map(h => [h.textContent, getComputedStyle(h).direction]))"
    )
    assert (directions[HOSTILE["arabic"]], directions[HOSTILE["hebrew"]]) == ("rtl", "rtl")
    assert (directions[HOSTILE["turkish"]], directions[HOSTILE["french"]]) == ("ltr", "ltr")
    quotes = browser.value(
        "[...document.querySelectorAll('blockquote')].filter(q => q.textContent.startsWith('استسلام'))"
        ".map(q => getComputedStyle(q).direction)"
    )
    assert quotes == ["rtl"]
    # At the right edge of its card.
    edges = browser.value(
        "(() => { const h = [...document.querySelectorAll('h3[dir]')].find(h => h.textContent.startsWith('استسلام'));"
        " const r = document.createRange(); r.selectNodeContents(h);"
        " return [r.getBoundingClientRect().right, h.getBoundingClientRect().right]; })()"
    )
    assert edges[0] == pytest.approx(edges[1], abs=1)


@pytest.mark.parametrize("width", [360, 768, 1200])
def test_nothing_is_wider_than_the_screen(browser: Page, report: Path, width: int) -> None:
    browser.open(report, width=width)
    assert browser.value("document.documentElement.scrollWidth") <= width
    assert browser.screenshot().startswith(b"\x89PNG")


def test_the_timeline_says_what_it_shows(browser: Page, report: Path) -> None:
    browser.open(report)
    tree = browser.ask("Accessibility.getFullAXTree")["nodes"]
    (drawn,) = [one for one in tree if one["role"]["value"] in ("image", "img") and one["name"]["value"]]
    assert drawn["name"]["value"] == "Matches by day 2025-11-09: 3"


def test_it_prints_black_on_white(browser: Page, report: Path) -> None:
    browser.open(report, dark=True)
    browser.ask(
        "Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}]
    )
    assert browser.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.value("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert browser.ask("Page.printToPDF")["data"]
