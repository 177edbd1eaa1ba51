"""Training runs in processes of their own: killed ones, and two that train one network."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from esrgan.training import loop
from esrgan.training.checkpoints import load_newest
from tests import forked
from tests.conftest import free_port
from tests.training import processes
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


def arguments(folder, run, preset, **settings):
    """Arguments of the command line for a run."""
    values = [f"{key}={value}" for key, value in (SETTINGS | settings).items()]
    data = ["--data", str(folder / "data"), "--run", str(folder / run), "--device", "cpu"]
    return ["train", preset, *data, "--set", *values]


def variables(folder):
    """Environment variables of a run."""
    return {"ESRGAN_CACHE": str(folder / "caches"), "TORCH_CPP_LOG_LEVEL": "ERROR"}


def started(folder, function, train_arguments):
    """How a run ended that had a process of its own."""
    call = (function, (train_arguments,), variables(folder))
    (run,) = forked.run(call, folder=folder / "output")
    return run


def started_twice(folder, train_arguments):
    """How the first of two processes ended that trained together, as torchrun starts them."""
    ports = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port()), "WORLD_SIZE": "2"}
    ranks = [{"RANK": rank, "LOCAL_RANK": rank, "LOCAL_WORLD_SIZE": "2"} for rank in "01"]
    calls = [
        (processes.train, (train_arguments,), variables(folder) | ports | rank) for rank in ranks
    ]
    first, second = forked.run(*calls, folder=folder / "outputs")
    assert second.returncode == 0, second.stderr
    return first


def program(*launcher):
    """Start of a command that runs the package as people do."""
    return [sys.executable, *(launcher or ("-m",)), "esrgan"]


def environment(folder):
    return os.environ | variables(folder) | {"OMP_NUM_THREADS": "1"}


def execute(folder, command):
    return subprocess.run(
        command, cwd=ROOT, env=environment(folder), capture_output=True, text=True, timeout=300
    )


@pytest.mark.slow
def test_a_run_killed_twenty_times_ends_like_an_unbroken_one(folder):
    """Some kills fall into a save: a checkpoint is written after every step."""
    steps = 400
    whole = execute(folder, program() + arguments(folder, "whole", "esrgan-small", steps=steps))
    assert whole.returncode == 0, whole.stderr
    chance = random.Random(0)
    command = program() + arguments(folder, "killed", "esrgan-small", steps=steps)
    reached = []
    for _ in range(KILLS):
        with subprocess.Popen(
            command, cwd=ROOT, env=environment(folder), stdout=subprocess.PIPE, text=True
        ) as process:
            for line in process.stdout:
                if f"/{steps} " in line:
                    break
            time.sleep(chance.uniform(0, 0.3))
            process.kill()
        reached.append(load_newest(folder / "killed")["step"])
    assert reached == sorted(reached)
    assert reached[-1] < steps, "the run ended before the last kill: raise `steps`"
    rest = execute(folder, command)
    assert rest.returncode == 0, rest.stderr
    assert same(load_newest(folder / "whole"), load_newest(folder / "killed"))
    print(f"killed after steps {reached}")  # noqa: T201


def test_ctrl_c_saves_and_exits(folder):
    endless = {"steps": 100_000, "checkpoint_every": 100_000}
    train_arguments = arguments(folder, "run", "rrdb-psnr-small", **endless)
    output = folder / "output"
    process = forked.start(
        processes.train, train_arguments, folder=output, variables=variables(folder)
    )
    while "s/step" not in forked.written(output):
        assert process.exitcode is None
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGINT)
    process.join(forked.LONGEST_S)
    assert process.exitcode == 130
    assert "the same command goes on" in forked.written(output)
    assert load_newest(folder / "run")["step"] >= 1


@pytest.mark.parametrize("preset", ["rrdb-psnr-small", "esrgan-small"])
def test_two_processes_train_the_same_network_as_one(folder, preset):
    """The same losses and the same networks at the same batch."""
    settings = {"steps": 12, "ema_decay": 0, "clip_norm": 0, "warmup_steps": 0}
    settings |= {"adversarial_weight": 1} if preset == "esrgan-small" else {}
    alone = started(folder, processes.train, arguments(folder, "one", preset, **settings))
    assert alone.returncode == 0, alone.stderr
    together = started_twice(folder, arguments(folder, "two", preset, **settings))
    assert together.returncode == 0, together.stderr
    assert len(losses(alone.stdout)) >= 12
    assert losses(together.stdout) == [pytest.approx(x, rel=2e-3) for x in losses(alone.stdout)]
    ours, theirs = (load_newest(folder / run) for run in ("one", "two"))
    for part in {"generator", "discriminator"} & set(ours):
        for key, value in ours[part].items():
            torch.testing.assert_close(value, theirs[part][key], atol=1e-6, rtol=1e-4)


def test_relativistic_means_reach_every_process_with_their_gradient(folder):
    port = free_port()
    calls = [(processes.compare_gradients, (rank, port), {}) for rank in range(2)]
    for process in forked.run(*calls, folder=folder / "output"):
        assert process.returncode == 0, process.stderr


def losses(output):
    """Every loss that the progress lines show."""
    lines = [line for line in output.splitlines() if "s/step" in line]
    return [float(word) for line in lines for word in line.split(": ")[1].split()[1::2]]


def test_batch_normalisation_trains_in_two_processes_of_torchrun(folder):
    settings = {"patch_px": 96, "model": "num_features:4,num_blocks:1,batch_norm:true"}
    settings |= {"steps": 2, "discriminator": "vgg", "accumulation": 2}
    train_arguments = arguments(folder, "run", "ablation-2-small", **settings)
    run = execute(folder, program(*TWO_PROCESSES) + train_arguments)
    assert run.returncode == 0, run.stderr
    assert len(losses(run.stdout)) == 2 * 3
    config = json.loads((folder / "run" / loop.CONFIG).read_text())
    assert config["adversary"]["discriminator"] == "vgg"


@pytest.mark.parametrize(
    ("failing", "sentence"),
    [
        (processes.train_until_not_a_number, "esrgan: Training diverged at step 2"),
        (processes.train_until_the_disk_is_full, "No space left on device"),
    ],
    ids=["nan", "disk"],
)
def test_a_failure_ends_the_command_with_one_sentence_and_keeps_the_checkpoint(
    folder, failing, sentence
):
    train_arguments = arguments(folder, "run", "rrdb-psnr-small", steps=6)
    run = started(folder, failing, train_arguments)
    assert run.returncode == 2
    assert sentence in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
    assert load_newest(folder / "run")["step"] == 2
    assert not list((folder / "run").glob("*.partial"))
    rest = started(folder, processes.train, train_arguments)
    assert rest.returncode == 0, rest.stderr
    assert load_newest(folder / "run")["step"] == 6
