"""A match's article, opened: its address in $BROWSER, or its whole text in the pager."""

import os
import re
import shlex
import webbrowser
from datetime import tzinfo
from pathlib import Path

import click

from monitor.cli.records import when
from monitor.cli.review_card import marked
from monitor.cli.screen import Look
from monitor.cli.terminal import harmless, isolate, line_of
from monitor.model import Match
from monitor.outgoing.sentences import merged, texts_of


def open_match(match: Match, look: Look, zone: tzinfo) -> str:
    """Open it; what there is to say of it. The terminal is the other program's meanwhile."""
    browser = os.environ.get("BROWSER", "").split(os.pathsep)[0].strip()
    url = match.article.url
    if browser and url.lower().startswith(("http://", "https://")):
        return _browse(browser, url)
    click.echo_via_pager("\n".join([*whole_text(match, look, zone), ""]), color=False)
    if not _stays():
        click.prompt("Enter goes back", default="", show_default=False, prompt_suffix=" ")
    return "" if url else "the feed gives no address: that was the text"


def _stays() -> bool:
    """Whether the pager ends when a person says so, and not at the end of a text."""
    command = shlex.split(os.environ.get("PAGER", "less"))
    options = " ".join([os.environ.get("LESS", ""), *command[1:]])
    return [Path(part).name for part in command[:1]] == ["less"] and not re.search(r"(?:^|\s)-?\w*[FE]", options)


def _browse(browser: str, url: str) -> str:
    try:
        opened = webbrowser.get(browser).open(url)
    except (webbrowser.Error, ValueError):
        opened = False
    return f"opened {isolate(url)}" if opened else f"$BROWSER ({browser}) did not open it: {isolate(url)}"


def whole_text(match: Match, look: Look, zone: tzinfo) -> list[str]:
    """Its texts, a line a paragraph, with the hits in ⟦ ⟧; under its headline and address."""
    article = match.article
    lines = [f"{article.outlet}, {article.language}, {when(article, zone)}", harmless(article.url)]
    for name, text in texts_of(article).items():
        if text:
            hits = [(hit.start, hit.end) for hit in match.found.hits if hit.field is name and not match.lost_at]
            shown = marked(text, list(merged(hits)))
            lines += ["", f"── {name}", *(line_of(line, runs_as=line) for line in shown.split("\n"))]
    return [look.spelt(line) for line in lines]
