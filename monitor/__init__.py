"""Polls news feeds, reads the articles, matches them against watchlists and keeps the matches for review."""
