"""Outward HTTP: the address guard, limits, politeness. Only here are httpx and httpcore known."""

import sys

# httpx's command line loads rich and pygments: 4 MB and 50 ms of every process. Where it cannot be, httpx does without.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
