"""The other side of bench/pipeline.py: trafilatura alone, in processes of its own, on pages in memory."""

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from multiprocessing.connection import Connection

from bench.meter import timed
from monitor.text.decoding import decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Seconds of CPU for all pages."""

    bare: float
    """Of trafilatura: `bare_extraction(html, favor_recall=True, include_comments=False)`, without metadata."""
    ours: float
    """Of `monitor.articles.extract.extract`, called in the same process: a part of what the pipeline does."""
    metadata: float
    """Of that what titles, dates, authors and canonical addresses take."""


class Bare:
    """Processes that extract the same pages again and again."""

    def __init__(self, connections: Sequence[Connection], pids: frozenset[int]) -> None:
        self._connections = connections
        self.pids = pids

    def extract(self) -> Spent:
        """Extract all pages, the processes side by side, as the pipeline's workers are."""
        for connection in self._connections:
            connection.send(None)
        spent: list[Spent] = [connection.recv() for connection in self._connections]
        return Spent(**{part.name: sum(getattr(each, part.name) for each in spent) for part in fields(Spent)})


@contextmanager
def bare(pages: Sequence[bytes], processes: int) -> Iterator[Bare]:
    """Share `pages` out to so many processes; they live while the block runs."""
    context = multiprocessing.get_context("spawn")
    pairs = [context.Pipe() for _ in range(processes)]
    started = [
        context.Process(target=_serve, args=(list(pages[number::processes]), there), daemon=True)
        for number, (_, there) in enumerate(pairs)
    ]
    for process in started:
        process.start()
    try:
        yield Bare([here for here, _ in pairs], frozenset(process.pid or 0 for process in started))
    finally:
        for process in started:
            process.terminate()
            process.join()


def _serve(pages: list[bytes], connection: Connection) -> None:
    import trafilatura

    from monitor.articles import extract

    texts = [decode(page, "", "") for page in pages]

    def bare_extraction() -> None:
        for text in texts:
            trafilatura.bare_extraction(text, favor_recall=True, include_comments=False)

    def our_extraction() -> None:
        for page in pages:
            extract.extract(page, content_type="text/html", url="http://outlet.example/article")

    while True:
        connection.recv()
        with timed({"metadata": (extract, "metadata")}) as parts:
            connection.send(Spent(bare=_cpu(bare_extraction), ours=_cpu(our_extraction), metadata=parts["metadata"]))


def _cpu(work: Callable[[], None]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
