"""All that is looked at, in the order in which a person would; what is broken hides nothing else."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from monitor.config.files import read_settings_file
from monitor.config.settings import Settings, database_named, read_settings
from monitor.doctor import machine, own
from monitor.doctor.finding import Finding, warn
from monitor.errors import ConfigError
from monitor.fetch.settings import FetchSettings
from monitor.store.address import SqliteFile, parse
from monitor.workers.settings import WorkerSettings


def examine(folder: Path, environment: Mapping[str, str], now: datetime) -> Iterator[Finding]:
    """Look at everything. `folder`: of the configuration, which may be broken."""
    yield from own.installed()
    yield machine.config_folder(folder)
    said, config = own.configuration(folder, environment)
    yield said
    settings = config.settings if config else _settings_as_far(folder, environment)
    newest = None
    if settings:
        found, newest = own.database(settings)
        yield from _place(settings)
        yield from found
    else:
        yield warn("database", "which one cannot be told while the configuration is broken", "see above")
    yield from machine.clock(now, newest)
    yield machine.zones()
    yield machine.names()
    yield machine.certificates()
    yield machine.open_files()
    yield own.guard(settings.fetch if settings else FetchSettings(user_agent="media-monitor"))
    yield own.workers(settings.workers if settings else WorkerSettings())


def _settings_as_far(folder: Path, environment: Mapping[str, str]) -> Settings | None:
    try:
        files = read_settings_file(folder)
        database_named(files, environment, folder.parent)
        return read_settings(files, environment, folder.parent)[0]
    except ConfigError:
        return None


def _place(settings: Settings) -> Iterator[Finding]:
    place = parse(settings.database_url)
    if isinstance(place, SqliteFile):
        yield from machine.data_folder(place.path.parent)
