"""Bodies: bounded after decompression, whole or refused."""

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchKind
from monitor.fetch.decode import Body, megabytes
from monitor.fetch.refusal import Refusal

NEWS = b"<rss>news</rss>" * 100


def take(raw: bytes, encoding: str = "gzip", limit: int = 10_000, piece: int = 100) -> bytes:
    body = Body(encoding, limit)
    for start in range(0, len(raw), piece):
        body.add(raw[start : start + piece])
    return body.finish()


@pytest.mark.parametrize("encoding", ["", "identity", "none", "UTF-8", "binary", "identity, utf-8"])
def test_what_is_no_compression_is_none(encoding: str) -> None:
    assert take(NEWS, encoding) == NEWS


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP", " gzip ", "identity, gzip", "gzip,utf-8"])
def test_gzip_is_unpacked(encoding: str) -> None:
    assert take(gzip.compress(NEWS, mtime=0), encoding) == NEWS


@given(st.binary(max_size=5000), st.integers(1, 700), st.integers(1, 4))
def test_whatever_was_packed_comes_out_in_pieces_of_any_size(data: bytes, piece: int, members: int) -> None:
    part = len(data) // members + 1
    packed = b"".join(gzip.compress(data[start : start + part], mtime=0) for start in range(0, max(len(data), 1), part))
    assert take(packed, piece=piece) == data


@given(st.binary(max_size=3000), st.integers(0, 3000), st.integers(1, 700), st.booleans())
def test_a_body_that_must_wait_for_room_comes_out_as_whole(data: bytes, room: int, piece: int, zipped: bool) -> None:
    packed = gzip.compress(data, mtime=0) if zipped else data
    body = Body("gzip" if zipped else "", 3000, room)
    for start in range(0, len(packed), piece):
        if not body.add(packed[start : start + piece]):
            assert sum(map(len, body._pieces)) <= room + 1
            assert body.grow()
    assert body.finish() == data


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_a_body_grows_step_by_step(encoding: str) -> None:
    data = bytes(1_300_000)
    body = Body(encoding, 2_000_000, 1000)
    assert not body.add(gzip.compress(data, mtime=0) if encoding else data)
    sizes = []
    while not body.grow():
        sizes.append(sum(map(len, body._pieces)))
    assert sizes == ([501_001, 1_001_001] if encoding else [0, 0])
    assert body.finish() == data


def test_a_bomb_that_waits_for_room_is_refused_at_its_limit() -> None:
    body = Body("gzip", 1000, 100)
    assert not body.add(gzip.compress(bytes(2000), mtime=0))
    with pytest.raises(Refusal, match="larger than"):
        body.grow()


def test_what_was_taken_in_can_be_let_go_of() -> None:
    body = Body("", 1000)
    body.add(NEWS[:500])
    body.discard()
    assert body.finish() == b""


def test_an_empty_body_is_empty_whatever_its_header_says() -> None:
    assert take(b"", "gzip") == b""


def test_what_follows_the_end_of_gzip_is_no_part_of_it() -> None:
    for tail in (b"\0" * 500, b"\x1f", b"\x1f\x1f\x8b" * 100):
        assert take(gzip.compress(NEWS, mtime=0) + tail) == take(gzip.compress(NEWS, mtime=0) + tail, piece=1) == NEWS


@pytest.mark.parametrize(
    ("raw", "encoding", "kind", "temporary"),
    [
        (NEWS, "br", FetchKind.ENCODING, False),
        (NEWS, "deflate", FetchKind.ENCODING, False),
        (NEWS, "zstd", FetchKind.ENCODING, False),
        (gzip.compress(gzip.compress(NEWS, mtime=0), mtime=0), "gzip, gzip", FetchKind.ENCODING, False),
        (NEWS, "gzip", FetchKind.ENCODING, True),
        (zlib.compress(NEWS), "gzip", FetchKind.ENCODING, True),
        (gzip.compress(NEWS, mtime=0)[:-1], "gzip", FetchKind.ENCODING, True),
        (gzip.compress(NEWS, mtime=0)[:-8] + b"\0" * 8, "gzip", FetchKind.ENCODING, True),
        (gzip.compress(NEWS, mtime=0)[:5], "gzip", FetchKind.ENCODING, True),
        (gzip.compress(NEWS, mtime=0) + gzip.compress(NEWS, mtime=0)[:9], "gzip", FetchKind.ENCODING, True),
        (gzip.compress(b"", mtime=0) * 2000, "gzip", FetchKind.ENCODING, False),
        (bytes(10_001), "", FetchKind.TOO_LARGE, False),
        (gzip.compress(bytes(10_001), mtime=0), "gzip", FetchKind.TOO_LARGE, False),
    ],
)
def test_what_is_not_a_bounded_whole_body_is_refused(
    raw: bytes, encoding: str, kind: FetchKind, temporary: bool
) -> None:
    limit = 100_000 if len(raw) > 30_000 else 10_000
    with pytest.raises(Refusal) as caught:
        take(raw, encoding, limit)
    assert (caught.value.kind, caught.value.temporary) == (kind, temporary)


def test_a_body_of_exactly_the_limit_is_taken() -> None:
    assert take(gzip.compress(bytes(10_000), mtime=0)) == bytes(10_000)


def test_compressed_bytes_are_bounded_too() -> None:
    with pytest.raises(Refusal, match="larger than"):
        take(gzip.compress(b"", mtime=0) + b"\0" * 20_000)


def test_a_bomb_takes_no_memory() -> None:
    bomb = gzip.compress(bytes(30_000_000), 9, mtime=0)
    tracemalloc.start()
    with pytest.raises(Refusal, match="larger than"):
        take(bomb, piece=100_000, limit=100_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


def test_a_body_in_crumbs_is_refused() -> None:
    with pytest.raises(Refusal, match="crumbs"):
        take(bytes(30_000), "", 30_000, piece=1)


@pytest.mark.parametrize(
    ("size", "words"), [(5_000_000, "5 MB"), (1_500_000, "1.5 MB"), (100_000, "0.1 MB"), (2_000, "2,000 bytes")]
)
def test_sizes_are_said_as_people_do(size: int, words: str) -> None:
    assert megabytes(size) == words
