"""Ray as the runner, with two workers on this machine that the tests start."""

import errno
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from esrgan import Upscaler
from esrgan.cli import main
from esrgan.images import read
from esrgan.ray_runner import RayRunner
from tests.conftest import ROOT
from tests.folders_fixture import BAD, make_odd_folder, names_in

# Ray warns of its own settings, and leaves processes and files to the garbage collector.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
ENDING = "_esrgan_a1.00_x4.png"


@pytest.fixture(scope="module")
def ray():
    module = pytest.importorskip("ray")
    module.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield module
    module.shutdown()


@pytest.fixture
def pictures(tmp_path, photo):
    (tmp_path / "in").mkdir()
    for number in range(12):
        Image.fromarray(photo[number : number + 40, :48]).save(tmp_path / "in" / f"{number:02}.png")
    return tmp_path / "in"


class Halve:
    def __call__(self, item, report):
        report(0.5)
        if isinstance(item, Exception):
            raise item
        return item / 2


@pytest.mark.usefixtures("ray")
def test_every_item_has_one_outcome():
    items = [*range(30), ValueError("odd"), OSError(errno.ENOSPC, "No space left"), "text"]
    outcomes = list(RayRunner(num_workers=2)(Halve(), items, lambda _: None))
    by_index = {outcome.index: outcome for outcome in outcomes}
    assert len(outcomes) == len(by_index) == len(items)
    assert [by_index[index].result for index in range(30)] == [index / 2 for index in range(30)]
    assert [by_index[index].error for index in (30, 31)] == ["odd", "No space left."]
    assert [by_index[index].is_disk_full for index in (30, 31)] == [False, True]
    assert "TypeError" in by_index[32].error
    assert list(RayRunner()(Halve(), [], lambda _: None)) == []
    ended = RayRunner()(Halve(), list(range(50)), lambda _: None)
    next(ended)
    ended.close()


@pytest.mark.usefixtures("ray")
def test_more_than_there_is_room_for_is_refused():
    with pytest.raises(ValueError, match="room for 2 workers, not for 3"):
        list(RayRunner(num_workers=3)(Halve(), [1, 2, 3], lambda _: None))
    with pytest.raises(ValueError, match="0 GPUs"):
        list(RayRunner(gpus_per_worker=0.5)(Halve(), [1], lambda _: None))


@pytest.mark.usefixtures("ray")
def test_an_odd_folder_gives_what_one_process_makes_of_it(tmp_path):
    make_odd_folder(tmp_path / "odd")
    made = []
    for engine in ("local", "ray"):
        failures, output = tmp_path / f"{engine}.jsonl", tmp_path / engine
        words = ["upscale", tmp_path / "odd", "-o", output, "--model", "bicubic", "--recursive"]
        words += ["--engine", engine, "--failures", failures]
        assert main([str(word) for word in words]) == 2
        entries = [json.loads(line) for line in failures.read_text("utf-8").splitlines()]
        failed = sorted((entry["source"], entry["error"]) for entry in entries)
        made.append((failed, {name: (output / name).read_bytes() for name in names_in(output)}))
    assert made[0] == made[1]
    assert len(made[0][0]) == len(BAD)


def check_results(pictures, output):
    """Every picture's result is there and right, and nothing else that is finished."""
    paths = sorted(pictures.iterdir())
    assert visible(output) == [path.stem + ENDING for path in paths]
    upscaler = Upscaler("esrgan")
    for path in paths:
        assert np.array_equal(
            read(output / (path.stem + ENDING)).pixels, upscaler(read(path).pixels)
        )


@pytest.mark.usefixtures("ray")
@pytest.mark.parametrize("command", ["evaluate", "sweep"])
def test_scores_are_those_of_one_process(pictures, tmp_path, command):
    (pictures / "03.png").write_bytes(b"no picture")
    words = [command, "--hr", str(pictures), "--model", "esrgan", "--metrics", "psnr_y"]
    words += ["--alphas", "0,1"] if command == "sweep" else ["--alpha", "0.5"]
    tables = []
    for engine in ("local", "ray"):
        report = tmp_path / f"{engine}.json"
        assert main([*words, "--engine", engine, "--json", str(report)]) == 2
        tables.append(json.loads(report.read_text()))
    assert tables[0] == tables[1]
    assert [failure["name"] for failure in tables[1]["failures"]] == ["03.png"]


def test_a_killed_worker_is_replaced(pictures, tmp_path):
    folders = [f"file://{path.as_posix()}" for path in (pictures, tmp_path / "out")]
    command = [sys.executable, "-m", "tests.ray_run", *folders]
    seen, killed = [], None
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        for line in run.stdout:
            if not line.startswith("done "):
                continue  # Ray tells that a worker died
            index, worker = map(int, line.split()[1:])
            seen.append((index, worker))
            if killed is None and len(seen) == 4:
                killed = worker
                os.kill(worker, signal.SIGKILL)
    assert run.returncode == 0
    assert sorted(index for index, _ in seen) == list(range(12))
    assert len({worker for _, worker in seen}) == 3
    check_results(pictures, tmp_path / "out")


def test_a_killed_run_is_resumed(pictures, tmp_path):
    output = tmp_path / "out"
    command = [sys.executable, "-m", "tests.ray_run", str(pictures), str(output)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        for line in run.stdout:
            if line.startswith("done "):
                run.kill()
    time.sleep(2)  # the workers end with the process that started them
    before = {name: (output / name).stat().st_mtime_ns for name in visible(output)}
    assert 0 < len(before) < 12
    time.sleep(2)
    assert visible(output) == sorted(before)
    words = ["upscale", str(pictures), "-o", str(output), "--skip-existing"]
    assert main([*words, "--failures", str(tmp_path / "none.jsonl")]) == 0
    check_results(pictures, output)
    assert {name: (output / name).stat().st_mtime_ns for name in before} == before
    assert (tmp_path / "none.jsonl").read_text() == ""


def visible(folder):
    """Names of the files that are finished."""
    return [name for name in names_in(folder) if not name.startswith(".")]
