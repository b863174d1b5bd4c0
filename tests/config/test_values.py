"""Single texts: what they stand for, and what a person gets who writes them otherwise."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.codes import COUNTRY, LANGUAGE
from monitor.config.shape import Value
from monitor.config.source import NO_PLACE, Source
from monitor.config.values import CONTACT, NETWORK, SLUG, TEXT, as_text, choice, count, duration, number, size
from monitor.config.yaml import Text
from monitor.model import Affiliation

DURATION = duration(timedelta(0), timedelta(days=999_999))
SIZE = size(1, 10**12)


def read(value: Value[Any], text: str) -> tuple[Any, str]:
    """What the text stands for, and the advice when for nothing."""
    source = Source(file="f")
    found = value.read(Text(value=text, place=NO_PLACE), source, "key")
    assert (found is None) == bool(source.problems)
    return found, source.problems[0].hint if source.problems else ""


@pytest.mark.parametrize(
    ("value", "text", "meaning"),
    [
        (DURATION, "15m", timedelta(minutes=15)),
        (DURATION, "1h30m", timedelta(minutes=90)),
        (DURATION, "2d4h6m8s10ms", timedelta(days=2, hours=4, minutes=6, seconds=8, milliseconds=10)),
        (DURATION, " 90s\n", timedelta(seconds=90)),
        (SIZE, "5MB", 5_000_000),
        (SIZE, "1536MiB", 1536 * 2**20),
        (SIZE, "7B", 7),
        (count(1, 10), "10", 10),
        (number(10), "0.25", 0.25),
        (SLUG, "al-jazeera-2", "al-jazeera-2"),
        (TEXT, "  A\u0301l\t Jazeera ", "Ál Jazeera"),
        (choice(Affiliation), "state", Affiliation.STATE),
        (CONTACT, "me+news@b.example", "me+news@b.example"),
        (CONTACT, "https://b.example:8080/bot?x=1", "https://b.example:8080/bot?x=1"),
        *((LANGUAGE, code, code) for code in ("ar", "he", "ckb", "pt-BR", "zh-Hant", "zh-Hant-TW", "es-419", "no")),
        *((COUNTRY, code, code) for code in ("PS", "NO", "INT", "XK")),
    ],
)
def test_a_text_stands_for_a_value(value: Value[Any], text: str, meaning: object) -> None:
    assert read(value, text) == (meaning, "")


@pytest.mark.parametrize(
    ("value", "text", "hint"),
    [
        (DURATION, "15", "add the unit: ms, s, m, h or d"),
        (DURATION, "15 min", "write 15m"),
        (DURATION, "2 Hours", "write 2h"),
        (DURATION, "200 millis", "write 200m"),
        (DURATION, "1m1h", ""),
        (DURATION, "١٥m", ""),
        (DURATION, "-5m", ""),
        (DURATION, "9999999d", "write 9999999d"),
        (duration(timedelta(seconds=1), timedelta(hours=1)), "61m", ""),
        (SIZE, "5 MB", "the units are B, KB, MB, GB, KiB, MiB, GiB"),
        (SIZE, "9999GB", ""),
        (count(1, 10), "11", ""),
        (count(1, 10), "1.0", ""),
        (count(1, 10), "9" * 5000, ""),
        (number(10), "10.5", ""),
        (number(10), "0,5", "write the fraction with a point"),
        (number(10), "nan", ""),
        (SLUG, "Süddeutsche Zeitung", 'for example "suddeutsche-zeitung"'),
        (SLUG, "رفح", ""),
        (SLUG, "a" * 65, f'for example "{"a" * 64}"'),
        (choice(Affiliation), "State", 'did you mean "state"?'),
        (CONTACT, "me@b", "it is sent to every server, so that its operator can reach you"),
        (CONTACT, "mé@b.example", "it is sent to every server, so that its operator can reach you"),
        (CONTACT, "a@b.example\r\nX: y", "it is sent to every server, so that its operator can reach you"),
        (NETWORK, "10.0.0.1/8", "the network that holds it is 10.0.0.0/8"),
        (NETWORK, "home", ""),
        (LANGUAGE, "AR", 'did you mean "ar"?'),
        (LANGUAGE, "ar_EG", 'did you mean "ar"?'),
        (LANGUAGE, "iw", 'did you mean "he"?'),
        (LANGUAGE, "heb", 'did you mean "he"?'),
        (LANGUAGE, "Hebrew", 'did you mean "he"?'),
        (LANGUAGE, "qq", ""),
        (COUNTRY, "ps", 'did you mean "PS"?'),
        (COUNTRY, "UK", 'did you mean "GB"?'),
        (COUNTRY, "Palestine", ""),
        (COUNTRY, "ZZ", ""),
    ],
)
def test_a_text_that_stands_for_nothing_gets_advice(value: Value[Any], text: str, hint: str) -> None:
    assert read(value, text) == (None, hint)


@given(st.integers(0, 10**12))
def test_a_duration_is_written_as_it_is_read(milliseconds: int) -> None:
    length = timedelta(milliseconds=milliseconds)

    assert read(DURATION, as_text(length)) == (length, "")


@given(st.sampled_from([DURATION, SIZE, SLUG, CONTACT, NETWORK, LANGUAGE, COUNTRY, count(1, 9), number(9)]), st.text())
def test_any_text_is_a_value_or_a_problem(value: Value[Any], text: str) -> None:
    found, hint = read(value, text)

    assert found is not None or isinstance(hint, str)
