"""Why a query does not hold, in one line: what is nearest to holding, and what is still missing."""

from dataclasses import dataclass
from typing import assert_never

from monitor.rules.evaluate import holds, number_of_places, sides
from monitor.rules.near import nearest, sentences_apart
from monitor.rules.parts import EVERYWHERE, VALUES, Parts, narrowed
from monitor.rules.reading import Reading
from monitor.rules.syntax import (
    And,
    AtLeast,
    Count,
    ListRef,
    Near,
    Node,
    Not,
    Or,
    Sentence,
    Term,
    WatchlistRef,
    Within,
    children,
    show,
)

_REASONS = 3
_ELSEWHERE = 0.5
"""How near a term is to holding that stands in the article, but not where it is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """How near a node is to holding."""

    closeness: float
    """From 0, nothing of it is there, to 1, it holds."""
    words: str
    """What is missing, for a person; "" where it holds."""


def miss(node: Node, parts: Parts, reading: Reading) -> Miss:
    """What keeps the node from holding, looking at these parts alone."""
    if holds(node, parts, reading):
        return Miss(closeness=1, words="")
    match node:
        case Term() | ListRef():
            return _missing_term(node, parts, reading)
        case Near():
            return _missing_near(node, parts, reading)
        case Sentence():
            return _missing_sentence(node, parts, reading)
        case And(parts=inner):
            found = [miss(part, parts, reading) for part in inner]
            return Miss(closeness=_mean(found), words=_joined(found))
        case Or(parts=inner):
            return _nearest_of([miss(part, parts, reading) for part in inner])
        case Not() | WatchlistRef():
            return Miss(closeness=_ELSEWHERE, words=f"{show(node)} excludes it")
        case Within():
            return _missing_within(node, parts, reading)
        case AtLeast() | Count():
            return _too_few(node, parts, reading)
    assert_never(node)


def _nearest_of(found: list[Miss]) -> Miss:
    most = max(one.closeness for one in found)
    return Miss(closeness=most, words=_joined([one for one in found if one.closeness == most], " or "))


def _missing_within(node: Within, parts: Parts, reading: Reading) -> Miss:
    if node.where not in VALUES:
        return miss(node.part, narrowed(parts, node.where), reading)
    return Miss(closeness=0, words=f"{show(node)}: it is {reading.value(node.where) or 'not known'}")


def _too_few(node: AtLeast | Count, parts: Parts, reading: Reading) -> Miss:
    if isinstance(node, AtLeast):
        held = sum(holds(part, parts, reading) for part in node.parts)
        return Miss(closeness=held / node.count, words=f"{show(node)}: only {held} of {len(node.parts)} hold")
    number = number_of_places(node.part, parts, reading)
    times = "once" if number == 1 else f"{number} times"
    return Miss(closeness=number / node.count, words=f"{show(node.part)} stands there {times}, not {node.count}")


def _missing_term(node: Term | ListRef, parts: Parts, reading: Reading) -> Miss:
    elsewhere = [part for part in sorted(EVERYWHERE - parts) if reading.stands(node, part)]
    if elsewhere:
        asked = " or ".join(sorted(parts)) or "what is asked for"
        return Miss(
            closeness=_ELSEWHERE, words=f"{show(node)} stands in the {' and '.join(elsewhere)}, not in the {asked}"
        )
    return Miss(closeness=0, words=f"{show(node)} is not in it")


def _missing_near(node: Near, parts: Parts, reading: Reading) -> Miss:
    absent = _absent(node, parts, reading)
    if absent is not None:
        return absent
    left, right = show(node.left), show(node.right)
    found = [nearest(*sides(node, part, reading), ordered=node.ordered) for part in parts]
    words = min((number for number in found if number is not None), default=None)
    operator = "ONEAR" if node.ordered else "NEAR"
    if words is None:
        order = " in this order" if node.ordered else ""
        return Miss(closeness=_ELSEWHERE, words=f"{left} and {right} never stand in the same field{order}")
    said = f"{left} is {words} word{'' if words == 1 else 's'} from {right}, {operator} wants {node.distance}"
    return Miss(closeness=1 - words / (words + node.distance + 1) / 2, words=said)


def _missing_sentence(node: Sentence, parts: Parts, reading: Reading) -> Miss:
    absent = _absent(node, parts, reading)
    if absent is not None:
        return absent
    found = [sentences_apart(sides(node, part, reading), reading.sentences(part)) for part in parts]
    number = min((one for one in found if one is not None), default=None)
    query = show(node)
    if number is None:
        return Miss(closeness=_ELSEWHERE, words=f"{query}: its parts never stand in the same field")
    said = f"{query}: its parts are {number} sentence{'' if number == 1 else 's'} apart"
    return Miss(closeness=1 - number / (number + 1) / 2, words=said)


def _absent(node: Near | Sentence, parts: Parts, reading: Reading) -> Miss | None:
    """The sides that have no place at all; None where all have one."""
    found = [miss(side, parts, reading) for side in children(node)]
    return Miss(closeness=_mean(found), words=_joined(found)) if any(one.words for one in found) else None


def _mean(found: list[Miss]) -> float:
    return sum(one.closeness for one in found) / len(found)


def _joined(found: list[Miss], joint: str = "; ") -> str:
    """What is missing, each said once."""
    return joint.join(list(dict.fromkeys(one.words for one in found if one.words))[:_REASONS])
