"""What people, and worse, type to `monitor search` and `monitor matches`: a query that is wrong, which is said, or one
that finds in the database what the rules find; never anything else.
"""

import random
from collections.abc import Iterator
from dataclasses import replace

import click
import pytest

from monitor.cli.rulebook import rules_of
from monitor.cli.search import query_of
from monitor.config.load import Config
from monitor.config.shipped import shipped_folder
from monitor.pipeline.news import document_of
from monitor.pipeline.search import Query, find, find_matches, those_that_match
from monitor.store import articles, matches
from monitor.store.articles import ArticleQuery
from monitor.store.match_query import MatchQuery
from monitor.store.store import Store, Transaction
from tests.builders import a_watchlist
from tests.pipeline.test_search import match_all, store_all
from tests.rules.strategies import LISTS
from tests.rules.test_fuzz import SEEDS, mutated
from tests.sizes import cases

pytestmark = pytest.mark.nightly

_TITLES = (
    "Fighters leave the tunnels of Rafah", "Kushner asks for safe passage: 40 fighters", "نفق في رفح: خروج مقاتلي حماس",
    "מחבלי חמאס נכנעו במנהרה ברפיח", "Refah'ta tünelden çıkan savaşçılar", "Des combattants assiégés sous l’Égypte",
    "Refah Partisi", "it's \"quoted\" & 'twice' | <-> :* !x", "…", "a OR b AND c NOT d NEAR/3 e",
    "(1) ⑴ ① 1", "加沙 隧道 터널에서는",
    "👩‍👩‍👧‍👦 👍🏽 café cafe\u0301 ﬁn Ⅳ İI ıi", "\u202egnp.exe\u202c rafah",
    "U.S. U.N. 9/11 x-ray e-mail@example.org #gaza",
)  # fmt: skip
_PIECES = (
    "'", "''", "'''", '"', '""', "\\'", "\\", ";--", "$$", "%", "_", "\0", "\x01", "\x1b[2J",
    "\ud800", "\udfff", "\udcff",
    ":*", ":A", "&", "|", "!", "!!", "<->", "<2>", "<", ">", "{", "}", "[", "]", "^", "-", "+", "*", " *", "keys:",
    "search:", "rowid:", "{keys}:", "- keys:", "NEAR(", "NEAR(a b, 5)", "AND", "OR", "NOT", "and not",
    "…", "'…'", '"…"',
    "\u202e", "\u2066", "\u2069", "\u200f", "\u200d", "\ufeff", "\u2028", "\r", "\n", "\t", "\u00ad", "\u0301" * 40,
    "ـــ", "نَفَقٌ", "רָפִיחַ", "İ", "ı", "ß", "ﬁ", "Ⅳ", "👩‍👩‍👧‍👦", "🇵🇸", "𝔯𝔞𝔣𝔞𝔥", "０", "٣", "⑴", "①",
    "''''::text", "CAST(", "?", ":need",
    ":below", "%s", "%(need)s", "{0}", "@", "@@", "@@ '", "/'/", "/\"/", "=\"'\"", "x^",
    "(", ")", "((((", "))))", "“", "”",
    "״", "’", "NEAR/9", "lang:'", "outlet:\"", "url:%", "author:'", "title:(", "@watchlist:rafah-tunnel-fighters",
)  # fmt: skip
_MUCH = (
    lambda many: "(" * many + "a" + ")" * many,
    lambda many: " OR ".join(f"w{number}" for number in range(many)),
    lambda many: " AND ".join(f"rafah{'x' * (number % 3)}" for number in range(many)),
    lambda many: "NOT " * many + "a",
    lambda many: "(a OR (b AND " * many + "c" + "))" * many,
    lambda many: "(a AND (b OR " * many + "c" + "))" * many,
    lambda many: "a" * many * 10,
    lambda many: f'"{"rafah " * many}"',
    lambda many: "ف" * many * 10 + " OR רפיח",
    lambda many: " NEAR/5 ".join(["a"] * many),
    lambda many: "\u0301" * many * 10,
    lambda many: "'" * many * 10,
    lambda many: '"' * many,
    lambda many: "@places AND " * many + "@tunnels",
)
_HOW_MUCH = (8, 17, 30, 45, 130, 1_500)
_SEEDS = (
    *SEEDS, "rafah", "رفح", "רפיח", '"safe passage"', "tunnel* OR נפק", "(رفح OR רפיח) AND نفق*", "=Refah AND tünel*",
    "assiégés NOT title:Rafah", "fighters AND lang:en", "it's", "x-ray OR 9/11",
)  # fmt: skip

A_WATCHLIST = a_watchlist("@tunnels AND @places", "rafah-tunnel-fighters")


def typed(chance: random.Random) -> str:
    """A real query, damaged; at times nothing but signs."""
    kind = chance.random()
    if kind < 0.15:
        return chance.choice(["", " "]).join(chance.choices(_PIECES, k=chance.randint(1, 9)))
    if kind < 0.25:
        return " ".join(chance.choices(["AND", "OR", *" ".join(_TITLES).split()], k=chance.randint(1, 7)))
    text = mutated(chance, _SEEDS) if kind < 0.6 else chance.choice(_SEEDS)
    for _ in range(chance.choice([0, 1, 1, 2, 5])):
        place = chance.randint(0, len(text))
        text = text[:place] + chance.choice(_PIECES) + text[place:]
    return text


@pytest.fixture(scope="module")
def config() -> Config:
    """With few lists: all are looked at for each query."""
    return replace(rules_of(str(shipped_folder()), "unused.db"), lists=tuple(LISTS), watchlists=(A_WATCHLIST,))


@pytest.fixture
def tx(store: Store) -> Iterator[Transaction]:
    """Articles in the index and beside it; every other one is matched."""
    with store.writing() as tx:
        store_all(tx, *_TITLES[:-3])
        store_all(tx, *_TITLES[-3:], hours=50, is_held=False)
        match_all(tx, *_TITLES[::2])
        yield tx


def query_typed(config: Config, text: str) -> Query | None:
    """None: it is wrong, which was said."""
    try:
        return query_of(config, text)
    except click.exceptions.Exit:
        return None


def test_what_is_typed_is_told_to_be_wrong_or_finds_what_the_rules_find(
    config: Config, tx: Transaction, capsys: pytest.CaptureFixture[str]
) -> None:
    stored = articles.query(tx, ArticleQuery(limit=None, full=True))
    matched = matches.query(tx, MatchQuery(limit=None))
    held = {match.article.id for match in matched}
    large, right = [make(many) for make in _MUCH for many in _HOW_MUCH], 0
    for number in range(cases(1_000)):
        text = large[number] if number < len(large) else typed(random.Random(number))
        query = query_typed(config, text)
        said = capsys.readouterr()
        assert said.out == "", number
        assert (query is None) is (" in the query\n" in said.err), number
        if query is None:
            continue
        right += 1
        expected = {one.id for one in stored if query.matcher.find(document_of(one, query.outlets), query.id)}
        found = [article.id for article, _ in find(tx, query, ArticleQuery(limit=None))]
        assert sorted(found) == sorted(expected), (number, text)
        assert set(find_matches(tx, query, MatchQuery(limit=None))) == expected & held, (number, text)
        assert {one.article.id for one in those_that_match(tx, query, matched)} == expected & held, (number, text)
    assert right > cases(1_000) / 10
