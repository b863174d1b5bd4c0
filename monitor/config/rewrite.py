"""feeds.yaml on the disk, changed: checked by the loader first, then replaced in one step, or left alone."""

import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import unified_diff
from pathlib import Path
from stat import S_IMODE
from tempfile import NamedTemporaryFile

from monitor.config.edit import Addition, with_addresses, with_feeds, with_secrets
from monitor.config.feeds import FEEDS
from monitor.config.load import Config, load
from monitor.config.source import spellings
from monitor.errors import ConfigError, Problem
from monitor.model import Feed, FeedId
from monitor.urls import redact

_ADDRESS = re.compile(r"https?://[^\s'\"]+", re.IGNORECASE)


def add_feeds(folder: Path, config: Config, additions: Sequence[Addition], environment: Mapping[str, str]) -> Path:
    """Write the additions into the feeds.yaml of the folder that `config` was loaded from; returns the file.

    Raises: ConfigError, when the result would not load, or the file cannot be written or has changed meanwhile; then
    nothing is written.
    """
    added = {feed.id for addition in additions for feed in addition.feeds}
    change = _Change(edit=lambda text: with_feeds(text, additions), feeds=config.feeds, added=added)
    return _rewrite(folder, config, change, environment)


def change_addresses(
    folder: Path, config: Config, addresses: Mapping[FeedId, str], environment: Mapping[str, str]
) -> Path:
    """Write other addresses of these feeds into the feeds.yaml; otherwise as `add_feeds`."""
    feeds = tuple(replace(feed, url=addresses.get(feed.id, feed.url)) for feed in config.feeds)
    change = _Change(edit=lambda text: with_addresses(text, addresses), feeds=feeds)
    return _rewrite(folder, config, change, environment)


def guarded(config: Config) -> frozenset[FeedId]:
    """The feeds whose requests carry a secret, which is meant for the server at their present address."""
    return with_secrets(config.files[_name(config)].decode())


def patch(config: Config, addresses: Mapping[FeedId, str]) -> str:
    """What `change_addresses` would change, as a unified diff; secrets in addresses are hidden. Raises: ConfigError."""
    name = _name(config)
    old = config.files[name].decode()
    texts = (old.splitlines(keepends=True), with_addresses(old, addresses).splitlines(keepends=True))
    return "".join(map(_shown, unified_diff(*texts, name, name)))


def _shown(line: str) -> str:
    shown = _ADDRESS.sub(lambda url: redact(url[0]), line)
    return shown if line.endswith(("\n", "\r")) else f"{shown}\n\\ No newline at end of file\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """What is to become of the file."""

    edit: Callable[[str], str]
    feeds: Sequence[Feed]
    """What the file says afterwards, apart from the feeds with the ids `added`."""
    added: Collection[str] = ()


def _name(config: Config) -> str:
    return next(name for name in spellings(FEEDS) if name in config.files)


def _rewrite(folder: Path, config: Config, change: _Change, environment: Mapping[str, str]) -> Path:
    name = _name(config)
    old = config.files[name]
    new = change.edit(old.decode()).encode()
    loaded = load({**config.files, name: new}, environment=environment, home=folder.parent, secrets=False)
    if [_said(feed) for feed in loaded.feeds if feed.id not in change.added] != [*map(_said, change.feeds)]:
        raise ConfigError([Problem(file=name, what="other feeds would change", hint="paste the lines by hand")])
    _replace(folder / name, name, old, new)
    return folder / name


def _said(feed: Feed) -> tuple[object, ...]:
    """All that the file says of a feed; which domains are its outlet's may depend on others."""
    return (feed.id, feed.url, feed.outlet.id, feed.language, feed.every, feed.tags)


def _replace(path: Path, name: str, old: bytes, new: bytes) -> None:
    """Whoever reads the file sees the old or the new one, never a part. Raises: ConfigError."""
    # A link stays one: what it leads to is replaced.
    target = path.resolve()
    written: Path | None = None
    try:
        if target.read_bytes() != old:
            raise ConfigError([Problem(file=name, what="has changed meanwhile", hint="nothing was written; try again")])
        before = target.stat()
        # Hidden: whoever reads the folder passes it over.
        with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            written = Path(file.name)
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        written.chmod(S_IMODE(before.st_mode))
        with suppress(PermissionError):
            os.chown(written, before.st_uid, before.st_gid)
        written.replace(target)
    except OSError as error:
        if written:
            written.unlink(missing_ok=True)
        raise ConfigError(
            [Problem(file=name, what=f"cannot be written: {error.strerror}", hint="paste the lines by hand")]
        ) from error
