"""monitor.yaml and the environment → `Settings`. Light: every command that opens the database reads them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from monitor import __version__
from monitor.config.channels import CHANNELS, Channels, check_channels
from monitor.config.database import DEFAULT, database
from monitor.config.files import SETTINGS
from monitor.config.operation import LISTEN, LOG, LOOPBACK, Listen, LogSettings
from monitor.config.shape import Each, Keys, Shape
from monitor.config.source import NO_PLACE, Source, has_unfit, open_source, spellings, variable
from monitor.config.values import CONTACT, NETWORK, ZONE, choice, count, duration, size
from monitor.config.yaml import Table, Text, read_tree
from monitor.errors import ConfigError, Problem
from monitor.fetch.settings import FetchSettings
from monitor.model import Evidence
from monitor.workers.settings import WorkerSettings

T = TypeVar("T")

_UTC = ZoneInfo("UTC")

_SECOND, _MINUTE, _HOUR, _DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

EVERY = duration(_SECOND, 30 * _DAY)
"""How often a feed is polled."""
_REVISIT = Each(duration(5 * _MINUTE, 365 * _DAY), may_be_empty=True)


NO_CONTACT = (
    "no contact is set: give an e-mail address or a page of yours as `contact` in monitor.yaml, so that the operator "
    "of a server can write to you instead of blocking you"
)
"""A hint where `Settings.contact` is ""."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator sets."""

    database_url: str = field(repr=False)
    """An SQLAlchemy URL; the path of an SQLite file is absolute. May hold a password."""
    timezone: ZoneInfo = _UTC
    """In which moments are shown and read."""
    contact: str = ""
    poll_every: timedelta = timedelta(minutes=15)
    """The interval that feeds begin with which do not name one; then it is learned, within these bounds."""
    poll_fastest: timedelta = timedelta(minutes=5)
    poll_slowest: timedelta = timedelta(minutes=30)
    revisit: tuple[timedelta, ...] = (_HOUR, 6 * _HOUR, _DAY, 3 * _DAY, 7 * _DAY)
    """How long after its match an article is read again, ascending; () for never."""
    fetch: FetchSettings
    workers: WorkerSettings = field(default_factory=WorkerSettings)
    evidence: Evidence = Evidence.MATCHED
    retention_unmatched: timedelta | None = None
    """After which an article that nothing matched loses its texts; None: never."""
    channels: Channels = ()
    """As they stand in the file: their secrets are read where they are needed."""
    listen: Listen = LOOPBACK
    """Where the daemon tells its health and metrics."""
    log: LogSettings = field(default_factory=LogSettings)

    @property
    def user_agent(self) -> str:
        """What the monitor calls itself when it fetches."""
        return self.fetch.user_agent


_FETCH: Mapping[str, Shape[Any]] = {
    "timeout": duration(_SECOND, 10 * _MINUTE),
    "per_host": count(1, 16),
    "delay": duration(timedelta(0), _HOUR),
    "concurrent": count(1, 1000),
    "feed_size": size(10_000, 100_000_000),
    "page_size": size(10_000, 100_000_000),
    "allow_addresses": Each(NETWORK, may_be_empty=True),
}
_WORKERS: Mapping[str, Shape[Any]] = {
    "count": count(1, 64),
    "timeout": duration(_SECOND, 10 * _MINUTE),
    "memory": size(256 * 2**20, 64 * 2**30),
    "recycle": count(1, 1_000_000),
}


_RETENTION: Mapping[str, Shape[Any]] = {"unmatched": duration(timedelta(days=1), timedelta(days=3650))}

_ABOUT = {
    "database": "an SQLite file, relative to the folder that holds `config/`; or `postgresql://user:password@host/name`",
    "timezone": "in which moments are shown and typed",
    "contact": "sent with every request, so that the operator of a server can reach you",
    "poll": "asking feeds for news",
    "revisit": "how long after its match an article is read again, to see whether it has changed; `[]` for never",
    "fetch": "behaviour towards other people's servers",
    "workers": "the processes that parse what they send",
    "evidence": "whose page is kept as it was sent: of articles that match when it is read, of all, of none",
    "retention": "how long what is stored is kept",
    "channels": "where people are told of matches, by its id; watchlists name it in `alerts`",
    "listen": "where the daemon answers `/healthz`, `/readyz` and `/metrics`, to whoever reaches it; `off` for nowhere",
    "log": "what the daemon says in its log",
}
_ABOUT_POLL = {
    "every": "how often a feed is asked at first; then as often as it brings news",
    "fastest": "no feed is asked more often, unless it has an `every` of its own",
    "slowest": "none more seldom, unless it fails or asks for it itself",
}
_ABOUT_FETCH = {
    "timeout": "for a whole request, redirects included",
    "per_host": "connections to one host at a time",
    "delay": "between the starts of two requests to one host",
    "concurrent": "requests in flight, all hosts together",
    "feed_size": "the largest feed, uncompressed",
    "page_size": "the largest page, uncompressed",
    "allow_addresses": "networks that may be fetched from although they are not public",
}
_ABOUT_WORKERS = {
    "count": "processes in which feeds and pages are parsed",
    "timeout": "for one feed or page",
    "memory": "address space of one process",
    "recycle": "feeds and pages after which a process is replaced",
}

