"""Queries and lists, damaged at random: a problem with a place or a rule that answers soon, never anything else."""

import random
import re
import resource
import sys
import time
from collections.abc import Sequence

import pytest

from monitor.config.files import read_files
from monitor.config.shipped import shipped_folder
from monitor.model import Document, TermList
from monitor.rules.compile import compile_rules
from monitor.rules.matcher import Matcher
from tests.builders import a_watchlist
from tests.rules.strategies import LISTS, WORDS
from tests.sizes import cases

_PIECES = """
    AND OR NOT NEAR/3 ONEAR/2 NEAR SENTENCE( ATLEAST/2( COUNT/2( COUNT/0( ( ) , " =" @people @tunnels @nobody
    @watchlist:rafah @watchlist:other title:( body: lead: author: url: lang:ar outlet:(a outlet: affiliation:state ^2
    ^0.5 ^ * = /tunnel.*/ /(a/ /\\w/ /.+/ / tunnel* =Refah "safe passage" רפיח الأنفاق 加沙 צה"ל “ ” x 999999999
    NEAR/999999999 :
"""
PIECES = [*_PIECES.split(), "\u200f", "\\", "\n"]
SEEDS = [
    '@places AND (@tunnels OR "safe passage") NOT title:@people',
    "(@places NEAR/5 @tunnels) ONEAR/9 (@people^2 OR /host.*/)",
    "SENTENCE(@places, @people NEAR/3 tunnel*) AND COUNT/2(@tunnels) AND lang:(en OR ar)",
    "ATLEAST/2(@places, lead:@tunnels, author:Hamas) AND url:gaza",
]
SOON = 0.25
"""Seconds of CPU for one rule and one article."""
MOST_MEMORY = 200
"""Megabytes that all of it may add."""

pytestmark = pytest.mark.nightly


def shipped_queries() -> list[str]:
    texts = [
        content.decode() for name, content in read_files(shipped_folder()).items() if name.startswith("watchlists/")
    ]
    return [text.partition("query: |\n")[2].partition("\n\n")[0] for text in texts]


def mutated(chance: random.Random, seeds: Sequence[str]) -> str:
    """A seed with pieces put in, taken out, doubled and swapped, in its characters and in its words."""
    text = chance.choice(seeds)
    for _ in range(chance.choice([1, 1, 2, 3, 8])):
        blanks = [place for place, letter in enumerate(text) if letter == " "] or [0]
        start = chance.choice([chance.choice(blanks), chance.randint(0, len(text))])
        end = min(len(text), start + chance.choice([0, 0, 1, 2, 10, 200]))
        piece = chance.choice([chance.choice(PIECES), text[start:end] * 2, "", chr(chance.randint(1, 0x10FFFF))])
        text = text[:start] + chance.choice(["", " "]) + piece + text[end:]
    return text


def an_article(chance: random.Random) -> Document:
    words = chance.choices(WORDS, k=600)
    text = " ".join(words)
    return Document(title=" ".join(words[:9]), summary=text[:300], text=text, language="en", authors=("Hamas Safe",))


def megabytes() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (2**20 if sys.platform == "darwin" else 2**10)


def seconds(matcher: Matcher, article: Document) -> float:
    """Of CPU, the better of two tries: what else the process does, such as collecting garbage, is not the rule's."""
    tries = []
    for _ in range(2):
        began = time.process_time()
        matcher.match(article)
        tries.append(time.process_time() - began)
    return min(tries)


def test_a_damaged_query_is_a_rule_or_a_problem_in_its_place() -> None:
    seeds, before, rules = [*SEEDS, *shipped_queries()], megabytes(), 0
    for number in range(cases(500)):
        chance = random.Random(number)
        query = mutated(chance, seeds)
        matcher, problems = compile_rules([a_watchlist(query)], LISTS)
        lines = query.split("\n")
        for problem in problems:
            assert problem.what, number
            assert 1 <= problem.line <= len(lines), number
            assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1, number
        assert bool(problems) is not bool(matcher.versions), number
        assert seconds(matcher, an_article(chance)) < SOON, (number, query)
        rules += len(matcher.versions)
    assert rules > cases(500) / 20
    assert megabytes() - before < MOST_MEMORY


def test_a_damaged_list_is_used_or_is_a_problem() -> None:
    seeds = [term for one in LISTS for terms in one.terms.values() for term in terms]
    for number in range(cases(500)):
        chance = random.Random(number)
        terms = tuple(mutated(chance, seeds) for _ in range(4))
        includes = tuple(chance.choices(["words", "people", "nobody", "other"], k=chance.randint(0, 2)))
        lists = [TermList(id="words", terms={"en": terms}, includes=includes, file="lists/a.yaml"), *LISTS]
        lists.append(TermList(id="other", terms={}, includes=("words",), file="lists/b.yaml"))
        matcher, problems = compile_rules([a_watchlist("@words"), a_watchlist("@people", "fine")], lists)
        assert all(problem.what and re.match(r"lists/[ab]\.yaml", problem.file) for problem in problems), number
        assert "fine" in matcher.versions
        assert bool(problems) is not ("rafah" in matcher.versions), number
        assert seconds(matcher, an_article(chance)) < 2 * SOON, number
