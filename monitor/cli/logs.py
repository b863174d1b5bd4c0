"""Log lines: for a person on a terminal, JSON for a machine elsewhere."""

import logging
import sys
from typing import TYPE_CHECKING

from monitor.cli.folding import Folding
from monitor.cli.problems import print_problems
from monitor.config.operation import LogSettings

if TYPE_CHECKING:
    from monitor.config.change import Refusal

log = logging.getLogger(__name__)

# Libraries that say, at INFO, what we say better, or what nobody should read (httpx prints whole addresses).
_QUIET = {
    "httpx": "WARNING",
    "httpcore": "WARNING",
    "alembic": "WARNING",
    "trafilatura": "CRITICAL",
    "apscheduler": "ERROR",
}


def set_up_logging(log_format: str | None, *, verbose: bool, quiet: bool = False) -> None:
    """Log to standard error. `quiet`: errors only, for commands that say themselves what came of it."""
    handler = Folding(sys.stderr)
    handler.setFormatter(_formatter(_chosen(log_format)))
    level = logging.DEBUG if verbose else logging.ERROR if quiet else logging.INFO
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(least)


def set_levels(settings: LogSettings, *, verbose: bool) -> None:
    """What the configuration says of levels, which is known only after the first lines; `verbose` counts more."""
    level = logging.DEBUG if verbose else logging.getLevelNamesMapping()[settings.level.upper()]
    # Libraries have nothing to say below INFO that anybody should read.
    logging.getLogger().setLevel(max(level, logging.INFO))
    logging.getLogger("monitor").setLevel(level)
    for name, least in settings.modules.items():
        logging.getLogger(f"monitor.{name}").setLevel(least.upper())


def say_refusal(refusal: "Refusal", log_format: str | None) -> None:
    """Why the last good configuration runs instead of that of the files: with carets, or as lines of the log."""
    if _chosen(log_format) == "text":
        print_problems(refusal.problems)
    else:
        for problem in refusal.problems:
            log.error("%s", problem)
    why = "would shrink what is watched" if refusal.shrinks else "is broken"
    log.error("the configuration %s; running the last good one until it is mended", why)


def _chosen(log_format: str | None) -> str:
    return log_format or ("text" if sys.stderr.isatty() else "json")


def _formatter(log_format: str) -> logging.Formatter:
    if log_format == "text":
        return logging.Formatter("%(asctime)s %(levelname)-7s %(message)s", datefmt="%H:%M:%S")
    from pythonjsonlogger.json import JsonFormatter

    return JsonFormatter(
        "{levelname}{name}{message}", style="{", timestamp=True, rename_fields={"levelname": "level", "name": "logger"}
    )
