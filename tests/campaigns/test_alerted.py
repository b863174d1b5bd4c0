"""The judge of what channels were told, tried with ledgers that are wrong."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.campaigns.alerted import judge
from tests.pipeline.conftest import LISTS, MONITOR_YAML, WATCHLIST, World
from tests.pipeline.conftest import world as world
from tests.receiver import Receiver, receiver


def _again(hook: Receiver) -> None:
    hook.requests.append(hook.requests[0])


def _under_another_key(hook: Receiver) -> None:
    hook.requests.append(replace(hook.requests[0], key="0" * 32))


def _not_at_all(hook: Receiver) -> None:
    hook.requests.pop()


def _failed(hook: Receiver) -> None:
    hook.requests[0] = replace(hook.requests[0], status=503)


def _in_another_order(hook: Receiver) -> None:
    hook.requests.reverse()


def _in_other_words(hook: Receiver) -> None:
    hook.requests.append(replace(hook.requests[0], data={**hook.requests[0].data, "note": "another"}))


def _of_another_match(hook: Receiver) -> None:
    hook.requests[0].data["items"][0]["id"] = "f" * 32


WRONG: dict[Callable[[Receiver], None], tuple[str, ...]] = {
    _again: ("1 messages were sent again",),
    _under_another_key: ("told under two keys", "that of no delivery"),
    _not_at_all: ("never told", "was not taken"),
    _failed: ("never told", "was not taken"),
    _in_another_order: ("had come up before it",),
    _in_other_words: ("came with two messages",),
    _of_another_match: ("never told", "which is not stored"),
}


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.__name__)
async def test_a_wrong_ledger_is_found(world: World, wrong: Callable[[Receiver], None]) -> None:
    with receiver() as hook:
        world.write("monitor.yaml", f"{MONITOR_YAML}channels:\n  desk:\n    webhook: {{url: {hook.url}}}\n")
        world.write("watchlists/rafah.yaml", f"{WATCHLIST}alerts:\n  - {{channel: desk, when: match}}\n")
        world.write("lists/words.yaml", LISTS)
        world.offer(*(world.item(f"Fighters in Rafah, report {n}", guid=str(n)) for n in range(3)))
        await world.run()
        database = world.environment["MONITOR_DATABASE_URL"]
        right = judge(database, {"desk": hook})
        assert (right.matches, right.told, right.tries, right.wrong(0)) == (3, 3, 3, [])
        wrong(hook)
        said = "\n".join(judge(database, {"desk": hook}).wrong(0))
    assert all(words in said for words in WRONG[wrong])
