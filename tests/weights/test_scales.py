import json

import numpy as np
import pytest
import torch
from PIL import Image

from esrgan import Upscaler, imresize
from esrgan.cli import main
from esrgan.metrics import lr_psnr, psnr, ssim
from esrgan.resize import crop_to_multiple

SCALES = [1, 2, 8, 16]


@pytest.fixture
def pair(tmp_path, tiny):
    """Writes a pair that enlarges by a scale, in BasicSR's dialect; returns its two paths."""

    def write(scale):
        paths = tmp_path / f"psnr-x{scale}.pth", tmp_path / f"gan-x{scale}.pth"
        for path, further in zip(paths, (0, 0.003), strict=True):
            network = tiny.passing(scale=scale)
            for parameter in network.parameters():
                parameter.add_(further * torch.randn_like(parameter))
            torch.save({"params": network.state_dict()}, path)
        return paths

    return write


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (37, 41)])
def test_pictures_of_any_size(pair, scale, shape):
    picture = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    upscaler = Upscaler(pair(scale))
    assert upscaler.scale == scale
    assert upscaler(picture, 0.5).shape == (scale * shape[0], scale * shape[1], 3)


@pytest.mark.parametrize("scale", [1, 2])
def test_tiles_are_unshuffled_as_the_whole_picture_is(pair, scale):
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (131, 203, 3), dtype=np.uint8)
    paths = pair(scale)
    whole, tiled = (Upscaler(paths, tile_px=px)(picture, 0.5).astype(int) for px in (512, 64))
    assert np.abs(whole - tiled).max() <= 1


@pytest.mark.parametrize("scale", SCALES)
def test_the_command_line_follows_the_scale(pair, scale, tmp_path, photo):
    psnr_end, gan_end = map(str, pair(scale))
    (tmp_path / "hr").mkdir()
    Image.fromarray(photo[:95, :117]).save(tmp_path / "hr" / "photo.png")
    model = ["--model", psnr_end, "--model-gan", gan_end, "--alpha", "0.5"]
    output = ["-o", str(tmp_path / "out")]
    assert main(["upscale", str(tmp_path / "hr" / "photo.png"), *output, *model]) == 0
    name = f"photo_psnr-x{scale}-gan-x{scale}_a0.50_x{scale}.png"
    with Image.open(tmp_path / "out" / name) as image:
        assert image.size == (117 * scale, 95 * scale)
    report = tmp_path / "report.json"
    folder = ["--hr", str(tmp_path / "hr"), "--json", str(report)]
    assert main(["evaluate", *folder, *model, "--metrics", "psnr_y,ssim_y,lr_psnr"]) == 0
    table = json.loads(report.read_text())
    hr = crop_to_multiple(photo[:95, :117], scale)
    lr = imresize(hr, 1 / scale)
    sr = Upscaler((psnr_end, gan_end))(lr, 0.5)
    assert table["scale"] == scale
    assert table["mean"] == {
        "psnr_y": psnr(sr, hr, border_px=scale),
        "ssim_y": ssim(sr, hr, border_px=scale),
        "lr_psnr": lr_psnr(sr, lr),
    }


def test_reduced_pictures_must_fit_the_scale(pair, tmp_path, photo, capsys):
    for name, pixels in (("hr", photo), ("lr", imresize(photo, 0.25))):
        (tmp_path / name).mkdir()
        Image.fromarray(pixels).save(tmp_path / name / "a.png")
    psnr_end, gan_end = map(str, pair(2))
    folders = ["--hr", str(tmp_path / "hr"), "--lr", str(tmp_path / "lr")]
    assert main(["evaluate", *folders, "--model", psnr_end, "--model-gan", gan_end]) == 2
    assert "is not 2 times (24, 30)" in capsys.readouterr().err
