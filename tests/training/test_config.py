import json

import pytest

from esrgan.training.config import TrainingConfig
from esrgan.training.presets import PRESETS, preset
from esrgan.training.settings import changed, field_values, with_settings

SWITCHES = {
    "BN": lambda config: bool(config.model.get("batch_norm")),
    "activated": lambda config: config.losses.perceptual_activated,
    "GAN": lambda config: config.losses.game,
    "network": lambda config: config.architecture,
    "more data": lambda config: config.data.more_data,
}
FIGURE_8 = {
    2: (True, True, "standard", "msrresnet", False),
    3: (False, True, "standard", "msrresnet", False),
    4: (False, False, "standard", "msrresnet", False),
    5: (False, False, "relativistic", "msrresnet", False),
    6: (False, False, "relativistic", "rrdbnet", False),
    7: (False, False, "relativistic", "rrdbnet", True),
}

CHANGES = {
    3: {"model"},
    4: {"perceptual_activated"},
    5: {"game"},
    6: {"architecture", "model"},
    7: {"more_data"},
}


@pytest.mark.parametrize("suffix", ["", "-small"])
def test_ablation_presets_are_figure_8(suffix):
    columns = {number: PRESETS[f"ablation-{number}{suffix}"] for number in FIGURE_8}
    print("| column |", " | ".join(SWITCHES), "|")  # noqa: T201
    for number, config in columns.items():
        row = tuple(switch(config) for switch in SWITCHES.values())
        print("|", number, "|", " | ".join(map(str, row)), "|")  # noqa: T201
        assert row == FIGURE_8[number]
    for column, expected in CHANGES.items():
        before, after = (field_values(columns[number]) for number in (column - 1, column))
        changes = {name for name in after if after[name] != before[name]}
        assert expected - {"model"} <= changes - {"preset", "section"} <= expected
    models = [dict(columns[number].model) for number in (2, 3, 4, 5)]
    assert models[0].pop("batch_norm")
    assert models[0] == models[1] == models[2] == models[3]


def test_every_system_comes_in_two_sizes_and_names_its_section():
    paper = [name for name in PRESETS if not name.endswith("-small")]
    assert {f"{name}-small" for name in paper} == set(PRESETS) - set(paper)
    assert len(paper) == 15
    assert all("section" in config.section for config in PRESETS.values())
    assert all(config.preset == name for name, config in PRESETS.items())


def test_the_papers_constants():
    first, second = PRESETS["rrdb-psnr"], PRESETS["esrgan"]
    assert (first.optimisation.learning_rate, second.optimisation.learning_rate) == (2e-4, 1e-4)
    assert second.optimisation.milestones == (50_000, 100_000, 200_000, 300_000)
    assert first.optimisation.milestones == (200_000, 400_000, 600_000, 800_000)
    losses = second.losses
    assert (losses.perceptual_weight, losses.adversarial_weight, losses.content_weight) == (
        1,
        5e-3,
        1e-2,
    )
    assert losses.perceptual_layers == {"5_4": 1.0}
    assert PRESETS["pirm"].losses.content_weight == 10
    assert PRESETS["pirm"].back_projection == 20
    srgan = PRESETS["srgan"].losses
    assert (srgan.perceptual_weight, srgan.adversarial_weight) == (0.006, 1e-3)
    assert (srgan.game, srgan.perceptual_distance) == ("standard", "l2")


def test_a_warm_start_warms_up():
    assert preset("esrgan", {}).optimisation.warmup_steps == 0
    assert preset("esrgan", {"init": "a"}).optimisation.warmup_steps == 200
    assert preset("esrgan", {"init": "scratch"}).optimisation.warmup_steps == 0
    given = preset("esrgan", {"init": "a", "warmup_steps": "7"})
    assert given.optimisation.warmup_steps == 7


def test_a_head_start_is_two_files():
    given = preset("esrgan", {"init": "a", "head_start": "psnr.safetensors,gan.safetensors"})
    assert given.head_start == ("psnr.safetensors", "gan.safetensors")
    with pytest.raises(ValueError, match="two files"):
        preset("esrgan", {"init": "a", "head_start": "psnr.safetensors"})


