import pytest
import torch

from esrgan.models import ARCHITECTURES, build
from esrgan.models.pixel_shuffle import MEAN_SHIFT_KEYS
from esrgan.weights.dialects import detect, dialect_names, express
from esrgan.weights.wrappers import unwrap

RRDB = [
    {"scale": scale, "num_features": features, "num_blocks": blocks, "growth_channels": growth}
    for scale, features, blocks, growth in [(1, 4, 1, 2), (2, 6, 2, 3), (4, 5, 11, 4), (8, 8, 2, 8)]
]
CLASSIC = [
    {**RRDB[1], "scale": scale, "pixel_unshuffle": unshuffle}
    for scale, unshuffle in [(1, False), (2, False), (16, True)]
]
"""The first ESRGAN's form: as many doublings as the scale says, no pixel-unshuffle."""
RESNET = [{"num_features": 4, "num_blocks": 2}, {"num_features": 6, "num_blocks": 11}]
SIZES = [("rrdbnet", sizes) for sizes in RRDB + CLASSIC]
SIZES += [("msrresnet", sizes) for sizes in RESNET]
CASES = [
    (architecture, sizes, name)
    for architecture, sizes in SIZES
    for name in dict.fromkeys(dialect.name for dialect in ARCHITECTURES[architecture].dialects)
]
WRAPPERS = {
    "bare": lambda state: state,
    "params": lambda state: {"params": state},
    "params_ema": lambda state: {"params": {}, "params_ema": state},
    "state_dict": lambda state: {"epoch": 3, "state_dict": state},
    "model": lambda state: {"model": state, "optimizer": {"lr": 1e-4}},
    "module.": lambda state: {f"module.{key}": value for key, value in state.items()},
    "generator.": lambda state: {
        "meta": {"version": "1"},
        "state_dict": {
            "step_counter": torch.ones(1),
            **{f"generator.{key}": value for key, value in state.items()},
            **{f"discriminator.{key}": value for key, value in state.items()},
        },
    },
    "net_g": lambda state: {
        "epoch": 3,
        "state_dict": {
            **{f"model.net_g.{key}": value for key, value in state.items()},
            **{f"model.net_d.{key}": value for key, value in state.items()},
        },
    },
    "netG.": lambda state: {f"netG.{key}": value for key, value in state.items()},
    "any prefix": lambda state: {f"student.inner.{key}": value for key, value in state.items()},
    "nested": lambda state: {
        "model": {"state_dict": {f"module.generator.{k}": v for k, v in state.items()}}
    },
}
PICTURE = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(1))


def network(architecture, sizes):
    torch.manual_seed(0)
    made = build(architecture, **sizes)
    for parameter in made.parameters():
        parameter.data.add_(0.01 * torch.randn_like(parameter))
    return made.eval().requires_grad_(False)


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize(("architecture", "sizes", "name"), CASES)
def test_every_network_comes_back_bit_for_bit(architecture, sizes, name, wrapper):
    original = network(architecture, sizes)
    written, _ = express(architecture, original.state_dict(), name)
    found = detect(unwrap(WRAPPERS[wrapper](written)))
    assert (found.architecture, found.dialect) == (architecture, name)
    rebuilt = build(found.architecture, **found.config)
    rebuilt.load_state_dict(found.state)
    assert rebuilt.config == original.config
    assert torch.equal(rebuilt(PICTURE), original(PICTURE))


def test_the_public_names_are_known():
    published = {
        "basicsr": ("body.22.rdb3.conv5.weight", "conv_body.bias", "conv_up1.weight"),
        "esrgan": ("RRDB_trunk.22.RDB3.conv5.weight", "trunk_conv.bias", "HRconv.weight"),
        "old": ("model.1.sub.22.RDB3.conv5.0.weight", "model.1.sub.23.bias", "model.10.weight"),
    }
    with torch.device("meta"):
        state = build("rrdbnet").state_dict()
    for name, keys in published.items():
        written, _ = express("rrdbnet", state, name)
        assert set(keys) <= set(written)
        assert len(written) == 702


def keys_of(architecture, name, *, ups, counts):
    dialects = ARCHITECTURES[architecture].dialects
    dialect = [dialect for dialect in dialects if dialect.name == name][ups - 1]
    return dialect, dialect.keys(counts)


def test_keys_of_edsr():
    counts = {"group": 1, "block": 32}
    _, basicsr = keys_of("edsr", "basicsr", ups=2, counts=counts)
    assert basicsr["conv_after_body.weight"] == "conv_body.weight"
    assert basicsr["upsample.2.bias"] == "upsample.1.bias"
    assert basicsr["body.31.conv2.bias"] == "body.31.conv2.bias"
    assert len(basicsr) == 2 * (1 + 64 + 1 + 2 + 1)
    dialect, original = keys_of("edsr", "edsr-pytorch", ups=2, counts=counts)
    assert original["head.0.weight"] == "conv_first.weight"
    assert original["body.31.body.2.weight"] == "body.31.conv2.weight"
    assert original["body.32.bias"] == "conv_body.bias"
    assert original["tail.0.2.weight"] == "upsample.1.weight"
    assert original["tail.1.bias"] == "conv_last.bias"
    assert dialect.extra_keys() == MEAN_SHIFT_KEYS
    assert dialect.counts([*original, *MEAN_SHIFT_KEYS]) == counts


