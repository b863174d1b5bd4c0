"""The daemon's signs of life, and its service manager, which hears of them as long as all parts give theirs."""

import asyncio
from collections.abc import Mapping

from monitor.vitals.manager import ALIVE, READY, STOPPING, Manager
from monitor.vitals.pulse import PATIENCE, Part, Phase, Pulse

_A_PATIENCE = 4
"""Signs in the time that a part may be silent."""


class Signs:
    """What a daemon tells from its start to its end."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """`environment`: in which a service manager says where it listens."""
        self._manager = Manager(environment)
        self.pulse = Pulse(self._manager.watchdog or PATIENCE)
        self.every = self.pulse.patience / _A_PATIENCE
        """How often each part must give a sign."""
        self._status = ""
        self._reloading = False

    def work(self, status: str) -> None:
        """It works from now on. `status`: what it does, in a few words."""
        self.pulse.work()
        self._status = status
        self._manager.tell(READY, self._manager.status(status))

    def reload(self) -> None:
        """It begins to read its configuration."""
        self._reloading = True
        self._manager.tell(*self._manager.reloading())

    def reloaded(self, status: str) -> None:
        """It has read it, if it was told to, and does what `status` says."""
        is_news, self._status = status != self._status, status
        if self._reloading or is_news:
            self._manager.tell(*((READY,) if self._reloading else ()), self._manager.status(status))
        self._reloading = False

    def stop(self) -> None:
        """It ends what it has in hand."""
        self.pulse.phase = Phase.STOPPING
        self._manager.tell(STOPPING, self._manager.status("stopping"))

    async def give(self) -> None:
        """Give the event loop's signs, and tell the manager while no part is stuck, until cancelled."""
        said: tuple[str, ...] = ()
        while True:
            self.pulse.sign(Part.LOOP)
            stuck = self.pulse.stuck()
            if not stuck:
                self._manager.tell(ALIVE)
            unready = self.pulse.unready() if self.pulse.phase is Phase.WORKING else ()
            if unready != said:
                self._manager.tell(self._manager.status("; ".join(unready) or self._status))
            said = unready
            await asyncio.sleep(self.every.total_seconds())
