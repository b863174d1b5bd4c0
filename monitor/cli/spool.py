"""Records that are many, kept until they can be printed: in memory as long as they are few, then in a file."""

import json
from array import array
from collections.abc import Hashable, Iterator
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Self

from monitor.cli.records import Record

_IN_MEMORY = 16 << 20
"""Bytes."""


class Spool:
    """Records under keys, in the order in which they are added; of each, memory holds only its place."""

    def __init__(self, in_memory: int = _IN_MEMORY) -> None:
        self._file = SpooledTemporaryFile(max_size=in_memory)  # noqa: SIM115 - closed by __exit__
        self._places: dict[Hashable, array[int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._file.close()

    def add(self, key: Hashable, record: Record) -> None:
        """Keep a record of this key."""
        self._places.setdefault(key, array("q")).append(self._file.tell())
        self._file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")

    def count(self, key: Hashable) -> int:
        """How many there are of this key."""
        return len(self._places.get(key, ()))

    def last(self, key: Hashable, most: int | None = None) -> Iterator[Record]:
        """Those of this key, the last one first, `most` of them."""
        places = self._places.get(key, array("q"))
        for place in reversed(places if most is None else places[-most:]):
            self._file.seek(place)
            yield json.loads(self._file.readline())
