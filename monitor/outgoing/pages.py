"""A report → a page of HTML that loads and runs nothing, or Markdown. The home of Jinja2.

Whatever a template prints is escaped: in HTML by Jinja2, in Markdown by `markdown.text`; both make it harmless first.
"""

from base64 import b64encode
from datetime import datetime, timedelta, tzinfo
from functools import cache
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from monitor.outgoing import markdown as md
from monitor.outgoing.report import Headline, Report
from monitor.text.harmless import harmless
from monitor.text.language_tags import MISNAMED, primary

_LABELS = {
    "matches": "matches",
    "stories": "stories",
    "origins": "independent origins",
    "outlets": "outlets",
    "languages": "languages",
}
_NAMES = {code: name.title() for name, code in reversed(MISNAMED.items()) if len(name) > 3}
"""Of languages, by their codes."""


def html(report: Report) -> str:
    """The page."""
    environment = _html()
    style = environment.get_template("report.css").render()
    # Scripts, images, frames, forms: nothing is allowed but this style, known by its hash.
    allowed = f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'"
    template = environment.get_template("report.html")
    return template.render(report=report, style=Markup(style), allowed=allowed, **_words(report)) + "\n"  # noqa: S704 - ours


def markdown(report: Report) -> str:
    """The same as Markdown."""
    return _markdown().get_template("report.md").render(report=report, **_words(report)) + "\n"


def _words(report: Report) -> dict[str, object]:
    """What templates ask of beside the report."""
    return {
        "title": report.watchlists.shown[0] if len(report.watchlists.shown) == 1 else "Report of the monitor",
        "figures": [(label, getattr(report.figures, name), _change(report, name)) for name, label in _LABELS.items()],
        "shown": lambda moment: _shown(moment, report.zone),
        "span": _span(report.until - report.since),
    }


def _change(report: Report, name: str) -> str:
    """How a figure compares with that of the period before, for a person."""
    if report.before is None:
        return ""
    now, then = getattr(report.figures, name), getattr(report.before, name)
    if now == then:
        return "as before"
    return f"{now - then:+,} against {then:,} before".replace("-", "−")


def _shown(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _span(span: timedelta) -> str:
    """A length of time, rounded, for a person."""
    hours = round(span / timedelta(hours=1))
    if hours < 48:
        return f"{max(hours, 1)} hour{'s' if hours > 1 else ''}"
    return f"{round(span / timedelta(days=1))} days"


def plural(number: int, noun: str, nouns: str = "") -> str:
    """ "1 story", "1,200 stories"."""
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"


@cache
def _html() -> Environment:
    return _environment(autoescape=True, finalize=_harmless)


@cache
def _markdown() -> Environment:
    return _environment(autoescape=False, finalize=_escaped)


def _environment(**options: object) -> Environment:
    environment = Environment(  # noqa: S701 - Markdown is escaped by `finalize`
        loader=PackageLoader("monitor.outgoing"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        **options,  # type: ignore[arg-type]
    )
    environment.filters |= {"plural": plural, "thousands": "{:,}".format, "link": _link, "language": language_name}
    return environment


def language_name(code: str) -> str:
    """What a reader calls a language, as far as we know a name for it."""
    return _NAMES.get(primary(code), code) or "not known"


def _link(one: Headline) -> "_Markdown":
    return _Markdown(md.link(one.title, one.url))


class _Markdown(str):
    """Text that is Markdown already."""

    __slots__ = ()


def _harmless(value: object) -> object:
    return harmless(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _escaped(value: object) -> object:
    return md.text(value) if isinstance(value, str) and not isinstance(value, _Markdown) else value
