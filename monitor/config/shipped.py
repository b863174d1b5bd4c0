"""The configuration that comes with the monitor, and how `monitor init` writes it."""

import os
from pathlib import Path

from monitor.config.files import read_files
from monitor.config.schema import schema_files
from monitor.errors import ConfigError, Problem


def shipped_folder() -> Path:
    """Where it lies: beside this module in an installed package, else in the project's config/."""
    installed = Path(__file__).with_name("shipped")
    return installed if installed.is_dir() else Path(__file__).parents[2] / "config"


def write_shipped(folder: Path) -> tuple[Path, ...]:
    """Write its files, and the schemas beside them, into a folder, which is made if need be. Returns what was written.

    Raises: ConfigError when one of them is there already, or the folder cannot be written; then none is written.
    """
    files = {folder / name: content for name, content in ({**read_files(shipped_folder()), **schema_files()}).items()}
    problems = [_exists(path) for path in files if os.path.lexists(path)]
    if problems:
        raise ConfigError(problems)
    written: list[Path] = []
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                written.append(path)
                file.write(content)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        where, what = str(error.filename or folder), f"cannot be written: {error.strerror}"
        raise ConfigError([Problem(file=where, what=what, hint="name another folder")]) from error
    return tuple(written)


def _exists(path: Path) -> Problem:
    return Problem(file=str(path), what="exists already", hint="nothing was written; name another folder")
