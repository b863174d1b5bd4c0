"""`monitor demo`: the real pipeline on a small site of our own, for whoever has no network or wants to see it work."""

from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from signal import pause
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from monitor.cli import EXIT_FAILED

if TYPE_CHECKING:
    from monitor.demo.site import DemoSite

_BETWEEN = timedelta(hours=1)
"""The passes: after so long matched articles are visited again."""
SETTINGS = """\
# The demo's settings: its site is on this machine, and needs no politeness.
database: data/monitor.db
fetch:
  allow_addresses: [127.0.0.1/32]
  delay: 0s
  per_host: 16
"""
AGENCIES = """\
# The demo's news agencies, each called as its own outlet.
levant-wire:
  name: Levant Wire Service
  credits:
    en: [Levant Wire, Levant Wire Service]
  closings:
    - Reporting by * editing by *
difaf:
  name: وكالة ضفاف للأنباء
  credits:
    ar:
      - ضفاف
      - وكالة ضفاف للأنباء
marti-haber:
  name: Martı Haber Ajansı
  credits:
    tr: [Martı, Martı Haber Ajansı]
"""


@click.command("demo")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep configuration and database in this new folder.")
@click.option("--serve", is_flag=True, help="Go on serving the site afterwards, until Ctrl-C; wants --keep.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The site's port.  [default: a free one]")
def demo_command(*, keep: Path | None, serve: bool, port: int) -> int:
    """Poll, read and match a small news site served on 127.0.0.1, and show what was found. Needs no network.

    The site is invented: 5 languages, news about the story and news that only looks like it. It is polled as an hour
    ago; then articles are visited again, of which one was corrected meanwhile, and one removed.
    """
    import asyncio

    from monitor.cli.logs import set_up_logging
    from monitor.demo.site import DemoSite

    if serve and not keep:
        raise click.UsageError("--serve wants --keep DIR: without a folder there is nothing to try the site with")
    if keep:
        _demand_new(keep)
    set_up_logging(None, verbose=False, quiet=True)
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(TemporaryDirectory(prefix="monitor-demo-")))
        try:
            site = stack.enter_context(DemoSite(port=port))
        except OSError as error:
            raise click.UsageError(f"port {port} cannot be had ({error.strerror}): name another") from error
        write_demo_config(folder / "config", site.feeds_yaml())
        return asyncio.run(_show(folder / "config", keep, site, serving=serve))


def _demand_new(folder: Path) -> None:
    """Raises: click.UsageError, where the folder holds something or cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise click.UsageError(f"{folder} is not empty: name a new folder")
    except OSError as error:
        raise click.UsageError(f"{folder} cannot be made ({error.strerror}): name another folder") from error


def write_demo_config(folder: Path, feeds_yaml: str) -> None:
    """The shipped lists and watchlists, with the demo's feeds, agencies and settings, in `folder`."""
    from monitor.config.shipped import write_shipped

    write_shipped(folder)
    (folder / "agencies.yaml").write_text(AGENCIES, encoding="utf-8")
    (folder / "feeds.yaml").write_text(feeds_yaml, encoding="utf-8")
    (folder / "monitor.yaml").write_text(SETTINGS, encoding="utf-8")


async def _show(folder: Path, keep: Path | None, site: "DemoSite", *, serving: bool) -> int:
    """Run two passes, list the matches, go on `serving` the site if so asked; returns the exit code."""
    from monitor import clock
    from monitor.cli.listing import PLAIN
    from monitor.cli.matches import print_matches
    from monitor.cli.options import open_store
    from monitor.cli.progress import run_once_with_progress
    from monitor.config.load import load_config
    from monitor.store.matches import MatchQuery

    config = load_config(folder, {})
    tally = await run_once_with_progress(config, now=lambda: clock.now() - _BETWEEN)
    site.pass_time()
    click.echo("\nAn hour later:")
    later = await run_once_with_progress(config)
    click.echo()
    with open_store(config.settings) as store, store.reading() as tx:
        print_matches(tx, MatchQuery(limit=1000), PLAIN, config.settings)
    click.echo(_next_steps(keep))
    if serving:
        click.echo(f"Serving the site on {site.base_url} until Ctrl-C.")
        pause()
    return EXIT_FAILED if tally.failed or later.failed else 0


def _next_steps(keep: Path | None) -> str:
    if keep is None:
        return (
            "\nThat was a temporary database. To look closer:\n"
            "  monitor demo --keep demo                  the same, kept in ./demo\n"
            "  monitor show --config demo/config ID      one match: its text, and why it matched\n"
            "Then the real thing:\n"
            "  monitor run                               poll the feeds of ./config (`monitor init` writes it)"
        )
    return (
        f"\nKept in {keep}. To look closer:\n"
        f"  monitor show --config {keep}/config ID\n"
        f"  monitor matches --config {keep}/config --lang ar\n"
        f"  monitor review --config {keep}/config"
    )
