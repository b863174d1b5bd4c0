"""Bytes of a page → an article's text and what it is worth. Pure: nothing is fetched, no clock is read."""
