"""Bytes are read as what they most plausibly are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.decoding import charset_named, decode

ARABIC = "أنفاق رفح والهدنة في غزة"


@pytest.mark.parametrize(
    ("body", "declared", "text"),
    [
        (b"plain", (), "plain"),
        (ARABIC.encode(), (), ARABIC),
        (ARABIC.encode(), ("iso-8859-1",), ARABIC),
        (ARABIC.encode("cp1256"), ("windows-1256",), ARABIC),
        (ARABIC.encode("cp1256"), ("no-such-charset", "utf-8", "windows-1256"), ARABIC),
        ("\ufeff" + ARABIC, ("windows-1256",), ARABIC),
        (ARABIC.encode("utf-16"), (), ARABIC),
        (("<p>" + ARABIC).encode("utf-16-le"), (), "<p>" + ARABIC),
        (("<p>" + ARABIC).encode("utf-16-be"), (), "<p>" + ARABIC),
        (("<p>" + ARABIC).encode("utf-32-le"), (), "<p>" + ARABIC),
        (("<p>" + ARABIC).encode("utf-32-be"), ("utf-32",), "<p>" + ARABIC),
        ("“quoted” café".encode("cp1252"), ("iso-8859-1",), "“quoted” café"),
        ("“quoted” café".encode("cp1252"), (), "“quoted” café"),
        ("İstanbul ğış".encode("cp1254"), ("iso-8859-9",), "İstanbul ğış"),
        ("עזה".encode("iso8859-8"), ("iso-8859-8-i",), "עזה"),
        ("新闻".encode("gb18030"), ("gb2312",), "新闻"),
        ("日本".encode("iso2022_jp"), ("iso-2022-jp",), "日本"),
        (ARABIC.encode()[:-1], (), ARABIC[:-1] + "\ufffd"),
        ("日本".encode("cp932") + b"\x81", ("utf-8", "shift_jis"), "日本\ufffd"),
    ],
)
def test_the_text_is_found(body: bytes | str, declared: tuple[str, ...], text: str) -> None:
    assert decode(body if isinstance(body, bytes) else body.encode(), *declared) == text


@pytest.mark.parametrize(
    "name", ["punycode", "idna", "base64", "utf-7", "unicode_escape", "", "a/b", "x" * 99, "no-such"]
)
def test_what_is_no_charset_is_passed_over(name: str) -> None:
    assert charset_named(name) == ""


def test_names_are_read_as_browsers_read_them() -> None:
    assert [charset_named(name) for name in (' "UTF-8" ', "latin1", "x-sjis")] == ["utf-8", "cp1252", "cp932"]


@given(st.binary(max_size=60), st.sampled_from(["", "utf-8", "utf-16", "shift_jis", "punycode", "gb2312"]))
def test_any_bytes_are_some_text(body: bytes, declared: str) -> None:
    assert isinstance(decode(body, declared), str)


@given(st.text(max_size=40).filter(lambda text: not text.startswith(("\ufeff", "<\x00", "\x00<", "\x00\x00\x00<"))))
def test_utf8_is_always_recognised(text: str) -> None:
    assert decode(text.encode(), "windows-1252") == text
