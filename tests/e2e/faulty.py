"""Serve the page with one fault: `python -m tests.e2e.faulty full|quota|lost`, or `scarce FILE`."""

import sys
from pathlib import Path

import gradio as gr
import torch

from demo import device, layout, zero
from esrgan import Upscaler
from esrgan.weights import MODELS


def refuse_all():
    """The queue takes nothing."""
    layout.LONGEST_QUEUE = 0


def keep_one_session():
    """A second visitor makes the server forget the first one's."""
    layout.MOST_SESSIONS = 1


def spend_the_quota():
    """As on ZeroGPU, where the scheduler refuses the first pair; another goes on without a GPU."""

    def refuse(*_):
        raise gr.Error("You have exceeded your GPU quota.")

    device.on_zero_gpu = lambda: True
    zero.FALLBACK = MODELS["srgan"]
    zero._on_gpu = refuse


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
    elif fault == "quota":
        spend_the_quota()
    elif fault == "lost":
        keep_one_session()
    else:
        run_out_of_memory(*map(Path, arguments))
    layout.build().launch(**layout.launch_options())


if __name__ == "__main__":
    main()