@pytest.mark.parametrize("init", ["", "scratch"])
def test_a_head_start_is_ahead_of_weights(init):
    with pytest.raises(ValueError, match="init=FILE"):
        preset("esrgan", {"init": init, "head_start": "psnr.safetensors,gan.safetensors"})


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"model": "scale:2"}, "enlarge 4 times"),
        ({"perceptual_crop_px": "16"}, "32 px a side"),
        ({"patch_px": "24"}, "32 px a side"),
    ],
)
def test_what_cannot_train_is_refused(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        preset("esrgan", {"init": "a", "discriminator": "patch-spectral", **settings})


def test_field_names_are_unique_over_all_concerns():
    config = PRESETS["esrgan"]
    concerns = (config.data, config.losses, config.adversary, config.optimisation, config.output)
    names = [name for concern in concerns for name in field_values(concern)]
    assert len(set(names)) == len(names)
    assert len(field_values(config)) == len(names) + 9


def test_a_config_is_json():
    assert json.loads(json.dumps(PRESETS["esrgan"].to_json()))["losses"]["content_weight"] == 0.01


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("steps", "12", 12),
        ("learning_rate", "1e-3", 1e-3),
        ("more_data", "False", False),
        ("init", "a=b.safetensors", "a=b.safetensors"),
        ("milestones", "10,20", (10, 20)),
        ("validation_alphas", "0.5,1", (0.5, 1.0)),
        ("perceptual_layers", "5_3:1,3_3:0.5", {"5_3": 1, "3_3": 0.5}),
        ("model", "num_features:8,batch_norm:true", {"num_features": 8, "batch_norm": True}),
        ("model", "", {}),
    ],
)
def test_any_field_is_set_from_text(field, text, value):
    config = with_settings(PRESETS["ablation-2"], {field: text})
    assert field_values(config)[field] == value
    assert type(field_values(config)[field]) is type(value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"depth": "1"}, "There is no field 'depth'; there are architecture, steps, model"),
        ({"preset": "x"}, "preset names the preset and cannot be set"),
        ({"steps": "many"}, "steps is a whole number, not 'many'"),
        ({"steps": "0"}, "steps must be at least 1"),
        ({"learning_rate": "fast"}, "learning_rate is a number"),
        ({"more_data": "maybe"}, "more_data is true or false"),
        ({"milestones": "1;2"}, "milestones is numbers with commas"),
        ({"model": "depth"}, "model is NAME:NUMBER pairs"),
        ({"patch_px": "30"}, "patch_px is a multiple of 4"),
        ({"patch_px": "64"}, "judges 96, 128 or 192 px, not 64"),
        ({"schedule": "exp"}, "schedule is one of cosine, steps, not 'exp'"),
        ({"game": "chess"}, "game is one of relativistic, standard"),
        ({"discriminator": "x"}, "Unknown discriminator 'x'; choose one of vgg"),
        ({"ema_decay": "1"}, r"ema_decay lies in \[0, 1\)"),
        ({"accumulation": "3"}, "multiple of accumulation"),
        ({"content_weight": "-1"}, "weight must be at least 0"),
        ({"perceptual_layers": ""}, "needs layers"),
        ({"texture_weight": "1"}, "needs layers"),
        ({"discriminator": "unet-spectral", "patch_px": "36"}, "multiples of 8 px, not 36"),
        ({"validation_alphas": "0,2"}, "end with 1"),
        ({"validation_alphas": ""}, "end with 1"),
        ({"decay": "nan"}, "decay lies in"),
        ({"learning_rate": "0"}, "learning_rate must be above 0"),
    ],
)
def test_refusals(settings, message):
    with pytest.raises(ValueError, match=message):
        preset("esrgan", settings)


def test_unknown_presets_and_runs_without_a_loss_are_refused():
    with pytest.raises(ValueError, match="Unknown preset 'x'; choose one of rrdb-psnr, esrgan"):
        preset("x", {})
    with pytest.raises(ValueError, match="At least one loss"):
        changed(PRESETS["rrdb-psnr"], content_weight=0.0)
    assert isinstance(preset("srcnn", {}), TrainingConfig)
