"""A body taken in piece by piece: decompressed within bounds, counted after decompression. Pure.

Only gzip is asked for and taken. A library that decodes for us decodes each piece of the network wholly: 1.6 KB of
brotli make 4 GB, and "gzip, gzip" 8 GB.
"""

import zlib

from monitor.errors import FetchKind
from monitor.fetch.refusal import Refusal

# Servers write the character set, or nothing that means anything, where the compression belongs.
_PLAIN = frozenset(["", "identity", "none", "utf-8", "utf8", "binary", "8bit"])
_GZIP = frozenset(["gzip", "x-gzip"])
_MAGIC = b"\x1f\x8b"
_MOST_MEMBERS = 1000
"""Gzip members in one body: each empty one costs time and adds nothing that the limit would count."""
_MOST_PIECES = 20_000
"""Chunks in one body: one of a single byte costs as much as a large one, 40 µs, and the loop stands still meanwhile."""
_STEP = 65_536
"""Bytes that are decompressed at once; and those by which a body grows, in some milliseconds."""
_GROWTH = 500_000
_FREE_PIECES = 1000
_LEAST_PIECE = 16
"""Bytes that chunks must hold on the average, after the first thousand."""


class Body:
    """Collects a body of at most `limit` bytes, after decompression as its Content-Encoding says; of these only `room`
    bytes, and one more, before it may grow.
    """

    def __init__(self, encoding: str, limit: int, room: int | None = None) -> None:
        names = [name for part in encoding.split(",") if (name := part.strip().lower()) not in _PLAIN]
        if names and (len(names) > 1 or names[0] not in _GZIP):
            raise Refusal(f"compressed as {', '.join(names)[:100]!r}, which was not asked for", FetchKind.ENCODING)
        self._limit = limit
        self._pieces: list[bytes] = []
        self._left = limit
        self._room = limit if room is None else min(room, limit)
        self._waiting = b""
        self._raw_left = limit
        self._count = 0
        self._members = 0
        self._held = b""
        self._inflate = zlib.decompressobj(wbits=31) if names else None

    def add(self, piece: bytes) -> bool:
        """Take in the next bytes of the network; False where some of them wait for `grow`.

        Raises: Refusal when there are too many, or they are no gzip.
        """
        self._count += 1
        self._raw_left -= len(piece)
        if self._count > min(_MOST_PIECES, _FREE_PIECES + (self._limit - self._raw_left) // _LEAST_PIECE):
            raise Refusal(f"sends its body in crumbs, {self._count:,} of them so far", FetchKind.PROTOCOL)
        if self._raw_left < 0:
            if self._inflate is None:
                self._pieces.append(piece[: self._left])
            raise self._too_large()
        self._take(piece)
        return not self._waiting

    def grow(self) -> bool:
        """Have room for some more; False where even more is waiting for the next time.

        Raises: Refusal, as `add`.
        """
        self._room = min(self._left, self._room + _GROWTH)
        piece, self._waiting = self._waiting, b""
        self._take(piece)
        return not self._waiting

    def finish(self) -> bytes:
        """The whole body.

        Raises: Refusal when its end is missing.
        """
        if self._inflate is not None and not self._inflate.eof and self._raw_left != self._limit:
            raise Refusal("its gzip is cut off", FetchKind.ENCODING, temporary=True)
        return self.beginning()

    def beginning(self) -> bytes:
        """What there is of it: after a refusal of a body that is too large, as much as was allowed."""
        return b"".join(self._pieces)

    def discard(self) -> None:
        """Let go of what was taken in: an error's traceback may hold this for long."""
        self._pieces.clear()
        self._waiting = b""

    def _take(self, piece: bytes) -> None:
        if self._inflate is None:
            if self._has_room(len(piece)):
                self._keep(piece)
            else:
                self._waiting = piece
            return
        try:
            self._decompress(self._inflate, piece)
        except zlib.error as error:
            raise Refusal(f"its gzip is damaged: {error}", FetchKind.ENCODING, temporary=True) from error

    def _has_room(self, size: int) -> bool:
        """Whether so many bytes may be kept now, or are too many in any case."""
        return size <= self._room or self._room == self._left

    def _decompress(self, inflate: "zlib._Decompress", piece: bytes) -> None:
        while piece:
            if inflate.eof:
                # A further member counts; whatever else follows the end is no part of the body (as gzip itself has it).
                rest = self._held + piece
                if not rest.startswith(_MAGIC):
                    # A single byte may still become a member.
                    self._held = rest if len(rest) < len(_MAGIC) else b"\0"
                    return
                piece, self._held = rest, b""
                inflate = self._inflate = self._next_member()
            if not self._has_room(1):
                self._waiting = piece
                return
            self._keep(inflate.decompress(piece, min(self._room + 1, _STEP)))
            piece = inflate.unconsumed_tail or inflate.unused_data

    def _next_member(self) -> "zlib._Decompress":
        self._members += 1
        if self._members == _MOST_MEMBERS:
            raise Refusal(f"its gzip has more than {_MOST_MEMBERS} parts", FetchKind.ENCODING)
        return zlib.decompressobj(wbits=31)

    def _keep(self, piece: bytes) -> None:
        self._pieces.append(piece[: self._left])
        self._left -= len(piece)
        self._room -= len(piece)
        if self._left < 0:
            raise self._too_large()

    def _too_large(self) -> Refusal:
        return Refusal(f"its body is larger than {megabytes(self._limit)}", FetchKind.TOO_LARGE)


def megabytes(size: int) -> str:
    """Bytes as a person says them: "5 MB"."""
    return f"{size / 1e6:g} MB" if size >= 1e5 else f"{size:,} bytes"
