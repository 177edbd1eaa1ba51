from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch

from esrgan import devices
from esrgan.engine import Engine
from esrgan.interpolation import interpolate
from esrgan.weights import MODELS, load


@pytest.fixture(scope="module")
def ends():
    return [load(path) for path in MODELS["esrgan"].files]


@pytest.fixture
def lr(photo):
    return torch.from_numpy(photo[:20, :24]).permute(2, 0, 1)[None] / 255


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_a_mixture_is_that_of_interpolate_to_the_last_bit(ends, lr, alpha):
    engine = Engine(ends, torch.float32)
    engine.run(lr, 0.7)
    state = interpolate(ends[0].state, ends[1].state, alpha)
    network = ends[0].network(state)
    with torch.no_grad():
        expected = network(lr.contiguous(memory_format=torch.channels_last))
    assert torch.equal(engine.run(lr, alpha), expected)


def test_weights_are_mixed_once_for_many_pictures(ends, lr, monkeypatch):
    mixed = []
    monkeypatch.setattr("esrgan.engine.interpolate_into", lambda *_: mixed.append(1))
    engine = Engine(ends, torch.float32)
    for alpha in (0.2, 0.2, 0.2, 0.6):
        engine.run(lr, alpha)
    assert len(mixed) == 2


def test_half_weights_are_mixed_in_single_precision(ends, lr):
    engine = Engine(ends, torch.bfloat16)
    engine.run(lr, 0.3)
    state = interpolate(ends[0].state, ends[1].state, 0.3)
    for key, value in engine._weights.items():
        assert torch.equal(value, state[key].bfloat16())


def test_an_interrupted_mixture_is_mixed_again(ends, lr, monkeypatch):
    engine = Engine(ends, torch.float32)
    expected = engine.run(lr, 0.3)
    with monkeypatch.context() as patch:
        patch.setattr("esrgan.engine.interpolate_into", lambda *_: (_ for _ in ()).throw(KeyError))
        with pytest.raises(KeyError):
            engine.run(lr, 0.9)
    for value in engine._weights.values():
        value.fill_(7)
    assert torch.equal(engine.run(lr, 0.3), expected)


def test_the_ends_stay_as_they_are(ends, lr):
    before = [{key: value.clone() for key, value in end.state.items()} for end in ends]
    Engine(ends, torch.float32).run(lr, 0.5)
    for end, state in zip(ends, before, strict=True):
        assert all(torch.equal(end.state[key], value) for key, value in state.items())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_nothing_of_a_run_mixes_devices(ends, dtype, monkeypatch):
    """Instead of a GPU: the device of shapes without values, which refuses tensors of the CPU."""
    monkeypatch.setattr(torch.Tensor, "cpu", lambda x: torch.zeros(x.shape, dtype=x.dtype))
    state = {key: torch.empty(x.shape, device="meta") for key, x in ends[0].state.items()}
    engine = Engine([replace(end, state=state) for end in ends], dtype)
    sr = engine.run(torch.zeros(1, 3, 8, 9), 0.5)
    assert (sr.dtype, tuple(sr.shape)) == (torch.float32, (1, 3, 32, 36))


@pytest.mark.parametrize(
    ("available", "expected"),
    [((), "cpu"), (("mps",), "mps"), (("cuda",), "cuda"), (("mps", "cuda"), "cuda")],
)
def test_auto_takes_a_gpu_where_there_is_one(monkeypatch, available, expected):
    kinds = {kind: kind in available for kind in ("cuda", "mps")}
    for kind, is_there in kinds.items():
        monkeypatch.setitem(devices.ACCELERATORS, kind, lambda is_there=is_there: is_there)
    assert devices.choose_device("auto").type == expected
    for kind, is_there in kinds.items():
        if is_there:
            assert devices.choose_device(kind).type == kind
        else:
            with pytest.raises(ValueError, match=f"no {kind.upper()} device"):
                devices.choose_device(kind)


def test_a_device_has_a_number_below_their_count(monkeypatch):
    for kind in devices.ACCELERATORS:
        monkeypatch.setitem(devices.ACCELERATORS, kind, lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    for name in ("cuda", "cuda:0", "cuda:1", "mps", "mps:0", "cpu"):
        assert devices.choose_device(name) == torch.device(name)
    for name, last in (("cuda:2", "cuda:1"), ("cuda:7", "cuda:1"), ("mps:1", "mps:0")):
        with pytest.raises(ValueError, match=f"no {name} here; the last one is {last}"):
            devices.choose_device(name)


def test_several_threads_at_once(ends, lr):
    engine = Engine(ends, torch.float32)
    alphas = [0.1, 0.5, 0.9] * 4
    expected = {alpha: engine.run(lr, alpha).numpy() for alpha in set(alphas)}
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda alpha: engine.run(lr, alpha).numpy(), alphas))
    for alpha, result in zip(alphas, results, strict=True):
        assert np.array_equal(result, expected[alpha])
