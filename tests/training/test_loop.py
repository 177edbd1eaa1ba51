import json

import numpy as np
import pytest
import torch

from esrgan import losses
from esrgan.images import Picture, encode_png
from esrgan.interpolation import interpolate
from esrgan.training import loop
from esrgan.training.checkpoints import PATTERN, checkpoint_path, fingerprint, load_newest
from esrgan.training.features import load_features
from esrgan.training.settings import replace_fields
from esrgan.weights import load
from esrgan.weights.pairs import check_generators
from tests.training.conftest import accept, random_vgg, tiny

GAN = {"init": "scratch", "discriminator": "patch-spectral"}


def same(a, b):
    """Whether two states are equal to the last bit."""
    if isinstance(a, torch.Tensor):
        return torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def equal(run, other):
    """Whether two runs ended in the same state and wrote the same weights."""
    first, second = (load(folder / loop.WEIGHTS) for folder in (run, other))
    is_same = same(dict(first.state), dict(second.state)) and first.metadata == second.metadata
    return is_same and same(load_newest(run), load_newest(other))


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("rrdb-psnr-small", {}),
        ("rrdb-psnr-small", {"precision": "bf16", "warmup_steps": 1}),
        ("rrdb-psnr-small", {"optimiser": "muon"}),
        ("esrgan-small", GAN),
        ("esrgan-small", GAN | {"optimiser": "muon"}),
        ("esrgan-small", GAN | {"accumulation": 2, "game": "standard"}),
        ("ablation-2-small", GAN | {"clip_norm": 0.0}),
    ],
)
def test_a_resumed_run_ends_bit_for_bit_like_an_unbroken_one(trainer, folder, name, settings):
    config = tiny(name, 4, **settings)
    lines = list(trainer("whole", config).train())
    assert len(lines) == 4
    assert lines[-1].startswith("4/4")
    half = trainer("broken", config)
    steps = half.train()
    next(steps), next(steps), next(steps)  # the third step is not saved
    steps.close()
    resumed = trainer("broken", config)
    assert resumed.step == 2
    list(resumed.train())
    assert equal(folder / "whole", folder / "broken")


def test_accumulated_parts_give_the_gradient_of_the_whole(trainer, folder):
    for name, parts in (("one", 1), ("two", 2)):
        config = tiny("rrdb-psnr-small", 3, accumulation=parts, ema_decay=0.0, clip_norm=0.0)
        list(trainer(name, config).train())
    ours, theirs = (load_newest(folder / name)["generator"] for name in ("one", "two"))
    for key, value in ours.items():
        torch.testing.assert_close(value, theirs[key], atol=1e-5, rtol=1e-4)


def test_stage_two_starts_from_stage_one_and_moves_both_networks(trainer, folder):
    list(trainer("first", tiny("rrdb-psnr-small", 2)).train())
    init = str(folder / "first" / loop.WEIGHTS)
    second = trainer("gan", tiny("esrgan-small", 2, init=init))
    start = load(folder / "first" / loop.WEIGHTS).state
    assert all(torch.equal(v, start[k]) for k, v in second.learner.unwrapped.state_dict().items())
    before = [p.clone() for p in second.learner.adversary.unwrapped.parameters()]
    line, _ = second.train()
    assert "adversarial" in line
    assert "discriminator" in line
    after = second.learner.adversary.unwrapped.parameters()
    assert any(not torch.equal(a, b) for a, b in zip(before, after, strict=True))
    ends = load(folder / "first" / loop.WEIGHTS), load(folder / "gan" / loop.WEIGHTS)
    between = ends[0].network(interpolate(ends[0].state, ends[1].state, 0.5))
    assert between(torch.rand(1, 3, 8, 8)).shape == (1, 3, 32, 32)
    with pytest.raises(ValueError, match="does not enlarge pictures"):  # after two steps
        check_generators(*ends)


