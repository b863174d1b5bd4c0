"""A site of made-up news: any number of articles, always the same, none of it anybody's."""

import random
from dataclasses import dataclass
from html import escape

from bench.site import Answer

_PER_FEED = 100
_EVERY = 40
"""One article in so many is about the subject of a shipped watchlist."""
_SUBJECT = "Hamas fighters trapped in tunnels under Rafah wait for safe passage"
_SYLLABLES = "ba be bo da de di fa fo ga go ha ka ke ko la le lo ma me mi na ne no pa po ra re ri sa se so ta te to va"
_COMMON = """
    the of and to in a that on for with as it was by at from his said were be this which have has had not their after
    will would been one who they more also its government minister people city country week year police court report
    according officials president talks water market school hospital road family company state told
"""
_SYLLABLE, _COMMON_WORD = _SYLLABLES.split(), _COMMON.split()


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedSite:
    """`articles` articles of `words` words in feeds of a hundred each: /feed/N.xml, /article/N."""

    articles: int
    words: int = 600

    @property
    def feeds(self) -> tuple[str, ...]:
        """The paths of its feeds."""
        return tuple(f"/feed/{number}.xml" for number in range(-(-self.articles // _PER_FEED)))

    def answer(self, host: str, target: str) -> Answer:
        """A feed or an article; links lead to the host that was asked."""
        kind, _, name = target.strip("/").partition("/")
        if kind not in ("feed", "article"):
            return Answer(status=404)  # robots.txt
        number = int(name.removesuffix(".xml"))
        if kind == "feed":
            body, content_type = self._feed(host, number), "application/rss+xml; charset=utf-8"
        else:
            body, content_type = page(number, self.words), "text/html; charset=utf-8"
        return Answer(body=body.encode(), headers={"Content-Type": content_type})

    def _feed(self, host: str, number: int) -> str:
        numbers = range(number * _PER_FEED, min((number + 1) * _PER_FEED, self.articles))
        items = [
            f"<item><title>{escape(headline(each))}</title><link>http://{host}/article/{each}</link></item>"
            for each in numbers
        ]
        return f'<rss version="2.0"><channel><title>Feed {number}</title>{"".join(items)}</channel></rss>'


def headline(number: int) -> str:
    """The title of an article."""
    return f"{_sentence(random.Random(number), 8)}, {number}"


def page(number: int, words: int) -> str:
    """The page of an article, furniture included."""
    chance = random.Random(number)
    paragraphs = [" ".join(_sentence(chance, 20) + "." for _ in range(3)) for _ in range(max(1, words // 60))]
    if number % _EVERY == 0:
        paragraphs.append(f"{_SUBJECT}.")
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    menu = "".join(f'<li><a href="/section/{each}">{_word(chance)}</a></li>' for each in range(40))
    title = escape(headline(number))
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{title}</title></head><body>"
        f"<nav><ul>{menu}</ul></nav><main><article><h1>{title}</h1>{text}</article></main><footer><ul>{menu}</ul></footer></body></html>"
    )


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(_word(chance) for _ in range(words)).capitalize()


def _word(chance: random.Random) -> str:
    if chance.random() < 0.6:
        return chance.choice(_COMMON_WORD)
    return "".join(chance.choice(_SYLLABLE) for _ in range(chance.randint(2, 4)))
