"""The one normal form of an address, and what is told of it."""

from time import process_time
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import urls


@pytest.mark.parametrize(
    ("given_url", "normal"),
    [
        ("HTTP://Example.COM", "http://example.com/"),
        ("http://example.com:80/a", "http://example.com/a"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("https://example.com:/a", "https://example.com/a"),
        ("https://example.com:8443/a", "https://example.com:8443/a"),
        ("https://example.com./a", "https://example.com/a"),
        ("https://example.com/a/./b/../c", "https://example.com/a/c"),
        ("https://example.com/../../a", "https://example.com/a"),
        ("https://example.com/a/b/..", "https://example.com/a/"),
        ("https://example.com/..", "https://example.com/"),
        ("https://example.com/.well-known", "https://example.com/.well-known"),
        ("https://example.com/%7euser/%2e%2e/%c3%a9", "https://example.com/%C3%A9"),
        ("https://example.com/a%2Fb", "https://example.com/a%2Fb"),
        ("https://example.com/100%", "https://example.com/100%25"),
        ("https://example.com/رفح", "https://example.com/%D8%B1%D9%81%D8%AD"),
        ("https://example.com/a b|c", "https://example.com/a%20b%7Cc"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://وزارة.example/a", "https://xn--mgbexc3i.example/a"),
        ("https://under_score.example/", "https://under_score.example/"),
        ("http://[2001:DB8:0:0::1]:80/", "http://[2001:db8::1]/"),
        ("https://user:secret@example.com/", "https://example.com/"),
        ("https://example.com/a#part", "https://example.com/a"),
        ("https://example.com/#!/a/b", "https://example.com/#!/a/b"),
        ("https://example.com/a?", "https://example.com/a"),
        ("https://example.com/a?b=2&a=1", "https://example.com/a?b=2&a=1"),
        ("https://example.com/a?utm_source=rss&id=7&utm_medium=x", "https://example.com/a?id=7"),
        ("https://example.com/a?UTM_Source=rss", "https://example.com/a"),
        ("https://example.com/a?at_medium=RSS&at_campaign=rss", "https://example.com/a"),
        ("https://example.com/a?fbclid=1&gclid=2&maca=en-rss", "https://example.com/a"),
        ("https://example.com/a?traffic_source=rss", "https://example.com/a"),
        ("https://example.com/a?q=caf%c3%a9+x&&z", "https://example.com/a?q=caf%C3%A9+x&z"),
        ("  https://example.com/a\n", "https://example.com/a"),
        ("https://example.com/a\tb", "https://example.com/ab"),
    ],
)
def test_an_address_has_one_normal_form(given_url: str, normal: str) -> None:
    assert urls.normalise(given_url) == normal


@pytest.mark.parametrize(
    ("given_url", "rules"),
    [
        ("https://example.com/a?id=7", []),
        (" https://example.com/a\n", ["blanks"]),
        ("HTTPS://example.com/a", ["scheme"]),
        ("https://Jane:secret@example.com/a", ["user name"]),
        ("https://Example.com:443/a", ["host in its usual form: example.com"]),
        ("https://bücher.example/a", ["host in its usual form: xn--bcher-kva.example"]),
        ("https://example.com", ["a path that is empty"]),
        ("https://example.com/رفح", ["characters"]),
        ("https://example.com/a?q=é", ["characters"]),
        ("https://example.com/./a", ["segments"]),
        (
            "https://example.com/a?utm_source=x&id=7&fbclid=y",
            ["parameters that track the reader left out: utm_source, fbclid"],
        ),
        ("https://example.com/a?id=7&", ["parameters without a name"]),
        ("https://example.com/a?", ["parameters without a name"]),
        ("https://example.com/a#part", ["fragment left out: #part"]),
        ("https://example.com/a#", ["fragment"]),
        ("https://example.com/#!/a", []),
    ],
)
def test_what_is_changed_is_told_by_its_rule(given_url: str, rules: list[str]) -> None:
    told = urls.changes(given_url)
    assert [text[: len(rule)] for text, rule in zip(told, rules, strict=True)] == rules


@given(st.from_regex(r"\AHTTP://[A-Z.]{0,3}example[.:@]{0,2}(/[ a.é%7E#?&=!]{0,9})?\Z", fullmatch=True))
def test_nothing_is_changed_without_a_rule(written: str) -> None:
    for address in (written, written.lower()):
        try:
            normal = urls.normalise(address)
        except ValueError:
            continue
        assert (urls.changes(address) == ()) == (normal == address)


@pytest.mark.parametrize(
    "given_url",
    [
        "",
        "example.com/a",
        "ftp://example.com/",
        "javascript:alert(1)",
        "mailto:a@example.com",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://example.com:99999/",
        "https://example.com:port/",
        "https://[::1",
        "https://[v1.x]/",
        "https://exa mple.com/",
        "https://a..b/",
        "https://.example.com/",
        "https://" + "a" * 254 + "/",
        "https://\u2028x.example/",
        "https://xn--\u00fc.example/",
        "https://evil.example\\@example.com/",
        "https://example.com/" + "a" * urls.LONGEST,
    ],
)
def test_what_is_no_address_is_refused(given_url: str) -> None:
    with pytest.raises(ValueError):
        urls.normalise(given_url)


_PIECES = st.text(alphabet="aB1é%./?#&=:@!\\[] ~-رف", max_size=12)


@given(st.builds("https://{}/{}?{}#{}".format, _PIECES, _PIECES, _PIECES, _PIECES) | st.text(max_size=40))
def test_the_normal_form_is_its_own_normal_form(url: str) -> None:
    try:
        normal = urls.normalise(url)
    except ValueError:
        normal = "https://example.com/"
    assert urls.normalise(normal) == normal
    assert normal.isascii()


_HOSTS = st.sampled_from(["a.example", "127.0.0.1", "A.example", "a..example", "-a.example", "a.b-", "localhost"])
_PORTS = st.sampled_from(["", ":8080", ":80", ":443", ":08080", ":65536", ":"])
_PATHS = st.lists(st.sampled_from(["/", ".", "..", "a", "B1", "-~", "!$&'()*+,;=:@", "%41", "é", "?a=b"]))


@given(st.builds("{}://{}{}{}".format, st.sampled_from(["http", "https"]), _HOSTS, _PORTS, _PATHS.map("".join)))
def test_a_fragment_never_matters(url: str) -> None:
    # With one the address is worked out; without, it may be seen that it stays as it is.
    assert _normal(url) == _normal(f"{url}#a")
    assert urls.host(url) == urls.host(f"{url}#a")
    assert urls.absolute("", url) == urls.absolute("", f"{url}#a").removesuffix("#a")


def _normal(url: str) -> str:
    try:
        return urls.normalise(url)
    except ValueError:
        return ""


@given(st.text(max_size=30), st.text(max_size=60))
def test_nothing_raises_but_normalise(base: str, url: str) -> None:
    assert isinstance(urls.redact(url) + urls.host(url) + urls.bare_host(url), str)
    assert isinstance(urls.is_front_page(url), bool)
    found = urls.absolute(base, url)
    assert not found or urls.normalise(found)


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("/a", "https://example.com/a"),
        ("b", "https://example.com/feeds/b"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("https://other.example/A?b#c", "https://other.example/A?b#c"),
        ("www.example.org/news", "https://www.example.org/news"),
        ("www.example.org", "https://www.example.org"),
        ("www/news", "https://example.com/feeds/www/news"),
        ("\n  https://example.com/a b\n", "https://example.com/a%20b"),
        ("https://example.com/\x00a\x1b", "https://example.com/a"),
        ("", ""),
        (" \n", ""),
        ("javascript:alert(1)", ""),
        ("mailto:a@example.com", ""),
        ("data:text/html,x", ""),
        ("tag:example.com,2025:1", ""),
        ("https://[", ""),
        ("https://example.com:99999/", ""),
    ],
)
def test_a_link_is_made_absolute_or_is_none(link: str, found: str) -> None:
    assert urls.absolute("https://example.com/feeds/rss.xml", link) == found


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.com/a?id=7", "https://example.com/a?id=7"),
        ("https://user:pass@example.com/a", "https://***@example.com/a"),
        ("https://user@example.com/a", "https://***@example.com/a"),
        ("https://u:p@ss@example.com/a", "https://***@example.com/a"),
        ("https://u:p/a?s#s@example.com/a", "https://***@example.com/a"),
        ("//user:pass@example.com/", "//***@example.com/"),
        ("https://medium.example:8080/@author/x", "https://medium.example:8080/@author/x"),
        ("https://medium.example/@author/x", "https://medium.example/@author/x"),
        ("https://example.com/?api_key=1&a=2", "https://example.com/?api_key=***&a=2"),
        ("https://example.com/?a=2;Token=abc", "https://example.com/?a=2;Token=***"),
        ("https://example.com/?%74oken=abc", "https://example.com/?%74oken=***"),
        ("https://example.com/?key=abc&pass=x&sig=y", "https://example.com/?key=***&pass=***&sig=***"),
        ("https://example.com/#access_token=abc", "https://example.com/#access_token=***"),
        ("https://example.com/?author=me&passenger=1", "https://example.com/?author=me&passenger=1"),
        ("https://example.com/?token=", "https://example.com/?token="),
        ("not an address", "not an address"),
    ],
)
def test_secrets_are_not_shown(url: str, shown: str) -> None:
    assert urls.redact(url) == shown


