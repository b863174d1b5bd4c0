"""The record that the daemon runs, written now and then; whether it could be is told by its pulse."""

from monitor.app import beat
from monitor.errors import MonitorError
from monitor.pipeline.tools import Tools
from monitor.vitals.pulse import Pulse


class Life:
    """Records that the daemon runs. What fails is said in the log by the stages, which need the database more."""

    def __init__(self, tools: Tools, pulse: Pulse) -> None:
        self._tools = tools
        self._pulse = pulse

    async def tick(self) -> None:
        """One record."""
        try:
            await beat(self._tools)
        except MonitorError as error:
            self._pulse.database = str(error)
        else:
            self._pulse.database = ""
