import sys
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.cli import execute
from monitor.cli.demo import write_demo_config
from monitor.cli.progress import print_summary
from monitor.demo.outlets import OUTLETS, feed_path
from monitor.demo.site import DemoSite
from monitor.model import Failed, FailureKind, FeedId, News, Postponed, Unchanged, Validators
from monitor.pipeline.tally import Tally
from tests.builders import a_feed
from tests.cli.conftest import Run


@pytest.fixture
def at(tmp_path: Path) -> Path:
    """A folder whose config/ polls a demo site that is not served: nothing answers."""
    with DemoSite() as site:
        write_demo_config(tmp_path / "config", site.feeds_yaml())
    return tmp_path


def test_a_pass_without_any_network_says_so_once_and_names_the_demo(monitor: Run, at: Path) -> None:
    said = monitor("run", "--once", at=at)
    assert said.code == 1
    assert said.out.count("No host at all could be reached") == 1
    assert "monitor demo" in said.out
    assert "14 failed" in said.out
    assert "failed    " not in said.out


def test_polling_one_feed_polls_no_other(monitor: Run, tmp_path: Path) -> None:
    with DemoSite() as site:
        write_demo_config(tmp_path / "config", site.feeds_yaml())
        said = monitor("poll", "kav-hahof-he", at=tmp_path)
        assert said.code == 0
        assert "1 polled: 1 read" in said.out
        feeds = {feed_path(outlet, feed) for outlet in OUTLETS for feed in outlet.feeds}
        assert len(feeds & {request.path for request in site.requests}) == 1
        assert "1 polled: 0 read, 1 unchanged" in monitor("poll", "kav-hahof-he", at=tmp_path).out
        assert "14 polled" in monitor("poll", at=tmp_path).out
        assert "No feed was due" in monitor("run", "--once", at=tmp_path).out


def test_polling_a_feed_that_is_not_configured_names_the_nearest(monitor: Run, at: Path) -> None:
    said = monitor("poll", "kav-hahof", at=at)
    assert said.code == 2
    assert 'there is no feed "kav-hahof" (did you mean "kav-hahof-he"?)' in said.err
    assert "`monitor feeds` lists them" in monitor("poll", "xyzzy", at=at).err


def test_polling_beside_a_daemon_leaves_the_work_to_it(monitor: Run, at: Path) -> None:
    from monitor.store.lock import daemon_lock

    database = str(at / "data" / "monitor.db")
    assert monitor("run", "--once", at=at).code == 1
    with daemon_lock(database):
        said = monitor("poll", "kav-hahof-he", at=at)
        assert said.code == 0
        assert "polls kav-hahof-he now" in said.out
        path = at / "config" / "feeds.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("kav-hahof-he:", "fresh-he:"), encoding="utf-8")
        said = monitor("poll", "fresh-he", at=at)
        assert said.code == 1
        assert "does not know fresh-he yet" in said.out
        assert monitor("run", "--once", at=at).code == 4


def test_a_broken_configuration_runs_the_last_good_one_and_says_so(monitor: Run, at: Path) -> None:
    assert monitor("run", "--once", at=at).code == 1
    (at / "config" / "feeds.yaml").write_text("outlets: [", encoding="utf-8")
    said = monitor("run", "--once", at=at)
    assert "running the last good one" in said.err
    assert "feeds.yaml:1:" in said.err
    assert "No feed was due" in said.out


def test_the_last_good_configuration_is_found_when_the_settings_are_what_is_broken(monitor: Run, at: Path) -> None:
    assert monitor("run", "--once", at=at).code == 1
    (at / "config" / "monitor.yaml").write_text("timzone: UTC\n", encoding="utf-8")
    assert "running the last good one" in monitor("run", "--once", at=at).err


@pytest.mark.parametrize("broken", ["databse: other.db\n", "database: other.db\nfetch: {\n", "database: [x]\n"])
def test_a_database_that_may_be_another_runs_nothing_of_the_old_one(monitor: Run, at: Path, broken: str) -> None:
    assert monitor("run", "--once", at=at).code == 1
    (at / "config" / "monitor.yaml").write_text(broken, encoding="utf-8")
    assert monitor("run", "--once", at=at).code == 2


