"""A row or more for every table that ever was, in five languages, as its columns hold it: a database of any version."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, TableClause, column, func, insert, inspect, select, table

from monitor.model import (
    Belonging,
    Clause,
    DeliveryState,
    FailureKind,
    Field,
    Hit,
    Manner,
    Occasion,
    OutageKind,
    Removal,
    RevisionSource,
    Shortfall,
    SkipReason,
    Status,
    TextSource,
    Turn,
    WatchlistId,
    article_key,
    match_key,
)
from monitor.store.codec import clause_to_json, hits_to_json
from monitor.store.schema import VERSION_TABLE, metadata
from tests.builders import NOON

Rows = Mapping[str, Sequence[Mapping[str, Any]]]

HOUR = timedelta(hours=1)
TITLES = {
    "en": "Fighters trapped in Rafah tunnels, mediators say",
    "ar": "مقاتلون عالقون في أنفاق رَفَح",
    "he": 'לוחמים לכודים במנהרות רפיח, אומר צה"ל',
    "tr": "Refah'taki tünellerde mahsur kalan savaşçılar İstanbul'da görüşülüyor",
    "fr": "Des combattants piégés dans les tunnels de Rafah, d’après l’armée",
}
WORDS = {"en": "Rafah", "ar": "رَفَح", "he": "רפיח", "tr": "Refah'taki", "fr": "Rafah"}
URLS = {language: f"https://outlet.example/{language}/1?q=رفح" for language in TITLES}
IDS = {language: article_key(url) for language, url in URLS.items()}
STORY, OTHER_STORY = "a" * 32, "b" * 32
SAMPLE = (16, 4096, 4294967280)
PAGE = "<html><body>مقاتلون في رفح — İ ß ﷺ</body></html>".encode() * 50
VERSION = "0123456789ab"
CONFIGURATION = "c" * 64


def _hit(language: str) -> Hit:
    word = WORDS[language]
    start = TITLES[language].index(word)
    term = {"field": Field.TITLE, "start": start, "end": start + len(word), "term": word.casefold(), "surface": word}
    return Hit(**term, list_id="rafah", language=language)  # type: ignore[arg-type]


def _delivery(number: int, occasion: str, state: str, **more: Any) -> dict[str, Any]:
    return {
        "number": number,
        "key": f"{number:032}",
        "channel": "desk",
        "watchlist_id": "rafah-tunnel-fighters",
        "occasion": Occasion(occasion),
        "match_id": match_key(WatchlistId("rafah-tunnel-fighters"), IDS["ar"]),
        "article_id": IDS["ar"],
        "since": None,
        "until": None,
        "note": "",
        "made_at": NOON,
        "due_at": None,
        "state": DeliveryState(state),
        "into_key": "",
        "attempts": 0,
        "tried_at": None,
        "settled_at": None,
        "error": "",
        "message": '{"watchlist": "رفح"}',
        **more,
    }


def _feed(number: int, feed_id: str) -> dict[str, Any]:
    return {
        "id": feed_id,
        "active": number != 1,
        "url_hash": f"{number:064}",
        "host": f"{feed_id}.example",
        "next_poll_at": NOON + number * HOUR,
        "taken_at": NOON if number == 2 else None,
        "interval": timedelta(minutes=15, seconds=number / 7) if number else None,
        "ttl": timedelta(minutes=30) if number == 2 else None,
        "window": 20 * number,
        "etag": f'W/"{number}-é"',
        "last_modified": "Mon, 10 Nov 2025 12:00:00 GMT",
        "body_hash": "d" * 64,
        "whole_at": NOON - HOUR,
        "distrusted_at": NOON if number == 2 else None,
        "moved_to": "https://neu.example/größe" if number == 1 else "",
        "moved_times": number,
        "failures": number,
        "failure": FailureKind.HARD if number else None,
        "crashed_hash": "",
        "crashes": 0,
        "interruptions": number,
        "unchanged_poll": number,
        "last_polled_at": NOON,
        "last_success_at": NOON - HOUR,
        "last_new_at": None,
        "last_error": "503: سيرفر معطل" if number else "",
    }


def _polls() -> list[dict[str, Any]]:
    shared = {"times": 1, "failure": None, "gap": False, "error": "", "polled_at": NOON}
    none = {"offered": 0, "new": 0, "known": 0, "repeated": 0, "skipped": 0}
    return [
        {"id": 1, "feed_id": "gazette-en", "outcome": "polled", **shared}
        | {"offered": 9, "new": 5, "known": 1, "repeated": 1, "skipped": 2},
        {"id": 2, "feed_id": "safa-ar", "outcome": "unchanged", **shared, **none, "times": 7},
        {"id": 5, "feed_id": "safa-ar", "outcome": "failed", **shared, **none}
        | {"failure": FailureKind.HARD, "error": "404: לא נמצא"},
    ]


def _articles() -> list[dict[str, Any]]:
    return [
        {
            "id": IDS[language],
            "url": URLS[language],
            "feed_id": "gazette-en",
            "outlet": "gazette",
            "title": title,
            "text_source": TextSource.PAGE if language != "fr" else TextSource.FEED,
            "shortfall": Shortfall.PAYWALL if language == "fr" else None,
            "language": language,
            "authors": ("Ayşe İnci", "עמוס") if language in ("tr", "he") else (),
            "published_at": NOON - HOUR if language != "he" else None,
            "modified_at": NOON if language == "en" else None,
            "published_raw": "10 تشرين الثاني 2025" if language == "ar" else "",
            "modified_raw": "",
            "first_seen_at": NOON,
            "read_at": NOON + HOUR if language != "fr" else None,
            "removed_at": NOON + 2 * HOUR if language == "tr" else None,
            "removed_why": Removal.GONE if language == "tr" else None,
        }
        for language, title in TITLES.items()
    ]


def _entries() -> list[dict[str, Any]]:
    return [
        {
            "feed_id": "gazette-en",
            "key_hash": sha256(language.encode()).hexdigest(),
            "key": f"guid-{language}-" + "k" * 3000,
            "wording": "e" * 64,
            "article_id": IDS[language],
            "link": URLS[language],
            "title": title,
            "published_at": NOON - HOUR,
            "published_raw": "Mon, 10 Nov 2025 11:00:00 GMT",
            "authors": (),
            "language": language,
            "first_seen_at": NOON,
            "changed_at": NOON + HOUR if language == "ar" else None,
        }
        for language, title in TITLES.items()
    ]


def _matches() -> list[dict[str, Any]]:
    return [
        {
            "id": f"{language}-match",
            "watchlist_id": "rafah-tunnel-fighters",
            "article_id": IDS[language],
            "version": VERSION,
            "score": 3.25,
            "hits": hits_to_json([_hit(language)]),
            "explanation": clause_to_json(Clause(query="@rafah", held=True, hits=(_hit(language),)), [_hit(language)]),
            "status": Status.RELEVANT if language == "ar" else Status.NEW,
            "matched_at": NOON + HOUR,
            "lost_at": NOON + 2 * HOUR if language == "fr" else None,
            "rematch_id": 1 if language == "he" else None,
            "assignee": "Émilie" if language == "ar" else None,
        }
        for language in TITLES
    ]


def _review(number: int, before: Status, status: Status) -> dict[str, Any]:
    return {
        "id": number,
        "match_id": "ar-match",
        "status": status,
        "before": before,
        "tags": ("رهائن", "war"),
        "tags_before": ("war",),
        "assignee": "Émilie",
        "assignee_before": "",
        "manner": Manner.STORY,
        "decision": number,
        "undoes": None,
        "version": VERSION,
        "score": 3.25,
        "text_source": TextSource.PAGE,
        "revision": 1,
    }


def _member(number: int, language: str, story: str) -> dict[str, Any]:
    return {
        "number": number,
        "article_id": IDS[language],
        "story_id": story,
        "joined_at": NOON,
        "reported_at": NOON - HOUR,
        "how": Belonging.FIRST if number != 2 else Belonging.COPY,
        "like_id": "" if number != 2 else IDS["en"],
        "overlap": 0.0 if number != 2 else 0.875,
        "shared": () if number != 2 else ("رفح", "Rafah"),
        "origin": IDS[language],
        "credit": "afp" if language == "fr" else "",
        "words": '{"rafah": 3, "أنفاق": 1}',
        "sampled": len(SAMPLE) if number == 1 else 9,
        "note": "",
        "marks": '{"rafah": 1}',
        "sample": SAMPLE if number == 1 else (),
    }


def _revisit(language: str) -> dict[str, Any]:
    return {
        "article_id": IDS[language],
        "since": NOON,
        "next_at": NOON + HOUR if language == "en" else None,
        "taken_at": None,
        "visits": 2,
        "attempts": 1,
        "crashes": 0,
        "interruptions": 0,
        "etag": '"x"',
        "last_modified": "",
        "body_hash": "f" * 64,
        "whole_at": NOON,
        "headline": TITLES[language],
        "alternations": 1,
        "error": "",
    }


ROWS: Rows = {
    "feeds": [_feed(0, "gazette-en"), _feed(1, "safa-ar"), _feed(2, "kol-he")],
    "polls": _polls(),
    "skips": [
        {"poll_id": 1, "position": 3, "reason": SkipReason.EMPTY, "detail": ""},
        {"poll_id": 1, "position": 8, "reason": SkipReason.UNREADABLE, "detail": "فارغ"},
    ],
    "articles": _articles(),
    "texts": [
        {"article_id": IDS[language], "summary": title, "text": "" if language == "fr" else f"{title}. " * 40}
        for language, title in TITLES.items()
    ],
    "addresses": [
        *({"key": one, "article_id": one} for one in IDS.values()),
        {"key": article_key("https://m.outlet.example/en/1"), "article_id": IDS["en"]},
    ],
    "entries": _entries(),
    "searched": [{"number": n, "article_id": IDS[of], "at": NOON} for n, of in ((2, "en"), (3, "ar"), (5, "he"))],
    "unsearched": [{"number": n, "article_id": IDS[of], "times": n} for n, of in ((1, "tr"), (4, "fr"))],
    "readings": [
        {
            "article_id": one,
            "next_read_at": NOON + HOUR if language == "fr" else None,
            "taken_at": None,
            "attempts": 1,
            "crashes": 0,
            "interruptions": 0,
            "quarantined": language == "he",
            "error": "تعذر" if language == "he" else "",
        }
        for language, one in IDS.items()
    ],
    "pages": [
        {
            "id": 4,
            "article_id": IDS["ar"],
            "url": URLS["ar"],
            "final_url": URLS["ar"],
            "status": 200,
            "headers": '[["content-type", "text/html"]]',
            "body": PAGE,
            "sha256": sha256(PAGE).hexdigest(),
            "fetched_at": NOON,
        }
    ],
    "matches": _matches(),
    "former_matches": [{"id": "en-former", "match_id": "en-match"}],
    "match_tags": [{"match_id": "ar-match", "tag": "رهائن"}, {"match_id": "ar-match", "tag": "war"}],
    "reviews": [
        _review(3, Status.NEW, Status.LATER) | {"note": "اتصل بأحمد", "reviewer": "עדי", "reviewed_at": NOON},
        _review(9, Status.LATER, Status.RELEVANT) | {"note": "", "reviewer": "Émilie", "reviewed_at": NOON + HOUR},
    ],
    "stories": [
        {"id": STORY, "began_at": NOON, "grown_at": NOON + HOUR},
        {"id": OTHER_STORY, "began_at": NOON, "grown_at": NOON},
    ],
    "members": [_member(1, "en", STORY), _member(2, "ar", STORY), _member(7, "fr", OTHER_STORY)],
    "shingles": [{"shingle": one, "number": 1} for one in SAMPLE],
    "terms": [{"term": 4294967295, "number": 1}],
    "marks": [{"mark": 17, "number": 1}],
    "revisits": [_revisit("en"), _revisit("tr")],
    "revisions": [
        {
            "id": 6,
            "article_id": IDS["tr"],
            "source": RevisionSource.PAGE,
            "since": NOON,
            "replaced_at": NOON + HOUR,
            "headline": "Önceki başlık",
            "new_headline": TITLES["tr"],
            "text": None,
            "said": "İlk sözler",
            "words_added": 2,
            "words_removed": 1,
            "is_return": False,
        },
    ],
    "match_events": [{"id": 2, "match_id": "tr-match", "revision_id": 6, "turn": Turn.STARTED, "at": NOON}],
    "configurations": [{"hash": CONFIGURATION, "turn": 1, "first_used_at": NOON, "last_used_at": NOON + HOUR}],
    "configuration_files": [
        {"hash": CONFIGURATION, "path": "lists/رفح.yaml", "content": "rafah:\n  ar: [رفح]\n".encode()},
        {"hash": CONFIGURATION, "path": "feeds.yaml", "content": b"\xff\x00"},
    ],
    "rule_versions": [
        {
            "watchlist_id": "rafah-tunnel-fighters",
            "version": VERSION,
            "title": "מחבלים לכודים",
            "file": "watchlists/rafah-tunnel-fighters.yaml",
            "configuration": CONFIGURATION,
            "active": True,
            "first_used_at": NOON,
            "last_used_at": NOON,
        }
    ],
    "daemon": [
        {
            "id": 1,
            "pid": 7,
            "host": "masa",
            "started_at": NOON,
            "configuration": CONFIGURATION,
            "in_force_since": NOON,
            "needs_restart": ("workers.count",),
            "refused_at": None,
            "refused": "",
            "alive_at": NOON,
        }
    ],
    "rematches": [
        {
            "id": 1,
            "began_at": NOON,
            "finished_at": None,
            "versions": '{"rafah-tunnel-fighters": "00ff"}',
            "outlets": "הארץ",
            "since": NOON - HOUR,
            "until": None,
            "seen_at": NOON,
            "seen_id": IDS["he"],
            "articles": 3,
            "pruned": 1,
            "totals": "{}",
        }
    ],
    "deliveries": [
        _delivery(1, "story", "sent", note="a new independent origin: وفا", settled_at=NOON, attempts=2, tried_at=NOON),
        _delivery(2, "digest", "waiting", since=NOON - HOUR, until=NOON, due_at=NOON),
        _delivery(3, "change", "folded", into_key=f"{2:032}", settled_at=NOON),
        _delivery(4, "test", "given-up", error="größer als nichts", settled_at=NOON),
    ],
    "channels": [
        {"id": "desk", "target": "00ff", "failures": 3, "next_at": NOON + HOUR, "failed_at": NOON, "error": "לא נענה"}
        | {"stopped_at": None, "sent_at": NOON - HOUR, "hour_at": NOON, "in_hour": 7},
    ],
    "tellings": [
        {"channel": "desk", "watchlist_id": "rafah-tunnel-fighters", "story_id": STORY, "told_at": NOON}
        | {"origins": ("wafa", IDS["ar"]), "languages": ("ar", "he")},
    ],
    "outages": [{"id": 1, "kind": OutageKind.NETWORK, "began_at": NOON - 2 * HOUR, "ended_at": NOON - HOUR}],
    "reloads": [
        {"id": 1, "asked_at": NOON, "forced": True, "answered_at": NOON, "accepted": False}
        | {"said": ("eklendi: رفح",), "problems": ""}
    ],
}
"""Of columns that went: `members.sampled`, and the tables `terms` and `marks`."""


def tables_of(tx: Connection) -> list[str]:
    """Those that this database has and that hold data, in an order in which they can be filled."""
    own = set(inspect(tx).get_table_names()) - {VERSION_TABLE}
    known = [one.name for one in metadata.sorted_tables]
    # The index of words and what it consists of are no tables of SQLAlchemy's.
    return [*(name for name in known if name in own), *sorted((own - set(known)) & ROWS.keys())]


def typed(tx: Connection, name: str) -> TableClause:
    """A table as this database has it, with the types of today's columns."""
    today = metadata.tables.get(name)
    names = [one["name"] for one in inspect(tx).get_columns(name)]
    known = {} if today is None else {one.name: one.type for one in today.columns}
    return table(name, *(column(one, known.get(one)) for one in names))


def fill(tx: Connection) -> None:
    """Puts the rows into every table that this database has; a column of which nothing is known above is an error."""
    for name in tables_of(tx):
        there = typed(tx, name)
        tx.execute(insert(there), [{one.name: row[one.name] for one in there.columns} for row in ROWS[name]])
        for key in ("id", "number") if tx.dialect.name == "postgresql" else ():
            if key in there.columns and tx.scalar(select(func.pg_get_serial_sequence(name, key))):
                highest = func.setval(func.pg_get_serial_sequence(name, key), func.max(there.c[key]))
                tx.execute(select(highest).select_from(there))
