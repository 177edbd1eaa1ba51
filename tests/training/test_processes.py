"""Runs in processes of their own: killed, and several that train together."""

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
from esrgan.weights import load

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


def state(folder, run):
    return load(folder / run / loop.WEIGHTS).state


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
    ours, theirs = state(folder, "whole"), state(folder, "killed")
    assert all(torch.equal(value, theirs[key]) for key, value in ours.items())
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
def test_two_processes_train_the_same_network_as_one(folder, preset):
    """The same losses at the same batch; RaGAN's logit means are those of both processes."""
    settings = {"steps": 3, "ema_decay": 0, "clip_norm": 0, "learning_rate": 1e-4}
    alone = execute(folder, command(folder, "one", preset, **settings))
    assert alone.returncode == 0, alone.stderr
    together = execute(folder, command(folder, "two", preset, launcher=TWO_PROCESSES, **settings))
    assert together.returncode == 0, together.stderr
    assert losses(together.stdout) == [pytest.approx(x, rel=2e-3) for x in losses(alone.stdout)]
    ours, theirs = (load_newest(folder / run)["generator"] for run in ("one", "two"))
    for key, value in ours.items():
        torch.testing.assert_close(value, theirs[key], atol=2e-5, rtol=1e-3)


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


@pytest.mark.parametrize("failure", ["nan", "disk"])
def test_a_failure_ends_the_command_with_one_sentence(folder, failure):
    program = {
        "nan": "from esrgan.training import learner as l; import torch;"
        "l.Objective.__call__ = lambda s, sr, *_: {'content': sr.sum() * float('nan')};",
        "disk": "import os\n"
        "def full(_): raise OSError(28, 'No space left on device')\n"
        "os.fsync = full\n",
    }[failure]
    arguments = command(folder, "run", "rrdb-psnr-small", steps=3)
    start = f"import sys\nimport esrgan.cli\n{program}\nsys.exit(esrgan.cli.main(sys.argv[1:]))"
    run = execute(folder, [arguments[0], "-c", start, *arguments[3:]])
    assert run.returncode == 2
    expected = {"nan": "esrgan: Training diverged at step 0", "disk": "No space left"}[failure]
    assert expected in run.stderr
    assert "Traceback" not in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
    assert not list((folder / "run").glob("*.pt"))
