"""feeds.yaml on the disk, with feeds added: checked by the loader first, then replaced in one step, or left alone."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE
from tempfile import NamedTemporaryFile

from monitor.config.edit import Addition, with_feeds
from monitor.config.feeds import FEEDS
from monitor.config.load import Config, load
from monitor.config.source import spellings
from monitor.errors import ConfigError, Problem
from monitor.model import Feed


def add_feeds(folder: Path, config: Config, additions: Sequence[Addition], environment: Mapping[str, str]) -> Path:
    """Write the additions into the feeds.yaml of the folder that `config` was loaded from; returns the file.

    Raises: ConfigError, when the result would not load, or the file cannot be written or has changed meanwhile; then
    nothing is written.
    """
    name = next(name for name in spellings(FEEDS) if name in config.files)
    old = config.files[name]
    new = with_feeds(old.decode(), additions).encode()
    loaded = load({**config.files, name: new}, environment=environment, home=folder.parent)
    wanted = [_said(feed) for feed in config.feeds]
    added = {feed.id for addition in additions for feed in addition.feeds}
    if [_said(feed) for feed in loaded.feeds if feed.id not in added] != wanted:
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
