"""A message → what a person reads: a subject, plain text, a page of HTML for mails."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.alerts.headline import NAMELESS, UNTITLED, subject, what
from monitor.alerts.message import Item, Message
from monitor.alerts.samples import samples
from monitor.alerts.template import BESIDE, OURS, TemplateFault, faults_of, filled, moment, printed
from monitor.model import Occasion
from monitor.outgoing.feed import language_tag
from monitor.outgoing.pages import language_name, plural
from monitor.outgoing.quote import Piece
from monitor.text.harmless import harmless, runs_right_to_left

__all__ = ["html", "subject", "template_faults", "text"]

_OUTLETS = 8
"""Of a story, that are named."""
_TOGETHER = (Occasion.DIGEST, Occasion.REST, Occasion.SPIKE, Occasion.QUIET, Occasion.TEST)
"""Occasions of which a message holds any number of items."""


def text(message: Message, template: str | None = None) -> str:
    """The message as plain text, hits in ⟦ ⟧; `template`: the user's own.

    Where that cannot be used, it is ours, and says so: whoever is to be told is told.
    """
    fault = ""
    if template is not None:
        made = filled(template, _variables(message))
        if isinstance(made, str):
            return made
        fault = _fault(made)
    return _text().get_template("message.txt").render(**_variables(message), **_words(message), fault=fault) + "\n"


def html(message: Message) -> str:
    """The message as a page that loads and runs nothing. All of its style stands beside what it is of, colours are
    left to the reader's choice: mail programs drop the rest, or turn it round in the dark.
    """
    return _html().get_template("message.html").render(**_variables(message), **_words(message)) + "\n"


def template_faults(source: str) -> tuple[TemplateFault, ...]:
    """What is wrong with a user's template; also what goes wrong in it only when it meets a message of some kind."""
    if found := faults_of(source):
        return found
    made = (filled(source, _variables(message)) for message in samples())
    return tuple(dict.fromkeys(one for one in made if isinstance(one, TemplateFault)))


def _variables(message: Message) -> dict[str, object]:
    """What a template of a user's can name (docs/alerts.md)."""
    said = {one.name: getattr(message, one.name) for one in fields(message)}
    return {**said, **dict(zip(BESIDE, (subject(message), what(message)), strict=True))}


def _words(message: Message) -> dict[str, object]:
    """What ours name besides."""
    said = what(message)
    return {
        "said": said[:1].upper() + said[1:],
        "nameless": NAMELESS,
        "untitled": UNTITLED,
        "numbered": message.occasion in _TOGETHER,
        "most": _OUTLETS,
        "zones": _zones(message),
        # Neither a test nor a preview is kept.
        "can_be_shown": bool(message.key) and message.occasion is not Occasion.TEST,
    }


def _facts(item: Item) -> list[str]:
    """Who says it, in which language, when."""
    when = moment(item.published_at) or f"found {moment(item.matched_at)}"
    return [*filter(None, [item.outlet, language_name(item.language) if item.language else ""]), when]


def _story_facts(item: Item) -> list[str]:
    """How far the story has come; nothing where the article is all of it."""
    if not item.further:
        return []
    origins = [plural(item.origins, "independent origin")] if item.origins else []
    languages = f" in {', '.join(map(language_name, item.languages))}" if item.languages else ""
    return [*origins, f"{plural(item.further + 1, 'article')}{languages}"]


def _zones(message: Message) -> str:
    """In which zone times are: as a rule one, of a change to summer time two."""
    items = (at for item in message.items for at in (item.published_at, item.matched_at))
    moments: Iterable[datetime | None] = (message.made_at, message.since, message.until, *items)
    return f"Times are {' and '.join(dict.fromkeys(str(_offset(one)) for one in moments if one))}"


def _offset(at: datetime) -> str:
    """ "UTC+02:00"."""
    shown = at.strftime("%z")
    return "UTC" if at.utcoffset() is None or not at.utcoffset() else f"UTC{shown[:3]}:{shown[3:5]}"


def _fault(fault: TemplateFault) -> str:
    return f"line {fault.line}: {fault.what}" if fault.line else fault.what


def _direction(line: str) -> str:
    """Said outright: not every mail program knows "auto"."""
    return "rtl" if runs_right_to_left(line) else "ltr"


def _all(pieces: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def _printed_in_html(value: object) -> object:
    return harmless(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


@cache
def _text() -> Environment:
    return _environment(finalize=printed)


@cache
def _html() -> Environment:
    environment = _environment(autoescape=True, finalize=_printed_in_html)
    environment.filters |= {"direction": _direction, "tag": language_tag, "words": _all}
    return environment


def _environment(**options: object) -> Environment:
    environment = Environment(  # noqa: S701 - plain text has no markup
        loader=PackageLoader("monitor.alerts"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        **options,  # type: ignore[arg-type]
    )
    environment.filters |= {**OURS, "facts": _facts, "story_facts": _story_facts}
    return environment
