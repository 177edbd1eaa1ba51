import json
import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from esrgan import Upscaler, __version__
from esrgan.cli import COMMANDS, benchmark, main
from esrgan.images import Picture, encode_png, read
from esrgan.interpolation import interpolate
from esrgan.weights import MODELS, load
from tests.weights.conftest import write_doubling_pair

PSNR, GAN = map(str, MODELS["esrgan"].files)


@pytest.fixture
def picture(tmp_path, noise):
    Image.fromarray(noise).save(tmp_path / "noise.png")
    return tmp_path / "noise.png"


def refusal(capsys, *arguments):
    try:
        status = main([str(argument) for argument in arguments])
    except SystemExit as stop:
        status = stop.code
    assert status == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "Traceback" not in message
    return message


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([*command.split(), "--help"])
    assert stop.value.code == 0
    assert "usage: esrgan" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argument", "status", "said"),
    [("--help", 0, "download a published model"), ("--version", 0, __version__), ("typo", 2, "")],
)
def test_what_names_no_command_is_answered_without_pytorch(argument, status, said):
    program = (
        "import sys; from esrgan.__main__ import main\n"
        "try: sys.exit(main())\n"
        "finally: assert 'torch' not in sys.modules"
    )
    command = [sys.executable, "-c", program, argument]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == status
    assert said in done.stdout
    assert done.stderr.count("\n") == (status != 0)


def test_a_misspelt_command_is_told_the_known_ones(capsys):
    message = refusal(capsys, "upscal", "a.png")
    assert "'upscal'" in message
    assert all(name in message for name in COMMANDS)


