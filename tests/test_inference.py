import subprocess
import sys

import numpy as np
import pytest
import torch
from skimage import data

from esrgan import Upscaler, imresize
from esrgan import tiled as module
from esrgan.cutout import Cutout
from esrgan.engine import Engine
from esrgan.images import Picture
from esrgan.interpolation import interpolate
from esrgan.models import build
from esrgan.pixels import has_colour
from esrgan.tiles import enlarge
from esrgan.weights import MODELS, load, save_weights

HERE = [name for name, model in MODELS.items() if not model.remote]
MODELS_WITH_NETWORKS = [name for name in HERE if MODELS[name].files]


def alpha_of(name, alpha):
    return alpha if MODELS[name].is_pair else None


@pytest.fixture(scope="module")
def textured():
    """A picture that needs nine tiles of 64 px, uint8 (150, 160, 3)."""
    return np.ascontiguousarray(data.astronaut()[100:250, 130:290])


@pytest.mark.parametrize("name", MODELS_WITH_NETWORKS)
@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_tiled_and_untiled_agree(name, alpha, textured):
    alpha = alpha_of(name, alpha)
    whole = Upscaler(name, tile_px=512)(textured, alpha).astype(int)
    tiled = Upscaler(name, tile_px=64)(textured, alpha).astype(int)
    assert np.mean(np.abs(whole - tiled).max(axis=2) <= 1) >= 0.999


@pytest.mark.parametrize("alpha", [0.0, 0.4, 1.0])
def test_a_pair_is_the_interpolated_network(alpha, photo):
    psnr, gan = (load(path) for path in MODELS["esrgan"].files)
    network = psnr.network(interpolate(psnr.state, gan.state, alpha))
    with torch.no_grad():
        lr = torch.from_numpy(photo).permute(2, 0, 1)[None] / 255
        expected = network(lr)[0].permute(1, 2, 0).clamp(0, 1).numpy() * 255
    difference = np.abs(Upscaler("esrgan")(photo, alpha) - expected)
    assert difference[32:-32, 32:-32].max() <= 0.51  # flat borders: tests/test_borders.py


def test_the_same_networks_at_other_settings(noise):
    one = Upscaler("esrgan")
    other = one.like(precision="bf16", tile_px=64)
    assert other.ends is one.ends
    assert (one.dtype, one.tile_px) == (torch.float32, 160)
    assert np.array_equal(other(noise, 0.5), Upscaler("esrgan", precision="bf16")(noise, 0.5))
    with pytest.raises(ValueError, match="at least 64 px"):
        one.like(tile_px=8)
    with pytest.raises(ValueError, match="precision is one of"):
        one.like(precision="fp8")


def test_a_pair_without_alpha_takes_the_gan_end(noise):
    upscaler = Upscaler("esrgan")
    assert np.array_equal(upscaler(noise), upscaler(noise, 1.0))
    assert not np.array_equal(upscaler(noise), upscaler(noise, 0.0))


def test_bicubic_is_matlabs(noise):
    assert np.array_equal(Upscaler("bicubic")(noise), imresize(noise, 4))


@pytest.mark.parametrize("name", HERE)
@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (4, 4), (1, 70)])
def test_tiny_pictures(name, shape):
    picture = np.full((*shape, 3), 90, np.uint8)
    assert Upscaler(name)(picture).shape == (4 * shape[0], 4 * shape[1], 3)


def test_sixteen_bits_come_back_and_agree_with_eight(photo):
    upscaler = Upscaler("esrgan")
    wide = upscaler(photo.astype(np.uint16) * 257, 0.5)
    assert wide.dtype == np.uint16
    assert np.abs(wide / 257 - upscaler(photo, 0.5)).max() <= 0.51


def test_opacity_is_enlarged_on_its_own(noise):
    opacity = noise[..., 1] | 1
    enlarged = Upscaler("esrgan").upscale(Picture(noise, opacity, grey=True, notes=("a",)), 0.5)
    assert np.array_equal(enlarged.opacity, imresize(opacity, 4))
    assert np.array_equal(enlarged.pixels, Upscaler("esrgan")(noise, 0.5))
    assert enlarged.grey


