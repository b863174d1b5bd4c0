"""Scores of extractors on pages whose text is known: token F1 of each page, of which the mean counts."""

import gzip
import json
import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import trafilatura

from monitor.articles.extract import extract
from monitor.articles.language import language_of
from monitor.model import Page

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
EXTRACTION = CORPORA / "extraction"
R = TypeVar("R")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A page and what it is known to say; a page may be known in several wordings."""

    name: str
    url: str
    html: bytes
    bodies: tuple[str, ...]
    titles: tuple[str, ...] = ()
    authors: tuple[tuple[str, ...], ...] = ()
    dates: tuple[str, ...] = ()
    """Year, month and day, in UTC as far as the time is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How well a page is read; None where nothing is known of it."""

    f1: float
    language: str
    title: bool | None
    authors: bool | None
    date: bool | None


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
                authors=tuple(tuple(sorted(truth.get("authors") or ())) for truth in truths),
                dates=tuple(_day(truth.get("publishing_date") or "") for truth in truths),
            )


def _day(date: str) -> str:
    moment = datetime.fromisoformat(date) if date else None
    return f"{moment.astimezone(UTC) if moment.tzinfo else moment:%Y-%m-%d}" if moment else ""


def in_processes(work: Callable[[Known], R], pages: Iterable[Known]) -> list[R]:
    """The work on all pages, on all cores."""
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        return list(pool.map(work, pages, chunksize=16))


def ours(known: Known) -> Score:
    """Our own reading of a page."""
    page: Page = extract(known.html, content_type="text/html", url=known.url)
    return Score(
        f1=best_f1(page.text, known),
        language=language_of(page.text, page.language),
        title=page.title.split() in [title.split() for title in known.titles] if any(known.titles) else None,
        authors=tuple(sorted(page.authors)) in known.authors if any(known.authors) else None,
        date=str(page.published_at)[:10] in known.dates if any(known.dates) else None,
    )


def bare(known: Known) -> dict[str, float]:
    """What bare trafilatura, with its own reading of the bytes, makes of the same page in its modes."""
    logging.disable(logging.CRITICAL)
    modes = {"default": (False, False), "recall": (False, True), "precision": (True, False)}
    documents = {
        name: trafilatura.bare_extraction(
            known.html, include_comments=False, favor_precision=precision, favor_recall=recall
        )
        for name, (precision, recall) in modes.items()
    }
    return {name: best_f1(getattr(found, "text", None) or "", known) for name, found in documents.items()}


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
