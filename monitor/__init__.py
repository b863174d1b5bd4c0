"""Polls news feeds, reads the articles, matches them against watchlists and keeps the matches for review."""

# Said here too: asking the installed distribution for it takes 40 ms. A test keeps the two equal.
__version__ = "0.1.0"
