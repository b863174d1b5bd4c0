"""Matches → what others read: feeds, digests, reports, sheets. Values in, documents out; the home of Jinja2."""
