"""Faults that a page can be started with: `full`, `quota`, `lost`, or `scarce` and a file."""

from pathlib import Path

import gradio as gr
import torch

from demo import device, layout, zero
from esrgan.engine import Engine
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
    run = Engine.run

    def greedy(engine, lr, alpha):
        return run(engine, torch.empty(1 << 50) if switch.exists() else lr, alpha)

    Engine.run = greedy


FAULTS = {
    "full": refuse_all,
    "quota": spend_the_quota,
    "lost": keep_one_session,
    "scarce": run_out_of_memory,
}


def cause(fault, *files):
    """Break something in this process, before its page is made."""
    FAULTS[fault](*map(Path, files))
