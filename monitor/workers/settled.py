"""Loaded last by the fork server: what it has loaded is never garbage, and need not be looked through.

A worker's garbage collector would write to every object that it shares with the fork server, and so make it its own.
"""

import gc

gc.collect()
gc.freeze()
