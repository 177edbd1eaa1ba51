"""Options of commands over many pictures: what runs them, and where failures are listed."""

import argparse
from pathlib import Path

from esrgan.jobs import Runner, run_here
from esrgan.ray_runner import RayRunner

EXIT_STATUS = (
    "Exit status: 0 if every picture is done, 2 if the command is refused or a picture has "
    "failed, 130 if interrupted."
)


def add_runner(command: argparse.ArgumentParser) -> None:
    """Declare the options."""
    command.epilog = EXIT_STATUS
    command.add_argument(
        "--engine",
        choices=["local", "ray"],
        default="local",
        help="this process (default), or many by Ray, which the extra 'ray' brings",
    )
    command.add_argument("--address", help="of a Ray cluster (default: Ray is started here)")
    command.add_argument("--workers", type=int, metavar="N", help="Ray processes (default: all)")
    command.add_argument(
        "--gpus-per-worker", type=float, metavar="G", help="of each Ray process (default 0)"
    )
    command.add_argument(
        "--failures", type=Path, metavar="FILE.jsonl", help="list what fails, a JSON object a line"
    )


def make_runner(options: argparse.Namespace) -> Runner:
    """The runner that the options name.

    Raises
    ------
    ValueError
        If an option of Ray is given without Ray, or a number is not above 0.
    """
    given = {
        "--address": options.address,
        "--workers": options.workers,
        "--gpus-per-worker": options.gpus_per_worker,
    }
    if options.engine == "local":
        if alien := [name for name, value in given.items() if value is not None]:
            raise ValueError(f"{alien[0]} needs --engine ray.")
        return run_here
    if options.workers is not None and options.workers < 1:
        raise ValueError("--workers is at least 1.")
    if options.gpus_per_worker is not None and not options.gpus_per_worker >= 0:
        raise ValueError("--gpus-per-worker is at least 0.")
    return RayRunner(options.address, options.workers, options.gpus_per_worker or 0)
