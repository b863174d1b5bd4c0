"""The daemon with the stage POLL alone: python bench/polling.py CONFIG; for bench/schedule.py.

As the command `monitor`, it loads nothing before it runs: workers load their daemon's main script again.
"""

import asyncio
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


async def main(folder: Path) -> None:
    from monitor.app import at_work
    from monitor.config.load import load_config
    from monitor.daemon import serve
    from monitor.pipeline.poll import poll_stage
    from monitor.pipeline.reload import Reloading
    from monitor.vitals.signs import Signs

    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    async with at_work(load_config(folder, {})) as tools:
        await serve((poll_stage(tools),), Reloading(tools, folder, {}, None), tools, stopping, Signs({}))


if __name__ == "__main__":
    from monitor.cli.logs import set_up_logging

    set_up_logging("json", verbose=False)
    asyncio.run(main(Path(sys.argv[1])))
