"""Outward HTTP: the address guard, limits, politeness. Only here is httpcore known."""