def test_keys_of_rcan():
    counts = {"group": 10, "block": 20}
    dialect, basicsr = keys_of("rcan", "basicsr", ups=2, counts=counts)
    ours = "body.9.blocks.19.attention.conv2.weight"
    assert basicsr["body.9.residual_group.19.rcab.3.attention.3.weight"] == ours
    assert basicsr["body.9.conv.bias"] == "body.9.conv.bias"
    assert dialect.counts(basicsr) == counts
    dialect, original = keys_of("rcan", "edsr-pytorch", ups=2, counts=counts)
    assert original["body.9.body.19.body.3.conv_du.2.weight"] == ours
    assert original["body.9.body.20.weight"] == "body.9.conv.weight"
    assert original["body.10.weight"] == "conv_body.weight"
    assert dialect.counts(original) == counts
    assert len(set(original.values())) == len(original) == 2 * (3 + 2 + 10 * (20 * 4 + 1))


@pytest.mark.parametrize("scale", [2, 4, 8])
@pytest.mark.parametrize("name", ["native", "basicsr", "edsr-pytorch"])
@pytest.mark.parametrize(
    ("architecture", "sizes"),
    [
        ("edsr", {"num_features": 8, "num_blocks": 3, "residual_scale": 1.0}),
        ("rcan", {"num_features": 16, "num_groups": 2, "num_blocks": 3, "squeeze": 4}),
    ],
)
def test_networks_in_the_range_of_bytes_come_back(architecture, sizes, name, scale):
    original = network(architecture, sizes | {"scale": scale})
    for parameter in original.parameters():  # few enough bits that × 255 ÷ 255 is exact
        parameter.copy_(parameter.to(torch.bfloat16))
    written, dialect = express(architecture, original.state_dict(), name)
    assert bool(dialect.extra_keys()) == (name == "edsr-pytorch")
    found = detect(written)
    rebuilt = build(found.architecture, **found.config)
    rebuilt.load_state_dict(found.state)
    assert found.dialect == name
    assert rebuilt.config == original.config
    assert torch.equal(rebuilt(PICTURE), original(PICTURE))


@pytest.mark.parametrize("architecture", ["edsr", "rcan"])
def test_a_network_that_reads_bytes_gives_the_same_picture(architecture, monkeypatch):
    sizes = {"num_features": 8, "num_blocks": 2}
    if architecture == "rcan":
        sizes |= {"num_groups": 2, "squeeze": 2}
    original = network(architecture, sizes)
    written, dialect = express(architecture, original.state_dict(), "basicsr")
    names = dialect.keys({"group": sizes.get("num_groups", 1), "block": 2})
    theirs = build(architecture, **sizes).eval()
    theirs.load_state_dict({ours: written[key] for key, ours in names.items()})
    expected = original(PICTURE)
    mean = torch.tensor([0.4488, 0.4371, 0.4040]).view(1, 3, 1, 1)
    monkeypatch.setattr("esrgan.models.pixel_shuffle.mean_colour", lambda _: 0)
    result = theirs(255 * (PICTURE - mean)) / 255 + mean
    torch.testing.assert_close(result, expected, rtol=1e-4, atol=1e-5)


def stand_in(architecture, name, *, features, counts):
    """A state with the keys of a dialect and shapes that say its sizes."""
    dialect, names = keys_of(architecture, name, ups=2, counts=counts)
    state = {}
    for key, ours in names.items():
        width = features // 4 if ours.endswith("attention.conv1.weight") else features
        shape = (width, 3 if ours.startswith("conv_first") else features, 3, 3)
        state[key] = torch.ones(shape if key.endswith("weight") else shape[:1])
    return dialect, state


def test_values_in_the_range_of_bytes_are_brought_to_one():
    counts = {"group": 2, "block": 2}
    _, state = stand_in("rcan", "basicsr", features=8, counts=counts)
    found = detect(state)
    sizes = {"num_features": 8, "num_groups": 2, "num_blocks": 2, "squeeze": 4}
    assert found.config == {"scale": 4, **sizes}
    assert found.state["conv_first.weight"].unique().item() == 1
    assert found.state["conv_first.bias"].unique().item() == pytest.approx(1 / 255)
    attention = {key: x for key, x in found.state.items() if key.startswith("body.1.blocks.1.att")}
    values = {key.split("attention.")[1]: x.unique().item() for key, x in attention.items()}
    assert values == {"conv1.weight": 255, "conv1.bias": 1, "conv2.weight": 1, "conv2.bias": 1}


