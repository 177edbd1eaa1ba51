import numpy as np
import pytest
import torch
from PIL import Image

from esrgan import Upscaler
from esrgan.cli import main
from esrgan.resize import imresize
from esrgan.training import loop
from esrgan.training.config import PRESETS, preset
from esrgan.training.data import batch, load_pairs
from esrgan.training.embed import embed
from esrgan.training.loop import Trainer
from esrgan.weights import load

TINY = {"batch_size": "2", "patch_px": "32", "checkpoint_every": "2", "report_every": "1"}


@pytest.fixture
def folder(tmp_path, photo):
    (tmp_path / "data" / "inner").mkdir(parents=True)
    Image.fromarray(photo).save(tmp_path / "data" / "a.png")
    Image.fromarray(photo[::-1, :, ::-1]).save(tmp_path / "data" / "inner" / "b.png")
    Image.fromarray(photo[:20]).save(tmp_path / "data" / "small.png")
    (tmp_path / "data" / "broken.png").write_bytes(b"no picture")
    return tmp_path


def config(name, steps, **settings):
    return preset(name, TINY | {"steps": str(steps)} | settings)


def weights(trainer):
    return {key: value.clone() for key, value in trainer.generator.state_dict().items()}


def test_pairs_are_matlabs_reduction_of_whole_pictures(folder, photo):
    pairs = load_pairs(folder / "data", 32)
    assert len(pairs) == 2
    assert np.array_equal(pairs[0].hr, photo)
    assert np.array_equal(pairs[0].lr, imresize(photo, 0.25))


def test_a_batch_is_a_function_of_seed_and_step(folder):
    pairs = load_pairs(folder / "data", 32)
    options = {"batch_size": 4, "patch_px": 32, "seed": 0}
    lr, hr = batch(pairs, step=3, **options)
    assert lr.shape == (4, 3, 8, 8)
    assert hr.shape == (4, 3, 32, 32)
    assert 0 <= hr.min() <= hr.max() <= 1
    again = batch(pairs, step=3, **options)
    assert torch.equal(lr, again[0])
    assert torch.equal(hr, again[1])
    assert not torch.equal(hr, batch(pairs, step=4, **options)[1])
    inner = (slice(None), slice(None), slice(2, -2), slice(2, -2))
    reduced = torch.nn.functional.avg_pool2d(hr, 4)
    assert (reduced - lr)[inner].abs().mean() < 0.02


@pytest.mark.parametrize("bf16", ["true", "false"])
def test_stage_one_learns_and_resumes_bit_exactly(folder, bf16):
    options = {"bf16": bf16, "warmup_steps": "1"}
    whole = Trainer(config("rrdb-psnr-small", 4, **options), folder / "data", folder / "x", None)
    lines = list(whole.steps())
    assert len(lines) == 4
    assert "4/4" in lines[-1]
    half = Trainer(config("rrdb-psnr-small", 4, **options), folder / "data", folder / "y", None)
    steps = half.steps()
    next(steps), next(steps)
    steps.close()
    resumed = Trainer(config("rrdb-psnr-small", 4, **options), folder / "data", folder / "y", None)
    assert resumed.step == 2
    list(resumed.steps())
    ours, theirs = weights(whole), weights(resumed)
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)


def test_stage_two_starts_from_stage_one_and_moves_both_networks(folder):
    first = Trainer(config("rrdb-psnr-small", 2), folder / "data", folder / "first", None)
    list(first.steps())
    init = str(folder / "first" / "weights.safetensors")
    options = {"init": init, "perceptual_weight": "0", "discriminator_features": "4"}
    second = Trainer(config("esrgan-small", 2, **options), folder / "data", folder / "gan", None)
    start = load(folder / "first" / "weights.safetensors").state
    assert all(torch.equal(value, start[key]) for key, value in weights(second).items())
    before = [p.clone() for p in second.discriminator.parameters()]
    (line, _) = second.steps()
    assert "adversarial" in line
    assert "discriminator" in line
    assert any(
        not torch.equal(a, b)
        for a, b in zip(before, second.discriminator.parameters(), strict=True)
    )
    pair = Upscaler((init, folder / "gan" / "weights.safetensors"))
    assert pair(np.full((8, 8, 3), 99, np.uint8), 0.5).shape == (32, 32, 3)


