"""The shapes of the files → JSON Schema, by which editors complete and check them while they are typed.

Each file's first line names its schema by a path beside it: what works in a clone and in what `monitor init` writes.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from monitor.config import agencies, feeds, lists, settings, watchlists
from monitor.config.shape import JsonSchema, Shape
from monitor.errors import ConfigError, Problem

FOLDER = "schema/"
"""In the configuration folder; it holds no YAML, so that nothing of it is read."""
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


class FileKind(StrEnum):
    """The files of a configuration."""

    MONITOR = "monitor"
    FEEDS = "feeds"
    AGENCIES = "agencies"
    LISTS = "lists"
    WATCHLISTS = "watchlists"


_NAMES: Mapping[FileKind, str] = {
    FileKind.MONITOR: "monitor.yaml",
    FileKind.FEEDS: "feeds.yaml",
    FileKind.AGENCIES: "agencies.yaml",
    FileKind.LISTS: "lists/*.yaml",
    FileKind.WATCHLISTS: "watchlists/*.yaml",
}


def schema_of(kind: FileKind) -> JsonSchema:
    """The schema of a kind of file."""
    shapes: Mapping[FileKind, Shape[Any]] = {
        FileKind.MONITOR: settings.file_shape(Path(), {}),
        FileKind.FEEDS: feeds.FILE,
        FileKind.AGENCIES: agencies.FILE,
        FileKind.LISTS: lists.FILE,
        FileKind.WATCHLISTS: watchlists.FILE,
    }
    schema = shapes[kind].schema()
    if kind is FileKind.MONITOR:
        # A file of comments alone sets nothing, which is fine there.
        schema["type"] = ["object", "null"]
    return {"$schema": _DRAFT, "title": f"media monitor: {_NAMES[kind]}", **schema}


def schema_text(kind: FileKind) -> str:
    """The schema as it stands in its file."""
    return json.dumps(schema_of(kind), ensure_ascii=False, indent=1) + "\n"


def schema_files() -> dict[str, bytes]:
    """All schemas, by path below the configuration folder."""
    return {f"{FOLDER}{kind}.json": schema_text(kind).encode() for kind in FileKind}


def write_schemas(folder: Path) -> tuple[Path, ...]:
    """Write all schemas beside the files of a configuration folder, over those that are there. Returns their paths.

    Raises: ConfigError, where they cannot be written.
    """
    files = {folder / name: content for name, content in schema_files().items()}
    try:
        (folder / FOLDER).mkdir(exist_ok=True)
        for path, content in files.items():
            path.write_bytes(content)
    except OSError as error:
        where, what = str(error.filename or folder), f"cannot be written: {error.strerror}"
        raise ConfigError([Problem(file=where, what=what, hint="name the configuration's folder")]) from error
    return tuple(files)