def test_a_stored_mean_shift_says_the_range():
    _, state = stand_in("edsr", "edsr-pytorch", features=4, counts={"group": 1, "block": 2})
    mean = torch.tensor([0.4488, 0.4371, 0.4040])
    identity = torch.eye(3).view(3, 3, 1, 1)
    for value_range, bias in ((255, 1 / 255), (1, 1.0)):
        shift = (identity, -value_range * mean, identity, value_range * mean)
        found = detect(state | dict(zip(MEAN_SHIFT_KEYS, shift, strict=True)))
        assert found.state["conv_body.bias"][0].item() == pytest.approx(bias)
        assert found.config["residual_scale"] == 1.0
    shift = (identity, -mean * 2, identity, mean)
    with pytest.raises(ValueError, match=r"mean shift \('sub_mean.bias'\) other than DIV2K's"):
        detect(state | dict(zip(MEAN_SHIFT_KEYS, shift, strict=True)))


@pytest.mark.parametrize("name", ["basicsr", "esrgan", "old"])
@pytest.mark.parametrize("ours", ["conv_first.weight", "body.1.rdb2.conv3.bias", "conv_hr.weight"])
def test_a_missing_key_is_named(name, ours):
    state = network("rrdbnet", RRDB[1]).state_dict()
    written, _ = express("rrdbnet", state, name)
    _, names = keys_of("rrdbnet", name, ups=1, counts={"group": 1, "block": 2})
    key = next(theirs for theirs, our in names.items() if our == ours)
    del written[key]
    with pytest.raises(ValueError, match=rf"rrdbnet in the {name} dialect, but lacks '{key}'"):
        detect(written)


def test_other_states_are_refused():
    state = network("rrdbnet", RRDB[1]).state_dict()
    with pytest.raises(ValueError, match="rrdbnet in the basicsr dialect, but has an unknown 'x'"):
        detect(state | {"x": torch.ones(1)})
    with pytest.raises(ValueError, match=r"its first keys are 'a', 'b', 'c'; known are rrdbnet"):
        detect({key: torch.ones(1) for key in "abcdef"})
    with pytest.raises(ValueError, match="reads 5 channels, doubles 2 times and writes 3, which"):
        detect(state | {"conv_first.weight": torch.ones(6, 5, 3, 3)})
    with pytest.raises(ValueError, match="a convolution has four dimensions"):
        detect(state | {"conv_first.weight": torch.ones(6)})
    with pytest.raises(ValueError, match=r"a str at 'conv_last.bias', not a tensor"):
        unwrap({"params": state | {"conv_last.bias": "text"}})
    for content in ([], {}, 3, {"params": {}}, torch.ones(1)):
        with pytest.raises(ValueError, match="holds no state dict"):
            unwrap(content)


@pytest.mark.parametrize(("reads", "writes"), [(1, 1), (1, 3), (4, 4), (3, 1), (12, 4)])
def test_other_channels_are_called_unsupported(reads, writes):
    state = network("rrdbnet", RRDB[2]).state_dict()
    other = {"conv_first.weight": torch.ones(5, reads, 3, 3)}
    other["conv_last.weight"] = torch.ones(writes, 5, 3, 3)
    with pytest.raises(ValueError, match=f"reads {reads} .* writes {writes}, which is not supp"):
        detect(state | other)


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        (["model.1.sub.0.RDB1.conv1x1.weight", "model.0.weight"], "ESRGAN\\+"),
        ([f"body.{it}.weight" for it in range(9)], "compact network"),
        ([f"net.body.{it}.weight" for it in range(9)], "compact network"),
        (["layers.0.blocks.1.attn.relative_position_bias_table", "conv.weight"], "transformer"),
        (["block_1.c1_r.sk.weight", "conv_1.weight"], "SPAN"),
        (["unet1.conv_bottom.weight", "unet2.conv1.weight"], "Real-CUGAN"),
    ],
)
def test_known_networks_that_are_not_supported_are_named(keys, name):
    with pytest.raises(ValueError, match=rf"^is an? .*{name}.*, which is not supported: RRDBNet"):
        detect({key: torch.ones(1) for key in keys})


def test_an_esrgan_plus_is_named_though_it_resembles_an_esrgan():
    written, _ = express("rrdbnet", network("rrdbnet", RRDB[2]).state_dict(), "old")
    more = {f"model.1.sub.{it}.RDB1.conv1x1.weight": torch.ones(4, 5, 1, 1) for it in range(11)}
    with pytest.raises(ValueError, match=r"is an ESRGAN\+ network"):
        detect(written | more)


def test_a_training_state_is_called_so():
    state = {"epoch": 1, "iter": 5, "optimizers": [{"state": {}}], "schedulers": [{}]}
    with pytest.raises(ValueError, match=r"is a training state .* which holds no weights"):
        unwrap(state)


def test_keys_that_number_many_blocks_cost_nothing():
    keys = {f"body.{i}.blocks.{9999 - i}.conv1.weight": torch.ones(1) for i in range(9000)}
    with pytest.raises(ValueError, match=r"lacks|unknown"):
        detect(keys)


def test_a_dialect_that_an_architecture_has_not():
    state = network("msrresnet", RESNET[0]).state_dict()
    with pytest.raises(ValueError, match="msrresnet is not written in the dialect 'old'; it has"):
        express("msrresnet", state, "old")
    assert dialect_names()[:5] == ("basicsr", "esrgan", "old", "native", "edsr-pytorch")