@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_flat_grey_keeps_its_colour(alpha):
    flat = np.full((40, 40, 3), 128, np.uint8)
    enlarged = Upscaler("esrgan")(flat, alpha)[40:-40, 40:-40].astype(float)
    assert np.abs(enlarged - 128).max() < 6


@pytest.mark.parametrize("name", HERE)
def test_nothing_depends_on_what_was_asked_before(name, photo, noise):
    upscaler = Upscaler(name)
    first = upscaler(photo, alpha_of(name, 0.3))
    upscaler(noise, alpha_of(name, 0.9))
    assert np.array_equal(upscaler(photo, alpha_of(name, 0.3)), first)


def test_half_precision_is_close(photo):
    exact, half = (Upscaler("esrgan", precision=p)(photo, 0.5) for p in ("fp32", "bf16"))
    assert np.abs(exact.astype(int) - half).mean() < 1


def write_network(path, change):
    network = build("rrdbnet", num_features=4, num_blocks=1, growth_channels=2)
    change(network)
    metadata = {
        "architecture": "rrdbnet",
        "config": '{"num_features": 4, "num_blocks": 1, "growth_channels": 2}',
    }
    save_weights(path, network.state_dict(), metadata, dtype=torch.float32)
    return str(path)


def test_half_precision_that_overflows_is_done_again_in_single(tmp_path, noise):
    def overflow_in_half_precision(network):
        network.conv_first.weight.data.fill_(4e4)
        network.conv_last.weight.data.mul_(1e-3)

    path = write_network(tmp_path / "large.safetensors", overflow_in_half_precision)
    half = Upscaler(path, precision="fp16")(noise)
    assert np.array_equal(half, Upscaler(path, precision="fp32")(noise))


def test_half_precision_that_turns_black_is_done_again_in_single(tmp_path, noise):
    def vanish_in_half_precision(network):
        layers = network.conv_first, network.conv_up1, network.conv_up2, network.conv_hr
        for layer in (*layers, network.conv_last):
            layer.weight.data.abs_()
        network.conv_up2.weight.data.mul_(1e-8)
        network.conv_hr.weight.data.mul_(6e3)
        network.conv_last.weight.data.mul_(6e3)
        peak = network(torch.ones(1, 3, 8, 8)).max()
        network.conv_up1.weight.data.mul_(0.9 / peak)

    path = write_network(tmp_path / "small.safetensors", vanish_in_half_precision)
    single = Upscaler(path, precision="fp32")(noise)
    assert single.max() > 100
    assert np.array_equal(Upscaler(path, precision="fp16")(noise), single)


def test_scarce_memory_halves_the_tiles(monkeypatch, textured):
    sizes = []

    def scarce(*arguments, tile_px, **others):
        sizes.append(tile_px)
        if tile_px > 70:
            torch.empty(1 << 50)  # refused by the real allocator
        yield from enlarge(*arguments, tile_px=tile_px, **others)

    monkeypatch.setattr(module, "enlarge", scarce)
    result = Upscaler("esrgan", tile_px=300)(textured, 0.5)
    assert sizes == [300, 150, 75, 64]
    assert result.shape == (600, 640, 3)


def test_where_memory_becomes_scarce_the_rows_so_far_stay(monkeypatch):
    run, areas = Engine.run, []

    def scarce(engine, lr, alpha):
        areas.append(lr.shape[2] * lr.shape[3])
        if len(areas) > 4 and areas[-1] > 90 * 90:
            raise MemoryError
        return run(engine, lr, alpha)

    tall = np.random.default_rng(0).integers(0, 256, (300, 160, 3), dtype=np.uint8)
    monkeypatch.setattr(Engine, "run", scarce)
    result = Upscaler("esrgan", tile_px=80)(tall, 0.5)
    assert len(areas) == 5 + 12  # two rows of two tiles, one that fails; four of the five rows
    monkeypatch.undo()
    assert np.mean(np.abs(result.astype(int) - Upscaler("esrgan")(tall, 0.5)) <= 1) >= 0.999


