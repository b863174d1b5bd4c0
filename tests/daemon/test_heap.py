"""What the daemon asks of its C library."""

import ctypes
import subprocess
import sys

import pytest

from monitor.daemon import keep_large_blocks_apart

_NAMES = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
LARGE = 2 << 20


ASKED = f"""
import ctypes
from monitor.daemon import keep_large_blocks_apart

class Told(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in {_NAMES.split()}]

def apart():
    library = ctypes.CDLL(None)
    library.mallinfo2.restype = Told
    return library.mallinfo2().hblkhd

keep_large_blocks_apart()
freed = bytearray({10 * LARGE})
del freed
before = apart()
held = bytearray({LARGE})
print(apart() - before >= len(held))
"""
"""In a process of its own: another one's heap may have room for the block. `hblkhd`: bytes that stand apart from it."""


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="glibc is asked, since 2.33"
)
def test_a_large_block_stands_apart_from_the_heap_whatever_was_freed_before() -> None:
    told = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True)
    assert told.stdout == "True\n"


def test_a_machine_with_another_library_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Other:
        def __getattr__(self, name: str) -> object:
            asked.append(name)
            raise AttributeError(name)

    monkeypatch.setattr(ctypes, "CDLL", lambda _: Other())
    keep_large_blocks_apart()
    assert asked == ["mallopt"]
