"""A message's HTML in a real browser: nothing is asked for, and it can be read in light and in dark, either way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.alerts.render import html
from monitor.model import Occasion
from tests.alerts.messages import SAID, a_message, an_item, said
from tests.alerts.test_render import hostile_message
from tests.browser import Page, chromium, needs_chromium
from tests.outgoing.test_browser import CONTRAST

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("profile")) as page:
        yield page


def opened(browser: Page, path: Path, content: str, *, dark: bool = False) -> None:
    path.write_text(content, encoding="utf-8")
    browser.open(path, dark=dark, width=500)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_loads_nothing_runs_nothing_and_can_be_read(browser: Page, tmp_path: Path, dark: bool) -> None:
    opened(browser, tmp_path / "hostile.html", html(hostile_message()), dark=dark)
    assert len(browser.told("Network.requestWillBeSent")) == 1
    for kind in ("Log.entryAdded", "Runtime.exceptionThrown", "Page.javascriptDialogOpening"):
        assert browser.told(kind) == []
    assert browser.value("document.scripts.length + document.images.length") == 0
    # Nothing paints a ground: it is the reader's, whose colour the canvas alone knows.
    painted = f"document.body.style.backgroundColor = '{'#121212' if dark else '#ffffff'}'"
    browser.value(painted)
    found = browser.value(CONTRAST.replace("main *", "body *"))
    assert {"H1.", "A.", "MARK."} <= found.keys()
    assert {name: contrast for name, contrast in found.items() if contrast < 4.5} == {}


def test_titles_and_quotes_stand_on_the_side_of_their_language(browser: Page, tmp_path: Path) -> None:
    items = [an_item(title=SAID[one][0], quotes=(said(one),), language=one) for one in SAID]
    opened(browser, tmp_path / "all.html", html(a_message(Occasion.DIGEST, *items)))
    for element in ("h2", "blockquote"):
        script = f"[...document.querySelectorAll('{element}')].map(one => [one.lang, getComputedStyle(one).direction])"
        expected = {one: "rtl" if one in ("ar", "he") else "ltr" for one in SAID}
        assert dict(browser.value(script)) == expected


def test_a_long_word_widens_nothing_but_its_own_line(browser: Page, tmp_path: Path) -> None:
    long = an_item(title="x" * 300, quotes=(), url="")
    opened(browser, tmp_path / "long.html", html(a_message(Occasion.MATCH, long)))
    assert browser.value("document.documentElement.scrollWidth") <= 500