def test_the_message_about_a_bad_address_tells_no_password() -> None:
    with pytest.raises(ValueError) as caught:
        urls.normalise("ftp://user:hunter2@example.com/")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://user@WWW.Example.com:8080/a", "www.example.com"),
        ("http://[::1]/", "::1"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("nonsense", ""),
    ],
)
def test_the_host_of_an_address(url: str, name: str) -> None:
    assert urls.host(url) == name


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("https://www.example.com/a", "http://example.com/b", True),
        ("https://m.example.com/a", "https://amp.example.com/b", True),
        ("https://www.m.example.com/a", "https://example.com/b", True),
        ("https://m.co/a", "https://www.co/a", False),
        ("https://example.com/a", "https://example.org/a", False),
        ("https://one.github.io/a", "https://github.io/a", False),
        ("nonsense", "nonsense", False),
    ],
)
def test_one_site_under_several_hosts(a: str, b: str, same: bool) -> None:
    assert urls.same_site(a, b) is same


@pytest.mark.parametrize(
    ("url", "front"),
    [
        ("https://example.com", True),
        ("https://example.com/?utm_source=x", True),
        ("https://example.com/en/", True),
        ("https://example.com/ar", True),
        ("https://example.com/en-us/index.html", True),
        ("https://example.com/default.aspx?lang=ar", True),
        ("https://example.com/home", True),
        ("https://example.com/?p=123", False),
        ("https://example.com/#!/story", False),
        ("https://example.com/world", False),
        ("https://example.com/en/story", False),
        ("nonsense", False),
        ("https://example.com/us-iran", False),
        ("https://example.com/idf-raid", False),
        ("https://example.com/war", False),
        ("https://example.com/zh-Hant/", True),
    ],
)
def test_front_pages_are_told_from_articles(url: str, front: bool) -> None:
    assert urls.is_front_page(url) is front


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("gazette.example", "https://gazette.example"),
        (" gazette.example/news?a=1 ", "https://gazette.example/news?a=1"),
        ("gazette.example:8080/rss", "https://gazette.example:8080/rss"),
        ("http://gazette.example/rss", "http://gazette.example/rss"),
        ("feed://gazette.example/rss", "https://gazette.example/rss"),
        ("feed:https://gazette.example/rss", "https://gazette.example/rss"),
        ("FEED:gazette.example", "https://gazette.example"),
        ("الجزيرة.example/أخبار", "https://الجزيرة.example/أخبار"),
        ("", ""),
        ("mailto:desk@gazette.example", ""),
        ("javascript:alert(1)", ""),
        ("ftp://gazette.example/", ""),
        ("http://[", ""),
        ("//", ""),
    ],
)
def test_what_a_person_types_is_an_address(given: str, meant: str) -> None:
    assert urls.typed(given) == meant