@pytest.mark.parametrize("model", ["esrgan", "bicubic"])
def test_bands_are_the_rows_of_the_picture(model, textured):
    upscaler, reports = Upscaler(model, tile_px=64), []
    bands = list(upscaler.bands(textured, None, reports.append))
    assert len(bands) > 1
    assert np.array_equal(np.concatenate(bands), upscaler(textured))
    assert reports[-1].done == reports[-1].total


@pytest.mark.parametrize("wrap", [False, True])
def test_bands_of_a_translucent_picture(textured, wrap):
    upscaler = Upscaler("esrgan", tile_px=64, wrap=wrap)
    picture = Picture(textured, np.maximum(textured[..., 0], 1))
    bands = list(upscaler.upscale_in_bands(picture, 0.5))
    assert len(bands) > 1
    whole = upscaler.upscale(picture, 0.5)
    for name in ("pixels", "opacity"):
        parts = [getattr(band, name) for band in bands]
        assert np.array_equal(np.concatenate(parts), getattr(whole, name))


def test_bands_end_when_a_report_says_so(textured):
    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        next(Upscaler("esrgan", tile_px=64).bands(textured, report=stop))


def test_bands_of_a_map(textured):
    ramp = np.linspace(0, 1, 64 * 60, dtype=np.float32).reshape(60, 64)
    upscaler = Upscaler("esrgan", tile_px=80)
    whole = upscaler.tiles(textured, ramp).result().pixels
    assert np.array_equal(np.concatenate(list(upscaler.bands(textured, ramp))), whole)


def test_scarce_memory_halves_the_tiles_of_a_map_too(monkeypatch, textured):
    upscaler, areas = Upscaler("esrgan"), []

    def scarce(lr, alpha, **_):
        areas.append(lr.shape[2] * lr.shape[3])
        if areas[-1] > 120 * 120:
            raise MemoryError
        return np.full((4 * lr.shape[2], 4 * lr.shape[3], 3), alpha, np.float32)

    monkeypatch.setattr(upscaler._tiled, "_enlarge_float", scarce)
    ramp = np.linspace(0, 1, 64 * 60, dtype=np.float32).reshape(60, 64)
    assert upscaler.tiles(textured, ramp).result().pixels.shape == (600, 640, 3)
    assert areas[0] > 120 * 120 > areas[-1]


@pytest.mark.parametrize(
    ("model", "part"), [("esrgan", "enlarge"), ("bicubic", "enlarge_in_bands")]
)
def test_no_memory_at_all_is_one_sentence(monkeypatch, noise, model, part):
    def scarce(*_, **__):
        raise MemoryError
        yield

    monkeypatch.setattr(module, part, scarce)
    with pytest.raises(ValueError, match="memory does not suffice"):
        Upscaler(model)(noise)
    if model == "bicubic":
        with pytest.raises(ValueError, match="memory does not suffice"):
            Upscaler(model).finish(Picture(noise, opacity=noise[..., 0]), noise)


