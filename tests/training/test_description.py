import re

import pytest
from PIL import Image

from esrgan.cli import main
from esrgan.training.config import TrainingConfig
from esrgan.training.description import EMPTY, describe
from esrgan.training.presets import PRESETS
from esrgan.training.settings import FIXED, field_values, text_of, with_settings


def described(text):
    """Fields of a description: mark and value, without the default that is told beside it."""
    lines = re.findall(r"^([* ]) (\w+) +(.*?)(?:  \(default .*\))?$", text, re.MULTILINE)
    return {name: (mark, value) for mark, name, value in lines}


@pytest.mark.parametrize("name", PRESETS)
def test_every_field_is_shown_as_set_takes_it_and_marked_where_it_is_not_default(name):
    config = PRESETS[name]
    defaults = TrainingConfig(name, config.section, config.architecture, config.steps)
    values, usual = field_values(config), field_values(defaults)
    shown = described(describe(config))
    assert set(shown) == set(values) - set(FIXED)
    for field, (mark, text) in shown.items():
        assert mark == ("*" if values[field] != usual[field] else " ")
        assert text == (text_of(values[field]) or EMPTY)
        read = with_settings(config, {field: text.replace(EMPTY, "")})
        assert field_values(read)[field] == values[field]


def test_show_prints_the_preset_with_its_settings(capsys):
    assert main(["train", "esrgan-small", "--show", "--set", "steps=7", "game=standard"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("esrgan-small: ESRGAN section 4.1, second stage\n")
    shown = described(printed)
    assert shown["steps"] == (" ", "7")
    assert shown["game"] == ("*", "standard")
    assert shown["perceptual_layers"] == ("*", "1_2:0.2,2_2:0.15,3_3:0.08")
    assert "(default relativistic)" in printed
    titles = [line for line in printed.splitlines() if line and line[0] not in "* ("][1:]
    assert titles[:4] == ["Run", "Data", "Losses", "Discriminator"]


def test_a_run_without_a_gan_says_that_it_has_no_discriminator():
    assert "Discriminator (not used: adversarial_weight is 0)" in describe(PRESETS["rrdb-psnr"])


def test_training_needs_folders(capsys):
    assert main(["train", "esrgan-small", "--run", "somewhere"]) == 2
    assert "needs --data DIR and --run DIR, or --show" in capsys.readouterr().err


def test_help_lists_every_preset_with_its_section(capsys):
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    for name, config in PRESETS.items():
        assert [name, config.section] in lines


def test_results_of_former_runs_are_counted(tmp_path, capsys, monkeypatch, photo):
    monkeypatch.setenv("ESRGAN_CACHE", str(tmp_path / "cache"))
    for name in ("hr/a.png", "hr/a_bicubic_x4.png", "test/b.png", "test/b_bicubic_x4.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.fromarray(photo[:8, :8]).save(tmp_path / name)
    folders = [
        "--data",
        tmp_path / "hr",
        "--validate",
        tmp_path / "test",
        "--run",
        tmp_path / "run",
    ]
    assert main(["train", "srresnet-small", "--device", "cpu", *map(str, folders)]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[:2] == ["esrgan: 1 left out as results of former runs."] * 2
