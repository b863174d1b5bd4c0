"""The files under docs/deploy/ load, and name nothing that is not there."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.daemon import LIMIT
from monitor.model import Outage, OutageKind, Shortfall, TextSource
from monitor.pipeline.tally import Tally
from monitor.store.lag import Lag
from monitor.store.latest import Latest
from monitor.store.outbox import Outbox
from monitor.store.size import Size
from monitor.vitals.figures import Figures
from monitor.vitals.metrics import Counts, Metrics
from monitor.vitals.pulse import Pulse
from tests.builders import NOON
from tests.cli.test_status import STATUS

DEPLOY = Path(__file__).parents[2] / "docs" / "deploy"
PAGE = (DEPLOY.parent / "operations.md").read_text(encoding="utf-8")
UNIT = (DEPLOY / "monitor.service").read_text(encoding="utf-8")
RULES = yaml.safe_load((DEPLOY / "alerts.rules.yaml").read_text(encoding="utf-8"))
BOARD = json.loads((DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
FUNCTIONS = {"rate", "increase", "delta", "changes", "predict_linear", "time", "sum", "by"}


def alarms() -> dict[str, dict[str, Any]]:
    return {rule["alert"]: rule for group in RULES["groups"] for rule in group["rules"]}


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in alarms().values())
    yield from (target["expr"] for panel in BOARD["panels"] for target in panel["targets"])
    yield from (one["expr"] for one in BOARD["annotations"]["list"])


def everything() -> str:
    """The metrics of a daemon of which there is all to tell."""
    tally = Tally(polled=1)
    tally.text_sources.update(map(str, TextSource))
    tally.shortfalls.update(map(str, Shortfall))
    found = Figures(
        status=replace(STATUS, outage=Outage(kind=OutageKind.NETWORK, began_at=NOON, ended_at=None)),
        lag=Lag(),
        latest=Latest(polled=NOON, news=NOON, read=NOON, matched=NOON),
        outbox=Outbox(waiting=0, late=timedelta(0), given_up=0, failing=(), stopped=(), sent_at=NOON),
        size=Size(database=1),
        disk_free=1,
    )
    return Metrics(Counts(tally=tally, pulse=Pulse(), workers_lost=int)).text(found).decode()


def labels(text: str, metric: str) -> dict[str, set[str]]:
    """Label → the values that it has."""
    found: dict[str, set[str]] = {}
    for inside in re.findall(rf"^{metric}{{(.*?)}} ", text, re.MULTILINE):
        for name, value in re.findall(r'(\w+)="(.*?)"', inside):
            found.setdefault(name, set()).add(value)
    return found


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_an_expression_names_metrics_and_labels_that_there_are(expression: str) -> None:
    text = everything()
    bare = re.sub(r"\{.*?\}|\[\w+\]|\bby \(.*?\)", "", expression)
    names = set(re.findall(r"[a-z][a-z_]+", bare)) - FUNCTIONS - {"up"}
    assert names or expression.startswith("up{")
    assert [name for name in names if not re.search(rf"^{name}(\{{| )", text, re.MULTILINE)] == []
    for metric, inside in re.findall(r"(\w+)\{(.*?)\}", expression):
        for label, value in re.findall(r'(\w+)="(.*?)"', inside):
            assert label == "job" or value in labels(text, metric)[label], expression
    for grouped, metric in re.findall(r"by \((\w+)\) \(\w+\((\w+)", expression):
        assert grouped in labels(text, metric)
    for opening, closing in ("()", "[]", "{}"):
        assert expression.count(opening) == expression.count(closing)


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")
def test_prometheus_takes_the_rules() -> None:
    subprocess.run(["promtool", "check", "rules", DEPLOY / "alerts.rules.yaml"], check=True)


def test_every_metric_has_help_and_words_of_ours_and_no_label_grows() -> None:
    text = everything()
    names = set(re.findall(r"^# TYPE (monitor_\w+)", text, re.MULTILINE))
    assert names == set(re.findall(r"^# HELP (monitor_\w+) \S", text, re.MULTILINE))
    assert "rafah" not in text.casefold()
    assert "dead-en" not in text
    used = set(re.findall(r"monitor_[a-z_]+", " ".join(expressions())))
    assert {name for name in names if name not in used and f"{name}_total" not in used} == set()


def test_each_alarm_is_explained_and_says_what_it_is() -> None:
    explained = re.findall(r"^\| `(Monitor\w+)` \|", PAGE, re.MULTILINE)
    assert explained == list(alarms())
    assert all(rule["labels"]["severity"] in ("page", "ticket") for rule in alarms().values())
    assert all(rule["annotations"]["summary"] for rule in alarms().values())
    assert all(re.fullmatch(r"\d+[mhd]", rule.get("for", "1m")) for rule in alarms().values())


def test_the_board_has_panels_that_do_not_overlap() -> None:
    cells = [
        (x, y)
        for panel in BOARD["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])


def setting(name: str) -> str:
    (found,) = re.findall(rf"^{name}=(.*)$", UNIT, re.MULTILINE)
    return str(found)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    # Only what it starts is somewhere else here.
    unit = tmp_path / "monitor.service"
    unit.write_text(UNIT.replace("/opt/monitor/bin/monitor", sys.executable), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_gives_the_daemon_the_time_that_it_takes() -> None:
    assert int(setting("TimeoutStopSec")) > LIMIT.total_seconds()
    assert setting("KillMode") == "mixed"
    assert setting("Type") == "notify"
    assert int(setting("WatchdogSec")) >= 60


def test_the_containers_are_as_the_image_is() -> None:
    monitor, postgres = COMPOSE["services"]["monitor"], COMPOSE["services"]["postgres"]
    image = (DEPLOY.parents[1] / "Dockerfile").read_text(encoding="utf-8")
    assert (DEPLOY / monitor["build"]).resolve() == DEPLOY.parents[1]
    targets = [volume.rpartition(":")[0].rpartition(":")[2] or volume for volume in monitor["volumes"]]
    assert "/config" in targets[0]
    assert 'VOLUME ["/data", "/config"]' in image
    assert "sqlite:////data/monitor.db" in monitor["environment"]["MONITOR_DATABASE_URL"]
    assert monitor["command"][0] == "run"
    assert 'ENTRYPOINT ["monitor"]' in image
    assert postgres["profiles"] == ["postgresql"]
    assert not monitor["depends_on"]["postgres"]["required"]
    assert int(monitor["stop_grace_period"].removesuffix("s")) > LIMIT.total_seconds()
    assert set(COMPOSE["volumes"]) == {"data", "postgres"}
    assert all(port.startswith("127.0.0.1:") for port in monitor["ports"])
    compile(monitor["healthcheck"]["test"][-1], "healthcheck", "exec")
