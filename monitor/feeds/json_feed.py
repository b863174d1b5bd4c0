"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/) → items."""

import json
from collections.abc import Mapping
from typing import Any

from monitor.errors import ParseError
from monitor.feeds.items import Item, Wording, iso_moment, tried
from monitor.feeds.keys import unreadable
from monitor.model import Skipped

_LONGEST_NUMBER = 400
"""Digits; Python refuses to read numbers of some thousands, and no item means one."""


def read(text: str) -> tuple[list[Item | Skipped], Mapping[str, Any]]:
    """The items and what the feed says of itself.

    Raises: ParseError when it is no JSON (or only part of it), or no JSON Feed.
    """
    try:
        document = json.loads(text, parse_int=_number)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"this begins like a JSON Feed, but cannot be read as JSON: {str(error)[:200]}") from error
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise ParseError('this is JSON, but not a JSON Feed: it has no list of "items"')
    return [tried(_item, item) if isinstance(item, dict) else unreadable("not an item") for item in items], document


def _number(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


def _item(item: Mapping[str, Any]) -> Item:
    raw = _string(item, "date_published") or _string(item, "date_modified")
    return Item(
        guid=_string(item, "id"),
        links=(_string(item, "url"), _string(item, "external_url")),
        title=Wording(value=_string(item, "title"), is_html=False),
        wordings=(
            Wording(value=_string(item, "content_html"), is_html=True, is_content=True),
            Wording(value=_string(item, "content_text"), is_html=False, is_content=True),
            Wording(value=_string(item, "summary"), is_html=False),
        ),
        published=iso_moment(raw),
        published_raw=raw,
        authors=_authors(item),
        language=_string(item, "language"),
    )


def _authors(item: Mapping[str, Any]) -> tuple[str, ...]:
    """Version 1.1 has a list, 1.0 a single author."""
    listed = item.get("authors")
    named = [*(listed if isinstance(listed, list) else []), item.get("author")]
    return tuple(filter(None, (_string(author, "name") for author in named if isinstance(author, dict))))


def _string(holder: Mapping[str, Any], key: str) -> str:
    """Identifiers are often numbers, against the specification."""
    value = holder.get(key)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