def test_a_run_that_diverges_stops_and_keeps_its_checkpoint(folder, monkeypatch):
    trainer = Trainer(config("rrdb-psnr-small", 4), folder / "data", folder / "run", None)
    steps = trainer.steps()
    next(steps), next(steps)
    before = (folder / "run" / loop.CHECKPOINT).read_bytes()
    monkeypatch.setattr(loop, "content_loss", lambda sr, _: sr.sum() * float("nan"))
    with pytest.raises(ValueError, match="diverged at step 2"):
        next(steps)
    assert (folder / "run" / loop.CHECKPOINT).read_bytes() == before


def test_a_gradient_that_is_not_finite_stops_the_run(folder, monkeypatch):
    trainer = Trainer(config("rrdb-psnr-small", 4), folder / "data", folder / "run", None)
    before = weights(trainer)
    monkeypatch.setattr(loop, "content_loss", lambda sr, _: (sr * 0).sqrt().sum())
    with pytest.raises(ValueError, match="gradient is not finite"):
        next(trainer.steps())
    assert all(torch.equal(value, before[key]) for key, value in weights(trainer).items())


def test_a_full_disk_keeps_the_old_checkpoint(folder, monkeypatch):
    trainer = Trainer(config("rrdb-psnr-small", 4), folder / "data", folder / "run", None)
    trainer.save()
    before = (folder / "run" / loop.CHECKPOINT).read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("esrgan.files.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        trainer.save()
    assert (folder / "run" / loop.CHECKPOINT).read_bytes() == before
    assert not list((folder / "run").glob("*.partial"))


def test_the_learning_rate_warms_up_and_decays(folder):
    settings = config("rrdb-psnr-small", 1000, warmup_steps="10")
    trainer = Trainer(settings, folder / "data", folder / "run", None)
    rates = []
    for trainer.step in (0, 9, 500, 999):
        rates.append(trainer.schedule())
    assert rates == pytest.approx([0.1, 1, 0.5, 0.01], abs=0.01)


def test_embedding_adds_licence_and_scores(folder):
    trainer = Trainer(config("rrdb-psnr-small", 1), folder / "data", folder / "run", None)
    list(trainer.steps())
    report = folder / "report.json"
    report.write_text('{"mean": {"psnr_y": 30.123456, "niqe": null}}')
    embed(folder / "run" / "weights.safetensors", folder / "out.safetensors", "CC0", {"A": report})
    metadata = load(folder / "out.safetensors").metadata
    assert metadata["licence"] == "CC0"
    assert metadata["scores"] == '{"A": {"psnr_y": 30.1235}}'
    assert '"preset": "rrdb-psnr-small"' in metadata["training"]


def test_the_command_line_trains(folder, capsys):
    command = ["train", "srresnet-small", "--data", str(folder / "data")]
    settings = [f"{key}={value}" for key, value in (TINY | {"steps": "1"}).items()]
    assert main([*command, "--run", str(folder / "run"), "--set", *settings]) == 0
    assert "1/1" in capsys.readouterr().out
    assert load(folder / "run" / "weights.safetensors").architecture == "srresnet"


def test_refusals(folder):
    with pytest.raises(ValueError, match="Unknown preset 'x'; choose one of rrdb-psnr-small"):
        preset("x", {})
    with pytest.raises(ValueError, match="No field 'model' can be set"):
        preset("rrdb-psnr-small", {"model": "1"})
    with pytest.raises(ValueError, match="steps is of type int"):
        preset("rrdb-psnr-small", {"steps": "many"})
    with pytest.raises(ValueError, match="bf16 is true or false"):
        preset("rrdb-psnr-small", {"bf16": "maybe"})
    with pytest.raises(ValueError, match="multiple of 4"):
        preset("rrdb-psnr-small", {"patch_px": "30"})
    with pytest.raises(ValueError, match="at least 1"):
        preset("rrdb-psnr-small", {"steps": "0"})
    with pytest.raises(ValueError, match="pass --vgg FILE"):
        Trainer(config("esrgan-small", 1), folder / "data", folder / "run", None)
    (folder / "empty").mkdir()
    with pytest.raises(ValueError, match="No readable picture"):
        load_pairs(folder / "empty", 32)
    assert set(PRESETS) == {"rrdb-psnr-small", "srresnet-small", "esrgan-small"}
