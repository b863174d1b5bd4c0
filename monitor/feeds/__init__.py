"""Bytes of a feed → entries; what came of a poll; when to poll next. Pure: nothing is fetched, no clock is read."""
