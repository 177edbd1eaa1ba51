"""Runs in processes of their own: killed, and several that train together."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from esrgan.cli import main
from esrgan.losses import relativistic_generator_loss
from esrgan.training import loop
from esrgan.training.checkpoints import load_newest
from esrgan.training.distributed import average, global_mean
from tests.training.test_loop import same

ROOT = Path(__file__).parents[2]
KILLS = 20
TWO_PROCESSES = (
    *("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"),
    *("-m", "--"),  # else it takes our --run for its own --run-path
)
SETTINGS = {
    "model": "num_features:4,num_blocks:1,growth_channels:2",
    "batch_size": 4,
    "patch_px": 32,
    "precision": "fp32",
    "report_every": 1,
    "checkpoint_every": 1,
    "validate_every": 0,
    "discriminator_features": 4,
    "perceptual_weight": 0,
    "init": "scratch",
    "held_out": 0,
}


def command(folder, run, preset, *, launcher=("-m",), **settings):
    """The command line of a run; `launcher` stands between the interpreter and the module."""
    values = [f"{key}={value}" for key, value in (SETTINGS | settings).items()]
    program = [sys.executable, *launcher, "esrgan", "train", preset]
    data = ["--data", str(folder / "data"), "--run", str(folder / run), "--device", "cpu"]
    return [*program, *data, "--set", *values]


def environment(folder):
    extra = {"ESRGAN_CACHE": str(folder / "caches"), "OMP_NUM_THREADS": "1"}
    return os.environ | extra | {"TORCH_CPP_LOG_LEVEL": "ERROR"}


def execute(folder, arguments):
    return subprocess.run(
        arguments, cwd=ROOT, env=environment(folder), capture_output=True, text=True, timeout=300
    )


def execute_here(capsys, arguments):
    """Run a command in this process, which has imported all that it needs; returns its output."""
    assert main(arguments[arguments.index("train") :]) == 0
    return capsys.readouterr().out


@pytest.mark.slow
def test_a_run_killed_twenty_times_ends_like_an_unbroken_one(folder):
    """Some kills fall into a save: a checkpoint is written after every step."""
    steps = 400
    whole = execute(folder, command(folder, "whole", "esrgan-small", steps=steps))
    assert whole.returncode == 0, whole.stderr
    chance = random.Random(0)
    arguments = command(folder, "killed", "esrgan-small", steps=steps)
    reached = []
    for _ in range(KILLS):
        with subprocess.Popen(
            arguments, cwd=ROOT, env=environment(folder), stdout=subprocess.PIPE, text=True
        ) as process:
            for line in process.stdout:
                if f"/{steps} " in line:
                    break
            time.sleep(chance.uniform(0, 0.3))
            process.kill()
        reached.append(load_newest(folder / "killed")["step"])
    assert reached == sorted(reached)
    assert reached[-1] < steps, "the run ended before the last kill: raise `steps`"
    rest = execute(folder, arguments)
    assert rest.returncode == 0, rest.stderr
    assert same(load_newest(folder / "whole"), load_newest(folder / "killed"))
    print(f"killed after steps {reached}")  # noqa: T201


def test_ctrl_c_saves_and_exits(folder):
    arguments = command(folder, "run", "rrdb-psnr-small", steps=100_000, checkpoint_every=100_000)
    with subprocess.Popen(
        arguments, cwd=ROOT, env=environment(folder), stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout:
            if "s/step" in line:
                process.send_signal(signal.SIGINT)
                break
        rest = process.stdout.read()
    assert process.returncode == 130
    assert "the same command goes on" in rest
    assert load_newest(folder / "run")["step"] >= 1


@pytest.mark.parametrize("preset", ["rrdb-psnr-small", "esrgan-small"])
def test_two_processes_train_the_same_network_as_one(folder, preset, capsys):
    """The same losses and the same networks at the same batch."""
    settings = {"steps": 12, "ema_decay": 0, "clip_norm": 0, "warmup_steps": 0}
    settings |= {"adversarial_weight": 1} if preset == "esrgan-small" else {}
    alone = execute_here(capsys, command(folder, "one", preset, **settings))
    together = execute(folder, command(folder, "two", preset, launcher=TWO_PROCESSES, **settings))
    assert together.returncode == 0, together.stderr
    assert len(losses(alone)) >= 12
    assert losses(together.stdout) == [pytest.approx(x, rel=2e-3) for x in losses(alone)]
    ours, theirs = (load_newest(folder / run) for run in ("one", "two"))
    for part in {"generator", "discriminator"} & set(ours):
        for key, value in ours[part].items():
            torch.testing.assert_close(value, theirs[part][key], atol=1e-6, rtol=1e-4)


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


def test_relativistic_means_reach_every_process_with_their_gradient():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
    torch.multiprocessing.spawn(compare_gradients, (port,), nprocs=2)


def losses(output):
    """Every loss that the progress lines show."""
    lines = [line for line in output.splitlines() if "s/step" in line]
    return [float(word) for line in lines for word in line.split(": ")[1].split()[1::2]]


def test_batch_normalisation_trains_in_two_processes(folder):
    settings = {"patch_px": 96, "model": "num_features:4,num_blocks:1,batch_norm:true"}
    settings |= {"steps": 2, "discriminator": "vgg", "accumulation": 2}
    run = execute(
        folder, command(folder, "run", "ablation-2-small", launcher=TWO_PROCESSES, **settings)
    )
    assert run.returncode == 0, run.stderr
    assert len(losses(run.stdout)) == 2 * 3
    config = json.loads((folder / "run" / loop.CONFIG).read_text())
    assert config["adversary"]["discriminator"] == "vgg"


NAN = """
from esrgan.training.objective import Objective
whole, calls = Objective.__call__, []
def broken(self, sr, *rest):
    calls.append(1)
    return {"content": sr.sum() * float("nan")} if len(calls) > 2 else whole(self, sr, *rest)
Objective.__call__ = broken
"""
FULL_DISK = """
import os
whole, calls = os.fsync, []
def full(number):
    calls.append("checkpoint" in os.readlink(f"/proc/self/fd/{number}"))
    if sum(calls) > 2:
        raise OSError(28, "No space left on device")
    whole(number)
os.fsync = full
"""


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [(NAN, "esrgan: Training diverged at step 2"), (FULL_DISK, "No space left on device")],
    ids=["nan", "disk"],
)
def test_a_failure_ends_the_command_with_one_sentence_and_keeps_the_checkpoint(
    folder, failure, sentence, capsys
):
    arguments = command(folder, "run", "rrdb-psnr-small", steps=6)
    start = f"import sys\nimport esrgan.cli\n{failure}\nsys.exit(esrgan.cli.main(sys.argv[1:]))"
    run = execute(folder, [arguments[0], "-c", start, *arguments[3:]])
    assert run.returncode == 2
    assert sentence in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
    assert load_newest(folder / "run")["step"] == 2
    assert not list((folder / "run").glob("*.partial"))
    execute_here(capsys, arguments)
    assert load_newest(folder / "run")["step"] == 6
