"""A message in words: a subject, plain text, HTML. Pure."""

from html import escape

from monitor.alerts.message import Item, Message
from monitor.text.harmless import harmless, isolate


def subject(message: Message) -> str:
    """One line."""
    first = message.items[0].title if message.items else message.note or message.occasion
    return f"{harmless(message.watchlist)}: {harmless(first)}" if message.watchlist else harmless(first)


def text(message: Message, template: str | None) -> str:  # noqa: ARG001 - of the user's, not yet
    """As plain text."""
    items = [f"{isolate(item.title)}\n{item.url}" for item in message.items]
    return "\n\n".join([isolate(message.note), *items]).strip() + "\n"


def html(message: Message) -> str:
    """As a page."""
    note = f'<p dir="auto">{escape(harmless(message.note))}</p>'
    return f'<!doctype html><html><body dir="auto">{note}{"".join(map(_item, message.items))}</body></html>\n'


def _item(item: Item) -> str:
    return f'<p dir="auto"><a href="{escape(item.url)}">{escape(harmless(item.title))}</a></p>'
