"""JSON → articles to try the rules on, and articles with a person's labels; what is wrong with one is said, not raised.

An article is an object with `title`, `summary`, `text` and `lang`; further names are those of the fields that queries
ask. `body` is another name for `text`, as examples have it, and `language` for `lang`, as `monitor show` prints it.
Names that mean nothing here are passed over, so that a file may carry its own. Texts are cleaned as those of feeds and
pages are: what is tried is what the daemon would match.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from monitor.errors import Problem
from monitor.model import Document
from monitor.text.clean import clean, one_line

_TEXTS = {
    "title": "title",
    "summary": "summary",
    "text": "text",
    "body": "text",
    "lang": "language",
    "language": "language",
    "outlet": "outlet",
    "country": "country",
    "affiliation": "affiliation",
    "url": "url",
    "feed": "feed_id",
}
"""Name in the object → name in `Document`."""
_WRITTEN = {field: name for name, field in reversed(_TEXTS.items())}
_PARAGRAPHS = ("summary", "text")
_KINDS = {str: "a text", list: "a list", dict: "an object", bool: "true or false", type(None): "null"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """An article, and which watchlists a person says it belongs to."""

    document: Document
    labels: frozenset[str]
    judged: frozenset[str] | None = None
    """The watchlists that the labels speak of; None: of all, so that a label that is not there says no."""
    line: int = 0

    def speaks_of(self, watchlist_id: str) -> bool:
        """Did the person decide about this watchlist?"""
        return self.judged is None or watchlist_id in self.judged


def read_labelled(
    content: str, file: str, watchlists: Collection[str]
) -> tuple[tuple[Labelled, ...], tuple[Problem, ...]]:
    """The articles of a file with one JSON object a line, and what is wrong with its other lines.

    `file` names it in the problems; `watchlists` are those that a label may name. Empty lines are passed over.
    """
    items: list[Labelled] = []
    problems: list[Problem] = []
    for number, line in enumerate(content.split("\n"), start=1):
        if line.strip():
            item = _item(line, number, watchlists)
            if isinstance(item, Labelled):
                items.append(item)
            else:
                problems += (
                    Problem(file=file, line=number, column=at, what=what, hint=hint) for at, what, hint in item
                )
    if not items and not problems:
        problems.append(Problem(file=file, what="there is no article in it", hint=_WANTED))
    return tuple(items), tuple(problems)


def labelled_record(item: Labelled) -> dict[str, object]:
    """The object that reads as this article."""
    given = {name: getattr(item.document, field) for field, name in _WRITTEN.items()}
    record: dict[str, object] = {
        name: text for name, text in given.items() if text or name in ("title", "text", "lang")
    }
    if item.document.authors:
        record["authors"] = list(item.document.authors)
    record["labels"] = sorted(item.labels)
    if item.judged is not None:
        record["judged"] = sorted(item.judged)
    return record


def document_of(given: object) -> Document | str:
    """The article that a JSON value is, or what is wrong with it."""
    if not isinstance(given, dict):
        return f"expected an object with title and text, got {_kind(given)}"
    for name in _TEXTS:
        if not isinstance(given.get(name) or "", str):
            return f"{name}: expected a text, got {_kind(given[name])}"
    for name, other in (("body", "text"), ("language", "lang")):
        if given.get(name) and given.get(other) and given[name] != given[other]:
            return f"{name} and {other} are two names for one thing: give one of them"
    fields: dict[str, Any] = {
        field: clean(given[name]) if field in _PARAGRAPHS else one_line(given[name])
        for name, field in _TEXTS.items()
        if given.get(name)
    }
    if not any(fields.get(field) for field in ("title", *_PARAGRAPHS)):
        return "expected a title or a text, got neither"
    authors = given.get("authors") or []
    if not _texts(authors):
        return "authors: expected a list of texts"
    return Document(**{"title": "", **fields}, authors=tuple(map(one_line, authors)))


_WANTED = 'an article is a line such as {"title": "…", "text": "…", "lang": "ar", "labels": ["rafah"]}'
_Wrong = tuple[int, str, str]
"""Column or 0, what, what to do."""


def _item(line: str, number: int, watchlists: Collection[str]) -> Labelled | list[_Wrong]:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError) as error:
        at = error.colno if isinstance(error, json.JSONDecodeError) else 0
        what = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deep"
        return [(at, f"not JSON: {what}", _WANTED)]
    document = document_of(given)
    if isinstance(document, str):
        return [(0, document, _WANTED)]
    wrong = list(_wrong_names(given, watchlists))
    if wrong:
        return wrong
    judged = given.get("judged")
    return Labelled(
        document=document,
        labels=frozenset(given["labels"]),
        judged=None if judged is None else frozenset(judged),
        line=number,
    )


def _wrong_names(given: Mapping[str, Any], watchlists: Collection[str]) -> Iterator[_Wrong]:
    """What is wrong with the labels."""
    if "labels" not in given:
        yield 0, "labels is missing", "name the watchlists that the article belongs to, [] for none"
        return
    for key in ("labels", "judged"):
        names: Any = given.get(key, [])
        if names is None and key == "judged":
            continue
        if not _texts(names):
            yield 0, f"{key}: expected a list of watchlists", 'such as ["rafah-tunnels"], [] for none'
            return
        for name in names:
            if name not in watchlists:
                near = get_close_matches(name, watchlists, n=1)
                hint = f'did you mean "{near[0]}"?' if near else "there are " + ", ".join(sorted(watchlists))
                yield 0, f'{key}: there is no watchlist "{name}"', hint
    extra = set(given["labels"]).difference(given["judged"]) if given.get("judged") is not None else set()
    if extra:
        yield 0, f"labels names {', '.join(sorted(extra))}, judged does not", "a label is a judgement: add it there"


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "a number")
