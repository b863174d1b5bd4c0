"""What stands in an article's text and is none of it: when it was updated, where to share it, what else to read.

Sites change these lines with every visit. Known in English, Arabic, Hebrew, Turkish and French.
"""

import re
from collections.abc import Iterator

from monitor.articles.furniture import is_notice
from monitor.text.tokens import tokens

_MOST_WORDS = 12
"""Of a line that is furniture: a longer one says something."""
_FEWEST_STAMP, _MOST_STAMP = 2, 8
"""Words of a line that is nothing but a date with a time."""
_MOST_STAMPS = 16
"""Words of one with two."""
_MOST_BESIDE = 4
"""Words beside them: months, and zones of time."""
_MOST_TAIL = 15
"""Words of a line after the last sentence: a headline of another article."""

_NUMBER = r"\d+\s*"
_SPELT = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
RELATIVE_TIME = re.compile(
    rf"""
      \b(?:{_NUMBER}|an?\s+|(?:{_SPELT})\s+|a\s+few\s+)(?:s|m|h|d|secs?|seconds?|mins?|minutes?|hrs?|hours?|days?)\s+ago\b
    | \bjust\ now\b | \bmoments\ ago\b
    | (?:منذ|قبل)\s+(?:{_NUMBER})?(?:لحظات|ثانية|ثوان|ثواني|دقيقة|دقيقتين|دقائق|ساعة|ساعتين|ساعات|يوم|يومين|أيام)\b
    | לפני\s+(?:כ-?)?(?:{_NUMBER})?(?:רגע|שנייה|שניות|דקה|דקות|שעה|שעתיים|שעות|יום|יומיים|ימים)\b
    | \b(?:{_NUMBER}|bir\s+|birkaç\s+)(?:saniye|dakika|dk|saat|gün)\s+önce\b | \baz\ önce\b
    | \bil\ y\ a\s+(?:{_NUMBER}|une?\s+|quelques\s+)(?:secondes?|minutes?|min|heures?|h|jours?|j)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""How long ago something was: true for a minute only."""

_YEAR = r"(?:19|20|١٩|٢٠)\d\d"
_CLOCK = r"\d{1,2}[:.h]\d{2}"
_DATE = re.compile(rf"{_YEAR}|{_CLOCK}|\d{{1,2}}/\d{{1,2}}")
_STAMP = re.compile(rf"(?=.*{_YEAR}).*{_CLOCK}", re.DOTALL)
_TWO_STAMPS = re.compile(rf"(?=.*{_YEAR}).*{_CLOCK}.*{_CLOCK}", re.DOTALL)
_UPDATES = r"""(?:
      (?:last\s+)?(?:updated|modified|published|posted|edited)
    | (?:آخر|تاريخ)\s+(?:ال)?(?:تحديث|نشر) | تم\s+(?:ال)?(?:تحديث|نشر) | حُ?دِّ?ث\s+في | نُ?شر\s+في
    | עודכן | עודכנה | פורסם | עדכון\s+אחרון
    | (?:son\s+)?(?:güncellen?me|güncellendi|yayınlan?ma|yayınlandı)(?:\s+(?:tarihi|zamanı))?
    | (?:dernière\s+)?(?:mise?s?\s+à\s+jour|modifiée?|publiée?|actualisée?)
    )\b"""
_UPDATED = re.compile(rf"\W*{_UPDATES}(?P<rest>.*)", re.IGNORECASE | re.VERBOSE | re.DOTALL)
_SAYS_UPDATED = re.compile(rf"\b{_UPDATES}", re.IGNORECASE | re.VERBOSE)
_COUNTED = re.compile(
    r"""\W*+(?:
      share(?:\W*\Z|\s+article\b) | listen\s+to\s+this\b | see\s+next\b
    | \d[\d.,]*+\s*+(?:comments?|views?|shares?|min(?:ute)?s?\s+read|مشاهدة|تعليق|תגובות|צפיות|commentaires?|vues?
        |okunma|yorum)\b
    | (?:views?|comments?|shares?|okunma|görüntülenme|yorum|vues?|commentaires?|צפיות|תגובות
        |(?:عدد\s+)?(?:المشاهدات|القراءات|الزيارات|التعليقات))\W*+\d[\d.,]*+\W*+\Z
    | شارك(?:\W*\Z|\s+(?:على|هذا|المقال|الخبر)\b) | إعلان\W*\Z
    | שתפו\b | פרסומת\W*\Z | כתבות\s+נוספות\b
    | paylaş\W*\Z | reklam\W*\Z | ilgili\s+haberler\b | partager\b | publicité\W*\Z | s[’']abonner\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
"""Buttons and counts, which are no notices."""
_END = 40
"""Characters at a line's end in which what ends a sentence stands."""
_SENTENCE = re.compile(r"[.!?…؟۔:;]\W*\Z")


def content_lines(text: str) -> Iterator[str]:
    """The lines of a text that say something: without furniture, and without headlines behind the last sentence."""
    lines = [line for line in text.split("\n") if line.strip() and not _is_furniture(line)]
    last = max((number for number, line in enumerate(lines) if _SENTENCE.search(line[-_END:])), default=len(lines))
    for number, line in enumerate(lines):
        if number <= last or len(tokens(line)) > _MOST_TAIL:
            yield line


def _is_furniture(line: str) -> bool:
    number = len(tokens(line))
    if number > _MOST_WORDS:
        return number <= _MOST_STAMPS and _is_of_two_dates(line)
    if updated := _UPDATED.match(line):
        rest = updated["rest"]
        return not tokens(rest) or bool(_DATE.search(rest) or RELATIVE_TIME.search(rest))
    return (
        is_notice(line)
        or bool(_COUNTED.match(line))
        or (_FEWEST_STAMP <= number <= _MOST_STAMP and bool(_STAMP.match(line)))
        or _is_of_two_dates(line)
    )


def _is_of_two_dates(line: str) -> bool:
    """Whether a line says when something was published, and when updated, and nothing else."""
    if not (_TWO_STAMPS.match(line) and _SAYS_UPDATED.search(line)):
        return False
    rest = _SAYS_UPDATED.sub(" ", line)
    words = (rest[token.start : token.end] for token in tokens(rest))
    return sum(not any(map(str.isdigit, word)) for word in words) <= _MOST_BESIDE
