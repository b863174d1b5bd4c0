"""Lucene on the same articles and rules, in a warm virtual machine of its own: see lucene/MatchBench.java.

Debian has it as liblucene8-java; a JDK must be there too. CPU is that of the matching thread alone: neither garbage
collection nor compilation counts. It answers yes or no, without places and without an explanation.
"""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO
from urllib.parse import quote

from bench.made_rules import Rules
from monitor.model import Document
from monitor.rules.parse import parse
from monitor.rules.syntax import And, AtLeast, ListRef, Near, Node, Not, Or, Term, Within
from monitor.rules.terms import Fault

JARS = Path("/usr/share/java")
"""Where Debian puts libraries in Java."""
_SOURCE = Path(__file__).parent / "lucene" / "MatchBench.java"
_WARM_UP = 12
_HEAP = "-Xmx2g"


@dataclass(frozen=True, slots=True)
class Lucene:
    """Rules and articles, loaded by a running Java machine."""

    build: float
    """Seconds of CPU."""
    memory: float
    """MB of heap."""
    asked: IO[str]
    answers: IO[str]

    def one_pass(self) -> tuple[float, int]:
        """(seconds of CPU, matches) of all articles."""
        print("pass", file=self.asked, flush=True)
        seconds, matches = self.answers.readline().split()
        return int(seconds) / 1e9, int(matches)


def missing(jars: Path) -> str:
    """Why Lucene cannot take part; "" if it can."""
    if not shutil.which("javac"):
        return "no javac"
    return "" if len(_class_path(jars)) >= len(_PARTS) else f"no lucene-core and lucene-memory in {jars}"


@contextmanager
def lucene(rules: Rules, documents: Sequence[Document], jars: Path) -> Iterator[Lucene]:
    """Compile, start, load and warm up."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        path = ":".join(map(str, [place, *_class_path(jars)]))
        subprocess.run(["javac", "-cp", path, "-d", folder, str(_SOURCE)], check=True)
        (place / "rules").write_text("".join(_rule_lines(rules)), encoding="utf-8")
        (place / "articles").write_text(
            "".join(f"{quote(one.title)} {quote(one.text)}\n" for one in documents), encoding="utf-8"
        )
        command = ["java", _HEAP, "-cp", path, "MatchBench", str(place / "rules"), str(place / "articles")]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdin
            assert running.stdout
            build, memory = running.stdout.readline().split()
            loaded = Lucene(int(build) / 1e9, int(memory) / 1e6, running.stdin, running.stdout)
            for _ in range(_WARM_UP):
                loaded.one_pass()
            yield loaded
            running.stdin.close()


_PARTS = ("core", "memory")


def _class_path(jars: Path) -> list[Path]:
    return [jar for part in _PARTS for jar in sorted(jars.glob(f"lucene-{part}-8*.jar"))[:1]]


def _rule_lines(rules: Rules) -> Iterator[str]:
    for one in rules.lists:
        parts = [_leaf("term", term) for terms in one.terms.values() for term in terms]
        yield f"list {one.id} {_inner('or', 0, parts)}\n"
    for watchlist in rules.watchlists:
        tree = parse(watchlist.query)
        assert not isinstance(tree, Fault), tree
        yield f"rule {watchlist.id} {_written(tree)}\n"


def _written(node: Node) -> str:
    match node:
        case Term(text=text):
            return _leaf("term", text)
        case ListRef(name=name):
            return _leaf("list", name)
        case And(parts=parts):
            return _inner("and", 0, list(map(_written, parts)))
        case Or(parts=parts):
            return _inner("or", 0, list(map(_written, parts)))
        case Not(part=part):
            return _inner("not", 0, [_written(part)])
        case AtLeast(count=count, parts=parts):
            return _inner("atleast", count, list(map(_written, parts)))
        case Near(left=left, right=right, distance=distance):
            return _inner("near", distance, [_written(left), _written(right)])
        case Within(part=part):
            return _inner("title", 0, [_written(part)])
        case _:
            # The bench's rules have none of the other operators.
            raise NotImplementedError(node)


def _inner(kind: str, number: int, parts: Sequence[str]) -> str:
    return f"{kind} {number} {len(parts)} {' '.join(parts)}"


def _leaf(kind: str, text: str) -> str:
    return f"{kind} 0 0 {quote(text)}"