LONG = 90_000
"""About as much as a server can put into one header."""
COSTLY = {
    "colons": "x://" + ":" * LONG,
    "user names": "x://" + "a:" * (LONG // 2),
    "tabs": "\t" * LONG,
    "blanks": " " * LONG + "x",
    "parameters": "x://a?" + "token" * (LONG // 5),
    "marks": "http://a" + "\u0301\u0316" * (LONG // 4) + "/",
    "marks after http:\\\\": "http:\\\\a" + "\u0301\u0316" * (LONG // 4) + "/",
    "marks in the path": "http://a/" + "\u0301\u0316" * (LONG // 4) + "/",
    "ligatures": "http://" + "ﷺ" * (LONG // 3) + "/",
    "labels": "http://" + "א." * (LONG // 3) + "com/",
    "punycode": "http://xn--" + "a" * LONG + "/",
    "an open address": "http://[" + ":" * LONG + "]/",
    "an endless address": "http://[" + "0:" * (LONG // 2) + "]/",
    "a zone": "http://[::1%" + "a" * LONG + "]/",
    "a port": "http://a:" + "1" * LONG + "/",
    "dots": "../" * (LONG // 3),
    "signs": "/" + "%zz" * (LONG // 3),
    "tracking": "?" + "utm_a&" * (LONG // 6),
    "www": "www." + "a." * (LONG // 2) + "!",
}


@pytest.mark.parametrize("link", COSTLY.values(), ids=COSTLY)
def test_no_address_takes_the_square_of_its_length(link: str) -> None:
    started = process_time()
    urls.redact(link)
    urls.host(link)
    urls.absolute("https://gazette.example/news", link)
    assert process_time() - started < 1, "an address of this length took 5 to 60 s"


@pytest.mark.parametrize(
    "url",
    [
        f"https://{'a' * 1025}/",
        f"https://gazette.example/{'a' * 17_000}",
        f"https://gazette.example/?{'utm_a&' * 3000}",
    ],
)
def test_an_endless_address_is_none(url: str) -> None:
    with pytest.raises(ValueError, match="an address of"):
        urls.normalise(url)
    assert (urls.host(url), urls.absolute("https://gazette.example/", url)) == ("", "")


@pytest.mark.parametrize("base", ["https://gazette.example/a/b?c", "http://other.example/", ""])
@pytest.mark.parametrize(
    "link",
    ["https://gazette.example/", "http://gazette.example:80/a/../b//c?d=e&f", "https://GAZETTE.example/~a/%20:@!,+"],
)
def test_a_link_that_is_joined_stays_as_it_is(link: str, base: str) -> None:
    assert urls.is_joined(link)
    assert urljoin(base, link) == urls.absolute(base, link) == link


@pytest.mark.parametrize(
    "link",
    ["/a", "//a.example/", "https://a.example", "https://a.example/?", "https://a.example/a#", "https://a.example/a;"],
)
def test_other_links_have_to_be_joined(link: str) -> None:
    assert not urls.is_joined(link)
