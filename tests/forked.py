"""Functions that run in new processes, forked from one that has imported everything already.

A program that imports PyTorch and Gradio starts in five seconds, a fork at once.
"""

import multiprocessing
import os
import sys
from dataclasses import dataclass
from pathlib import Path

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["accelerate", "demo.layout", "esrgan.training.loop"])
LONGEST_S = 300


@dataclass(frozen=True)
class Finished:
    """Exit status and output of a process."""

    returncode: int
    stdout: str
    stderr: str


def start(function, *arguments, folder, variables=()):
    """Call a function in a new process with additional environment variables.

    Its return value is the exit status; output goes to files `stdout` and `stderr` in `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = (function, arguments, folder, dict(variables))
    process = PROCESSES.Process(target=_call, args=target)
    process.start()
    return process


def run(*calls, folder):
    """Call functions in processes at once and wait for all of them.

    A call is a tuple of function, arguments and environment variables.
    """
    folders = [folder / f"process-{number}" for number in range(len(calls))]
    processes = [
        start(function, *arguments, folder=own, variables=variables)
        for own, (function, arguments, variables) in zip(folders, calls, strict=True)
    ]
    for process in processes:
        process.join(LONGEST_S)
    return [finished(*it) for it in zip(processes, folders, strict=True)]


def finished(process, folder):
    """Exit status and output of a process that has ended."""
    return Finished(process.exitcode, written(folder), written(folder, "stderr"))


def written(folder, name="stdout"):
    """Output of a process so far."""
    file = folder / name
    return file.read_text("utf-8") if file.exists() else ""


def _call(function, arguments, folder: Path, variables):
    os.environ.update(variables)
    for name, number in (("stdout", 1), ("stderr", 2)):
        with (folder / name).open("w") as file:
            os.dup2(file.fileno(), number)
    sys.exit(function(*arguments))
