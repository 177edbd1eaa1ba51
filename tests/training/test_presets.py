import pytest

from esrgan.models import build
from esrgan.training.config import TrainingConfig
from esrgan.training.presets import PRESETS, ablation, paper, preset, small
from esrgan.training.presets.definition import define
from esrgan.training.settings import field_values

RUN = {"section": "section 1", "architecture": "rrdbnet", "steps": 1}
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
    full = [name for name in PRESETS if not name.endswith("-small")]
    assert {f"{name}-small" for name in full} == set(PRESETS) - set(full)
    assert all("section" in config.section for config in PRESETS.values())
    assert all(config.preset == name for name, config in PRESETS.items())


COMPARATORS = ("srcnn", "edsr", "rcan", "enhancenet-e", "enhancenet")
MOST_EMBEDDED_BYTES = 3_200_000


@pytest.mark.parametrize("name", COMPARATORS)
def test_a_small_comparator_fits_an_embedded_file(name):
    config = PRESETS[f"{name}-small"]
    assert config.architecture == PRESETS[name].architecture
    network = build(config.architecture, **config.model)
    assert 2 * sum(weight.numel() for weight in network.parameters()) < MOST_EMBEDDED_BYTES


def test_enhancenet_starts_from_its_form_without_a_gan():
    for suffix in ("", "-small"):
        start, gan = PRESETS[f"enhancenet-e{suffix}"], PRESETS[f"enhancenet{suffix}"]
        assert (start.architecture, start.model) == (gan.architecture, gan.model)
        assert not start.is_adversarial
        assert gan.is_adversarial


def test_the_small_edsr_is_the_papers_baseline():
    assert PRESETS["edsr-small"].model == {
        "num_features": 64,
        "num_blocks": 16,
        "residual_scale": 1.0,
    }


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


def test_unknown_presets_are_refused():
    with pytest.raises(ValueError, match="Unknown preset 'x'; choose one of rrdb-psnr, esrgan"):
        preset("x", {})
    assert isinstance(preset("srcnn", {}), TrainingConfig)


def test_a_preset_is_defaults_groups_and_its_own_fields():
    config = define("x", {"beta2": 0.5}, {"patch_px": 64}, **RUN, game="standard")
    assert (config.preset, config.section) == ("x", "section 1")
    assert (config.architecture, config.steps) == ("rrdbnet", 1)
    assert (config.optimisation.beta2, config.data.patch_px) == (0.5, 64)
    assert config.losses.game == "standard"
    assert config.data.batch_size == 16


@pytest.mark.parametrize(
    ("groups", "fields"),
    [
        ([{"patch_px": 64}, {"patch_px": 64}], {}),
        ([{"patch_px": 64}], {"patch_px": 96}),
        ([{"steps": 2}], {}),
    ],
)
def test_a_field_set_twice_is_refused(groups, fields):
    name = "steps" if "steps" in groups[0] else "patch_px"
    with pytest.raises(ValueError, match=f"Preset x sets {name} twice"):
        define("x", *groups, **RUN, **fields)


def test_no_preset_is_made_by_changing_another():
    """All are made by `define`, which refuses a field that is set twice."""
    for module in (paper, small, ablation):
        assert not {"replace", "replace_fields", "with_settings"} & set(vars(module))
    made = (*paper.PAPER_PRESETS, *ablation.ABLATION_PRESETS)
    made += (*small.SMALL_PRESETS, *ablation.SMALL_ABLATION_PRESETS)
    assert list(PRESETS) == [config.preset for config in made]


def test_an_unknown_field_is_refused():
    with pytest.raises(ValueError, match="There is no field 'depth'"):
        define("x", **RUN, depth=3)
