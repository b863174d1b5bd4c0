"""What matching costs as the rules grow: python bench/rules.py ../shared/corpora [--rules 100,1000,10000]

Reads texts/five-languages-600-words.json of the corpora. Rules are made of the words of the texts, so that their terms
do occur, most of them rarely. Prints per number of rules: building, memory, first-seen and warm time an article,
and beside it a compiled regular expression per term.
"""

import argparse
import json
import random
import re
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from monitor.model import Document, TermList, Watchlist, WatchlistId
from monitor.rules.compile import compile_rules
from monitor.text.tokens import tokens

_LISTS_EVERY = 5
_REGEX_TEXTS = 10


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("corpora", type=Path)
    arguments.add_argument("--rules", default="100,1000,10000")
    given = arguments.parse_args()
    texts = json.loads((given.corpora / "texts/five-languages-600-words.json").read_text())
    documents = [Document(title=text[:80], text=text, language=language) for language, text in texts]
    print(f"{len(documents)} articles of about {len(texts[0][1].split())} words, µs an article")
    print("  rules  build s  memory MB  first seen     warm  matches an article  regex a term  × slower")
    for size in map(int, given.rules.split(",")):
        print(_measured(size, documents))


def _measured(size: int, documents: Sequence[Document]) -> str:
    lists, watchlists = made_rules(size, documents)
    tracemalloc.start()
    began = time.process_time()
    matcher, problems = compile_rules(watchlists, lists)
    build = time.process_time() - began
    memory = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    if problems:
        sys.exit(str(problems[0]))
    first = _time(lambda: [matcher.match(document) for document in documents]) / len(documents)
    warm = min(_time(lambda: [matcher.match(document) for document in documents]) for _ in range(5)) / len(documents)
    matches = sum(len(matcher.match(document)) for document in documents) / len(documents)
    regex = _regex_time(lists, watchlists, documents)
    figures = f"{size:7} {build:8.2f} {memory:10.1f} {first * 1e6:11.0f} {warm * 1e6:8.0f} {matches:19.2f}"
    return f"{figures} {regex * 1e6:13.0f} {regex / warm:9.0f}"


def made_rules(size: int, documents: Sequence[Document]) -> tuple[list[TermList], list[Watchlist]]:
    """Lists shared by five rules each, and rules of the shapes that analysts write."""
    chance = random.Random(1)
    seen = Counter(
        word
        for document in documents
        for word in {document.text[token.start : token.end] for token in tokens(document.text)}
        if len(word) > 3
    )
    common = [word for word, times in seen.items() if times > 3]
    rare = [word for word, times in seen.items() if times <= 3]

    def term() -> str:
        word = chance.choice(common if chance.random() < 0.03 else rare)
        shape = chance.random()
        return (
            f"{word[:7]}*"
            if shape < 0.15 and word[:7].isalpha()
            else f"{word} {chance.choice(rare)}"
            if shape < 0.35
            else word
        )

    lists = [
        TermList(id=f"list{number}", terms={"en": tuple({term() for _ in range(6)})})
        for number in range(max(3, size // _LISTS_EVERY))
    ]
    watchlists = [
        Watchlist(id=WatchlistId(f"rule{number}"), title="", query=_query(chance, len(lists), term))
        for number in range(size)
    ]
    return lists, watchlists


def _query(chance: random.Random, lists: int, term: Callable[[], str]) -> str:
    a, b, c = (f"@list{chance.randrange(lists)}" for _ in range(3))
    one, other = f'"{term()}"', f'"{term()}"'
    shapes = (
        f"{a} AND ({b} OR {one}) NOT {other}",
        f"{a} NEAR/12 ({b} OR {one})",
        f"{one} AND ATLEAST/2({a}, {b}, {c})",
        f"title:({a} OR {one}) OR {b} NEAR/5 {other}",
        f"{a} AND {b} AND {c}",
    )
    return chance.choice(shapes)


def _regex_time(lists: Sequence[TermList], watchlists: Sequence[Watchlist], documents: Sequence[Document]) -> float:
    """The same terms, each as a regular expression of its own, on a few of the texts."""
    terms = [term for one in lists for terms in one.terms.values() for term in terms]
    terms += [term for one in watchlists for term in re.findall(r'"([^"]+)"', one.query)]
    patterns = [
        re.compile(rf"\b{re.escape(term.removesuffix('*'))}" + ("" if term.endswith("*") else r"\b"), re.IGNORECASE)
        for term in terms
    ]
    few = documents[:: len(documents) // _REGEX_TEXTS][: 10 if len(terms) < 20_000 else 2]
    return _time(lambda: [pattern.search(one.text) for one in few for pattern in patterns]) / len(few)


def _time(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    main()
