"""A handler of log lines that says once what goes wrong again and again, and later how often it did."""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import timedelta
from typing import TextIO

SPAN = timedelta(minutes=5)
"""How long a line that was written stands for others."""
ALIKE = 100
"""Lines of one wording, about different things, that are written within a span."""
MOST = 1000
"""Lines and wordings that are remembered: a bound on memory."""


@dataclass(slots=True, kw_only=True)
class _Run:
    """A line, or all lines of one wording."""

    began: float
    logger: str
    level: int
    said: str
    """The last one of them."""
    written: int = 0
    folded: int = 0
    how: str


class Folding(logging.StreamHandler[TextIO]):
    """Writes lines. A warning or an error that was written within `SPAN` is counted instead, and so are those beyond
    the first `ALIKE` of one wording; the counts are written with the next line after the span, and at the end.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(stream)
        self._clock = clock
        self._runs: OrderedDict[Hashable, _Run] = OrderedDict()

    def emit(self, record: logging.LogRecord) -> None:
        """Write it, or count it."""
        now = self._clock()
        self._tell_before(now - SPAN.total_seconds())
        if record.levelno < logging.WARNING or self._is_news(record, now):
            super().emit(record)

    def close(self) -> None:
        """Write what was counted and not told."""
        self.acquire()
        try:
            self._tell_before(float("inf"))
        finally:
            self.release()
        super().close()

    def _is_news(self, record: logging.LogRecord, now: float) -> bool:
        line = (record.name, record.levelno, record.getMessage())
        if line in self._runs:
            return self._counted(self._runs[line], record)
        wording = self._run(("wording", record.name, record.levelno, str(record.msg)), record, now, "more like it")
        if wording.written >= ALIKE:
            return self._counted(wording, record)
        wording.written += 1
        self._run(line, record, now, "more times")
        return True

    def _run(self, key: Hashable, record: logging.LogRecord, now: float, how: str) -> _Run:
        if key not in self._runs:
            said = record.getMessage()
            self._runs[key] = _Run(began=now, logger=record.name, level=record.levelno, said=said, how=how)
            if len(self._runs) > MOST:
                self._tell(self._runs.popitem(last=False)[1])
        return self._runs[key]

    def _counted(self, run: _Run, record: logging.LogRecord) -> bool:
        run.folded += 1
        run.said = record.getMessage()
        return False

    def _tell_before(self, moment: float) -> None:
        """They stand in the order in which they began."""
        while self._runs and next(iter(self._runs.values())).began <= moment:
            self._tell(self._runs.popitem(last=False)[1])

    def _tell(self, run: _Run) -> None:
        if run.folded:
            said = f"{run.said} … {run.folded} {run.how} in {SPAN // timedelta(minutes=1)} min"
            name, level = run.logger, logging.getLevelName(run.level)
            told = {"name": name, "levelno": run.level, "levelname": level, "msg": said, "folded": run.folded}
            super().emit(logging.makeLogRecord(told))
