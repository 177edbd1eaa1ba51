"""Functions that train in a process of their own, started by `tests.forked`."""

import os

import torch

from esrgan.cli import main
from esrgan.losses import relativistic_generator_loss
from esrgan.training import checkpoints
from esrgan.training.distributed import average, global_mean
from esrgan.training.objective import Objective


def train(arguments):
    """Run the command line on one core."""
    torch.set_num_threads(1)
    return main(arguments)


def train_until_not_a_number(arguments):
    """Run the command line on one core; the third step's loss is not a number."""
    whole, calls = Objective.__call__, []

    def broken(self, sr, *rest):
        calls.append(1)
        return {"content": sr.sum() * float("nan")} if len(calls) > 2 else whole(self, sr, *rest)

    Objective.__call__ = broken
    return train(arguments)


def train_until_the_disk_is_full(arguments):
    """Run the command line on one core; the disk is full at the third checkpoint."""
    whole, written = checkpoints.write_atomically, []

    def full(_):
        raise OSError(28, "No space left on device")

    def write(path, data):
        written.append(path)
        if len(written) > 2:
            os.fsync = full
        whole(path, data)

    checkpoints.write_atomically = write
    return train(arguments)


def compare_gradients(rank, port):
    """One of two processes: its half of the logits gets the gradient of the whole."""
    address = f"tcp://127.0.0.1:{port}"
    torch.distributed.init_process_group("gloo", init_method=address, rank=rank, world_size=2)
    generator = torch.Generator().manual_seed(0)
    real, fake = 3 * torch.randn(2, 8, generator=generator, dtype=torch.float64)
    fake.requires_grad_()
    (whole,) = torch.autograd.grad(relativistic_generator_loss(real, fake), fake)
    part = fake.detach().chunk(2)[rank].requires_grad_()
    loss = relativistic_generator_loss(real.chunk(2)[rank], part, global_mean)
    (own,) = torch.autograd.grad(loss, part)
    torch.testing.assert_close(own / 2, whole.chunk(2)[rank])
    torch.testing.assert_close(average(loss), relativistic_generator_loss(real, fake).detach())
    torch.distributed.destroy_process_group()
