"""docs/configuration.md and the shipped monitor.yaml say what the code does."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config import agencies, feeds, settings, watchlists
from monitor.config.load import load
from monitor.config.settings import VARIABLES, load_settings
from monitor.config.shape import Keys
from monitor.config.shipped import shipped_folder
from tests.config.valid import HOME, problems_of

PAGE = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
EXAMPLES: dict[str, str] = dict(re.findall(r"```yaml\n# (\S+)\n(.*?)```", PAGE, re.DOTALL))
SHIPPED = (shipped_folder() / "monitor.yaml").read_text(encoding="utf-8")


def rows(section: str) -> dict[str, list[str]]:
    """The rows of the first table of a section, by their first cell."""
    text = PAGE.split(f"\n## {section}\n")[1]
    table = next(part for part in text.split("\n\n") if part.strip().startswith("|"))
    cells = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in table.strip().splitlines()]
    return {row[0]: row[1:] for row in cells[2:]}


def paths(shape: object, prefix: str = "") -> set[str]:
    """The keys of a shape with those below them, "score.min" for a mapping with known keys."""
    found = set()
    for key, child in shape.keys.items() if isinstance(shape, Keys) else ():
        found |= paths(child, f"{prefix}{key}.") or {prefix + key}
    return found


SETTING_KEYS = {"database", "timezone", "contact", "poll.every", "poll.fastest", "poll.slowest", "revisit"}
SETTING_KEYS |= {"evidence", "retention.unmatched", "channels", "listen", "log.level", "log.modules"}
SETTING_KEYS |= {f"fetch.{key}" for key in settings._FETCH} | {f"workers.{key}" for key in settings._WORKERS}


def one_setting(key: str, text: str) -> bytes:
    """A monitor.yaml with nothing but this key."""
    outer, _, inner = key.rpartition(".")
    is_list = rows("monitor.yaml")[key][0].startswith("list")
    value = f"[{text.strip('[]')}]" if is_list else f"'{text}'"
    return (f"{outer}: {{{inner}: {value}}}" if outer else f"{inner}: {value}").encode()


def test_every_setting_is_in_the_table() -> None:
    assert set(rows("monitor.yaml")) == SETTING_KEYS


@pytest.mark.parametrize("key", [key for key, row in rows("monitor.yaml").items() if row[1]])
def test_the_default_in_the_table_is_the_default(key: str) -> None:
    given = {"monitor.yaml": one_setting(key, rows("monitor.yaml")[key][1])}

    assert load_settings(given, {}, HOME) == load_settings({}, {}, HOME)


@pytest.mark.parametrize("key", [key for key, row in rows("monitor.yaml").items() if " to " in row[0]])
def test_the_bounds_in_the_table_are_the_bounds(key: str) -> None:
    least, most = rows("monitor.yaml")[key][0].split(", ")[-1].split(" to ")
    messages = problems_of({"monitor.yaml": one_setting(key, "x")})

    assert sum(f" between {least} and {most}" in message for message in messages) == 1


def test_every_key_of_feeds_is_in_the_table() -> None:
    outlet = paths(feeds._OUTLET, "outlets.ID.") | paths(feeds._FEED, "outlets.ID.feeds.ID.")

    assert set(rows("feeds.yaml")) == {"outlets"} | outlet


def test_every_key_of_agencies_is_in_the_table() -> None:
    assert set(rows("agencies.yaml")) == paths(agencies._AGENCY, "ID.")


def test_every_key_of_watchlists_is_in_the_table() -> None:
    assert set(rows("watchlists/*.yaml")) == paths(watchlists.FILE)


def test_every_variable_is_in_the_table() -> None:
    table = dict(re.findall(r"^\| `(MONITOR_\w+)` \| `?([\w ]+\w)", PAGE, re.MULTILINE))

    assert table == {
        **{name: key for key, name in VARIABLES.items()},
        "MONITOR_CONFIG": "the folder of the configuration",
    }


def test_the_examples_make_a_configuration_that_loads() -> None:
    good = {name: text.encode() for name, text in EXAMPLES.items() if "broken" not in name}

    config = load(good, environment={}, home=HOME)

    assert [feed.id for feed in config.feeds] == ["gazette-ar", "gazette-en"]
    assert [agency.id for agency in config.agencies] == ["gazette", "wire"]
    assert [watchlist.id for watchlist in config.watchlists] == ["talks"]


def test_the_broken_example_gets_the_problems_below_it() -> None:
    (said,) = re.findall(r"```text\n(.*?)\n```", PAGE, re.DOTALL)

    assert problems_of({name: text.encode() for name, text in EXAMPLES.items()}) == said.split("\n")


def test_the_shipped_settings_are_the_defaults() -> None:
    assert load_settings({"monitor.yaml": SHIPPED.encode()}, {}, HOME) == load_settings({}, {}, HOME)


def test_the_shipped_settings_name_every_key_and_can_be_uncommented() -> None:
    text = re.sub(r"^( *)# ( *[\w.]+:(?: \S+)?)$", r"\1\2", SHIPPED, flags=re.MULTILINE)

    found = load_settings({"monitor.yaml": text.encode()}, {}, HOME)

    names = set(re.findall(r"^ *(\w+):", text, re.MULTILINE))
    # Of channels an example stands there: none is the default.
    assert names == {part for key in SETTING_KEYS - {"channels"} for part in key.split(".")}
    assert "\n# channels: {" in SHIPPED
    assert found.contact == "you@example.org"
    assert found.retention_unmatched == timedelta(days=90)
