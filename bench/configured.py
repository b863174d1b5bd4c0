"""A configuration for a bench: the shipped watchlists over feeds of the bench's own."""

from collections.abc import Mapping
from pathlib import Path

from monitor.config.files import read_files
from monitor.config.load import Config, load_config
from monitor.config.shipped import shipped_folder

SETTINGS = """\
database: {database}
fetch:
  allow_addresses: [127.0.0.0/8]
  delay: {delay}
  per_host: {per_host}
"""
_OUTLET = """\
outlets:
  bench:
    name: Bench
    country: INT
    language: en
    affiliation: independent
    domains: [outlet.example]
    feeds:
"""


def write_config(
    folder: Path,
    feeds: Mapping[str, str],
    *,
    per_host: int = 2,
    delay: str = "0s",
    database: str = "",
    more: str = "",
) -> Path:
    """Write a configuration with these feeds (id → URL) into `folder`/config, and return that; the database is
    `folder`/monitor.db unless given, `more` further lines of monitor.yaml.
    """
    config = folder / "config"
    files = {name: content for name, content in read_files(shipped_folder()).items() if "/" in name}
    files["monitor.yaml"] = (
        SETTINGS.format(database=database or folder / "monitor.db", per_host=per_host, delay=delay) + more
    ).encode()
    lines = [f"      {feed}:\n        url: {url}\n" for feed, url in feeds.items()]
    files["feeds.yaml"] = (_OUTLET + "".join(lines)).encode()
    for name, content in files.items():
        (config / name).parent.mkdir(parents=True, exist_ok=True)
        (config / name).write_bytes(content)
    return config


def configured(
    folder: Path, feeds: Mapping[str, str], *, per_host: int = 2, database: str = "", more: str = ""
) -> Config:
    """The same, loaded."""
    return load_config(write_config(folder, feeds, per_host=per_host, database=database, more=more), {})