_ABOUT_RETENTION = {
    "unmatched": "after which an article that nothing has matched loses its texts and pages; not set: never",
}


def load_settings(files: Mapping[str, bytes], environment: Mapping[str, str], home: Path) -> Settings:
    """The settings alone, from the files of a configuration folder, of which only monitor.yaml is read.

    home: the folder that a relative database path begins at. Raises: ConfigError.
    """
    settings, sources = read_settings(files, environment, home)
    problems = sorted(problem for source in sources for problem in source.problems)
    if problems:
        raise ConfigError(problems)
    return settings


def database_named(files: Mapping[str, bytes], environment: Mapping[str, str], home: Path) -> str:
    """The database that monitor.yaml or the environment names, whatever else is wrong with them.

    Raises: ConfigError, when what they name cannot be told: it may be any.
    """
    settings, sources = read_settings(files, environment, home)
    problems = [problem for source in sources for problem in source.problems]
    if environment.get(VARIABLES["database"]):
        problems = [problem for problem in problems if problem.file == VARIABLES["database"]]
    elif any(isinstance(read_tree(source), Table) for source in sources):
        problems = [problem for problem in problems if "database" in (problem.what.partition(":")[0], *_near(problem))]
    if problems:
        raise ConfigError(sorted(problems))
    return settings.database_url


def read_settings(
    files: Mapping[str, bytes], environment: Mapping[str, str], home: Path
) -> tuple[Settings, list[Source]]:
    """The settings as far as they can be read, and the file and variables with the problems found in them."""
    home = home.absolute()
    sources = []
    given: dict[str, Any] = {}
    for name in [name for name in spellings(SETTINGS) if name in files][:1]:
        sources.append(source := open_source(name, files[name]))
        given |= _read_file(source, home, environment)
    variables: dict[str, Shape[Any]] = {
        "database": database(home, environment),
        "timezone": ZONE,
        "contact": CONTACT,
    }
    for key, shape in variables.items():
        name = VARIABLES[key]
        if environment.get(name):
            sources.append(source := variable(name, environment[name]))
            given[key] = _read_variable(source, shape)
    return _settings(given, database(home, environment).parse(DEFAULT)), sources


def _near(problem: Problem) -> list[str]:
    """What a misspelt key was taken for."""
    return re.findall(r'did you mean "(\w+)"', problem.hint)


VARIABLES = {"database": "MONITOR_DATABASE_URL", "timezone": "MONITOR_TIMEZONE", "contact": "MONITOR_CONTACT"}
"""Key of monitor.yaml → the environment variable that overrides it."""


def file_shape(home: Path, environment: Mapping[str, str]) -> Keys[dict[str, Any]]:
    """What monitor.yaml may hold."""
    return Keys(
        build=dict,
        keys={
            "database": database(home, environment),
            "timezone": ZONE,
            "contact": CONTACT,
            "poll": Keys(build=dict, keys=dict.fromkeys(_ABOUT_POLL, EVERY), about=_ABOUT_POLL),
            "revisit": _REVISIT,
            "fetch": Keys(build=dict, keys=_FETCH, about=_ABOUT_FETCH),
            "workers": Keys(build=dict, keys=_WORKERS, about=_ABOUT_WORKERS),
            "evidence": choice(Evidence),
            "retention": Keys(build=dict, keys=_RETENTION, about=_ABOUT_RETENTION),
            "channels": CHANNELS,
            "listen": LISTEN,
            "log": LOG,
        },
        about=_ABOUT,
    )


def _read_file(source: Source, home: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    tree = read_tree(source)
    # A file of comments alone sets nothing, which is fine here.
    given = (file_shape(home, environment).read(tree, source, "") if tree else None) or {}
    check_channels(given.get("channels", ()), source)
    return given


def _read_variable(source: Source, shape: Shape[T]) -> T | None:
    node = Text(value=source.text, place=NO_PLACE)
    if has_unfit(source.text):
        source.report(NO_PLACE, "holds a character that no text needs")
        return None
    return shape.read(node, source, "")


def _settings(given: Mapping[str, Any], default_database: str) -> Settings:
    """What was given over the defaults, each of which stands where the setting is defined."""
    contact = given.get("contact", "")
    user_agent = f"media-monitor/{__version__}" + (f" (+{contact})" if contact else "")
    simple = ("timezone", "contact", "evidence", "channels", "listen", "log")
    plain = {key: given[key] for key in simple if key in given}
    polled = {f"poll_{key}": value for key, value in given.get("poll", {}).items()}
    if "revisit" in given:
        plain["revisit"] = tuple(sorted(set(given["revisit"])))
    kept = {f"retention_{key}": value for key, value in given.get("retention", {}).items()}
    return Settings(
        database_url=given.get("database", default_database),
        fetch=FetchSettings(user_agent=user_agent, **given.get("fetch", {})),
        workers=WorkerSettings(**given.get("workers", {})),
        **plain,
        **polled,
        **kept,
    )
