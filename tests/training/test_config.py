import json
from dataclasses import fields

import pytest

from esrgan.training.presets import PRESETS, preset
from esrgan.training.settings import field_values, replace_fields, with_settings


def test_a_head_start_is_two_files():
    given = preset("esrgan", {"init": "a", "head_start": "psnr.safetensors,gan.safetensors"})
    assert given.head_start == ("psnr.safetensors", "gan.safetensors")
    with pytest.raises(ValueError, match="two files"):
        preset("esrgan", {"init": "a", "head_start": "psnr.safetensors"})


@pytest.mark.parametrize("init", ["", "scratch"])
def test_a_head_start_needs_a_file_in_init(init):
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
def test_fields_that_contradict_each_other_are_refused(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        preset("esrgan", {"init": "a", "discriminator": "patch-spectral", **settings})


def test_field_names_are_unique_over_all_concerns():
    config = PRESETS["esrgan"]
    concerns = (config.data, config.losses, config.adversary, config.optimisation, config.output)
    names = [name for concern in concerns for name in field_values(concern)]
    assert len(set(names)) == len(names)
    others = len(fields(config)) - len(concerns)
    assert len(field_values(config)) == len(names) + others


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
def test_a_field_that_cannot_be_is_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        preset("esrgan", settings)


def test_a_run_without_a_loss_is_refused():
    with pytest.raises(ValueError, match="At least one loss"):
        replace_fields(PRESETS["rrdb-psnr"], content_weight=0.0)