def test_a_trained_pair_gives_a_head_start(trainer, folder):
    """Its difference is added to `init`; of a pair that holds `init` that gives the GAN end."""
    for name, steps, seed in (("psnr", 1, 0), ("other", 2, 1)):
        list(trainer(name, tiny("rrdb-psnr-small", steps, seed=seed)).train())
    psnr, other = (str(folder / name / loop.WEIGHTS) for name in ("psnr", "other"))
    on = trainer("on", tiny("esrgan-small", 1, init=psnr, head_start=(psnr, other)))
    expected = load(folder / "other" / loop.WEIGHTS).state
    for key, value in on.learner.unwrapped.state_dict().items():
        torch.testing.assert_close(value, expected[key])
    twice = trainer("twice", tiny("esrgan-small", 1, init=other, head_start=(psnr, other)))
    start = load(folder / "psnr" / loop.WEIGHTS).state
    for key, value in twice.learner.unwrapped.state_dict().items():
        torch.testing.assert_close(value, 2 * expected[key] - start[key])
    with pytest.raises(ValueError, match="two files"):
        tiny("esrgan-small", 1, init=psnr, head_start=(psnr,))


def test_path_weight_adds_a_loss_unless_training_from_scratch(trainer, folder):
    list(trainer("first", tiny("rrdb-psnr-small", 1)).train())
    init = str(folder / "first" / loop.WEIGHTS)
    line, *_ = trainer("gan", tiny("esrgan-small", 2, init=init, path_weight=1.0)).train()
    assert "path" in line
    line, *_ = trainer("alone", tiny("esrgan-small", 2, **GAN, path_weight=1.0)).train()
    assert "path" not in line


def test_the_discriminators_loss_uses_the_logit_means_of_the_generators_pass(trainer):
    """Its gradient is that of equation 1 with the other kind's mean held fixed."""
    run = trainer("gan", tiny("esrgan-small", 1, **GAN, precision="fp32"))
    adversary = run.learner.adversary
    sr, hr = torch.rand(2, 2, 3, 32, 32)
    adversary.unwrapped.eval()
    _, means = adversary.generator_loss(sr, hr)
    with torch.no_grad():
        torch.testing.assert_close(means.real, adversary.unwrapped(hr).mean())
        torch.testing.assert_close(means.fake, adversary.unwrapped(sr).mean())
    real, fake = adversary.real_loss(hr, means), adversary.fake_loss(sr, means)
    expected = losses.discriminator_real_loss(adversary.unwrapped(hr), means.fake)
    expected = expected + losses.discriminator_fake_loss(adversary.unwrapped(sr), means.real)
    torch.testing.assert_close(real + fake, expected / 2)


def test_a_validation_table_for_a_pair_and_the_best_weights(trainer, folder):
    list(trainer("first", tiny("rrdb-psnr-small", 1)).train())
    pictures = [folder / "data" / "a.png"]
    settings = {"validate_every": 2, "validation_alphas": (0.0, 1.0)}
    config = tiny("esrgan-small", 4, init=str(folder / "first" / loop.WEIGHTS), **settings)
    lines = list(trainer("gan", config, validation=pictures).train())
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 2 * (2 + 2)
    assert table[2].startswith("| 2 | 0.00 |")
    rows = json.loads((folder / "gan" / loop.VALIDATION).read_text())
    assert [(row["step"], row["alpha"]) for row in rows] == [(2, 0), (2, 1), (4, 0), (4, 1)]
    assert all(row["niqe"] is None for row in rows)  # the pictures are too small for it
    assert load(folder / "gan" / loop.BEST).architecture == "rrdbnet"
    assert (folder / "gan" / "tensorboard").is_dir()


def test_weights_say_how_they_were_made(trainer, folder):
    list(trainer("run", tiny("rrdb-psnr-small", 2)).train())
    recipe = json.loads(load(folder / "run" / loop.WEIGHTS).metadata["training"])
    assert recipe["preset"] == "rrdb-psnr-small"
    assert recipe["step"] == 2
    stored = json.loads((folder / "run" / loop.CONFIG).read_text())
    assert stored["optimisation"]["schedule"] == "cosine"


def test_the_last_checkpoints_are_kept(trainer, folder):
    list(trainer("run", tiny("rrdb-psnr-small", 5, keep_last=2)).train())
    names = [path.name for path in sorted((folder / "run").glob(PATTERN))]
    assert names == ["checkpoint-00000004.pt", "checkpoint-00000005.pt"]