def test_the_database_of_the_environment_is_known_whatever_the_file_says(
    monitor: Run, at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_DATABASE_URL", str(at / "own.db"))
    assert monitor("run", "--once", at=at).code == 1
    (at / "config" / "monitor.yaml").write_text("database: [\n", encoding="utf-8")
    assert "running the last good one" in monitor("run", "--once", at=at).err


def test_a_broken_configuration_without_a_good_one_is_refused(monitor: Run, at: Path) -> None:
    (at / "config" / "feeds.yaml").write_text("outlets: [", encoding="utf-8")
    said = monitor("run", "--once", at=at)
    assert said.code == 2
    assert "running the last good one" not in said.err


def test_a_database_that_never_ran_a_daemon_has_no_last_good_configuration(monitor: Run, at: Path) -> None:
    assert monitor("db", "upgrade", at=at).code == 0
    (at / "config" / "feeds.yaml").write_text("outlets: [", encoding="utf-8")
    assert monitor("run", "--once", at=at).code == 2


def test_a_pass_on_a_terminal_draws_its_progress(
    monitor: Run, at: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    said = monitor("run", "--once", at=at)
    assert "feeds" in said.err
    assert said.code == 1


def test_the_demo_prints_matches_in_all_languages_and_what_to_try_next(monitor: Run) -> None:
    said = monitor("demo")
    assert said.code == 0
    assert "57 new" in said.out
    assert "An hour later:\n" in said.out
    assert "45 of matched articles: 1 changed, 3 removed" in said.out
    for title in ("Forty ", "استسلام مجموعة", "ארבעים מחבלי", "Refah'ta tünelden", "Quarante combattants"):
        assert title in said.out
    assert "monitor demo --keep demo" in said.out


def test_the_demo_wants_a_new_folder(monitor: Run, demo: Path) -> None:
    assert "is not empty" in monitor("demo", "--keep", str(demo)).err
    assert "cannot be made" in monitor("demo", "--keep", str(demo / "config" / "feeds.yaml")).err
    assert "--serve wants --keep" in monitor("demo", "--serve").err


def test_a_port_in_use_is_one_line(monitor: Run) -> None:
    with DemoSite() as site:
        said = monitor("demo", "--port", site.base_url.rpartition(":")[2])
    assert said.code == 2
    assert "cannot be had (Address already in use): name another" in said.err


def test_the_demo_site_can_be_kept_serving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("monitor.cli.demo.pause", interrupted)
    assert execute(["demo", "--keep", str(tmp_path / "new"), "--serve"]) == 130


def test_a_summary_names_what_failed_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    tally = Tally()
    tally.add_poll(FeedId("gazette-en"), Failed(reason="503: down", kind=FailureKind.TEMPORARY), News(), 0)
    print_summary(tally, (a_feed(), a_feed("other-en")))
    shown = capsys.readouterr().out
    assert "feeds     1 polled: 0 read, 0 unchanged, 1 failed" in shown
    assert "failed    gazette-en: 503: down" in shown
    assert "other-en" not in shown
    assert "put off" not in shown
    tally.put_off = 3
    print_summary(tally, ())
    assert "put off   3 pages for a later run" in capsys.readouterr().out
    for feed, wait in (("a", 60), ("b", 60), ("c", 60), ("of a network that is down", 0)):
        tally.add_poll(FeedId(feed), Postponed(wait=timedelta(seconds=wait)), News(), 0)
    tally.add_poll(FeedId("c"), Unchanged(validators=Validators()), News(), 0)
    print_summary(tally, ())
    shown = capsys.readouterr().out
    assert "feeds     2 polled: 0 read, 1 unchanged, 1 failed\n" in shown
    assert "put off   2 feeds and 3 pages for a later run: their hosts asked for fewer requests\n" in shown
    tally.put_off = 0
    print_summary(tally, ())
    assert "put off   2 feeds for" in capsys.readouterr().out


def test_python_dash_m_is_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    import runpy

    monkeypatch.setattr(sys, "argv", ["monitor", "--version"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("monitor", run_name="__main__")
    assert ended.value.code == 0
    assert "media-monitor" in capsys.readouterr().out
