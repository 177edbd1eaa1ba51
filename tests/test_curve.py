from itertools import pairwise

import numpy as np
import pytest
import torch

from esrgan import Upscaler
from esrgan.engine import Engine
from esrgan.interpolation.curve import (
    STAGES,
    AlphaCurve,
    error_alpha,
    lagrange_weights,
    measure_error,
    node_alphas,
)
from esrgan.pixels import to_tensor

POLYNOMIAL = np.random.default_rng(0).normal(size=(9, 5, 6, 3)).astype(np.float32)


def grown(curve):
    return curve, list(curve.grow())


def polynomial(degree):
    def render(alpha):
        powers = alpha ** np.arange(degree + 1, dtype=np.float32)
        return np.tensordot(powers, POLYNOMIAL[: degree + 1], 1)

    return render


def test_each_set_of_nodes_holds_the_one_before():
    for small, large in pairwise(STAGES):
        assert set(node_alphas(small)) < set(node_alphas(large))
        assert error_alpha(small) in node_alphas(large)


def test_weights_are_one_at_their_node_and_add_up_to_one():
    nodes = node_alphas(9)
    for index, node in enumerate(nodes):
        assert lagrange_weights(nodes, node) == [float(index == other) for other in range(9)]
    weights = lagrange_weights(nodes, np.linspace(0, 1, 101))
    assert np.allclose(sum(weights), 1)


@pytest.mark.parametrize("degree", [1, 2, 4, 8])
def test_polynomials_are_met_exactly_by_as_many_nodes_as_needed(degree):
    curve, _ = grown(AlphaCurve(polynomial(degree), tolerance=0.51))
    assert len(curve.nodes) == degree + 1
    for alpha in np.linspace(0, 1, 21):
        assert np.allclose(curve.at_float(float(alpha)), polynomial(degree)(alpha), atol=2e-5)


def test_the_ends_come_first_and_nothing_is_rendered_twice():
    asked = []

    def render(alpha):
        asked.append(alpha)
        return polynomial(8)(alpha)

    curve, order = grown(AlphaCurve(render, tolerance=0))
    assert order[:2] == [0.0, 1.0]
    assert len(asked) == len(set(asked)) == 10
    assert curve.nodes == node_alphas(9)
    assert curve.error.alpha == error_alpha(9) == asked[-1]


def test_the_curve_can_be_used_while_it_grows():
    curve = AlphaCurve(polynomial(3), tolerance=0)
    work = curve.grow()
    next(work), next(work)
    with pytest.raises(ValueError, match="no nodes yet"):
        curve.at(0.5)
    next(work)
    middle = (polynomial(3)(0) + polynomial(3)(1)) / 2
    assert np.allclose(curve.at_float(0.5), middle, atol=1e-6)
    assert curve.stored_node(node_alphas(3)[1]).any()
    exact = polynomial(3)(curve.error.alpha)
    assert curve.error == measure_error(curve.error.alpha, curve.at(curve.error.alpha), exact)
    list(curve.grow())
    assert curve.nodes == node_alphas(9)


def test_a_map_is_each_pixel_at_its_own_alpha(photo):
    curve = Upscaler("esrgan").curve(photo[:24, :30])
    alpha_map = np.random.default_rng(1).choice([0, 0.25, 0.7, 1], (96, 120))
    mapped = curve.at_float(alpha_map)
    for alpha in (0, 0.25, 0.7, 1):
        chosen = alpha_map == alpha
        assert np.allclose(mapped[chosen], curve.at_float(alpha)[chosen], atol=1e-5)


@pytest.mark.parametrize("step", [None, 1 / 16])
def test_the_error_is_that_of_what_is_kept(noise, step):
    upscaler = Upscaler("esrgan")
    curve = upscaler.curve(noise, step=step)
    engine = Engine(upscaler.ends, torch.float32)

    def at(alpha):
        return engine.run(to_tensor(noise), alpha)[0].permute(1, 2, 0).numpy()

    exact = at(curve.error.alpha)
    assert curve.error == measure_error(curve.error.alpha, curve.at(curve.error.alpha), exact)
    for alpha in curve.nodes:
        assert np.abs(curve.at_float(alpha) - at(alpha)).max() * 255 <= (step or 0) + 1e-3
        assert step is None or curve.stored_node(alpha).dtype == np.int16


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda curve: curve.at(1.1), "between 0 and 1"),
        (lambda curve: curve.at(np.full((5, 6), -0.1)), "between 0 and 1"),
        (lambda curve: curve.at(np.full((5, 6), np.nan)), "between 0 and 1"),
        (lambda curve: curve.at(np.zeros((6, 5))), "The map is"),
        (lambda _: AlphaCurve(polynomial(1), max_nodes=4), "max_nodes is one of"),
        (lambda _: Upscaler("srresnet").curve(np.zeros((4, 4, 3), np.uint8)), "single model"),
    ],
)
def test_refusals(use, message):
    curve, _ = grown(AlphaCurve(polynomial(1)))
    with pytest.raises(ValueError, match=message):
        use(curve)