def test_a_damaged_checkpoint_gives_way_to_the_one_before_it(trainer, folder):
    config = tiny("rrdb-psnr-small", 3)
    list(trainer("run", config).train())
    checkpoint_path(folder / "run", 3).write_bytes(b"damaged")
    assert trainer("run", config).step == 2
    resumed = trainer("run", config)
    list(resumed.train())
    assert load_newest(folder / "run")["step"] == 3
    checkpoint_path(folder / "run", 3).write_bytes(b"damaged")
    checkpoint_path(folder / "run", 2).write_bytes(b"PK damaged")
    with pytest.raises(ValueError, match=r"No checkpoint in .* can be read"):
        trainer("run", config)


def test_an_interrupted_run_saves_and_goes_on(trainer, folder):
    config = tiny("rrdb-psnr-small", 3, checkpoint_every=100)
    run = trainer("run", config)
    for _ in run.train():
        run.interrupt()
    assert run.step == 1
    assert not run.is_done
    resumed = trainer("run", config)
    assert resumed.step == 1
    list(resumed.train())
    list(trainer("whole", config).train())
    assert equal(folder / "run", folder / "whole")


def test_another_configuration_is_refused(trainer):
    list(trainer("run", tiny("rrdb-psnr-small", 1)).train())
    with pytest.raises(ValueError, match="begun with patch_px=32, not 64"):
        trainer("run", tiny("rrdb-psnr-small", 1, patch_px=64))
    trainer("run", tiny("rrdb-psnr-small", 1, report_every=7))


def test_a_run_of_an_earlier_version_goes_on_under_the_present_name(trainer, folder):
    config = tiny("srresnet-small", 1)
    list(trainer("run", config).train())
    path = checkpoint_path(folder / "run", 1)
    state = torch.load(path, weights_only=True)
    assert state["fields"]["architecture"] == "msrresnet"
    torch.save(state | {"fields": state["fields"] | {"architecture": "srresnet"}}, path)
    assert trainer("run", config).step == 1


def test_a_gan_needs_weights_to_start_from(trainer, folder):
    with pytest.raises(ValueError, match="starts from the PSNR-oriented network's weights"):
        trainer("run", tiny("esrgan-small", 1))
    list(trainer("first", tiny("srresnet-small", 1)).train())
    init = str(folder / "first" / loop.WEIGHTS)
    with pytest.raises(ValueError, match="does not fit rrdbnet"):
        trainer("run", tiny("esrgan-small", 1, init=init))


def diverging(*_):
    return {"content": torch.tensor(float("nan"), requires_grad=True)}


def test_a_run_that_diverges_stops_and_keeps_its_checkpoint(trainer, folder):
    run = trainer("run", tiny("rrdb-psnr-small", 4))
    steps = run.train()
    next(steps), next(steps)
    kept = checkpoint_path(folder / "run", 1).read_bytes()
    run.learner.objective = diverging
    with pytest.raises(ValueError, match=r"diverged at step 2: \{'content': nan\}"):
        list(steps)
    assert checkpoint_path(folder / "run", 1).read_bytes() == kept
    assert load_newest(folder / "run")["step"] == 2


def test_a_gradient_that_is_not_finite_stops_the_run_before_the_update(trainer):
    run = trainer("run", tiny("rrdb-psnr-small", 4))
    before = {key: value.clone() for key, value in run.learner.unwrapped.state_dict().items()}
    run.learner.objective = lambda sr, *_: {"content": (sr * 0).sqrt().sum()}
    with pytest.raises(ValueError, match="gradient is not finite"):
        next(run.train())
    after = run.learner.unwrapped.state_dict()
    assert all(torch.equal(value, before[key]) for key, value in after.items())


