import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from esrgan import Upscaler
from esrgan.cli import main
from esrgan.files import sha256_of
from esrgan.weights import MODELS, load
from esrgan.weights.registry import Model, RemoteFile, Score
from tests import toy

PSNR, GAN = MODELS["esrgan"].files


def run(*arguments):
    return main([str(argument) for argument in arguments])


@pytest.mark.parametrize("dialect", ["basicsr", "esrgan", "old"])
@pytest.mark.parametrize("suffix", [".pth", ".pt", ".safetensors"])
def test_convert_goes_there_and_back(tmp_path, capsys, dialect, suffix):
    theirs, ours = tmp_path / f"theirs{suffix}", tmp_path / "ours.safetensors"
    assert run("convert", GAN, theirs, "--dialect", dialect) == 0
    assert load(theirs).dialect == dialect
    assert run("convert", theirs, ours) == 0
    sizes = ", ".join(f"{name} {value}" for name, value in toy.RRDBNET.items())
    assert f"rrdbnet ({sizes}), {dialect}" in capsys.readouterr().out
    before, after = load(GAN), load(ours)
    assert after.metadata["source_sha256"] == sha256_of(theirs)
    assert after.config == before.config
    assert all(torch.equal(after.state[key], before.state[key]) for key in before.state)


def test_pth_files_are_basicsrs_unless_asked(tmp_path):
    assert run("convert", GAN, tmp_path / "a.pth") == 0
    content = torch.load(tmp_path / "a.pth", weights_only=True)
    assert list(content) == ["params"]
    assert "body.0.rdb3.conv5.weight" in content["params"]
    assert run("convert", GAN, tmp_path / "b.pth", "--dialect", "esrgan") == 0
    assert "RRDB_trunk.0.RDB3.conv5.weight" in torch.load(tmp_path / "b.pth", weights_only=True)


def test_interpolate_writes_for_other_programs(tmp_path, noise):
    for name in ("mixed.pth", "mixed.safetensors"):
        assert run("interpolate", PSNR, GAN, "-o", tmp_path / name, "--alpha", 0.3) == 0
        mixed = Upscaler(str(tmp_path / name))(noise)
        assert np.array_equal(mixed, Upscaler("esrgan")(noise, 0.3))
    content = torch.load(tmp_path / "mixed.pth", weights_only=True)
    assert "conv_up1.weight" in content["params"]


def test_refusals(tmp_path, tiny, capsys):
    def message(*arguments):
        assert run(*arguments) == 2
        return capsys.readouterr().err

    assert "should end in .safetensors" in message("convert", GAN, tmp_path / "x.ckpt")
    srresnet = MODELS["srresnet"].files[0]
    assert "it has basicsr, esrgan, native" in message(
        "convert", srresnet, tmp_path / "x.pth", "--dialect", "old"
    )
    for name, network in (("p", tiny.passing()), ("g", tiny.shuffled(tiny.passing()))):
        torch.save(network.state_dict(), tmp_path / f"{name}.pth")
    pair = (tmp_path / "p.pth", tmp_path / "g.pth")
    output = ("-o", tmp_path / "x.pth", "--alpha", 0.5)
    assert "drifted apart" in message("interpolate", *pair, *output)
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    upscale = ("upscale", tmp_path, "-o", tmp_path, "--model", pair[0], "--model-gan", pair[1])
    assert "drifted apart" in message(*upscale)
    assert not (tmp_path / "x.pth").exists()
    assert "Unknown model" in message("verify", "nope")


@pytest.fixture
def benchmarks(tmp_path, photo):
    folder = tmp_path / "benchmarks" / "Tiny" / "HR"
    folder.mkdir(parents=True)
    Image.fromarray(photo).save(folder / "face.png")
    Image.fromarray(photo[::-1]).save(folder / "upside.png")
    return tmp_path / "benchmarks"


def test_verify_downloads_checks_and_compares(published, monkeypatch, benchmarks, capsys):
    model, _ = published()
    monkeypatch.setitem(MODELS, "stand-in", model)
    assert run("verify", "stand-in") == 0
    output = capsys.readouterr().out
    assert f"psnr.pth: sha256 {model.remote[0].sha256}" in output
    assert "no published score to compare with" in output
    report = benchmarks / "report.json"
    scores = []
    for alpha in (0.0, 1.0):
        hr = ("--hr", benchmarks / "Tiny" / "HR", "--alpha", alpha)
        assert run("evaluate", "--model", "stand-in", *hr, "--json", report) == 0
        table = json.loads(report.read_text())
        scores.append(Score("Tiny", alpha, table["mean"]["psnr_y"] + 0.09))
        scores.append(Score("Tiny", alpha, table["images"][1]["psnr_y"], "upside"))
    monkeypatch.setitem(MODELS, "stand-in", replace(model, scores=tuple(scores)))
    capsys.readouterr()
    assert run("verify", "stand-in") == 0
    assert "scores not compared: name the test sets" in capsys.readouterr().out
    assert run("verify", "stand-in", "--benchmarks", benchmarks) == 0
    output = capsys.readouterr().out
    assert output.count(": agrees") == 4
    assert "Tiny upside at α = 1.00: " in output
    wrong = replace(scores[0], psnr_y=scores[0].psnr_y + 0.1)
    gone = Score("Tiny", 1.0, 30.0, "gone")
    monkeypatch.setitem(MODELS, "stand-in", replace(model, scores=(wrong, gone)))
    assert run("verify", "stand-in", "--benchmarks", benchmarks) == 1
    assert capsys.readouterr().out.count(": DIFFERS") == 2
    assert run("verify", "stand-in", "--benchmarks", benchmarks / "Tiny") == 2
    assert "There is no folder" in capsys.readouterr().err


def test_verify_refuses_what_was_not_published(server, published, monkeypatch, capsys):
    model, contents = published()
    monkeypatch.setitem(MODELS, "stand-in", model)
    server.pages["/files/gan.pth"].data = contents[0]
    assert run("verify", "stand-in") == 2
    assert "gan.pth is not the published file" in capsys.readouterr().err


def test_a_hub_that_cannot_be_reached_is_one_sentence(cache, monkeypatch, capfd):
    assert not cache.exists()
    url = "http://127.0.0.1:9/owner/repo/resolve/main/psnr.pth"
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    file = RemoteFile("psnr.pth", url, 1000, "0" * 64)
    monkeypatch.setitem(MODELS, "stand-in", Model("stand-in", "Stand-in", remote=(file,)))
    assert run("verify", "stand-in") == 2
    _, message = capfd.readouterr().err.splitlines()
    assert message.startswith("esrgan: Hugging Face did not send psnr.pth: ")


def test_verify_looks_at_embedded_models_too(capsys):
    assert run("verify", "esrgan") == 0
    output = capsys.readouterr().out
    assert "esrgan-gan.safetensors: sha256 " in output
    assert "every α from 0 to 1 gives pictures" in output


@pytest.mark.network
def test_verify_the_official_pair(cache, data_folder):
    assert cache
    assert run("verify", "esrgan-official", "--benchmarks", data_folder / "benchmarks") == 0
