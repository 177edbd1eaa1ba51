import pytest
import torch

from esrgan.training.precision import mixed_precision


@pytest.mark.parametrize(
    ("precision", "name"), [("fp32", "no"), ("bf16", "bf16"), ("fp16", "fp16")]
)
def test_a_named_precision_is_taken_as_it_is(precision, name):
    assert mixed_precision(precision, on_cpu=True) == name


@pytest.mark.parametrize(("has_bf16", "name"), [(True, "bf16"), (False, "no")])
def test_auto_is_half_precision_where_the_processor_computes_in_it(monkeypatch, has_bf16, name):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: has_bf16)
    assert mixed_precision("auto", on_cpu=True) == name


@pytest.mark.parametrize("has_bf16", [True, False])
def test_auto_asks_the_gpu_that_is_used(monkeypatch, has_bf16):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: has_bf16)
    assert mixed_precision("auto", on_cpu=False) == ("bf16" if has_bf16 else "no")
