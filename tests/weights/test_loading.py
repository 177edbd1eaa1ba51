from pathlib import Path

import pytest
import torch

from esrgan.files import sha256_of
from esrgan.weights import MODELS, load, open_model, resolve, save_weights
from esrgan.weights.cache import SUMS
from esrgan.weights.registry import FOLDER
from tests.conftest import EMBEDDED

DESCRIPTION = {
    "architecture": "rrdbnet",
    "config": '{"num_features": 4, "num_blocks": 1, "growth_channels": 2}',
}


@pytest.fixture
def state():
    from esrgan.models import build

    return build("rrdbnet", num_features=4, num_blocks=1, growth_channels=2).state_dict()


@pytest.mark.parametrize("path", sorted(EMBEDDED.glob("*.safetensors")), ids=lambda p: p.name)
def test_embedded_weights_are_small_half_precision_and_described(path):
    assert path.stat().st_size < 10e6
    generator = load(path)
    assert {"architecture", "config", "training", "scores", "licence"} <= set(generator.metadata)
    assert all(value.dtype == torch.float32 for value in generator.state.values())
    assert path.stat().st_size < 2.2 * generator.num_parameters + 20_000
    assert f"{sha256_of(path)}  {path.name}" in (EMBEDDED / "SHA256SUMS").read_text().splitlines()


def test_every_named_model_is_embedded():
    named = {path.name for model in MODELS.values() for path in model.files}
    assert named == {path.name for path in EMBEDDED.glob("*.safetensors")}


def test_embedded_files_are_compared_with_their_recorded_hashes(tmp_path, monkeypatch):
    recorded = SUMS.read_text()
    assert {line.split()[1] for line in recorded.splitlines()} == {
        path.name for path in FOLDER.glob("*.safetensors")
    }
    assert len(open_model(MODELS["esrgan"])) == 2
    for other in (recorded.replace(recorded[:8], "0" * 8), ""):
        monkeypatch.setattr("esrgan.weights.cache.SUMS", tmp_path / "SHA256SUMS")
        (tmp_path / "SHA256SUMS").write_text(other)
        with pytest.raises(ValueError, match=r"is not the file that belongs to this version"):
            open_model(MODELS["esrgan"])


def test_what_is_saved_is_loaded(tmp_path, state):
    save_weights(tmp_path / "a.safetensors", state, DESCRIPTION, dtype=torch.float32)
    generator = load(tmp_path / "a.safetensors")
    assert all(torch.equal(generator.state[key], state[key]) for key in state)
    assert generator.scale == 4
    picture = torch.rand(1, 3, 8, 8)
    torch.testing.assert_close(generator.network()(picture), generator.network(state)(picture))


def test_two_networks_of_one_generator_do_not_share_what_they_hold(tmp_path, state):
    save_weights(tmp_path / "a.safetensors", state, DESCRIPTION, dtype=torch.float32)
    generator = load(tmp_path / "a.safetensors")
    zero = generator.network({key: torch.zeros_like(value) for key, value in state.items()})
    picture = torch.rand(1, 3, 8, 8)
    assert zero(picture).abs().max() == 0
    assert generator.network()(picture).abs().max() > 0


@pytest.mark.parametrize(
    ("change", "metadata", "message"),
    [
        (lambda s: s, {"config": "{}"}, "does not say its architecture"),
        (lambda s: s, DESCRIPTION | {"config": '{"num_blocks": 1000000000}'}, "does not hold"),
        (lambda s: s, DESCRIPTION | {"config": "[]"}, "does not hold"),
        (lambda s: s, {"architecture": "rrdbnet"}, "does not say its config"),
        (lambda s: s, DESCRIPTION | {"config": "{"}, "does not hold what its description says"),
        (lambda s: s, DESCRIPTION | {"config": '{"depth": 1}'}, "does not hold"),
        (lambda s: s, DESCRIPTION | {"architecture": "vdsr"}, "does not hold"),
        (
            lambda s: dict(list(s.items())[1:]),
            DESCRIPTION,
            "what its description says: 'conv_first.weight' is missing",
        ),
        (
            lambda s: s | {"conv_last.bias": torch.zeros(4)},
            DESCRIPTION,
            r"'conv_last.bias' is \(4,\), expected \(3,\)",
        ),
        (lambda s: s | {"more": torch.zeros(4)}, DESCRIPTION, "'more' is not part of it"),
        (
            lambda s: s | {"conv_last.bias": torch.zeros(3, dtype=torch.int64)},
            DESCRIPTION,
            "'conv_last.bias' holds torch.int64",
        ),
        (
            lambda s: s | {"conv_last.bias": torch.full((3,), float("nan"))},
            DESCRIPTION,
            "not a number, in 'conv_last.bias'",
        ),
    ],
)
def test_unfit_files_are_refused(tmp_path, state, change, metadata, message):
    path = tmp_path / "unfit.safetensors"
    save_weights(path, change(state), metadata)
    with pytest.raises(ValueError, match=message):
        load(path)


def test_resolve():
    assert resolve("esrgan").is_pair
    assert resolve("a/b.safetensors").name == "b"
    assert resolve("p.safetensors", "g.safetensors").is_pair
    assert resolve("a/b.pth").files == (Path("a/b.pth"),)
    with pytest.raises(ValueError, match=r"choose one of .*srresnet.*, or a \.safetensors or"):
        resolve("unknown")


def test_hashes_are_those_of_the_files():
    assert all(len(value) == 64 for value in MODELS["esrgan"].sha256())
    assert MODELS["bicubic"].sha256() == []
