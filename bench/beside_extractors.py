"""Further sides of bench/pipeline.py: programs that fetch and extract pages too, each in a process of its own."""

import subprocess
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_LOOP = """
import logging, sys, time, warnings
warnings.simplefilter("ignore")
logging.disable()
{imports}
for line in sys.stdin:
    began, found = time.process_time(), 0
    for url in line.split():
        try:
            found += bool({text})
        except Exception:
            pass
    print(time.process_time() - began, found, flush=True)
"""
"""Its own CPU, without starting Python; then how many pages it found a text in."""

# Without images: they would be fetched from the sites of the pages.
_PROGRAMS = {
    "newspaper4k": _LOOP.format(
        imports="import newspaper", text="newspaper.article(url, fetch_images=False, language='en').text"
    ),
    "news-please": _LOOP.format(
        imports="from newsplease import NewsPlease", text="NewsPlease.from_url(url, fetch_images=False).maintext"
    ),
}


class Extractor:
    """A program that is given addresses and extracts what stands there, one after the other."""

    def __init__(self, name: str, process: "subprocess.Popen[str]") -> None:
        self.name = name
        self._process = process
        self.found = 0
        """Pages of the last round in which it found a text."""

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid

    def read(self, urls: Sequence[str]) -> float:
        """Fetch and extract all of these; seconds of CPU. Raises: RuntimeError, when it has died."""
        if not self._process.stdin or not self._process.stdout:
            raise RuntimeError(f"{self.name} was started without pipes")
        self._process.stdin.write(" ".join(urls) + "\n")
        self._process.stdin.flush()
        said = self._process.stdout.readline().split()
        if not said:
            raise RuntimeError(f"{self.name} ended with {self._process.wait()}")
        self.found = int(said[1])
        return float(said[0])


@contextmanager
def extractor(name: str, folder: Path) -> Iterator[Extractor]:
    """One of `NAMES`, in a virtual environment that is made in `folder`/`name` if it is not there.

    Raises: OSError, subprocess.CalledProcessError: it cannot be had.
    """
    python = folder / name / "bin" / "python"
    if not python.exists():
        venv.create(folder / name, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", name], check=True, capture_output=True)
    quiet = subprocess.DEVNULL
    command: list[str | Path] = [python, "-c", _PROGRAMS[name]]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=quiet, text=True) as process:
        try:
            yield Extractor(name, process)
        finally:
            process.kill()


NAMES = tuple(_PROGRAMS)
