"""A match's hits and explanation, and problems of the configuration, as compact JSON, and back.

A hit is the list [field, start, end, term, list, language, surface], empty strings at its end left off. In an
explanation a hit that the match has is its number there; a clause is [query, held, hits, parts, note], empty values at
its end left off.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import dropwhile
from typing import Any

from monitor.errors import Problem
from monitor.model import Clause, Field, Hit

_FIELDS = {one.value: one for one in Field}


def hits_to_json(hits: Sequence[Hit]) -> str:
    """The hits, compact."""
    return _dumps([_hit(hit) for hit in hits])


def hits_from_json(text: str) -> tuple[Hit, ...]:
    """The inverse of `hits_to_json`."""
    return tuple(map(_hit_of, json.loads(text)))


def terms_from_json(text: str) -> frozenset[tuple[str, str]]:
    """The terms of the hits alone, each behind its list, "" for one of the query itself: a fraction of the work."""
    return frozenset((values[4] if len(values) > 4 else "", values[3]) for values in json.loads(text))


def clause_to_json(clause: Clause, hits: Sequence[Hit]) -> str:
    """The tree, compact; `hits` are those of its match, in their order."""
    return _dumps(_clause(clause, {hit: number for number, hit in enumerate(hits)}))


def clause_from_json(text: str, hits: Sequence[Hit]) -> Clause:
    """The inverse of `clause_to_json`."""
    return _clause_of(json.loads(text), hits)


def problems_to_json(problems: Sequence[Problem]) -> str:
    """The problems; "" where there are none."""
    return _dumps([asdict(problem) for problem in problems]) if problems else ""


def problems_from_json(text: str) -> tuple[Problem, ...]:
    """The inverse of `problems_to_json`."""
    return tuple(Problem(**given) for given in json.loads(text)) if text else ()


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _short(values: list[Any]) -> list[Any]:
    """The values without the empty ones at the end."""
    return list(dropwhile(lambda value: value in ("", []), reversed(values)))[::-1]


def _hit(hit: Hit) -> list[Any]:
    return _short([hit.field.value, hit.start, hit.end, hit.term, hit.list_id, hit.language, hit.surface])


def _hit_of(values: list[Any]) -> Hit:
    field, start, end, term, list_id, language, surface, *_ = (*values, "", "", "", "")
    return Hit(
        field=_FIELDS[field],
        start=start,
        end=end,
        term=term,
        list_id=list_id,
        language=language,
        surface=surface,
    )


def _clause(clause: Clause, numbers: dict[Hit, int]) -> list[Any]:
    hits = [numbers.get(hit, _hit(hit)) for hit in clause.hits]
    parts = [_clause(part, numbers) for part in clause.parts]
    return _short([clause.query, int(clause.held), hits, parts, clause.note])


def _clause_of(values: list[Any], hits: Sequence[Hit]) -> Clause:
    absent: list[Any] = [[], [], ""]
    places, parts, note = values[2:] + absent[len(values) - 2 :]
    return Clause(
        query=values[0],
        held=bool(values[1]),
        hits=tuple(hits[place] if isinstance(place, int) else _hit_of(place) for place in places),
        parts=tuple(_clause_of(part, hits) for part in parts),
        note=note,
    )
