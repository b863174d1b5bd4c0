"""How much the worker processes may use: values only, nothing is imported for them."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """`workers:` of monitor.yaml."""

    count: int = 2
    timeout: timedelta = timedelta(seconds=20)
    """For one task, from when a worker takes it."""
    memory: int = 1536 * 2**20
    """Bytes of address space a worker may have, the libraries it loads included."""
    recycle: int = 1000
    """Tasks after which a worker is replaced by a fresh one."""
