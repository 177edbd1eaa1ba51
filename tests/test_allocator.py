import os
import subprocess
import sys

import pytest

PROGRAM = """
import resource
import numpy as np
from esrgan import Upscaler

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

upscaler = Upscaler("esrgan", tile_px=256)
picture = np.random.default_rng(0).integers(0, 256, (256, 256, 3), np.uint8)
upscaler(picture), upscaler(picture)
counts = [faults()]
for _ in range(5):
    upscaler(picture)
    counts.append(faults())
print(min(np.diff(counts)))
"""


def page_faults(**environment):
    """Pages of memory that the system had to clear for a run after the first, at the least.

    The system itself may take pages away between two runs.
    """
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | environment,
        capture_output=True,
        check=True,
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc only")
def test_freed_memory_is_used_again():
    assert page_faults() < 1000
    assert page_faults(MALLOC_ARENA_MAX="2") > 2000
