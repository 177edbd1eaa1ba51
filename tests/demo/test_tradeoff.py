import numpy as np
import pytest
from skimage import data

from demo import tradeoff
from demo.scene import Mode, curve, original_scores, place, rebuild, scores
from esrgan.evaluation import Scores
from esrgan.images import Picture
from esrgan.interpolation import interpolate_images
from esrgan.metrics import perceptual_index, rmse


@pytest.fixture(scope="module")
def scene():
    """A window of 256 px whose figures are all defined."""
    return place(Picture(np.ascontiguousarray(data.astronaut()[:256, :256])), Mode.COMPARE, 0, 0, 4)


@pytest.fixture(scope="module")
def line(scene):
    grown = curve(scene, "esrgan")
    list(grown.grow())
    return grown


@pytest.fixture(scope="module")
def network(scene, line):
    return list(tradeoff.network_scores(scene, line))


def made(*pairs):
    """Scores along a path."""
    return [Scores("", {"rmse_y": rmse, "perceptual_index": pi}, {}) for rmse, pi in pairs]


def test_the_paths_are_those_of_both_interpolations(scene, line, network):
    image = list(tradeoff.image_scores(scene, line, network))
    plane = tradeoff.plane(network, image)
    assert len(plane.network) == len(plane.image) == 11
    assert (plane.image[0], plane.image[-1]) == (plane.network[0], plane.network[-1])
    blend = interpolate_images(line.at(0.0), line.at(1.0), 0.3)
    for point, sr in ((plane.image[3], blend), (plane.network[7], line.at(0.7))):
        assert point == (rmse(sr, scene.hr), perceptual_index(sr))


def test_methods_and_the_original_are_points(scene):
    found = scores(scene, rebuild(scene, "bicubic"))
    assert tradeoff.place(found) == (found.values["rmse_y"], found.values["perceptual_index"])
    rmse, perception = tradeoff.place_original(original_scores(scene.hr))
    assert rmse == 0
    assert perception < found.values["perceptual_index"]


def test_regions_answer_with_the_best_alpha_or_none():
    path = made(*((11.8 + 0.3 * step, 6 - 0.2 * step) for step in range(11)))
    assert tradeoff.plane(path).best == [None, 0.2, 1.0]
    assert tradeoff.plane(path).limits == [11.5, 12.5, 16.0]
    assert tradeoff.plane(path[:10]).best == []


def test_there_is_no_plane_without_both_axes(photo):
    assert tradeoff.plane(made((9.0, None))) is None
    scene = place(Picture(photo), Mode.ENLARGE, 0.5, 0.5, 4)
    found = scores(scene, rebuild(scene, "bicubic"))
    assert tradeoff.plane([found]) is None
    assert tradeoff.place(found) is None


def test_one_undefined_point_is_a_gap():
    assert tradeoff.plane(made((9.0, 5.0), (9.1, None))).network == [(9.0, 5.0), None]
