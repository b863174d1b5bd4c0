"""What matching costs as the rules grow: python bench/rules.py ../shared/corpora [--rules 100,1000,10000,100000]

Reads texts/five-languages-600-words.json of the corpora. Rules are made of the words of every second article and
matched on the others, twice at each number: so that few match, and many. "Which" says which rules match, "why" also
where and why, as it is stored. Beside "which" a regular expression a term, an alternation a group, and Lucene, where
Debian's liblucene8-java and a JDK are there: they say no more either. All sides take turns within a run; times are CPU,
ratios those of medians.
"""

import argparse
import gc
import json
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import beside_lucene, beside_regexes
from bench.made_rules import Rules, Share, made_rules
from monitor.model import Document
from monitor.rules.compile import compile_rules
from monitor.rules.matcher import Matcher

_MOST_WITH_MANY = 10_000
_PASSES = 3
"""A side's turn; the fastest counts, for the first finds the processor's cache full of another side's things."""
_HEAD = (
    "                                our own matcher                   │ regex, × slower │         Lucene, × slower\n"
    "  rules share matches build s  MB +cache  first  which    why none "
    "│  a term a group │ matches build s  MB  warm   ×"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One line of the table; times in seconds of CPU an article, memory in MB."""

    rules: int
    share: Share
    matches: float
    build: float
    memory: float
    memory_warm: float
    """With what is remembered of the articles."""
    first: float
    """Of text that was never seen; likewise "which"."""
    which: float
    why: float
    without: float | None
    """Of the articles without a match, if there are any."""
    regex_a_term: float
    regex_a_group: float
    lucene: "LuceneMeasured | None"

    def __str__(self) -> str:
        without = "–" if self.without is None else f"{self.without * 1e6:.0f}"
        own = (
            f"{self.rules:7} {self.share:5} {self.matches:7.2f} {self.build:7.2f} {self.memory:3.0f} "
            f"{self.memory_warm:6.0f} {self.first * 1e6:6.0f} {self.which * 1e6:6.0f} {self.why * 1e6:6.0f} "
            f"{without:>4}"
        )
        regexes = f"{self.regex_a_term / self.which:8,.0f} {self.regex_a_group / self.which:7,.0f}"
        return f"{own} │ {regexes} │ {self.lucene or 'not there'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LuceneMeasured:
    """The same of Lucene, as far as it has it."""

    matches: float
    build: float
    memory: float
    warm: float
    slower: float

    def __str__(self) -> str:
        return f"{self.matches:7.2f} {self.build:7.2f} {self.memory:3.0f} {self.warm * 1e6:5.0f} {self.slower:3.1f}"


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("corpora", type=Path)
    arguments.add_argument("--rules", default="100,1000,10000,100000")
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--jars", type=Path, default=beside_lucene.JARS)
    given = arguments.parse_args()
    texts = json.loads((given.corpora / "texts/five-languages-600-words.json").read_text(encoding="utf-8"))
    documents = [Document(title=text[:80], text=text, language=language) for language, text in texts]
    matched, lenders = documents[::2], documents[1::2]
    reason = beside_lucene.missing(given.jars)
    print(f"{len(matched)} articles of {_words(matched):.0f} words on average, µs of CPU an article")
    print(f"Lucene is left out: {reason}\n" if reason else "")
    print(_HEAD)
    table: list[Measured] = []
    for size in map(int, given.rules.split(",")):
        for share in Share if size <= _MOST_WITH_MANY else (Share.FEW,):
            rules = made_rules(size, lenders, share)
            table.append(_measured(rules, share, matched, given.rounds, None if reason else given.jars))
            print(table[-1], flush=True)
    print(_growth(table))


def _words(documents: Sequence[Document]) -> float:
    return sum(len(one.text.split()) for one in documents) / len(documents)


def _growth(table: Sequence[Measured]) -> str:
    """From the first line of few matches to those after it."""
    first, *others = [line for line in table if line.share is Share.FEW]
    grown = ", ".join(f"{line.which / first.which:.1f} to {line.rules:,}" for line in others)
    return f"\ngrowth of the time to say which, from {first.rules:,} rules: × {grown or 'nothing to compare'}"


def _measured(rules: Rules, share: Share, documents: Sequence[Document], rounds: int, jars: Path | None) -> Measured:
    memory, memory_warm = _memory(rules, documents)
    began = time.process_time()
    matcher = _compiled(rules)
    build = time.process_time() - began
    gc.collect()
    first = _seconds(matcher.matching, documents)
    found = [len(matcher.match(document)) for document in documents]
    without = [document for document, matches in zip(documents, found, strict=True) if not matches]
    a_term, a_group = beside_regexes.a_term(rules), beside_regexes.a_group(rules)
    with ExitStack() as stack:
        lucene = stack.enter_context(beside_lucene.lucene(rules, documents, jars)) if jars else None
        sides: list[Callable[[], float]] = [
            lambda: min(_seconds(matcher.matching, documents) for _ in range(_PASSES)),
            lambda: min(_seconds(matcher.match, documents) for _ in range(_PASSES)),
            lambda: min(_seconds(matcher.matching, without) for _ in range(_PASSES)) if without else 0.0,
            lambda: a_term.seconds(documents),
            lambda: a_group.seconds(documents),
            lambda: min(lucene.one_pass()[0] for _ in range(_PASSES)) / len(documents) if lucene else 0.0,
        ]
        which, why, unmatched, term, group, other = _medians(sides, rounds)
        other_found = lucene.one_pass()[1] / len(documents) if lucene else 0.0
    return Measured(
        rules=len(rules.watchlists),
        share=share,
        matches=sum(found) / len(documents),
        build=build,
        memory=memory,
        memory_warm=memory_warm,
        first=first,
        which=which,
        why=why,
        without=unmatched if without else None,
        regex_a_term=term,
        regex_a_group=group,
        lucene=LuceneMeasured(
            matches=other_found, build=lucene.build, memory=lucene.memory, warm=other, slower=other / which
        )
        if lucene
        else None,
    )


def _medians(sides: Sequence[Callable[[], float]], rounds: int) -> list[float]:
    """Of each side, which take turns; every other round goes backwards."""
    times: list[list[float]] = [[] for _ in sides]
    for number in range(rounds):
        order = range(len(sides)) if number % 2 else reversed(range(len(sides)))
        for side in order:
            times[side].append(sides[side]())
    return list(map(median, times))


def _seconds(match: Callable[[Document], object], documents: Sequence[Document]) -> float:
    began = time.process_time()
    for document in documents:
        match(document)
    return (time.process_time() - began) / len(documents)


def _memory(rules: Rules, documents: Sequence[Document]) -> tuple[float, float]:
    """MB of the compiled rules, and with what matching the articles leaves behind; of a matcher of its own."""
    tracemalloc.start()
    matcher = _compiled(rules)
    gc.collect()
    compiled = tracemalloc.get_traced_memory()[0]
    _seconds(matcher.match, documents)
    gc.collect()
    warm = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return compiled / 1e6, warm / 1e6


def _compiled(rules: Rules) -> Matcher:
    matcher, problems = compile_rules(rules.watchlists, rules.lists)
    if problems:
        sys.exit(str(problems[0]))
    return matcher


if __name__ == "__main__":
    main()