@pytest.mark.usefixtures("embedded")
def test_models(capsys, monkeypatch):
    monkeypatch.setitem(COMMANDS, "train", ("esrgan.cli.gone", "not imported for `models`"))
    assert main(["models", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert list(rows) == list(MODELS)
    assert rows["esrgan"]["kind"] == "pair"
    assert rows["esrgan"]["scores"][0]["Set5"]["psnr_y"] > 30.9
    assert rows["srresnet"]["parameters"] == 1_517_571
    assert rows["srresnet"]["sha256"] == MODELS["srresnet"].sha256()
    assert rows["esrgan"]["config"]["num_blocks"] == 4
    assert [end["preset"] for end in rows["esrgan"]["training"]] == [
        "rrdb-psnr-small",
        "esrgan-small",
    ]
    assert rows["esrgan"]["licence"].startswith("research and education only")
    assert main(["models"]) == 0
    assert "1,517,571" in capsys.readouterr().out


def test_benchmark(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(benchmark, "WINDOW_PX", 16)
    monkeypatch.setattr(benchmark, "SHORTEST_S", 0.0)
    assert main(["benchmark", "--device", "cpu", "--json", str(tmp_path / "speed.json")]) == 0
    result = json.loads((tmp_path / "speed.json").read_text())
    printed = capsys.readouterr().out
    assert list(result["ms"])[:2] == ["weights at one α", "forward pass"]
    assert len(result["ms"]) == 4
    for name, ms in result["ms"].items():
        assert ms > 0
        assert f"{name:20} {ms:10.2f} ms" in printed
    assert "needs a pair" in refusal(capsys, "benchmark", "--model", "srresnet")


def test_letters_that_the_output_cannot_hold_do_not_stop_it():
    environment = os.environ | {"PYTHONIOENCODING": "cp1252"}
    command = [sys.executable, "-m", "esrgan", "--help"]
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert b"score a pair over ?" in done.stdout


def test_upscale_writes_one_file_with_the_exact_pixels(picture, tmp_path, noise):
    output = tmp_path / "out"
    assert main(["upscale", str(picture), "-o", str(output), "--alpha", "0.8"]) == 0
    assert [path.name for path in output.iterdir()] == ["noise_esrgan_a0.80_x4.png"]
    written = read(output / "noise_esrgan_a0.80_x4.png").pixels
    assert np.array_equal(written, Upscaler("esrgan")(noise, 0.8))


def test_upscale_takes_folders_models_and_files(picture, tmp_path):
    grey = Picture(np.full((5, 6, 3), 9, np.uint16), grey=True)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "deep.png").write_bytes(encode_png(grey))
    output = str(tmp_path / "out")
    both = [str(picture), str(tmp_path / "more"), "-o", output]
    assert main(["upscale", *both, "--model", "bicubic"]) == 0
    assert main(["upscale", *both, "--model", PSNR, "--model-gan", GAN, "--alpha", "0"]) == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    pair = "esrgan-psnr-esrgan-gan_a0.00_x4.png"
    assert names == ["deep_bicubic_x4.png", f"deep_{pair}", "noise_bicubic_x4.png", f"noise_{pair}"]
    deep = read(tmp_path / "out" / "deep_bicubic_x4.png")
    assert deep.pixels.dtype == np.uint16
    assert deep.grey


def test_a_broken_picture_does_not_stop_the_others(picture, tmp_path, capsys):
    (tmp_path / "broken.png").write_bytes(b"no")
    sources = [str(tmp_path / "broken.png"), str(picture)]
    assert main(["upscale", *sources, "-o", str(tmp_path / "out")]) == 2
    failure, summary = capsys.readouterr().err.splitlines()
    assert failure.startswith("esrgan: broken.png: This is not a readable PNG")
    assert summary.startswith("esrgan: 1 enlarged, 1 failed, in ")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["noise_esrgan_a1.00_x4.png"]


def test_interpolate(tmp_path, noise):
    output = tmp_path / "mixed.safetensors"
    assert main(["interpolate", PSNR, GAN, "-o", str(output), "--alpha", "0.3"]) == 0
    mixed = load(output)
    expected = interpolate(
        load(MODELS["esrgan"].files[0]).state, load(MODELS["esrgan"].files[1]).state, 0.3
    )
    assert all(torch.equal(mixed.state[key], expected[key]) for key in expected)
    assert json.loads(mixed.metadata["interpolation"])["alpha"] == 0.3
    assert mixed.metadata["training"] == load(MODELS["esrgan"].files[1]).metadata["training"]
    assert mixed.metadata["licence"] == load(MODELS["esrgan"].files[0]).metadata["licence"]
    assert np.array_equal(Upscaler(str(output))(noise), Upscaler("esrgan")(noise, 0.3))


def test_evaluate(tmp_path, photo, capsys):
    (tmp_path / "hr").mkdir()
    Image.fromarray(photo).save(tmp_path / "hr" / "a.png")
    report = tmp_path / "report.json"
    arguments = ["evaluate", "--hr", str(tmp_path / "hr"), "--model", "esrgan", "--alpha", "0"]
    assert main([*arguments, "--json", str(report), "--metrics", "psnr_y,lr_psnr"]) == 0
    table = json.loads(report.read_text())
    assert (table["model"], table["alpha"]) == ("esrgan", 0.0)
    assert set(table["mean"]) == {"psnr_y", "lr_psnr"}
    assert "psnr_y" in capsys.readouterr().out


def test_evaluate_tables(tmp_path, photo, capsys):
    (tmp_path / "hr").mkdir()
    Image.fromarray(photo).save(tmp_path / "hr" / "a.png")
    arguments = ["evaluate", "--hr", str(tmp_path / "hr"), "--model", "bicubic"]
    files = ["--csv", str(tmp_path / "a.csv"), "--markdown", str(tmp_path / "a.md")]
    assert main([*arguments, *files]) == 0
    printed = capsys.readouterr().out
    assert "4-px border cut" in printed
    assert " dB  over 1 of 1  (BT.601 studio luma" in printed
    assert "–  over 0 of 1  (too small: NIQE needs 192 px a side)" in printed
    assert (tmp_path / "a.csv").read_text().startswith("name,psnr_y,ssim_y,rmse_y,niqe,")
    assert "| mean |" in (tmp_path / "a.md").read_text()


def test_sweep(tmp_path, photo, capsys):
    (tmp_path / "hr").mkdir()
    Image.fromarray(photo).save(tmp_path / "hr" / "a.png")
    arguments = [
        "sweep",
        "--hr",
        str(tmp_path / "hr"),
        "--model",
        "esrgan",
        "--alphas",
        "0,0.5,…,1",
    ]
    plots = ["--plot", str(tmp_path / "plane.png"), "--plot-curves", str(tmp_path / "curves.pdf")]
    tables = [f"--{kind}={tmp_path / 'sweep'}.{kind}" for kind in ("json", "csv", "markdown")]
    assert main([*arguments, *plots, *tables, "--metrics", "psnr_y"]) == 0
    table = json.loads((tmp_path / "sweep.json").read_text())
    assert [entry["alpha"] for entry in table["network"]] == [0, 0.5, 1]
    singles = {name for name, model in MODELS.items() if not model.is_pair}
    assert set(table["methods"]) == {"original", *singles}
    assert (tmp_path / "plane.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "curves.pdf").read_bytes().startswith(b"%PDF")
    printed = capsys.readouterr().out
    assert "region 1 (RMSE ≤ 11.5): network interpolation: no α qualifies" in printed


def test_a_pair_of_another_scale_is_swept_beside_methods_of_that_scale(tmp_path, photo, capsys):
    (tmp_path / "hr").mkdir()
    Image.fromarray(photo).save(tmp_path / "hr" / "a.png")
    psnr, gan = write_doubling_pair(tmp_path)
    arguments = ["sweep", "--hr", tmp_path / "hr", "--model", psnr, "--model-gan", gan]
    arguments += ["--alphas", "0,1", "--metrics", "psnr_y", "--json", tmp_path / "sweep.json"]
    assert main([str(argument) for argument in arguments]) == 0
    table = json.loads((tmp_path / "sweep.json").read_text())
    assert set(table["methods"]) == {"original"}
    assert "bicubic is not" in refusal(capsys, *arguments, "--methods", "bicubic")


def test_sweep_refusals(tmp_path, photo, capsys):
    (tmp_path / "hr").mkdir()
    Image.fromarray(photo).save(tmp_path / "hr" / "a.png")
    sweep = ("sweep", "--hr", tmp_path / "hr")
    assert "needs a pair" in refusal(capsys, *sweep, "--model", "bicubic")
    assert "srgan is not" in refusal(capsys, *sweep, "--methods", "bicubic, srgan")
    assert "expected numbers such as" in refusal(capsys, *sweep, "--alphas", "0,x")
    assert "expected numbers such as" in refusal(capsys, *sweep, "--alphas", "…,1")
    assert "between 0 and 1" in refusal(capsys, *sweep, "--alphas", "0,3")
    unwritable = ("--alphas", "0", "--metrics", "psnr_y", "--plot", tmp_path / "a.svg")
    assert "png or pdf" in refusal(capsys, *sweep, *unwritable)


def test_refusals(picture, tmp_path, capsys):
    out = ("-o", tmp_path / "out")
    assert "no file" in refusal(capsys, "upscale", tmp_path / "gone.png", *out)
    assert "Unknown model" in refusal(capsys, "upscale", picture, *out, "--model", "nope")
    single = ("--model", "bicubic", "--alpha", "0.5")
    assert "single model" in refusal(capsys, "upscale", picture, *out, *single)
    assert "between 0 and 1" in refusal(capsys, "upscale", picture, *out, "--alpha", "2")
    assert "expected numbers" in refusal(capsys, "upscale", picture, *out, "--alpha", "x")
    assert "invalid choice" in refusal(capsys, "enlarge", picture)
    assert "required" in refusal(capsys, "evaluate", "--model", "bicubic")
    (tmp_path / "none").mkdir()
    assert "no picture to enlarge" in refusal(capsys, "upscale", tmp_path / "none", *out)
    mixed = (PSNR, MODELS["srresnet"].files[0], "-o", tmp_path / "x.safetensors", "--alpha", "0.5")
    assert "The networks differ" in refusal(capsys, "interpolate", *mixed)
    run = ("train", "rrdb-psnr-small", "--data", tmp_path / "none", "--run", tmp_path / "run")
    assert "There is no field" in refusal(capsys, *run, "--set", "colour=red")
    assert "FIELD=VALUE" in refusal(capsys, *run, "--set", "steps")


def test_training_without_its_packages_says_what_to_install(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "accelerate", None)
    run = ("train", "rrdb-psnr-small", "--data", tmp_path, "--run", tmp_path / "run")
    message = refusal(capsys, *run)
    assert message == "esrgan: Training needs accelerate: pip install accelerate tensorboard.\n"


def test_the_module_runs_and_needs_no_gradio():
    program = (
        "import sys; sys.modules['gradio'] = None;"
        "from esrgan.cli import main; sys.exit(main(['models']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    done = subprocess.run([sys.executable, "-m", "esrgan", "--help"], capture_output=True)
    assert done.returncode == 0


def test_upscale_by_an_alpha_map(picture, tmp_path, noise, capsys):
    half = np.zeros((24, 30), np.uint8)
    half[:, 15:] = 255
    Image.fromarray(half).save(tmp_path / "map.png")
    output = ["-o", str(tmp_path / "out")]
    assert main(["upscale", str(picture), *output, "--alpha-map", str(tmp_path / "map.png")]) == 0
    assert "by the curve, 99 % within" in capsys.readouterr().err
    written = read(tmp_path / "out" / "noise_esrgan_map_x4.png").pixels
    for alpha, columns in ((0.0, slice(56)), (1.0, slice(64, None))):
        exact = Upscaler("esrgan")(noise, alpha)[:, columns].astype(int)
        assert np.abs(written[:, columns] - exact).max() <= 1
    both = ("--alpha", "0.5", "--alpha-map", tmp_path / "map.png")
    assert "exclude each other" in refusal(capsys, "upscale", picture, *output, *both)
    single = ("--model", "bicubic", "--alpha-map", tmp_path / "map.png")
    assert "needs a pair" in refusal(capsys, "upscale", picture, *output, *single)
    gone = ("--alpha-map", tmp_path / "gone.png")
    assert "gone.png" in refusal(capsys, "upscale", picture, *output, *gone)
