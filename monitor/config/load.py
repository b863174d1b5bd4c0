"""The files of a configuration → one `Config`, with its rules compiled, or every problem in them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath

from monitor.alerts.channel import Channel
from monitor.config.agencies import AGENCIES, read_agencies
from monitor.config.channels import channels_of
from monitor.config.feeds import FEEDS, read_feeds
from monitor.config.files import SETTINGS, read_files
from monitor.config.rules import LISTS, WATCHLISTS, read_rules
from monitor.config.settings import Settings, read_settings
from monitor.config.source import NO_PLACE, Source, open_source, spellings
from monitor.config.suggest import did_you_mean, nearest
from monitor.errors import ConfigError, Problem
from monitor.model import Agency, Feed, Outlet, TermList, Watchlist
from monitor.rules.matcher import Matcher
from monitor.rules.syntax import QueryField
from monitor.text.language_tags import LANGUAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A configuration without a problem."""

    settings: Settings
    outlets: tuple[Outlet, ...]
    feeds: tuple[Feed, ...]
    agencies: tuple[Agency, ...]
    """None where the file is missing."""
    channels: tuple[Channel, ...]
    """None where it was loaded without secrets."""
    channel_files: tuple[str, ...] = field(repr=False)
    """Those that their secrets were read from."""
    lists: tuple[TermList, ...]
    watchlists: tuple[Watchlist, ...]
    matcher: Matcher = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)
    """What it was loaded from: loading it again gives the same."""
    hash: str
    """Of the files; 64 hexadecimal digits."""

    @property
    def secret_files(self) -> tuple[str, ...]:
        """The files, outside the configuration, that secrets of feeds and channels were read from."""
        of_feeds = [feed.credentials.file for feed in self.feeds if feed.credentials and feed.credentials.file]
        return (*of_feeds, *self.channel_files)


def load_config(folder: Path, environment: Mapping[str, str], *, proven: bool = True, secrets: bool = True) -> Config:
    """The whole configuration. Raises: ConfigError with all that is wrong with it.

    To try rules it need not be `proven`: then examples that come out wrong are no problem. Unless feeds are polled with
    it, their `secrets` need not be there.
    """
    return load(read_files(folder), environment=environment, home=folder.parent, proven=proven, secrets=secrets)


def load(
    files: Mapping[str, bytes],
    *,
    environment: Mapping[str, str],
    home: Path,
    proven: bool = True,
    secrets: bool = True,
) -> Config:
    """Read and check a whole configuration; unless it must be `proven`, examples may come out wrong.

    files: as `read_files` gives them; home: the folder that relative paths begin at, of the database and of secrets.
    secrets: whether feeds and channels get theirs, which must be there then; without them there are no channels.
    Raises: ConfigError with all problems of all files, ordered by file and line.
    """
    settings, settings_sources = read_settings(files, environment, home)
    feeds_source = _open_feeds(files)
    outlets, feeds = read_feeds(feeds_source, settings, environment, home, secrets=secrets)
    agencies_source = _open_agencies(files)
    agencies = read_agencies(agencies_source) if agencies_source else ()
    channels, channel_files = _channels(settings, settings_sources, environment, home) if secrets else ((), ())
    named = [one.id for one in settings.channels]
    rules = read_rules(files, values_of(outlets, feeds), channels=named, zone=settings.timezone)
    sources = (*settings_sources, feeds_source, *([agencies_source] if agencies_source else []))
    problems = {*_misnamed(files), *rules.problems, *(problem for source in sources for problem in source.problems)}
    if proven:
        problems |= {*rules.failed}
    if problems:
        raise ConfigError(sorted(problems))
    return Config(
        settings=settings,
        outlets=outlets,
        feeds=feeds,
        agencies=agencies,
        channels=channels,
        channel_files=tuple(channel_files),
        lists=rules.lists,
        watchlists=rules.watchlists,
        matcher=rules.matcher,
        files=dict(files),
        hash=files_hash(files),
    )


def _channels(
    settings: Settings, sources: Sequence[Source], environment: Mapping[str, str], home: Path
) -> tuple[tuple[Channel, ...], Sequence[str]]:
    if not settings.channels:
        return (), ()
    return channels_of(settings.channels, sources[0], environment, home, settings.timezone)


def values_of(outlets: Sequence[Outlet], feeds: Sequence[Feed]) -> dict[QueryField, Collection[str]]:
    """What queries may ask of an article's origin; nothing is known where feeds.yaml has a problem."""
    if not outlets:
        return {}
    countries = {outlet.country for outlet in outlets}
    languages = {*LANGUAGES, *(outlet.language for outlet in outlets), *(feed.language for feed in feeds)}
    return {
        QueryField.OUTLET: [outlet.id for outlet in outlets],
        QueryField.FEED: [feed.id for feed in feeds],
        QueryField.COUNTRY: countries,
        QueryField.LANG: languages,
    }


def files_hash(files: Mapping[str, bytes]) -> str:
    """The SHA-256 of the files with their names, as 64 hexadecimal digits."""
    digest = sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()


def _open_feeds(files: Mapping[str, bytes]) -> Source:
    for name in spellings(FEEDS):
        if name in files:
            return open_source(name, files[name])
    missing = Source(file=FEEDS)
    missing.report(NO_PLACE, "there is no such file", '"monitor init" writes one to begin with')
    return missing


def _open_agencies(files: Mapping[str, bytes]) -> Source | None:
    return next((open_source(name, files[name]) for name in spellings(AGENCIES) if name in files), None)


def _misnamed(files: Mapping[str, bytes]) -> Iterator[Problem]:
    """Files that nobody would read, because of their names."""
    for name in files:
        folder, slash, file = name.rpartition("/")
        if slash and f"{folder}/" not in (LISTS, WATCHLISTS):
            hint = did_you_mean(f"{folder}/", (LISTS, WATCHLISTS)) or f"there are {LISTS} and {WATCHLISTS}"
            if (top := f"{folder.partition('/')[0]}/") in (LISTS, WATCHLISTS):
                hint = f"move it up into {top}"
            yield Problem(file=name, what="nothing is read from this folder", hint=hint)
        elif not slash and file not in (*spellings(SETTINGS), *spellings(FEEDS), *spellings(AGENCIES)):
            near = nearest(PurePosixPath(file).stem, ("monitor", "feeds", "agencies"))
            hint = f'did you mean "{near}.yaml"?' if near else f"there are {SETTINGS}, {FEEDS} and {AGENCIES}"
            yield Problem(file=name, what="no file of this name is read", hint=hint)
    for file in (SETTINGS, FEEDS, AGENCIES):
        first, second = spellings(file)
        if first in files and second in files:
            yield Problem(file=second, what=f"stands beside {first}", hint="keep one of the two")
