import json

import torch

from benchmarks.embed_weights import embed
from esrgan.models import build
from esrgan.weights import load, save_weights

SIZE = {"num_features": 4, "num_blocks": 1, "growth_channels": 2}


def test_embedding_halves_and_adds_licence_and_scores(tmp_path):
    source, target, report = (
        tmp_path / name for name in ("weights.safetensors", "out.safetensors", "report.json")
    )
    metadata = {
        "architecture": "rrdbnet",
        "config": json.dumps(SIZE),
        "training": json.dumps({"preset": "rrdb-psnr-small"}),
    }
    state = build("rrdbnet", **SIZE).state_dict()
    save_weights(source, state, metadata, dtype=torch.float32)
    report.write_text('{"mean": {"psnr_y": 30.123456, "niqe": null}}')
    embed(source, target, "CC0", {"A": report})
    metadata = load(target).metadata
    assert metadata["licence"] == "CC0"
    assert metadata["scores"] == '{"A": {"psnr_y": 30.1235}}'
    assert '"preset": "rrdb-psnr-small"' in metadata["training"]
    assert target.stat().st_size < 0.8 * source.stat().st_size
