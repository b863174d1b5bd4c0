"""Handing matches to people: what channels there are, what a message says, and how it is sent."""
