"""The C library's memory: freed blocks are kept for the next tile, not returned to the system.

A network allocates and frees the same hundreds of megabytes for every tile. By default glibc
returns large freed blocks to the system, which clears every page before it lends it again; that
takes a quarter of the time of a run. docs/performance.md has the measurements.
"""

import ctypes
import os
import sys
from functools import cache

TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
"""Numbers of the parameters of glibc's `mallopt`, from its header malloc.h."""
LARGEST_KEPT = 1 << 30
"""Blocks up to this many bytes are kept; a tile's largest is a few hundred megabytes."""
NEVER = 2**31 - 1
VARIABLES = ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_ARENA_MAX")
"""Where one of these or GLIBC_TUNABLES is set, the user has decided already."""


@cache
def keep_freed_memory() -> bool:
    """Let this process keep what it frees, in one pool for all threads.

    Called again it does nothing.

    Returns
    -------
    bool
        Whether it took effect: not without glibc, nor where the environment sets these parameters,
        nor where glibc refuses the first of them, which older versions do.
    """
    if not sys.platform.startswith("linux") or any(name in os.environ for name in VARIABLES):
        return False
    if "malloc" in os.environ.get("GLIBC_TUNABLES", ""):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    settings = ((MMAP_THRESHOLD, LARGEST_KEPT), (TRIM_THRESHOLD, NEVER), (ARENA_MAX, 1))
    return all(mallopt(parameter, value) == 1 for parameter, value in settings)
