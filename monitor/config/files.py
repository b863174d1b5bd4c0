"""The files of a configuration folder, read from the disk; what they hold is `load`'s question."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from monitor.config.source import LARGEST, spellings
from monitor.errors import ConfigError, Problem

_ENDINGS = (".yaml", ".yml")
SETTINGS = "monitor.yaml"

Look = frozenset[tuple[str, tuple[int, ...]]]
"""Name → what changes when a file does, for all files that `read_files` reads, and for what keeps it from reading."""


def read_files(folder: Path) -> Mapping[str, bytes]:
    """The YAML files of a folder and of all folders in it, by path below it: "feeds.yaml", "lists/rafah.yaml".

    Hidden files, which editors leave, are not among them. Of a file that is too large only so much is read as shows it.
    Raises: ConfigError with everything that cannot be read.
    """
    problems: list[Problem] = []
    files: dict[str, bytes] = {}
    for path in _visible(folder, str(folder), problems):
        for below in _below(path, path.name, problems):
            _read(below, below.relative_to(folder).as_posix(), files, problems)
    if problems:
        raise ConfigError(sorted(problems))
    return files


def look(folder: Path, others: Iterable[str] = ()) -> Look:
    """What tells, without reading them, that the files may have changed: equal looks, equal files.

    others: paths of files that are not of the folder.
    The moment of the last change of an inode is part of it, which no program can set back.
    """
    unseen: list[Problem] = []
    children = _visible(folder, "", unseen)
    paths = [below for path in children for below in _below(path, path.name, unseen) if below.name.endswith(_ENDINGS)]
    return frozenset(
        [
            *((str(path.relative_to(folder)), _signs(path)) for path in paths),
            *((problem.what, ()) for problem in unseen),
            *((path, _signs(Path(path))) for path in others),
        ]
    )


def config_folder(given: str | None, environment: Mapping[str, str]) -> Path:
    """The configuration's folder: as given, else MONITOR_CONFIG, else ./config."""
    return Path(given or environment.get("MONITOR_CONFIG") or "config").resolve()


def read_settings_file(folder: Path) -> Mapping[str, bytes]:
    """The same for monitor.yaml alone, where there is one: what is wrong elsewhere does not keep a command from it."""
    return read_single(folder, SETTINGS)


def read_single(folder: Path, file: str) -> Mapping[str, bytes]:
    """The same for one file of the folder itself, in either spelling. Raises: ConfigError."""
    problems: list[Problem] = []
    files: dict[str, bytes] = {}
    for name in spellings(file):
        if (folder / name).exists():
            _read(folder / name, name, files, problems)
    if problems:
        raise ConfigError(sorted(problems))
    return files


def _below(path: Path, name: str, problems: list[Problem], around: tuple[Path, ...] = ()) -> list[Path]:
    """The file itself, or those in the folder and in the folders in it; `around`: the folders that it stands in."""
    if (around and name.endswith(_ENDINGS)) or not path.is_dir():
        return [path]
    real = path.resolve()
    # A link may lead back to where it stands.
    children = () if real in around else _visible(path, name, problems)
    within = (*around, real)
    return [one for child in children for one in _below(child, f"{name}/{child.name}", problems, within)]


def _signs(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_mode)


def _visible(folder: Path, name: str, problems: list[Problem]) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        problems.append(_unreadable(name, error))
        return []


def _read(path: Path, name: str, files: dict[str, bytes], problems: list[Problem]) -> None:
    """Add the file to `files`, or why not to `problems`; neither when it is no YAML."""
    if not name.endswith(_ENDINGS):
        return
    try:
        # A pipe would wait for ever for somebody to write into it.
        if not path.is_file():
            what = "a link that leads nowhere" if path.is_symlink() else "not a file"
            problems.append(Problem(file=_fit(name), what=what, hint="remove it, or give it another name"))
            return
        with path.open("rb") as file:
            files[_fit(name)] = file.read(LARGEST + 1)
    except OSError as error:
        problems.append(_unreadable(_fit(name), error))


def _unreadable(name: str, error: OSError) -> Problem:
    match error:
        case FileNotFoundError():
            hint = '"monitor init" writes a configuration to begin with'
            return Problem(file=name, what="no such folder", hint=hint)
        case PermissionError():
            return Problem(file=name, what="may not be read", hint="allow the user who runs the monitor to read it")
        case _:
            return Problem(file=name, what=f"cannot be read: {error.strerror}")


def _fit(name: str) -> str:
    """A file's name in which bytes that are no UTF-8 stand as escapes: they could not be printed."""
    return name.encode(errors="backslashreplace").decode()
