"""watchlists/*.yaml → watchlists, one a file; the query itself is the rules' to parse."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from pathlib import PurePosixPath
from typing import Any

from monitor.config.alerts import ALERTS, AlertGiven, subscription
from monitor.config.codes import LANGUAGE
from monitor.config.shape import Each, Given, JsonSchema, Keys, Placed, mismatch, read_file
from monitor.config.source import NO_PLACE, Place, Source
from monitor.config.values import MOMENT, SLUG, TEXT, number
from monitor.config.yaml import Node, Table, Text
from monitor.model import Example, ScoreRule, Watchlist, WatchlistId


class _Query:
    """A text whose every line stands in the file as it is, so that what is wrong with it has a place."""

    def read(self, node: Node, source: Source, name: str) -> Text | None:
        """The text with its place; None when there is none."""
        if not isinstance(node, Text) or not node.value.strip():
            mismatch(node, source, name, "a query, such as @rafah AND @tunnels")
            return None
        if not node.verbatim:
            hint = 'write "query: |" and the query below, indented'
            source.report(node.place, f"{name}: more than one line needs a block with |", hint)
            return None
        return node

    def schema(self) -> JsonSchema:
        """A text."""
        return {"type": "string", "description": 'Expected: a query; of more than one line as a block, "query: |"'}


class _Example:
    """A text, which is taken as a title, or a mapping."""

    def read(self, node: Node, source: Source, name: str) -> Example | None:
        """The example with its line."""
        if isinstance(node, Text):
            title = TEXT.read(node, source, name)
            return Example(title=title, line=node.place.line) if title else None
        if isinstance(node, Table) and not any(key.value in _PARTS.keys for key, _ in node.entries):
            mismatch(node, source, name, "a text, or its title, body and lang")
            return None
        parts = _PARTS.read(node, source, name)
        return replace(parts, line=node.place.line) if parts else None

    def schema(self) -> JsonSchema:
        """Either of the two."""
        return {"anyOf": [TEXT.schema(), _PARTS.schema()]}


def _parts(title: str = "", body: str = "", lang: str = "") -> Example:
    return Example(title=title, body=body, language=lang)


def _score(title: float = ScoreRule().title, body: float = ScoreRule().body, **rest: float) -> ScoreRule:
    return ScoreRule(title=title, body=body, minimum=rest.get("min", ScoreRule().minimum))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watchlist:
    """A watchlist as far as it can be read."""

    title: str = ""
    query: Text | None = None
    score: ScoreRule = field(default_factory=ScoreRule)
    languages: tuple[str, ...] = ()
    outlets: tuple[Given[str], ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    should_match: tuple[Example, ...] = ()
    should_not_match: tuple[Example, ...] = ()
    alerts: tuple[Given[AlertGiven], ...] = ()


_PARTS = Keys(
    build=_parts,
    keys={"title": TEXT, "body": TEXT, "lang": LANGUAGE},
    required=frozenset(["title"]),
    about={"title": "its headline", "body": "its text", "lang": "its language"},
)
_WEIGHT = number(at_most=1000)
FILE = Keys(
    build=_Watchlist,
    keys={
        "title": TEXT,
        "query": _Query(),
        "score": Keys(
            build=_score,
            keys={"title": _WEIGHT, "body": _WEIGHT, "min": _WEIGHT},
            about={
                "title": "weight of a term that stands in the title",
                "body": "weight of a term that stands elsewhere",
                "min": "a match that scores less is none",
            },
        ),
        "languages": Each(LANGUAGE),
        "outlets": Each(Placed(SLUG)),
        "since": MOMENT,
        "until": MOMENT,
        "should_match": Each(_Example(), may_be_empty=True),
        "should_not_match": Each(_Example(), may_be_empty=True),
        "alerts": ALERTS,
    },
    required=frozenset(["query"]),
    about={
        "title": "as it is shown",
        "query": "what is looked for",
        "score": "what a match weighs",
        "languages": "only articles in these are matched, and those whose language nobody knows",
        "outlets": "only articles of these",
        "since": "only articles published then or later, and those without a date",
        "until": "only articles published before",
        "should_match": "texts that the query must match",
        "should_not_match": "texts that it must not match",
        "alerts": "which channels of monitor.yaml are told of it, and when",
    },
)


def read_watchlist(source: Source, zone: tzinfo = UTC) -> Watchlist | None:
    """The watchlist of a file, named after it; None when it has no query that could be compiled.

    zone: of times of day that name none.
    """
    watchlist_id = PurePosixPath(source.file).stem
    SLUG.read(Text(value=watchlist_id, place=NO_PLACE), source, "the file's name is the watchlist's id")
    given = read_file(FILE, source)
    if given is None or given.query is None:
        return None
    if given.since and given.until and given.since >= given.until:
        source.report(NO_PLACE, "until: is not after since:, so that nothing can match", "exchange the two")
    return Watchlist(
        id=WatchlistId(watchlist_id),
        title=given.title or watchlist_id,
        query=given.query.value.rstrip(),
        score=given.score,
        languages=given.languages,
        outlets=tuple(outlet.value for outlet in given.outlets),
        since=given.since,
        until=given.until,
        should_match=given.should_match,
        should_not_match=given.should_not_match,
        alerts=tuple(one for alert in given.alerts if (one := subscription(alert, source, zone))),
        file=source.file,
        query_place=given.query.place,
        query_indent=given.query.indent,
        places=_places("outlets", given.outlets) | _places("alerts", given.alerts),
    )


def _places(key: str, items: Sequence[Given[Any]]) -> dict[tuple[str, int], Place]:
    return {(key, index): item.place for index, item in enumerate(items)}
