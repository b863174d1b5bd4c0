"""`listen:` and `log:` of monitor.yaml: where the daemon tells how it is, and what it says in its log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from monitor.config.shape import ByName, Keys, Named, Shape, Value, Wrong
from monitor.config.suggest import did_you_mean
from monitor.config.values import choice

_PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """An address of this machine, and a port of it; `host` "" for none."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


OFF = Listen(host="", port=0)
LOOPBACK = Listen(host="127.0.0.1", port=9108)


class LogLevel(StrEnum):
    """What is said at least."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """`log:` of monitor.yaml."""

    level: LogLevel = LogLevel.INFO
    modules: Mapping[str, LogLevel] = field(default_factory=dict)
    """Module or package, without the leading "monitor." → what it says at least."""


def _listen(text: str) -> Listen:
    if text.lower() in ("off", "no", "false"):
        return OFF
    host, _, port = text.rpartition(":")
    try:
        address = str(ip_address(host.removeprefix("[").removesuffix("]")))
        number = int(port)
    except ValueError:
        raise Wrong("an IP address, a colon and a port") from None
    if not port.isascii() or not 1 <= number <= 65535 or (":" in address) is not host.startswith("["):
        raise Wrong('a port is 1 to 65535; an IPv6 address stands in brackets: "[::1]:9108"')
    return Listen(host=address, port=number)


LISTEN: Value[Listen] = Value(expected="an address and a port such as 127.0.0.1:9108, or off", parse=_listen)


def _module(text: str) -> str:
    names = text.split(".")
    place = _PACKAGE.joinpath(*names)
    if not all(name.isidentifier() for name in names) or not (place.is_dir() or place.with_suffix(".py").is_file()):
        raise Wrong(_nearest(names[-1], text))
    return text


def _nearest(last: str, text: str) -> str:
    """Advice: the module of that name, or one of a similar one."""
    found = [path.relative_to(_PACKAGE).with_suffix("") for path in sorted(_PACKAGE.rglob("*.py"))]
    known = [".".join(path.parts) for path in found]
    # What works behind the commands is meant, not the commands, which are called alike.
    same = next((name for name in sorted(known, key=_is_command) if name.rpartition(".")[2] == last), "")
    return f'did you mean "{same}"?' if same else did_you_mean(text, known)


def _is_command(name: str) -> bool:
    return name.startswith("cli.")


_MODULE = Value(
    expected="a module or package of the monitor such as pipeline or pipeline.poll",
    parse=_module,
    pattern=r"[A-Za-z_][\w]*(?:\.[A-Za-z_][\w]*)*",
)
_ABOUT_LOG = {
    "level": "what is said at least; `-v` is `debug`",
    "modules": "other levels for single modules or packages: `{pipeline.poll: debug}`",
}


def _log(level: LogLevel = LogLevel.INFO, modules: tuple[Named[LogLevel], ...] = ()) -> LogSettings:
    return LogSettings(level=level, modules={one.id: one.value for one in modules})


LOG: Shape[Any] = Keys(
    build=_log,
    keys={
        "level": choice(LogLevel),
        "modules": ByName(key=_MODULE, item=choice(LogLevel), expected="modules with a level each"),
    },
    about=_ABOUT_LOG,
)
