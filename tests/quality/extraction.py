"""Scores of an extractor on pages whose text is known: token F1, as the article-extraction-benchmark counts."""

import gzip
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
EXTRACTION = CORPORA / "extraction"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A page and what it is known to say; a page may be known in several wordings."""

    name: str
    url: str
    html: bytes
    bodies: tuple[str, ...]
    titles: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    """Year, month and day."""


def benchmark() -> Iterator[Known]:
    """The 181 English pages of the article-extraction-benchmark."""
    folder = EXTRACTION / "benchmark"
    for name, truth in json.loads((folder / "ground-truth.json").read_text()).items():
        html = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes())
        yield Known(name=name, url=truth["url"], html=html, bodies=(truth["articleBody"],))


def publishers() -> Iterator[Known]:
    """Pages of publishers in 41 countries."""
    for info in sorted((EXTRACTION / "publishers" / "parser" / "test_data").glob("*/meta.info")):
        for page, about in json.loads(info.read_text()).items():
            expected = info.parent / f"{page.partition('_')[0]}.json"
            if not (expected.exists() and (info.parent / page).exists()):  # Some are named and not there.
                continue
            truths = json.loads(expected.read_text()).values()
            yield Known(
                name=f"{info.parent.name}/{page}",
                url=about["url"],
                html=gzip.decompress((info.parent / page).read_bytes()),
                bodies=tuple(_body(truth) for truth in truths),
                titles=tuple(truth.get("title") or "" for truth in truths),
                dates=tuple((truth.get("publishing_date") or "")[:10] for truth in truths),
            )


def token_f1(found: str, known: str) -> float:
    """The harmonic mean of precision and recall over the words of two texts, each counted as often as it stands."""
    a, b = _words(found), _words(known)
    shared = (a & b).total()
    return 2 * shared / (a.total() + b.total()) if shared else 0.0


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(unicodedata.normalize("NFC", text).casefold()))


def best_f1(found: str, page: Known) -> float:
    """Against the wording it fits best."""
    return max(token_f1(found, body) for body in page.bodies)


def _body(truth: dict[str, object]) -> str:
    body = truth.get("body")
    if not isinstance(body, dict):
        return ""
    sections = [text for section in body["sections"] for part in ("headline", "paragraphs") for text in section[part]]
    return "\n".join([*body["summary"], *sections])
