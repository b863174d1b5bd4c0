"""An article from outside, read to try the rules on."""

import pytest

from monitor.articles.outlets import Outlets
from monitor.errors import ParseError
from monitor.pipeline.trial import read_page
from monitor.workers.settings import WorkerSettings
from tests.builders import an_outlet
from tests.pipeline.conftest import InlineWorkers

PAGE = b"""<html lang="en"><head><title>Rafah</title><link rel="canonical" href="https://www.gazette.example/1"></head>
<body><article><h1>Rafah</h1><p>Hamas fighters are trapped in the tunnels of Rafah, behind the yellow line, the army
said on Monday. Mediators are looking for a way out for them.</p></article></body></html>"""


async def test_a_page_that_names_its_address_is_its_outlets() -> None:
    outlets = Outlets([an_outlet(domains=("gazette.example",))])
    document = (await read_page(PAGE, InlineWorkers(WorkerSettings()), outlets)).document
    assert (document.outlet, document.country, document.affiliation) == ("gazette", "EG", "independent")
    assert (document.url, document.language) == ("https://www.gazette.example/1", "en")
    assert "Hamas fighters" in document.text


async def test_a_page_without_an_article_is_an_error() -> None:
    with pytest.raises(ParseError, match="there is no article in this page"):
        await read_page(b"<html></html>", InlineWorkers(WorkerSettings()), Outlets([]))
