"""Tasks for the pool's tests: importable, for they travel to another process."""

import os
import signal
import time
from datetime import datetime

from monitor.errors import ParseError, ParseKind
from monitor.model import ParsedFeed
from monitor.workers import tasks


class UntransportableError(Exception):
    """Cannot be rebuilt from its arguments."""

    def __init__(self, *, detail: str) -> None:
        super().__init__(f"detail {detail}")


def double(number: int) -> int:
    return 2 * number


def process_id() -> int:
    return os.getpid()


def nap(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def nap_after_telling(seconds: float, file: str) -> None:
    with open(file, "a") as told:  # noqa: PTH123
        told.write(f"{os.getpid()}\n")
    time.sleep(seconds)


def size_of(data: bytes) -> int:
    return len(data)


def toil(file: str) -> int:
    nap_after_telling(0, file)
    return stuck_in_c()


def segfault() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def out_of_cpu() -> None:
    os.kill(os.getpid(), signal.SIGXCPU)


def exit_at_once() -> None:
    os._exit(3)


def stuck_in_c() -> int:
    """Minutes in one call of C code, which no handler written in Python interrupts."""
    return sum(range(10**12))


def devour_memory() -> int:
    return len(bytearray(4 * 2**30))


def refuse() -> None:
    raise ParseError("this is no feed", ParseKind.INVALID)


def blunder() -> None:
    raise KeyError("bug")


def blunder_strangely() -> None:
    raise UntransportableError(detail="lost")


def limits() -> tuple[tuple[int, int], ...]:
    import resource

    kinds = (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_CORE)
    return tuple(resource.getrlimit(kind) for kind in kinds)


def die_of(text: str) -> None:
    """Die or hang as a feed asks for."""
    if "kill the parser" in text:
        segfault()
    if "hang the parser" in text:
        stuck_in_c()
    if "devour all memory" in text:
        devour_memory()


def parse_feed_or_die(body: bytes, content_type: str, url: str, now: datetime) -> ParsedFeed:
    die_of(body.decode())
    return tasks.parse_feed(body, content_type, url, now)


def parse_pieces_or_die(documents: tuple[str, ...], url: str, now: datetime) -> tuple[ParsedFeed, ...]:
    die_of("".join(documents))
    return tasks.parse_pieces(documents, url, now)


def split_or_die(body: bytes, content_type: str) -> None:
    segfault()
