"""What counts as a change of an article, and what is only set anew."""

from datetime import timedelta
from time import process_time

import pytest

from monitor.articles.changing_lines import content_lines
from monitor.articles.revision import (
    REMEMBERED,
    TextChange,
    counted_words,
    is_of_another,
    next_visit,
    same_headline,
    similarity,
    text_change,
    words_changed,
)
from monitor.model import ArticleId, Revision, RevisionSource, Shortfall
from tests.builders import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLAN = (HOUR, 6 * HOUR, DAY)
BODY = "The talks go on in Cairo. " * 40
SOON = 2.0
"""Seconds; generous, for a machine that does other things."""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The talks  go\ton.", "The talks go on."),
        ("The talks, go on.", "The talks – go on!"),
        ("The talks go on.\n\nIn Cairo.", "The talks go on. In Cairo."),
        ("It's the mediators’ plan.", "It’s the mediators' plan."),
        ("Caf\u00e9 talks.", "Cafe\u0301 talks."),
        ("A cease\u00adfire holds.", "A ceasefire holds."),
        ("It began 5 minutes ago.", "It began 2 hours ago."),
        ("It began an hour ago.", "It began just now."),
        ("three hours ago", "Four hours ago"),
        ("بدأ القصف منذ 5 دقائق في رفح.", "بدأ القصف منذ ساعتين في رفح."),
        ("الهجوم قبل ٣ ساعات.", "الهجوم قبل ٤ ساعات."),
        ("ההפצצה החלה לפני 5 דקות ברפיח.", "ההפצצה החלה לפני שעתיים ברפיח."),
        ("Saldırı 5 dakika önce başladı.", "Saldırı bir saat önce başladı."),
        ("L'attaque a commencé il y a 5 minutes.", "L'attaque a commencé il y a une heure."),
    ],
)
def test_these_say_the_same(one: str, other: str) -> None:
    assert counted_words(one) == counted_words(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("30 were killed.", "31 were killed."),
        ("The talks go on.", "The Talks go on."),
        ("نفق في رفح.", "أنفاق في رفح."),
        ("الإنفاق في رفح.", "الأنفاق في رفح."),
        ("Man bites dog.", "Dog bites man."),
        ("He was released.", "He was not released."),
        ("Updated figures show that 30 were killed.", "Updated figures show that 40 were killed."),
        ("Updated: 5 killed in Rafah.", "Updated: 7 killed in Rafah."),
        ("Share prices fell by 3 percent.", "Share prices fell by 4 percent."),
        ("عاجل: مقتل 3 في رفح", "عاجل: مقتل 5 في رفح"),
    ],
)
def test_these_do_not(one: str, other: str) -> None:
    assert counted_words(one) != counted_words(other)


@pytest.mark.parametrize(
    "line",
    [
        "Updated",
        "Updated 5 minutes ago",
        "Last updated: 10 November 2025 at 12:30 GMT",
        "Published on Monday, November 10, 2025",
        "آخر تحديث: 10/11/2025 12:30",
        "تم التحديث منذ 5 دقائق",
        "עודכן לפני 5 דקות",
        "עדכון אחרון: 10.11.2025, 12:30",
        "Son güncelleme: 10 Kasım 2025 12:30",
        "Mis à jour le 10 novembre 2025 à 12h30",
        "10 November 2025, 12:30",
        "Share this article",
        "1,234 views",
        "5 min read",
        "Advertisement",
        "Related: a harvest of olives",
        "Read more: a harvest of olives",
        "اقرأ أيضا: موسم الزيتون",
        "إقرأ المزيد",
        "שתפו",
        "קראו גם: מסיק הזיתים",
        "Ayrıca okuyun: zeytin hasadı",
        "Lire aussi : la récolte des olives",
        "Publicité",
        "10.11.2025 - 12:00 Güncelleme: 10.11.2025 - 18:10",
        "Published: 10 Nov 2025, 12:00 GMT Updated: 10 Nov 2025, 18:10",
        "Views: 3,377",
        "عدد المشاهدات: 220",
        "1.204 okunma",
        "תגובות: 12",
    ],
)
def test_furniture_is_left_out(line: str) -> None:
    assert list(content_lines(f"The talks go on.\n{line}\nIn Cairo.")) == ["The talks go on.", "In Cairo."]


@pytest.mark.parametrize(
    "line",
    [
        "Read more of what the mediators said when they met in Cairo on the third day of talks",
        "Updated figures from the ministry",
        "10 November 2025",
        "Views: a column by three writers",
        "The truce posted at 10:00 and broken at 12:15 in 2024 failed",
        "Published reports say the 2024 ceasefire began at 10:00 and ended at 12:30",
        "On 10 November 2025 at 12:30 a vigil for them began",
        "The talks of 10 November 2025 began at 12:30 in Cairo and went on all night",
    ],
)
def test_what_only_looks_like_furniture_stays(line: str) -> None:
    assert list(content_lines(f"{line}\nIn Cairo.")) == [line, "In Cairo."]


def test_short_lines_behind_the_last_sentence_are_headlines_of_other_articles() -> None:
    long = "word " * 16
    assert list(content_lines(f"A title\nThe talks go on.\nOlive harvest\n{long}\nIn the north")) == [
        "A title",
        "The talks go on.",
        long,
    ]


def test_a_text_without_any_sentence_keeps_all_its_lines() -> None:
    assert list(content_lines("One\n\nTwo")) == ["One", "Two"]


def test_the_words_that_changed_are_counted_and_moved_ones_are_not() -> None:
    assert words_changed("The dead are 30.", "The dead are 31, he said.") == (3, 1)
    assert words_changed("One two.", "Two. One") == (1, 1)
    assert words_changed("one two.", "two one.") == (0, 0)


