"""Serve the page with one fault: `python -m tests.e2e.faulty full`, or `scarce FILE`."""

import sys
from pathlib import Path

import torch

from demo import layout
from esrgan import Upscaler


def refuse_all():
    """The queue takes nothing."""
    layout.LONGEST_QUEUE = 0


def run_out_of_memory(switch):
    """As long as a file is there, a network asks for more memory than any allocator has."""
    make = Upscaler._renderer

    def greedy(upscaler, alpha):
        render = make(upscaler, alpha)
        return lambda lr: render(torch.empty(1 << 50) if switch.exists() else lr)

    Upscaler._renderer = greedy


def main():
    """Break something, then open the page."""
    fault, *arguments = sys.argv[1:]
    if fault == "full":
        refuse_all()
    else:
        run_out_of_memory(*map(Path, arguments))
    layout.build().launch(**layout.launch_options())


if __name__ == "__main__":
    main()
