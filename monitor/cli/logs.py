"""Log lines: for a person on a terminal, JSON for a machine elsewhere."""

import logging
import sys

# Libraries that say, at INFO, what we say better, or what nobody should read (httpx prints whole addresses).
_QUIET = {
    "httpx": "WARNING",
    "httpcore": "WARNING",
    "alembic": "WARNING",
    "trafilatura": "CRITICAL",
    "apscheduler": "ERROR",
}


def set_up_logging(log_format: str | None, *, verbose: bool, quiet: bool = False) -> None:
    """Log to standard error. `quiet`: warnings only, for commands that draw on the terminal themselves."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(log_format or ("text" if sys.stderr.isatty() else "json")))
    level = logging.DEBUG if verbose else logging.WARNING if quiet else logging.INFO
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(least)


def _formatter(log_format: str) -> logging.Formatter:
    if log_format == "text":
        return logging.Formatter("%(asctime)s %(levelname)-7s %(message)s", datefmt="%H:%M:%S")
    from pythonjsonlogger.json import JsonFormatter

    return JsonFormatter(
        "{levelname}{name}{message}", style="{", timestamp=True, rename_fields={"levelname": "level", "name": "logger"}
    )
