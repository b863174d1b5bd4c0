"""Has an article changed? What counts are its words in their order, not how they are set, and not the furniture."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from monitor.articles.changing_lines import RELATIVE_TIME, content_lines
from monitor.articles.judge import SHORT
from monitor.model import Revision, Shortfall
from monitor.text.characters import APOSTROPHES, GERSHAYIM, INVISIBLE, UNSPACED
from monitor.text.fold import fold
from monitor.text.tokens import tokens

REMEMBERED = 5
"""Earlier texts that a text is compared with, lest one that returns is taken for news."""
_BEGINNING = 0.9
"""Share of the words of a text that is cut off which are those that the whole one begins with."""
_SHARED = 0.05
"""Share of a text's runs of three words below which another has next to nothing of it."""
_LONG_WORD = 4
"""Letters of a headline's word that says something."""
_SOME_TIME_AGO = "⏲"
"""The word that every relative time stands for."""
_HAN = re.compile(f"[{UNSPACED}]")
_UNSEEN = re.compile(f"[{INVISIBLE}{APOSTROPHES}{GERSHAYIM}]")


class Word(NamedTuple):
    """A word's place in a text, and what it is compared by."""

    start: int
    end: int
    key: str


class TextChange(StrEnum):
    """What a page's text is to the text that we have."""

    SAME = "same"
    """The same words, or so much less of them that it is no text."""
    BETTER = "better"
    """Of this one we had nothing, or not the whole."""
    REVISED = "revised"
    RETURNED = "returned"
    """An earlier text stands there again."""
    ALTERNATING = "alternating"
    """The same once more: the site shows now one, now the other."""


def words_of(text: str) -> list[Word]:
    """The words of a text in order; a relative time ("5 minutes ago") is one word, always the same."""
    found: list[Word] = []
    at = 0
    for when in RELATIVE_TIME.finditer(text):
        found += _words_between(text, at, when.start())
        found.append(Word(when.start(), when.end(), _SOME_TIME_AGO))
        at = when.end()
    return found + _words_between(text, at, len(text))


def _words_between(text: str, start: int, end: int) -> list[Word]:
    part = text[start:end]
    places = [(word.start, word.end) for word in tokens(part)]
    return [Word(start + begin, start + end, _key(part[begin:end])) for begin, end in places]


def _key(word: str) -> str:
    return word if word.isascii() and word.isalnum() else _UNSEEN.sub("", unicodedata.normalize("NFC", word))


# A visit asks for those of the old text and the new one, and when they differ, for both again.
@lru_cache(4)
def counted_words(text: str) -> tuple[str, ...]:
    """The words by which a text is compared: as written, without furniture."""
    return tuple(word.key for line in content_lines(text) for word in words_of(line))


def same_headline(one: str, other: str) -> bool:
    """Whether two headlines say the same in the same words."""
    return [word.key for word in words_of(one)] == [word.key for word in words_of(other)]


def words_changed(earlier: str, later: str) -> tuple[int, int]:
    """How many words were added and removed. A word that only moved is neither."""
    before, after = Counter(counted_words(earlier)), Counter(counted_words(later))
    return (after - before).total(), (before - after).total()


def similarity(earlier: str, later: str) -> float:
    """How much of two texts is the same words, from 0 to 1."""
    before, after = Counter(counted_words(earlier)), Counter(counted_words(later))
    total = before.total() + after.total()
    return 2 * (before & after).total() / total if total else 1.0


def text_change(
    known: str,
    new: str,
    *,
    was_short: Shortfall | None,
    is_short: Shortfall | None,
    earlier: Sequence[Revision] = (),
) -> TextChange:
    """What a `new` text of the page is to the one `known` of it.

    `was_short`, `is_short`: why the one and the other are not the whole page. `earlier`: the revisions of the text, the
    last one first. Much less than before is no text: a wall whose words nobody knows looks like that, and so does the
    beginning alone.
    """
    if not known:
        return TextChange.BETTER
    if is_short not in (None, was_short) or (len(new) < SHORT and 2 * len(new) < len(known)):
        return TextChange.SAME
    words = counted_words(new)
    if words == counted_words(known):
        return TextChange.SAME
    if was_short and not is_short:
        return TextChange.BETTER
    texts = [revision for revision in earlier if revision.text is not None][:REMEMBERED]
    if not any(words == counted_words(revision.text or "") for revision in texts):
        return TextChange.SAME if _is_beginning(words, counted_words(known)) else TextChange.REVISED
    return TextChange.ALTERNATING if texts[0].is_return else TextChange.RETURNED


def _is_beginning(words: Sequence[str], known: Sequence[str]) -> bool:
    """Whether a text is the beginning of the one that is known, less than half of it, but for an invitation: what a
    paywall lets through when an article is no longer new.
    """
    if 2 * len(words) >= len(known):
        return False
    common = next((at for at, (one, other) in enumerate(zip(words, known, strict=False)) if one != other), len(words))
    return common >= _BEGINNING * len(words)


def is_of_another(new: str, *, known: str, title: str) -> bool:
    """Whether a text is of another article than the one of the text `known` and the headlines `title`: it has next to
    nothing of that text, and less than half of the words of any headline.
    """
    had = _runs(known)
    if len(had & _runs(new)) >= max(1, _SHARED * len(had)):
        return False
    said = _long_words(new)
    headlines = filter(None, map(_long_words, title.split("\n")))
    return not any(2 * len(words & said) >= len(words) for words in headlines)


def _runs(text: str) -> set[tuple[str, ...]]:
    words = counted_words(text)
    return set(zip(words, words[1:], words[2:], strict=False))


def _long_words(text: str) -> set[str]:
    """Those that say something; in scripts without spaces every character does."""
    return {fold(word.key) for word in words_of(text) if len(word.key) >= _LONG_WORD or _HAN.match(word.key)}


def next_visit(since: datetime, plan: Sequence[timedelta], now: datetime) -> datetime | None:
    """When an article that was matched at `since` is to be visited next; None: no more. Visits that were missed, for
    the monitor did not run, are not made up for.
    """
    return min((since + step for step in plan if since + step > now), default=None)
