"""watchlists/*.yaml → watchlists, one a file; the query itself is the rules' to parse."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePosixPath

from monitor.config.codes import LANGUAGE
from monitor.config.shape import Each, Given, Keys, Placed, mismatch, read_file
from monitor.config.source import NO_PLACE, Source
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


class _Example:
    """A text, which is taken as a title, or a mapping."""

    def read(self, node: Node, source: Source, name: str) -> Example | None:
        """The example with its line."""
        if isinstance(node, Text):
            title = TEXT.read(node, source, name)
            return Example(title=title, line=node.place.line) if title else None
        if isinstance(node, Table) and not any(key.value in _PARTS.keys for key, _ in node.entries):
            mismatch(node, source, name, "a text, or its title, text and lang")
            return None
        parts = _PARTS.read(node, source, name)
        return replace(parts, line=node.place.line) if parts else None


def _parts(title: str = "", text: str = "", lang: str = "") -> Example:
    return Example(title=title, text=text, language=lang)


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


_PARTS = Keys(build=_parts, keys={"title": TEXT, "text": TEXT, "lang": LANGUAGE}, required=frozenset(["title"]))
_WEIGHT = number(at_most=1000)
_FILE = Keys(
    build=_Watchlist,
    keys={
        "title": TEXT,
        "query": _Query(),
        "score": Keys(build=_score, keys={"title": _WEIGHT, "body": _WEIGHT, "min": _WEIGHT}),
        "languages": Each(LANGUAGE),
        "outlets": Each(Placed(SLUG)),
        "since": MOMENT,
        "until": MOMENT,
        "should_match": Each(_Example(), may_be_empty=True),
        "should_not_match": Each(_Example(), may_be_empty=True),
    },
    required=frozenset(["query"]),
)


def read_watchlist(source: Source) -> Watchlist | None:
    """The watchlist of a file, named after it; None when it has no query that could be compiled."""
    watchlist_id = PurePosixPath(source.file).stem
    SLUG.read(Text(value=watchlist_id, place=NO_PLACE), source, "the file's name is the watchlist's id")
    given = read_file(_FILE, source)
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
        file=source.file,
        query_place=given.query.place,
        query_indent=given.query.indent,
        places={("outlets", index): outlet.place for index, outlet in enumerate(given.outlets)},
    )
