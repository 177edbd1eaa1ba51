"""Visitors of a page on ZeroGPU with the real `spaces` package; prints what became of each.

Run by `test_spaces.py`, which plays the scheduler: `python -m tests.demo.zero_gpu NUMBER`.
"""

import json
import sys
from types import SimpleNamespace

import numpy as np
import torch


def no():
    """What a build of PyTorch for the CPU lacks; another process finds it by its name."""
    return False


def pretend_cuda():
    """Give `spaces` what it reads of a build for CUDA."""
    torch.version.cuda = torch.version.cuda or "12.8"
    torch._C._cuda_init = getattr(torch._C, "_cuda_init", no)
    torch.cuda._is_in_bad_fork = no


def visit():
    """Open a picture, let its curve grow, and release the slider."""
    from demo import handlers, views, zero
    from demo.scene import Mode
    from demo.session import Latest
    from esrgan.images import Picture
    from esrgan.weights import MODELS, Model

    large = Model("large", "Large", MODELS["esrgan"].files)
    picture = Picture(np.zeros((24, 24, 3), np.uint8))
    opened = views.open_picture("mine.png", picture, Mode.ENLARGE, Latest(), large)
    session, first = views.first_view(opened)
    ((session, view),) = handlers.grow(session, event(revision=session.revision))
    list(handlers.grow(session, event(revision=session.revision)))
    ((_, rested),) = handlers.rest(session, event(alpha=0.5))
    return {
        "wrapped": hasattr(zero._on_gpu, "zerogpu"),
        "rests": [first.rests, view.rests],
        "notes": view.place.notes,
        "pair": session.pair.name,
        "exact": rested.exact.alpha,
    }


def event(**data):
    """What a handler is given."""
    return SimpleNamespace(_data=data)


if __name__ == "__main__":
    pretend_cuda()
    for _ in range(int(sys.argv[1])):
        sys.stdout.write(json.dumps(visit()) + "\n")
