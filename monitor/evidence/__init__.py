"""Stored pages → files that others can open and verify: a WARC, a folder with hashes."""
