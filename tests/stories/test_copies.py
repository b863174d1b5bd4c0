"""Near copies, told by their words."""

from zlib import crc32

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.stories.copies import SAMPLE, SHORT, contained, estimate, is_short, sampled, wording
from monitor.text.fold import fold
from monitor.text.tokens import tokens

REPORT = "The mediators met in Cairo on Sunday to discuss how the fighters below Rafah may leave the tunnels unharmed"
LONG = " ".join(f"{word} number {number}" for number in range(120) for word in ("Sentence", "paragraph"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Talks resumed on Sunday in Cairo, with no result.", "TALKS RESUMED on Sunday in Cairo with no result"),
        ("رَفَحٌ تشهد جولة جديدة من المحادثات اليوم مساءً", "رفح تشهد جولة جديدة من المحادثات اليوم مساء"),
        ("שיחות חדשות נפתחו הערב בקהיר על הפסקת האש", "שִׂיחות חדשות נפתחו הערב בקהיר על הפסקת האש"),
        (
            "İstanbul'da görüşmeler bu sabah yeniden başladı dedi bakan",
            "istanbul'da görüşmeler bu sabah yeniden başladı dedi bakan",
        ),
        ("谈判今天在开罗恢复举行", "谈判今天在开罗恢复举行。"),
    ],
)
def test_how_a_text_is_written_does_not_count(one: str, other: str) -> None:
    assert contained(wording("", one), wording("", other)) == 1


def test_a_shortened_text_stands_in_the_longer_one() -> None:
    assert contained(wording("", REPORT), wording("Talks", f"{REPORT}. {LONG}")) == 1
    assert contained(wording("", REPORT), wording("", LONG)) == 0


def test_what_is_too_short_is_no_copy() -> None:
    assert contained(wording("", "Click here to read on"), wording("", "Click here to read on")) == 0


def test_a_form_that_is_filled_every_day_is_no_copy() -> None:
    form = "The ministry says that {} people were killed and others hurt in the last day across the whole of the strip"
    told = [wording("Toll", form.format(figure)) for figure in ("seven or 7", "eight or 8")]
    assert 0.5 < len(told[0].shingles & told[1].shingles) / len(told[0].shingles) < 0.8
    assert contained(*told) == 0
    assert contained(wording("Toll", form.format("some")), told[0]) > 0.5


def test_a_figure_that_has_changed_makes_no_other_text_of_a_long_one() -> None:
    told = [wording(f"{figure} flights", f"{figure} were cancelled. {LONG}") for figure in (2400, 3000)]
    assert not is_short(*told)
    assert contained(*told) > 0.9


@given(st.text(max_size=400), st.text(max_size=400))
def test_containment_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    share = contained(wording("", one), wording("", other))
    assert 0 <= share <= 1
    assert share == contained(wording("", other), wording("", one))


@given(st.text(max_size=200), st.text(max_size=60))
@example("", "x" * 50 + " ٣٤ 2,300")
def test_a_text_is_read_piece_by_piece_as_it_is_in_one(text: str, more: str) -> None:
    whole = f"{text} {more}"
    words = [fold(whole[token.start : token.end]) for token in tokens(whole)]
    told = wording(text, more)
    assert len(told.shingles) == len({tuple(words[start : start + 3]) for start in range(len(words) - 2)})
    assert {figure.decode() for figure in told.figures} == {word for word in words if word.isdecimal()}


@pytest.mark.parametrize(
    "text",
    [
        "“It’s the ‘rock’n’roll’ years” – says O'Neill's band… in the 1990s",
        "dogs' and cats''s a_b co-op e.g. U.S. 3,000 5 `x`",
        "Café owners' “l’accord” über Alles: naïve\xa0plans — Erdoğan’ın görüşmesi, Qurʾan’s",
        'mediators צה"ל ו־צה”ל met ג’נין and “חמאס” said ’’ again צה’’ל',
        "غزة / الأناضول - قال it's ٢٠٢٥ and 1990s",
        "ﷺ ½ 🄀 ŉ ﬁ №5 plain words follow here",
        f"{'x' * 300} and {'y' * 300}'s end of it",
    ],
)
def test_plain_and_other_letters_are_read_alike_wherever_they_stand(text: str) -> None:
    words = [fold(text[token.start : token.end]).encode() for token in tokens(text)]
    runs = zip(words, words[1:], words[2:], strict=False)
    assert wording("", text).shingles == {crc32(b" ".join(run)) for run in runs}


def test_a_sample_is_of_the_runs_whatever_stands_around_them() -> None:
    whole, part = wording("", f"{LONG} {REPORT}"), wording("", LONG)
    assert sampled(part.shingles) <= sampled(whole.shingles)
    assert len(part.shingles) / SAMPLE / 2 < len(sampled(part.shingles)) < len(part.shingles) / SAMPLE * 2
    assert len(part.shingles) > SHORT


@pytest.mark.parametrize(
    ("common", "one", "other", "told"),
    [(16, 16, 90, 1.0), (8, 40, 16, 0.5), (0, 6, 90, 0.0), (0, 5, 90, None), (1, 6, 90, None)],
)
def test_samples_tell_where_they_are_large_enough(common: int, one: int, other: int, told: float | None) -> None:
    assert estimate(common, one, other) == told
