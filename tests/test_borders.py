import numpy as np
import pytest
import torch

from esrgan import Upscaler, imresize
from esrgan.borders import ALL_SIDES, NO_SIDES, ZONE_PX, Sides, flatness, keep_flat
from esrgan.cutout import Cutout, whole
from esrgan.models import build
from esrgan.pixels import to_tensor

COLOURS = [(255, 255, 255), (240, 238, 230), (96, 96, 96), (180, 120, 60), (10, 60, 130)]


def flat(colour, shape=(40, 48)):
    """A picture of one colour."""
    return np.tile(np.uint8(colour), (*shape, 1))


def network(scale=4, seed=0):
    """A network that strays at borders, as its random weights make it."""
    torch.manual_seed(seed)
    made = build("rrdbnet", scale=scale, num_features=4, num_blocks=1, growth_channels=2)
    for parameter in made.parameters():
        parameter.data.add_(0.05 * torch.randn_like(parameter))
    return made.eval().requires_grad_(False)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0])
@pytest.mark.usefixtures("embedded")
def test_flat_colours_do_not_drift_at_the_border(colour, alpha):
    enlarged = Upscaler("esrgan")(flat(colour), alpha).astype(int)
    assert np.abs(enlarged - enlarged[80, 96]).max() <= 3


@pytest.mark.parametrize("shape", [(1, 1), (2, 9), (7, 3), (21, 40), (200, 30)])
@pytest.mark.parametrize("scale", [1, 2, 4, 8])
def test_pictures_of_any_size_and_scale(shape, scale):
    lr = to_tensor(flat((200, 90, 40), shape))
    assert keep_flat(network(scale), lr).shape == (1, 3, scale * shape[0], scale * shape[1])


@pytest.mark.parametrize("scale", [4, 8])
def test_the_drift_of_any_network_shrinks(scale):
    lr, made = to_tensor(flat((200, 90, 40))), network(scale)
    middle = made(lr)[..., 20 * scale, 24 * scale][..., None, None]
    before, after = ((sr - middle).abs().max() for sr in (made(lr), keep_flat(made, lr)))
    assert after < before / 5


def test_texture_gets_the_networks_own_borders(noise):
    lr, calls = to_tensor(noise), []
    made = network()

    def counted(tile):
        calls.append(tile.shape)
        return made(tile)

    assert torch.equal(keep_flat(counted, lr), made(lr))
    assert calls == [lr.shape]


def test_only_borders_of_the_picture_are_computed_again():
    lr, made, calls = to_tensor(flat((90, 140, 200), (60, 70))), network(), []

    def counted(tile):
        calls.append(tuple(tile.shape[2:]))
        return made(tile)

    assert torch.equal(keep_flat(counted, lr, NO_SIDES), made(lr))
    assert calls == [(60, 70)]
    right = keep_flat(counted, lr, Sides(top=False, bottom=False, left=False))
    changed = (right != made(lr)).any(dim=1)[0]
    assert not changed[:, : -4 * ZONE_PX].any()
    assert changed[:, -4:].all()


def test_flatness_is_that_of_the_window():
    lr = torch.full((1, 3, 20, 20), 0.5)
    lr[:, 1, 10, 10] += 0.3
    found = flatness(lr)[0, 0]
    assert torch.all(found[8:13, 8:13] == 0)
    assert found.sum() == 400 - 25
    lr[:, 1, 10, 10] = 0.5 + 16 / 255
    assert flatness(lr)[0, 0, 10, 10].item() == pytest.approx(0.5, abs=1e-5)


def test_a_window_knows_which_of_its_sides_are_borders():
    of_all = Cutout(grey=False).at(slice(0, 30), slice(20, 50), (60, 50))
    assert of_all.sides == Sides(bottom=False, left=False)
    inner = Cutout(grey=True, sides=NO_SIDES).at(slice(0, 60), slice(0, 50), (60, 50))
    assert inner == Cutout(grey=True, sides=NO_SIDES)
    assert whole(flat((7, 7, 7))) == Cutout(grey=True, sides=ALL_SIDES)


def test_tiles_of_a_flat_picture_agree_with_the_whole():
    picture = flat((130, 200, 90), (150, 170))
    picture[60:90, 40:140] = np.random.default_rng(0).integers(0, 256, (30, 100, 3))
    results = [Upscaler("esrgan", tile_px=px)(picture, 0.5).astype(int) for px in (512, 64)]
    assert np.abs(results[0] - results[1]).max() <= 1
    curve = Upscaler("esrgan").curve(picture)
    assert np.abs(curve.at(1.0).astype(int) - Upscaler("esrgan")(picture, 1.0)).max() <= 1


@pytest.mark.usefixtures("embedded")
def test_photographs_lose_nothing_at_their_borders(photo):
    lr, frame = imresize(photo, 0.25), np.ones(photo.shape[:2], bool)
    frame[8:-8, 8:-8] = False
    upscaler = Upscaler("esrgan")
    plain = upscaler(lr, 1.0, cutout=Cutout(grey=False, sides=NO_SIDES))
    kept = upscaler(lr, 1.0)
    plain_rmse, kept_rmse = (
        np.sqrt(((sr.astype(float) - photo)[frame] ** 2).mean()) for sr in (plain, kept)
    )
    assert not np.array_equal(plain, kept)
    assert kept_rmse <= 1.01 * plain_rmse
