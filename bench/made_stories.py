"""Made-up articles as outlets publish them: two in ten copies, two in ten further reports of an event, always the same.

Words are drawn from 100,000 by Zipf's law, in the shares of English news; a title has nine. Five thousand
articles a day.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from itertools import accumulate, islice

from monitor.model import Article, ArticleId, Belonging, FeedId, TextSource, article_key
from monitor.rules.stop_words import stop_words
from monitor.store.schema import metadata

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_EVERY = timedelta(days=1) / 5_000
_VOCABULARY = 100_000
_EXPONENT, _OFFSET = 1.1, 3.0
"""Of Zipf's law, as Mandelbrot has it: the 120 commonest words make up 46 % of a text, in news of CNN 44."""
_STOP_WORDS = 120
_TITLE = 9
_SENTENCE = 21
_LATELY = 2_000
"""How many articles back the one stands that another copies, or whose event it reports."""
_COPIES, _REPORTS = 0.2, 0.4
_KEPT = 0.9
"""Of a text a copy prints so much."""
_OUTLETS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What an article is made as."""

    number: int
    how: Belonging
    like: int
    """The first article of its story, which it copies or whose event it reports; its own number if it is that."""


def moment(number: int) -> datetime:
    """When the article is published and stored."""
    return BEGIN + number * _EVERY


@lru_cache(100_000)
def made(number: int) -> Made:
    """What the article of this number is."""
    chance = random.Random(number)
    drawn = chance.random()
    if number == 0 or drawn >= _REPORTS:
        return Made(number=number, how=Belonging.FIRST, like=number)
    how = Belonging.COPY if drawn < _COPIES else Belonging.EVENT
    return Made(number=number, how=how, like=made(max(0, number - chance.randint(1, _LATELY))).like)


def key(number: int) -> ArticleId:
    """The id of the article."""
    return article_key(_url(number))


def article(number: int, words: int) -> Article:
    """The article of this number, with a text of about so many words."""
    one = made(number)
    title, text = _told(one, words)
    return Article(
        id=key(number),
        url=_url(number),
        feed_id=FeedId(f"feed{number % _OUTLETS}"),
        title=" ".join(title).capitalize(),
        summary="",
        text=_prose(text),
        outlet=f"outlet{number % _OUTLETS}",
        text_source=TextSource.PAGE,
        language="en",
        published_at=moment(number),
        first_seen_at=moment(number),
        read_at=moment(number),
    )


def _url(number: int) -> str:
    return f"https://outlet{number % _OUTLETS}.example/{number}"


def _told(one: Made, words: int) -> tuple[list[str], list[str]]:
    """The words of title and text."""
    if one.how is Belonging.COPY:
        title, text = _told(made(one.like), words)
        return title, text[: int(len(text) * _KEPT)]
    chance = random.Random(f"{one.number} told")
    drawn = _drawn(chance, _TITLE + words)
    title, text = drawn[:_TITLE], drawn[_TITLE:]
    if one.how is Belonging.EVENT:
        event_title, event_text = _told(made(one.like), words)
        names = [word for word in (*event_title, *event_text[:40]) if len(word) > 5]
        chance.shuffle(names)
        title = [*names[:5], *title[5:]]
        text = [*names[5:14], *text[9:]]
    return title, text


def _drawn(chance: random.Random, number: int) -> list[str]:
    words, weights = _vocabulary()
    return chance.choices(words, cum_weights=weights, k=number)


@cache
def _vocabulary() -> tuple[list[str], list[float]]:
    """Words and their cumulated weights, the commonest first."""
    english = (word for word, languages in stop_words().items() if "en" in languages and word.isascii())
    common, rare = sorted(english, key=len)[:_STOP_WORDS], dict.fromkeys(islice(_invented(), _VOCABULARY))
    weights = ((rank + _OFFSET) ** -_EXPONENT for rank in range(len(common) + len(rare)))
    return [*common, *rare], list(accumulate(weights))


def _invented() -> Iterator[str]:
    chance = random.Random("words")
    syllables = [f"{one}{two}" for one in "bcdfghjklmnprstvz" for two in ("a", "e", "i", "o", "u", "an", "er", "ol")]
    while True:
        word = "".join(chance.choices(syllables, k=chance.choice((2, 2, 3, 3, 4))))
        yield str(chance.randint(2, 3_000)) if chance.random() < 0.02 else word


def _prose(words: list[str]) -> str:
    """Sentences and paragraphs."""
    sentences = [
        " ".join(words[start : start + _SENTENCE]).capitalize() + "." for start in range(0, len(words), _SENTENCE)
    ]
    return "\n".join(" ".join(sentences[start : start + 3]) for start in range(0, len(sentences), 3))


def permutation(step: int) -> int:
    """What the bits of shingles are turned by in a step of `older`: of sampled ones into sampled ones."""
    return (step + 1) * 0x9E3779B0 % 2**32


def older(dialect: str, step: int) -> list[str]:
    """Statements that copy the `:last` stored articles before the first one, as of earlier days, with other texts.

    Their samples are permuted, so that nothing of the one is a copy of the other; ids get an x at a place of the step.
    """
    place, mask = 9 + step, permutation(step)

    def other(column: str) -> str:
        return f"substr({column}, 1, {place - 1}) || 'x' || substr({column}, {place + 1})"

    span = "(SELECT max(number) - min(number) + 1 FROM members)"
    seconds = f"({span} * {_EVERY.total_seconds()})"
    earlier = (
        f"strftime('%Y-%m-%d %H:%M:%f000', {{}}, '-' || {seconds} || ' seconds')"
        if dialect == "sqlite"
        else f"{{}} - {seconds} * interval '1 second'"
    ).format
    number = f"number - {span}"
    changed = {
        "stories": {"id": other("id"), "began_at": earlier("began_at"), "grown_at": earlier("grown_at")},
        "articles": {"id": other("id"), **{moment: earlier(moment) for moment in ("published_at", "first_seen_at")}},
        "texts": {"article_id": other("article_id")},
        "addresses": {"key": other("key"), "article_id": other("article_id")},
        "shingles": {"shingle": f"(shingle | {mask}) - (shingle & {mask})", "number": number},
        "members": {
            "number": number,
            **{key: other(key) for key in ("article_id", "story_id", "origin")},
            **{moment: earlier(moment) for moment in ("joined_at", "reported_at")},
        },
    }
    last = "number > (SELECT max(number) FROM members) - :last"
    of = f"SELECT article_id FROM members WHERE {last}"
    chosen = {
        "stories": f"id IN (SELECT story_id FROM members WHERE {last})",
        "articles": f"id IN ({of})",
        "texts": f"article_id IN ({of})",
        "addresses": f"article_id IN ({of})",
    }
    return [_copying(table, values, chosen.get(table, last)) for table, values in changed.items()]


def _copying(table: str, changed: Mapping[str, str], chosen: str) -> str:
    columns = [column.name for column in metadata.tables[table].c]
    quoted = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(changed.get(column, f'"{column}"') for column in columns)
    return f"INSERT INTO {table} ({quoted}) SELECT {values} FROM {table} WHERE {chosen} ORDER BY 1, 2"
