"""Toy networks under the names of the embedded weights files, for tests of mechanisms.

The PSNR end enlarges as bilinear interpolation does. The GAN end adds fine detail, which a fourth
channel carries through every layer, so that the output is a non-linear function of α, as that of
a trained pair is.
"""

import hashlib
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from esrgan.models import build

RRDBNET = {"scale": 4, "num_features": 4, "num_blocks": 1, "growth_channels": 2}
MSRRESNET = {"scale": 4, "num_features": 6, "num_blocks": 1}
SMOOTH = torch.tensor([1.0, 2.0, 1.0])
DETAIL_GAIN = 2.0


def write_embedded(folder: Path) -> None:
    """Write a toy network for every embedded weights file, and the list of their hashes."""
    folder.mkdir(parents=True, exist_ok=True)
    ends = {
        "esrgan-psnr": ("rrdbnet", RRDBNET, rrdbnet(0.0)),
        "esrgan-gan": ("rrdbnet", RRDBNET, rrdbnet(1.0)),
        "srresnet": ("msrresnet", MSRRESNET, noisy("msrresnet", MSRRESNET, 0.1)),
        "srgan": ("msrresnet", MSRRESNET, noisy("msrresnet", MSRRESNET, 0.12)),
    }
    sums: list[str] = []
    for name, (architecture, config, network) in ends.items():
        path = folder / f"{name}.safetensors"
        metadata = {"architecture": architecture, "config": json.dumps(config)}
        metadata |= {"training": json.dumps({"preset": name}), "licence": "a toy's"}
        save_file({key: x.half() for key, x in network.state_dict().items()}, path, metadata)
        sums.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n")
    (folder / "SHA256SUMS").write_text("".join(sums), "ascii")


def rrdbnet(vividness: float) -> nn.Module:
    """An RRDBNet that enlarges smoothly, and by its `vividness` adds detail."""
    network = noisy("rrdbnet", RRDBNET, 0.003)
    with torch.no_grad():
        for name in ("conv_first", "conv_up1", "conv_up2", "conv_hr", "conv_last"):
            _pass_colours(network.get_submodule(name), smooth=name.startswith("conv_up"))
        network.conv_first.weight[3] = vividness * _laplacian() / 3
        for name in ("conv_up1", "conv_up2", "conv_hr"):
            network.get_submodule(name).weight[3, 3, 1, 1] = 0.5 + 0.5 * vividness
        network.conv_last.weight[:, 3, 1, 1] = DETAIL_GAIN * vividness
    return network


def noisy(architecture: str, config: dict[str, int], noise: float) -> nn.Module:
    """A network whose weights are random, of one strength, and always the same."""
    network = build(architecture, **config)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.normal_(0, 0 if name.endswith("bias") else noise, generator=generator)
    return network.eval()


def _pass_colours(layer: nn.Module, *, smooth: bool) -> None:
    """Let the first three channels through, averaged with their neighbours if `smooth`."""
    kernel = SMOOTH.outer(SMOOTH) / SMOOTH.sum() ** 2 if smooth else _centre()
    for channel in range(3):
        layer.weight[channel] = 0
        layer.weight[channel, channel] = kernel


def _centre() -> Tensor:
    """A kernel that changes nothing."""
    kernel = torch.zeros(3, 3)
    kernel[1, 1] = 1
    return kernel


def _laplacian() -> Tensor:
    """A kernel that sees fine detail only."""
    return _centre() - torch.full((3, 3), 1 / 9)
