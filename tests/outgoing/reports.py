"""Reports for tests."""

from datetime import UTC, timedelta

from monitor.outgoing.bars import bars
from monitor.outgoing.quote import quote
from monitor.outgoing.report import (
    Change,
    Coverage,
    Downtime,
    FailedFeed,
    Figures,
    Headline,
    Report,
    ReportedStory,
    Share,
    Top,
    Waiting,
    top,
)
from tests.builders import NOON
from tests.outgoing.hostile import HOSTILE

WEEK = timedelta(days=7)
FIGURES = Figures(matches=1200, stories=40, origins=50, outlets=9, languages=5)


def a_headline(title: str = "Talks resume", **changes: object) -> Headline:
    """An English article of the Gazette."""
    given = {"url": "https://gazette.example/1", "outlet": "The Gazette", "language": "en", "at": NOON}
    return Headline(title=title, **{**given, **changes})  # type: ignore[arg-type]


def a_story(title: str = "Talks resume", **changes: object) -> ReportedStory:
    """A story with a quote from its first report."""
    first = changes.pop("first", a_headline(title))
    given = {"id": "1a2b3c4d", "first": first, "origins": 3, "articles": 5, "copies": 1, "matches": 2, "quoted": first}
    rest = {"outlets": Top(shown=("The Gazette", "Voice"), more=1), "languages": ("en", "ar")}
    said = quote("Fighters leave Rafah", [(0, 8)])
    return ReportedStory(**{"quote": said, **given, **rest, **changes})  # type: ignore[arg-type]


def a_report(**changes: object) -> Report:
    """A report on the week before noon, in UTC, with nothing but figures."""
    given = {
        "watchlists": Top(shown=("Fighters in Rafah",)),
        "since": NOON - WEEK,
        "until": NOON,
        "made_at": NOON,
        "zone": UTC,
    }
    timeline = bars([NOON - timedelta(days=1)] * 3, NOON - WEEK, NOON, UTC)
    return Report(**{"figures": FIGURES, "before": None, "timeline": timeline, **given, **changes})  # type: ignore[arg-type]


def a_full_report(**changes: object) -> Report:
    """A report that says something everywhere, each hostile text wherever a stranger's can stand."""
    texts = list(HOSTILE.values())
    stories = [
        a_story(
            first=a_headline(text, outlet=text, language="ar" if text == HOSTILE["arabic"] else "en"),
            quote=quote(text, [(0, 4)]),
            quoted=a_headline(text, url="https://voice.example/2", outlet=text),
            outlets=Top(shown=(text, text), more=2),
        )
        for text in texts
    ]
    shares = Top(shown=tuple(Share(name=text, number=9, detail=text) for text in texts), more=3)
    turns = Top(
        shown=tuple(
            Change(what="began to match", article=a_headline(text), id="5e6f7081", watchlist=text) for text in texts
        ),
        more=1,
    )
    gone = [Change(what="taken down (404)", article=a_headline(text, url=""), id="5e6f7081") for text in texts]
    coverage = Coverage(
        failed=Top(shown=tuple(FailedFeed(feed=text, failed=2, polls=9, error=text) for text in texts), more=1),
        gaps=top([Share(name=text, number=1) for text in texts], 3),
        downtimes=Top(
            shown=(
                Downtime(what="no host was reached", began_at=NOON - WEEK, ended_at=NOON, missed=1),
                Downtime(what="the monitor did not run", began_at=NOON, ended_at=None, missed=0),
            ),
            more=4,
        ),
    )
    given = {
        "watchlists": Top(shown=tuple(texts), more=6),
        "before": Figures(matches=1300, stories=40, origins=10, outlets=9, languages=4),
        "stories": Top(shown=(*stories, a_story(quote=None)), more=7),
        "loose": Top(shown=tuple(map(a_headline, texts)), more=8),
        "outlets": shares,
        "affiliations": shares,
        "countries": shares,
        "languages": Top(shown=(Share(name="he", number=3), Share(name="", number=1)), more=0),
        "turned": turns,
        "removed": Top(shown=tuple(gone), more=1),
        "waiting": (Waiting(status="new", number=3, oldest=NOON),),
        "coverage": coverage,
    }
    return a_report(**{**given, **changes})