def test_other_errors_are_not_swallowed(monkeypatch, noise):
    def broken(*_, **__):
        raise RuntimeError("a bug")
        yield

    monkeypatch.setattr(module, "enlarge", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        Upscaler("esrgan")(noise)


PIXEL = np.zeros((1, 1, 3), np.uint8)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Upscaler("edsr-xxl"), "Unknown model 'edsr-xxl'; choose one of bicubic"),
        (lambda: Upscaler("esrgan", device="tpu7"), "Unknown device"),
        (lambda: Upscaler("esrgan", device="meta"), "Unknown device"),
        (lambda: Upscaler("esrgan", precision="fp8"), "precision is one of"),
        (lambda: Upscaler("esrgan", tile_px=10), "at least 64 px"),
        (lambda: Upscaler("esrgan").alpha(1.5), "between 0 and 1"),
        (lambda: Upscaler("srresnet").alpha(0.5), "single model"),
        (lambda: Upscaler("srresnet").tiles(PIXEL, np.float32([[0, 1]])).result(), "single model"),
        (lambda: Upscaler("esrgan")(np.zeros((4, 4), np.uint8)), "RGB pixels"),
        (lambda: Upscaler(("a.safetensors", "b.safetensors")), "no file a.safetensors"),
    ],
)
def test_refusals(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_missing_cuda_device_is_one_sentence():
    with pytest.raises(ValueError, match="no CUDA device"):
        Upscaler("esrgan", device="cuda")


def test_file_names():
    assert Upscaler("esrgan").file_name("baboon", 0.8) == "baboon_esrgan_a0.80_x4.png"
    assert Upscaler("bicubic").file_name("baboon") == "baboon_bicubic_x4.png"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's peak memory")
def test_two_megapixels_take_less_than_two_gigabytes():
    program = (
        "import numpy as np, resource; from esrgan import Upscaler;"
        "picture = np.random.default_rng(0).integers(0, 256, (1414, 1414, 3), dtype=np.uint8);"
        "assert Upscaler('esrgan')(picture, 0.8).shape == (5656, 5656, 3);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert float(done.stdout) < 2.0


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("alpha", [0.0, 0.4, 1.0])
def test_a_picture_without_colour_gets_none(noise, alpha, dtype):
    grey = noise[..., [1, 1, 1]].astype(dtype) * (np.iinfo(dtype).max // 255)
    upscaler = Upscaler("esrgan")
    ramp = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)
    for pixels in (
        upscaler(grey, alpha),
        upscaler.upscale(Picture(grey), alpha).pixels,
        upscaler.tiles(grey, ramp).result().pixels,
        upscaler.curve(grey).at(alpha),
    ):
        assert not has_colour(pixels)
        assert pixels.std() > 10
    assert upscaler.upscale(Picture(grey), alpha).grey
    plain = upscaler(grey, alpha, cutout=Cutout(grey=False))
    assert has_colour(plain)
    difference = upscaler(grey, alpha)[..., 0] - plain.astype(float).mean(axis=2)
    assert np.abs(difference).max() <= np.iinfo(dtype).max / 255  # clipped after the mean


def test_a_grey_window_of_a_coloured_picture_is_treated_as_coloured(noise):
    coloured = np.tile(noise, (4, 1, 1))
    coloured[:60] = coloured[:60, :, [0, 0, 0]]
    whole = Upscaler("esrgan")(coloured, 1.0)[:80]
    window = Upscaler("esrgan")(coloured[:40], 1.0, cutout=Cutout(grey=False))[:80]
    assert np.abs(whole.astype(int) - window).max() <= 1
    assert has_colour(window)


@pytest.mark.parametrize("model", ["bicubic", "esrgan", "srresnet"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colours_under_opacity_zero_do_not_matter(model, dtype):
    rows, columns = np.mgrid[:48, :64]
    largest = np.iinfo(dtype).max
    rim = ((22 - np.hypot(rows - 22.4, columns - 31.7)) / 1.5).clip(0, 1)
    opacity, results = np.rint(rim * largest).astype(dtype), []
    for hidden in (0, largest, (0, largest // 2, largest)):
        pixels = np.full((48, 64, 3), (largest // 4, largest // 3, largest // 2), dtype)
        pixels[opacity == 0] = hidden
        results.append(Upscaler(model).upscale(Picture(pixels, opacity)))
    for result in results[1:]:
        assert np.array_equal(result.pixels, results[0].pixels)
        assert np.array_equal(result.opacity, results[0].opacity)


@pytest.mark.parametrize("alpha", [0.0, 1.0])
@pytest.mark.usefixtures("embedded")
def test_an_antialiased_rim_has_the_colour_of_its_shape(alpha):
    rows, columns = np.mgrid[:48, :64]
    rim = ((18 - np.hypot(rows - 22.4, columns - 31.7)) / 1.5).clip(0, 1)
    opacity = np.rint(rim * 255).astype(np.uint8)
    colour = np.array([40, 120, 210])
    pixels = np.where(opacity[..., None] > 0, colour, (255, 0, 255)).astype(np.uint8)
    result = Upscaler("esrgan").upscale(Picture(pixels, opacity), alpha)
    share = result.opacity[..., None] / 255
    for background in (0, 255):
        seen, expected = (
            share * it + (1 - share) * background for it in (result.pixels.astype(float), colour)
        )
        assert np.abs(seen - expected).max() <= 2