def test_a_full_disk_keeps_the_old_checkpoint(trainer, folder, monkeypatch):
    run = trainer("run", tiny("rrdb-psnr-small", 4))
    steps = run.train()
    next(steps), next(steps)
    names = ("weights.safetensors", "checkpoint-00000001.pt")
    before = [(folder / "run" / name).read_bytes() for name in names]

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("esrgan.files.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        list(steps)
    assert [(folder / "run" / name).read_bytes() for name in names] == before
    assert not list((folder / "run").glob("*.partial"))
    assert load_newest(folder / "run")["step"] == 1


def test_a_batch_that_parts_cannot_share_is_refused(trainer):
    with pytest.raises(ValueError, match="multiple of accumulation"):
        trainer("run", tiny("rrdb-psnr-small", 1, batch_size=3, accumulation=2))


def test_a_run_with_every_loss_validates_and_resumes(trainer, folder, monkeypatch):
    torch.save(random_vgg(), folder / "vgg.pth")
    accept(folder / "vgg.pth", monkeypatch)
    layers = {"perceptual_layers": {"pool2": 0.2}, "texture_layers": {"1_1": 1.0}}
    seen = {"patch_px": 40, "perceptual_crop_px": 32, "perceptual_weight": 1.0}
    config = tiny("pirm-small", 2, **GAN, **seen, texture_weight=1.0, **layers)
    config = replace_fields(config, back_projection=2, validate_every=1)
    features = load_features(config.losses, folder / "vgg.pth", folder)
    inputs = {"features": features, "validation": [folder / "data" / "a.png"]}
    lines = list(trainer("whole", config, **inputs).train())
    for name in ("content", "perceptual", "texture", "adversarial", "discriminator"):
        assert f"{name} " in lines[0]
    assert [line for line in lines if line.startswith(("| 1 | –", "| 2 | –"))]
    steps = trainer("broken", config, **inputs).train()
    for line in steps:
        if line.startswith("2/2"):
            steps.close()
    list(trainer("broken", config, **inputs).train())
    assert equal(folder / "whole", folder / "broken")
    recipe = json.loads((folder / "whole" / loop.CONFIG).read_text())
    assert recipe["materials"]["features"] == fingerprint(features.convolutions.state_dict())
    with pytest.raises(ValueError, match="begun with features="):
        trainer("broken", config)


def test_the_weights_of_init_may_move_but_not_change(trainer, folder):
    for name, seed in (("psnr", 0), ("other", 1)):
        list(trainer(name, tiny("rrdb-psnr-small", 1, seed=seed)).train())
    psnr, other = (folder / name / loop.WEIGHTS for name in ("psnr", "other"))
    settings = {"path_weight": 1.0, "discriminator": "patch-spectral"}
    list(trainer("run", tiny("esrgan-small", 1, init=str(psnr), **settings)).train())
    moved = psnr.rename(folder / "moved.safetensors")
    trainer("run", tiny("esrgan-small", 1, init=str(moved), **settings))
    for init in (str(other), "scratch"):
        with pytest.raises(ValueError, match="begun with weights of init="):
            trainer("run", tiny("esrgan-small", 1, init=init, **settings))


def test_half_written_files_of_a_killed_run_are_removed(trainer, folder):
    list(trainer("run", tiny("rrdb-psnr-small", 1)).train())
    left = folder / "run" / "checkpoint-00000002.pt.123.partial"
    left.write_bytes(b"half")
    trainer("run", tiny("rrdb-psnr-small", 1))
    assert not left.exists()


def test_a_picture_too_small_to_validate_on_is_named_at_once(trainer, folder):
    path = folder / "dot.png"
    path.write_bytes(encode_png(Picture(np.zeros((16, 40, 3), np.uint8))))
    with pytest.raises(ValueError, match=r"dot\.png has fewer than 19 px"):
        trainer("run", tiny("rrdb-psnr-small", 1), validation=[path])


def test_a_run_is_not_resumed_with_another_picture(trainer, folder, photo):
    list(trainer("run", tiny("rrdb-psnr-small", 1)).train())
    (folder / "data" / "c.png").write_bytes(encode_png(Picture(photo)))
    with pytest.raises(ValueError, match="begun with pictures="):
        trainer("run", tiny("rrdb-psnr-small", 1))


def test_an_impossible_size_of_the_network_is_refused(trainer):
    with pytest.raises(ValueError, match="rrdbnet cannot be built of"):
        trainer("run", tiny("rrdb-psnr-small", 1, model={"num_blocks": 1.5}))
