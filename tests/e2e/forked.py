"""What a page does in a process forked from one that has imported everything: it starts at once.

The functions below run there; environment variables are theirs alone.
"""

import multiprocessing
import os
import sys

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.e2e.faulty"])


def start(function, *arguments, log, variables):
    """Run a function of this file in a new process, whose standard output goes to a file."""
    process = PROCESSES.Process(target=_run, args=(function, arguments, str(log), variables))
    process.start()
    return process


def _run(function, arguments, log, variables):
    os.environ.update(variables)
    with open(log, "a") as file:  # noqa: PTH123 - a file number is needed
        os.dup2(file.fileno(), sys.stdout.fileno())
    function(*arguments)


def serve(port, *fault):
    """Serve the page until the process ends, with a fault of `tests.e2e.faulty` if one is named."""
    from demo import layout, store
    from tests.e2e import faulty

    if fault:
        faulty.cause(*fault)
    page = layout.build()
    store.keep_swept()
    page.launch(**layout.launch_options(), server_port=port)


def keep_first_example():
    """Compute the example that the page opens with, as `python -m demo.warm` computes them all."""
    from demo import warm

    warm.PICTURES = (warm.FIRST_EXAMPLE,)
    warm.main()
