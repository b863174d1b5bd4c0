"""Rules of the shapes that analysts write, made of the words of real articles; the same ones every time.

The articles that lend the words are not those that are matched, as an analyst does not know tomorrow's news. Most words
are rare, as most words of a language are; how many are not decides how many articles match.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from monitor.model import Document, TermList, Watchlist, WatchlistId
from monitor.text.tokens import tokens

_RULES_A_LIST = 5
_TERMS_A_LIST = 6
_RARE = 1
"""A word is rare that stands in so many articles at most."""
_PREFIX, _PHRASE = 0.10, 0.30
_LONG_ENOUGH = 8
_WORD = 4


class Share(StrEnum):
    """How many of the articles match, by how many of the words are common ones."""

    FEW = "few"
    """Between one and two matches an article for 10,000 rules, which is more than a stream of mixed news has."""
    MANY = "many"
    """Five times as many and more."""


_COMMON = {Share.FEW: 0.01, Share.MANY: 0.4}


@dataclass(frozen=True, slots=True)
class Rules:
    """Lists shared by five rules each, and the rules."""

    lists: list[TermList]
    watchlists: list[Watchlist]


def made_rules(size: int, lenders: Sequence[Document], share: Share) -> Rules:
    """So many rules."""
    maker = _Maker(lenders, _COMMON[share])
    lists = [
        TermList(id=f"list{number}", terms={"en": tuple(dict.fromkeys(maker.term() for _ in range(_TERMS_A_LIST)))})
        for number in range(max(3, size // _RULES_A_LIST))
    ]
    watchlists = [
        Watchlist(id=WatchlistId(f"rule{number}"), title="", query=maker.query(len(lists))) for number in range(size)
    ]
    return Rules(lists, watchlists)


class _Maker:
    def __init__(self, lenders: Sequence[Document], common: float) -> None:
        articles = Counter(word for document in lenders for word in _words(document.text))
        self._chance = random.Random(1)
        self._share = common
        self._common = sorted(word for word, times in articles.items() if times > _RARE)
        self._rare = sorted(word for word, times in articles.items() if times <= _RARE)

    def term(self) -> str:
        """A word, the beginning of one, or two words."""
        word = self._chance.choice(self._common if self._chance.random() < self._share else self._rare)
        shape = self._chance.random()
        if shape < _PREFIX and len(word) >= _LONG_ENOUGH and word.isalpha():
            return f"{word[:-2]}*"
        return f"{word} {self._chance.choice(self._rare)}" if shape > 1 - _PHRASE else word

    def query(self, lists: int) -> str:
        """A rule of five shapes."""
        a, b, c = (f"@list{self._chance.randrange(lists)}" for _ in range(3))
        one, other = f'"{self.term()}"', f'"{self.term()}"'
        shapes = (
            f"{a} AND ({b} OR {one}) NOT {other}",
            f"{a} NEAR/12 ({b} OR {one})",
            f"{one} AND ATLEAST/2({a}, {b}, {c})",
            f"title:({a} OR {one}) OR {b} NEAR/5 {other}",
            f"{a} AND {b} AND {c}",
        )
        return self._chance.choice(shapes)


def _words(text: str) -> set[str]:
    found = {text[token.start : token.end] for token in tokens(text)}
    return {word for word in found if len(word) >= _WORD and '"' not in word}