def test_how_alike_two_texts_are() -> None:
    assert similarity("one two three four.", "one two three five.") == 0.75
    assert similarity("one.", "two.") == 0
    assert similarity("", "") == 1


def test_headlines_are_compared_by_their_words() -> None:
    assert same_headline("Talks go on", "Talks go on!")
    assert not same_headline("Talks go on", "Talks end")


WHOLE = "\n".join(f"Paragraph {number} tells what the envoys said that day in Cairo." for number in range(40))
CUT = "\n".join(WHOLE.split("\n")[:15])


def earlier(*texts: str | None, is_return: bool = False) -> list[Revision]:
    """Revisions, the last one first; only the last may be a return."""
    return [
        Revision(
            article_id=ArticleId("a"),
            source=RevisionSource.PAGE,
            since=NOON,
            replaced_at=NOON,
            text=text,
            is_return=is_return and number == 0,
        )
        for number, text in enumerate(texts)
    ]


@pytest.mark.parametrize(
    ("known", "new", "was", "now", "history", "change"),
    [
        ("", BODY, None, None, [], TextChange.BETTER),
        ("", BODY, Shortfall.PAYWALL, Shortfall.PAYWALL, [], TextChange.BETTER),
        (BODY, BODY.replace("on", "ON"), None, None, [], TextChange.REVISED),
        (BODY, BODY.replace(".", "!"), None, None, [], TextChange.SAME),
        (BODY, BODY[:400], None, Shortfall.PAYWALL, [], TextChange.SAME),
        (BODY, BODY[:400], None, None, [], TextChange.SAME),
        (WHOLE, CUT, None, None, [], TextChange.SAME),
        (WHOLE, f"{CUT}\nSubscribe for all of it.", None, None, [], TextChange.SAME),
        (WHOLE, CUT, None, None, earlier(CUT), TextChange.RETURNED),
        (WHOLE, f"{CUT}\n{CUT}", None, None, [], TextChange.REVISED),
        (WHOLE, WHOLE[: 2 * len(WHOLE) // 3], None, None, [], TextChange.REVISED),
        ("Short.", "Short note.", None, None, [], TextChange.REVISED),
        (BODY[:300], BODY[:320], Shortfall.PAYWALL, Shortfall.PAYWALL, [], TextChange.REVISED),
        (BODY[:300], BODY, Shortfall.PAYWALL, None, [], TextChange.BETTER),
        ("B.", "A.", None, None, earlier("A."), TextChange.RETURNED),
        ("C.", "A.", None, None, earlier("B.", None, "A."), TextChange.RETURNED),
        ("A.", "B.", None, None, earlier("B.", "A.", is_return=True), TextChange.ALTERNATING),
        ("A.", "C.", None, None, earlier("B.", "A.", is_return=True), TextChange.REVISED),
        ("Z.", "A.", None, None, earlier(*"BCDEFGH"[:REMEMBERED], "A."), TextChange.REVISED),
    ],
)
def test_what_a_page_is_to_the_text_that_we_have(
    known: str,
    new: str,
    was: Shortfall | None,
    now: Shortfall | None,
    history: list[Revision],
    change: TextChange,
) -> None:
    assert text_change(known, new, was_short=was, is_short=now, earlier=history) is change


@pytest.mark.parametrize(
    ("after", "due"),
    [
        (timedelta(), HOUR),
        (HOUR - timedelta(seconds=1), HOUR),
        (HOUR, 6 * HOUR),
        (2 * HOUR, 6 * HOUR),
        (12 * HOUR, DAY),
        (DAY, None),
        (9 * DAY, None),
    ],
)
def test_the_next_visit_is_the_next_one_of_the_plan(after: timedelta, due: timedelta | None) -> None:
    assert next_visit(NOON, PLAN, NOON + after) == (None if due is None else NOON + due)


def test_without_a_plan_there_is_no_visit() -> None:
    assert next_visit(NOON, (), NOON) is None


KNOWN = "The fighters in Rafah wait, said the mediators.\nTheir families have heard nothing for weeks."


@pytest.mark.parametrize(
    ("new", "title", "other"),
    [
        (
            "The council met about roads and schools. Bread will cost more in the spring.",
            "Fighters in Rafah wait",
            True,
        ),
        # What of it is left, or what its headline says, is enough.
        ("Roads and schools.\nTheir families have heard nothing for weeks.", "Fighters in Rafah wait", False),
        ("All who were left below Rafah gave up at dawn: the last fighters came out.", "Fighters in Rafah wait", False),
        ("A court rules on taxes for roads in spring.", "Fighters in Rafah wait\nCourt rules on road taxes", False),
        ("أعلن المجلس البلدي خطة جديدة للطرق والمدارس في المدينة.", "مقاتلو رفح ينتظرون", True),
        ("市議会は道路と学校について話し合った。", "ラファの戦闘員", True),
        ("戦闘員はラファのトンネルを出て武器を渡した。", "ラファの戦闘員", False),
    ],
)
def test_a_text_is_of_another_article_if_neither_words_nor_headline_are_left(new: str, title: str, other: bool) -> None:
    assert is_of_another(new, known=KNOWN, title=title) is other


@pytest.mark.parametrize("line", ["Comments {} x", "Yorum{}", "Views: 1{}x", "{} ago"])
def test_a_line_of_nothing_but_dots_is_told_soon(line: str) -> None:
    began = process_time()
    for dots in ("." * 20_000, "," * 20_000):
        assert "The talks go on." in content_lines(f"The talks go on.\n{line.format(dots)}\nIn Cairo.")
    assert process_time() - began < SOON
