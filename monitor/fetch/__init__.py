"""Outward HTTP: the address guard, limits, politeness. Only here are httpx and httpcore known."""
