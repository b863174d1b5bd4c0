"""AMP, mobile and print addresses lead to the article's own, as far as they tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import urls
from monitor.articles.variants import variant

SITE = "https://gazette.example"


@pytest.mark.parametrize(
    ("url", "kinds", "originals"),
    [
        ("https://m.gazette.example/news/1", ("mobile",), ("https://www.gazette.example/news/1", f"{SITE}/news/1")),
        ("https://amp.mobil.gazette.example/n", ("AMP", "mobile"), ("https://www.gazette.example/n", f"{SITE}/n")),
        ("https://m.www.gazette.example/news/1", ("mobile",), ("https://www.gazette.example/news/1",)),
        (f"{SITE}/news/1/amp", ("AMP",), (f"{SITE}/news/1",)),
        (f"{SITE}/news/1/amp/", ("AMP",), (f"{SITE}/news/1/",)),
        (f"{SITE}/AMP/news/1", ("AMP",), (f"{SITE}/news/1",)),
        (f"{SITE}/news/1.amp", ("AMP",), (f"{SITE}/news/1",)),
        (f"{SITE}/news/1.amp.html", ("AMP",), (f"{SITE}/news/1.html",)),
        (f"{SITE}/news/1?id=2&outputType=amp", ("AMP",), (f"{SITE}/news/1?id=2",)),
        (f"{SITE}/news/1?print=1", ("print",), (f"{SITE}/news/1",)),
        (f"{SITE}/print/1/amp", ("print", "AMP"), (f"{SITE}/1",)),
        ("https://www.google.com/amp/s/www.gazette.example/news/1", ("AMP",), ("https://www.gazette.example/news/1",)),
        ("https://www.google.co.uk/amp/gazette.example/news/1", ("AMP",), ("http://gazette.example/news/1",)),
        ("https://gazette-example.cdn.ampproject.org/c/s/gazette.example/news/1/amp", ("AMP",), (f"{SITE}/news/1",)),
    ],
)  # fmt: skip
def test_an_address_tells_what_it_is_a_variant_of(url: str, kinds: tuple[str, ...], originals: tuple[str, ...]) -> None:
    found = variant(url)
    assert found is not None
    assert (found.kinds, found.originals) == (kinds, originals)


@pytest.mark.parametrize(
    "url",
    [
        "",
        SITE,
        f"{SITE}/",
        f"{SITE}/amp",
        f"{SITE}/news/amplifier",
        f"{SITE}/news/print-media-in-crisis",
        f"{SITE}/amp/?id=",
        f"{SITE}/news/1?amplitude=3",
        "https://m.example/news/1",
        "https://m.gazette.example/",
        "https://gazette.example/?amp=1",
        "https://www.google.com/amp/s/gazette.example/",
        "https://x.cdn.ampproject.org/c/s/gazette.example:99999999/news/1",
    ],
)
def test_most_addresses_are_variants_of_nothing(url: str) -> None:
    assert variant(url) is None


@given(
    st.from_regex(
        r"\Ahttps?://(m\.|amp\.)?(www\.)?[a-z]{1,5}\.example(/[a-z.]{1,6}|/amp|/print){0,4}(\?[a-z=&1]{0,9})?\Z"
    )
)
def test_an_original_is_an_address_in_normal_form(url: str) -> None:
    found = variant(urls.normalise(url))
    for original in found.originals if found else ():
        assert urls.normalise(original) == original
        assert not urls.is_front_page(original)
