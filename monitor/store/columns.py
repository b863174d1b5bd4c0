"""How values stand in columns: the same value, and the same row, in SQLite and in PostgreSQL."""

# ruff: noqa: ARG002, D102 (the two methods of a type are SQLAlchemy's, and described there)

import json
import zlib
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from struct import pack, unpack
from typing import Any, Generic, TypeVar

from sqlalchemy import DateTime, Float, LargeBinary, Text
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

E = TypeVar("E", bound=StrEnum)

KEY = Text().with_variant(Text(collation="C"), "postgresql")
"""Ids and slugs: compared byte by byte, whatever the locale of the PostgreSQL server."""

_UNSTORABLE = dict.fromkeys([0, *range(0xD800, 0xE000)], "\N{REPLACEMENT CHARACTER}")
_COMPRESSION = 6
"""Level 6 brings an article to 45 % in 63 µs; higher ones cost more than they save."""
_QUICK = 3
"""A page of 270 KB becomes 21 % in 1.9 ms, while others wait to write; level 6 takes 4.2 ms for 19 %."""


def storable(text: str) -> str:
    """The text with NUL and lone surrogates replaced, one character for one, so that offsets into it stay right.

    SQLite stores NUL and PostgreSQL refuses it. Text is cleaned where it comes in (`text.clean`), so this is the net
    below: losing an article would be worse than a replacement character.
    """
    if "\0" not in text:
        try:
            text.encode()
        except UnicodeEncodeError:
            pass
        else:
            return text
    return text.translate(_UNSTORABLE)


class _Written(sqlite.DATETIME):
    """SQLite's moments, bound as text: SQLAlchemy puts it together from numbers, each time anew."""

    def bind_processor(self, dialect: Dialect) -> None:
        return None


@lru_cache(256)
def _written(moment: datetime) -> str:
    """The text; a poll writes its own moment a hundred times, and each entry's twice."""
    return moment.astimezone(UTC).isoformat(" ", "microseconds").removesuffix("+00:00")


class Utc(TypeDecorator[datetime]):
    """Aware datetimes, in and out as UTC: ISO text in SQLite, `timestamptz` in PostgreSQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return _Written() if dialect.name == "sqlite" else self.impl_instance  # type: ignore[no-untyped-call]

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"a moment without a time zone cannot be stored: {value}"
            raise ValueError(message)
        return _written(value) if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Seconds(TypeDecorator[timedelta]):
    """Durations."""

    impl = Float
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> float | None:
        return None if value is None else value.total_seconds()

    def process_result_value(self, value: float | None, dialect: Dialect) -> timedelta | None:
        return None if value is None else timedelta(seconds=value)


class Clean(TypeDecorator[str]):
    """Text of any length that both databases store alike."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class Packed(TypeDecorator[str]):
    """Long text, compressed by zlib; "" takes no room."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        return zlib.compress(storable(value).encode(), _COMPRESSION) if value else b""

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return zlib.decompress(value).decode() if value else ""


@lru_cache(256)
def _listed(values: tuple[str, ...]) -> str:
    """The list as JSON; an entry's authors are its article's, and soon those of another."""
    return storable(json.dumps(values, ensure_ascii=False))


class Hashes(TypeDecorator[tuple[int, ...]]):
    """32-bit hashes, four bytes each."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: tuple[int, ...] | None, dialect: Dialect) -> bytes | None:
        return None if value is None else pack(f"<{len(value)}I", *value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> tuple[int, ...] | None:
        return None if value is None else unpack(f"<{len(value) // 4}I", value)


class PackedBytes(TypeDecorator[bytes]):
    """Whole documents, compressed by zlib."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else zlib.compress(value, _QUICK)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else zlib.decompress(value)


class Strings(TypeDecorator[tuple[str, ...]]):
    """A tuple of strings, as a JSON list; "" where it is empty."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str:
        return _listed(value) if value else ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        return tuple(json.loads(value)) if value else ()


class Choice(TypeDecorator[E], Generic[E]):
    """One of a closed set, as its value."""

    impl = Text
    cache_ok = True

    def __init__(self, choices: type[E]) -> None:
        super().__init__()
        self.choices = choices
        self._members = {one.value: one for one in choices}

    def process_bind_param(self, value: E | None, dialect: Dialect) -> Any:
        return None if value is None else value.value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> E | None:
        # The class, which costs more than the rest of a row, says what is wrong with a value that is none of its own.
        return None if value is None else self._members.get(value) or self.choices(value)
