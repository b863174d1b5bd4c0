"""What the daemon asks of its C library."""

import ctypes
import sys

import pytest

from monitor.daemon import keep_large_blocks_apart

_NAMES = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
LARGE = 2 << 20


class _Told(ctypes.Structure):
    """What glibc's mallinfo2 tells; `hblkhd`: bytes of blocks that stand apart from the heap."""

    _fields_ = [(name, ctypes.c_size_t) for name in _NAMES.split()]


def apart() -> int:
    library = ctypes.CDLL(None)
    library.mallinfo2.restype = _Told
    return int(library.mallinfo2().hblkhd)


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="glibc is asked, since 2.33"
)
def test_a_large_block_stands_apart_from_the_heap_whatever_was_freed_before() -> None:
    keep_large_blocks_apart()
    freed = bytearray(10 * LARGE)
    del freed
    before = apart()
    held = bytearray(LARGE)
    assert apart() - before >= len(held)


def test_a_machine_with_another_library_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    keep_large_blocks_apart()
