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
_FREE_PIECES = 1000
_LEAST_PIECE = 16
"""Bytes that chunks must hold on the average, after the first thousand."""


class Body:
    """Collects a body of at most `limit` bytes, after decompression as its Content-Encoding says."""

    def __init__(self, encoding: str, limit: int) -> None:
        names = [name for part in encoding.split(",") if (name := part.strip().lower()) not in _PLAIN]
        if names and (len(names) > 1 or names[0] not in _GZIP):
            raise Refusal(f"compressed as {', '.join(names)[:100]!r}, which was not asked for", FetchKind.ENCODING)
        self._limit = limit
        self._pieces: list[bytes] = []
        self._left = limit
        self._raw_left = limit
        self._count = 0
        self._members = 0
        self._held = b""
        self._inflate = zlib.decompressobj(wbits=31) if names else None

    def add(self, piece: bytes) -> None:
        """Take in the next bytes of the network.

        Raises: Refusal when there are too many, or they are no gzip.
        """
        self._count += 1
        self._raw_left -= len(piece)
        if self._count > min(_MOST_PIECES, _FREE_PIECES + (self._limit - self._raw_left) // _LEAST_PIECE):
            raise Refusal(f"sends its body in crumbs, {self._count:,} of them so far", FetchKind.PROTOCOL)
        if self._inflate is None:
            self._keep(piece)
            return
        if self._raw_left < 0:
            raise self._too_large()
        try:
            self._decompress(self._inflate, piece)
        except zlib.error as error:
            raise Refusal(f"its gzip is damaged: {error}", FetchKind.ENCODING, temporary=True) from error

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
            self._keep(inflate.decompress(piece, self._left + 1))
            piece = inflate.unused_data

    def _next_member(self) -> "zlib._Decompress":
        self._members += 1
        if self._members == _MOST_MEMBERS:
            raise Refusal(f"its gzip has more than {_MOST_MEMBERS} parts", FetchKind.ENCODING)
        return zlib.decompressobj(wbits=31)

    def _keep(self, piece: bytes) -> None:
        self._pieces.append(piece[: self._left])
        self._left -= len(piece)
        if self._left < 0:
            raise self._too_large()

    def _too_large(self) -> Refusal:
        return Refusal(f"its body is larger than {megabytes(self._limit)}", FetchKind.TOO_LARGE)


def megabytes(size: int) -> str:
    """Bytes as a person says them: "5 MB"."""
    return f"{size / 1e6:g} MB" if size >= 1e5 else f"{size:,} bytes"
