"""Graphs compute what PyTorch computes, for every architecture, at any size, at every α."""

import json
import sys
from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from esrgan import Upscaler
from esrgan.cli import main
from esrgan.files import sha256_of
from esrgan.interpolation import interpolate
from esrgan.models import ARCHITECTURES, build
from esrgan.onnx import (
    graph_of,
    graph_of_pair,
    graph_without_weights,
    largest_difference,
    open_session,
    run,
    trace,
    weight_names,
)
from esrgan.onnx.layout import scale_by_normalisation
from esrgan.weights import MODELS, Generator, load
from esrgan.weights.generator import full_config

PSNR, GAN = MODELS["esrgan"].files
SMALL = {"num_features": 4, "num_blocks": 1}
GROWING = SMALL | {"growth_channels": 2}
NETWORKS = {
    "rrdbnet": GROWING | {"scale": 2},
    "srresnet": SMALL,
    "msrresnet": SMALL,
    "edsr": SMALL | {"scale": 2, "residual_scale": 0.1},
    "rcan": SMALL | {"num_groups": 1, "squeeze": 2},
}
FURTHER_SIZES = [
    ("rrdbnet", GROWING | {"scale": 1}),
    ("rrdbnet", GROWING | {"scale": 8}),
    ("msrresnet", SMALL | {"batch_norm": True}),
    ("edsr", SMALL | {"scale": 8, "residual_scale": 1.0}),
]
UNTRACEABLE = ("srcnn", "enhancenet")
CASES = [*NETWORKS.items(), *(pytest.param(*it, marks=pytest.mark.slow) for it in FURTHER_SIZES)]
SIZES = ((5, 9), (16, 8), (31, 14))


def generator_of(architecture, config):
    """A network of random weights and running statistics, whose output is a picture's."""
    torch.manual_seed(0)
    network = build(architecture, **config)
    state = network.state_dict()
    for name, value in state.items():
        if value.is_floating_point():
            spread = torch.rand_like(value) - 0.5
            value.copy_(1 + spread if "running_var" in name else 0.3 * spread)
    return Generator(architecture, full_config(architecture, config), state, {})


def pictures(sizes=SIZES):
    random = np.random.default_rng(0)
    return [random.random((1, 3, *size), np.float32) for size in sizes]


def assert_equal(graph, network, alpha=None):
    session = open_session(graph.SerializeToString())
    for lr in pictures():
        sr = network(torch.from_numpy(lr)).numpy()
        assert np.abs(run(session, lr, alpha) - sr).max() < 0.01 / 255


def operations(graph):
    return [node.op_type for node in graph.graph.node]


@pytest.mark.parametrize(("architecture", "config"), CASES)
def test_a_graph_computes_what_pytorch_computes_at_several_sizes(architecture, config):
    generator = generator_of(architecture, config)
    assert_equal(graph_of(generator), generator.network())


def test_every_architecture_is_a_graph_or_refused_in_a_sentence():
    assert {*NETWORKS, *UNTRACEABLE} == set(ARCHITECTURES)
    for name in UNTRACEABLE:
        with pytest.raises(ValueError, match=f"{name} cannot be written as a graph"):
            trace(name, {"num_features": 2})


@pytest.fixture(scope="module")
def pair():
    return load(PSNR), load(GAN)


@pytest.fixture(scope="module")
def pair_graph(pair):
    return graph_of_pair(*pair)


def test_a_pairs_graph_mixes_the_weights(pair, pair_graph):
    psnr, gan = pair
    for alpha in (0.0, 0.3, 1.0):
        network = psnr.network(interpolate(psnr.state, gan.state, alpha))
        assert_equal(pair_graph, network, alpha)
    assert largest_difference(pair_graph, psnr, gan) < 0.01
    assert largest_difference(pair_graph, gan, psnr) > 1


def test_a_pair_with_normalisation_mixes_its_statistics_too():
    psnr = generator_of("srresnet", SMALL)
    gan = replace(psnr, state={name: value * 1.2 for name, value in psnr.state.items()})
    network = psnr.network(interpolate(psnr.state, gan.state, 0.5))
    assert_equal(graph_of_pair(psnr, gan), network, 0.5)


def test_the_ends_of_a_pair_have_one_size(pair):
    other = generator_of("rrdbnet", GROWING | {"num_features": 3})
    with pytest.raises(ValueError, match="The networks differ"):
        graph_of_pair(pair[0], other)


def test_weights_are_handed_in(pair):
    psnr, gan = pair
    graph = graph_without_weights(psnr.architecture, psnr.config)
    names = weight_names(graph)
    assert names == list(psnr.network().state_dict())
    assert weight_names(trace(psnr.architecture, psnr.config)) == names
    stored = {it.name: onnx.numpy_helper.to_array(it) for it in graph_of(psnr).graph.initializer}
    assert len(graph.SerializeToString()) < 20_000
    for end in (psnr, gan):
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(end.state[it].numpy()) for it in names]
        options = onnxruntime.SessionOptions()
        options.add_external_initializers(names, values)
        session = open_session(graph.SerializeToString(), options)
        for lr in pictures():
            sr = end.network()(torch.from_numpy(lr)).numpy()
            assert np.abs(run(session, lr) - sr).max() < 0.01 / 255
    assert all(np.array_equal(stored[name], psnr.state[name].numpy()) for name in names)


def test_a_graph_has_no_superfluous_operations(pair):
    found = operations(graph_of(pair[0]))
    assert set(found) == {
        *("Conv", "LeakyRelu", "Concat", "Add", "Mul", "BatchNormalization", "Resize")
    }
    assert found.count("Conv") == 15 + 6
    assert found.count("BatchNormalization") == 1  # the residual scaling of one RRDB
    resize = next(it for it in graph_of(pair[0]).graph.node if it.op_type == "Resize")
    settings = {it.name: it.s for it in resize.attribute}
    assert settings["coordinate_transformation_mode"] == b"asymmetric"
    assert (settings["mode"], settings["nearest_mode"]) == (b"nearest", b"floor")


def test_onnx_runtime_keeps_blocks_of_channels_through_the_trunk(tmp_path):
    generator = generator_of(
        "rrdbnet", {"num_features": 32, "num_blocks": 2, "growth_channels": 16}
    )
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "optimised.onnx")
    options.log_severity_level = 3
    open_session(graph_of(generator).SerializeToString(), options)
    found = operations(onnx.load(tmp_path / "optimised.onnx"))
    assert "LeakyRelu" not in found
    assert "Mul" not in found
    assert found.count("ReorderOutput") <= 1
    assert "ReorderInput" not in found


def test_factors_that_differ_late_do_not_share_a_constant():
    numbers = np.array([0.12345671, 0.12345679], np.float32)
    nodes, last = [], "lr"
    for it in ("0", "1"):
        nodes.append(onnx.helper.make_node("Mul", [last, f"factor_{it}"], [f"product_{it}"]))
        last = f"product_{it}"
    lr, between, sr = (
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, (1, 3, "h", "w"))
        for name in ("lr", "product_0", "product_1")
    )
    factors = [onnx.numpy_helper.from_array(x, f"factor_{it}") for it, x in enumerate(numbers)]
    graph = onnx.helper.make_graph(nodes, "products", [lr], [sr], factors, value_info=[lr, between])
    scale_by_normalisation(graph)
    values = {it.name: onnx.numpy_helper.to_array(it) for it in graph.initializer}
    assert [node.op_type for node in graph.node] == ["BatchNormalization"] * 2
    assert [values[node.input[1]][0] for node in graph.node] == numbers.tolist()


def test_no_path_of_this_computer_is_in_a_graph(pair_graph):
    assert b".py" not in pair_graph.SerializeToString()


def convert(*arguments):
    return main(["convert", *map(str, arguments)])


def assert_equals_upscale(path, name, noise, alphas):
    """Compare a file in plain ONNX Runtime with the package, after rounding."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for picture in (noise, noise[:13, :21]):
        for alpha in alphas:
            lr = picture.transpose(2, 0, 1)[None].astype(np.float32) / 255
            inputs = {"lr": lr, "alpha": np.array(alpha, np.float32)}
            known = {it.name for it in session.get_inputs()}
            (sr,) = session.run(["sr"], {key: x for key, x in inputs.items() if key in known})
            ours = Upscaler(name)(picture, alpha).astype(int)
            theirs = np.rint(255 * sr[0].clip(0, 1)).transpose(1, 2, 0)
            assert np.abs(theirs - ours).max() <= 1


def texts_of(path):
    return {it.key: it.value for it in onnx.load(path).metadata_props}


def test_convert_writes_a_pair_by_its_name_with_alpha_as_an_input(tmp_path, noise, capsys):
    path = tmp_path / "pair.onnx"
    assert convert("esrgan", path) == 0
    assert "esrgan-psnr.safetensors and esrgan-gan.safetensors: rrdbnet" in capsys.readouterr().out
    onnx.checker.check_model(path, full_check=True)
    assert_equals_upscale(path, "esrgan", noise, (0.0, 0.5, 1.0))
    texts = texts_of(path)
    assert (texts["architecture"], texts["scale"]) == ("rrdbnet", "4")
    assert json.loads(texts["config"]) == load(PSNR).config
    assert (texts["psnr"], texts["psnr_sha256"]) == (PSNR.name, sha256_of(PSNR))
    assert (texts["gan"], texts["gan_sha256"]) == (GAN.name, sha256_of(GAN))
    assert texts["licence"] == "a toy's"


@pytest.mark.slow
@pytest.mark.usefixtures("embedded")
@pytest.mark.parametrize("name", ["esrgan", "srgan"])
def test_convert_writes_the_embedded_pairs(tmp_path, noise, name):
    assert convert(name, tmp_path / "pair.onnx") == 0
    assert_equals_upscale(tmp_path / "pair.onnx", name, noise, (0.0, 0.5, 1.0))
    assert texts_of(tmp_path / "pair.onnx")["licence"].startswith("research and education only")


def test_convert_writes_two_files_and_one_alpha(tmp_path, noise):
    convert(PSNR, tmp_path / "both.onnx", "--model-gan", GAN)
    assert_equals_upscale(tmp_path / "both.onnx", "esrgan", noise, (0.7,))
    convert("esrgan", tmp_path / "one.onnx", "--alpha", 0.7)
    assert_equals_upscale(tmp_path / "one.onnx", "esrgan", noise, (0.7,))
    texts = texts_of(tmp_path / "one.onnx")
    assert json.loads(texts["interpolation"])["alpha"] == 0.7
    assert texts["gan_sha256"] == sha256_of(GAN)


def test_convert_writes_a_single_network(tmp_path):
    assert convert("srresnet", tmp_path / "single.onnx") == 0
    (file,) = MODELS["srresnet"].files
    assert_equal(onnx.load(tmp_path / "single.onnx"), load(file).network())
    texts = texts_of(tmp_path / "single.onnx")
    assert (texts["source"], texts["source_sha256"]) == (file.name, sha256_of(file))


def refusal(capsys, *arguments):
    assert convert(*arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_refusals_of_convert(tmp_path, capsys, monkeypatch):
    graph = tmp_path / "x.onnx"
    assert "lie between 0 and 1, not 1.5" in refusal(capsys, "esrgan", graph, "--alpha", 1.5)
    assert "srresnet is a single network" in refusal(capsys, "srresnet", graph, "--alpha", 1)
    assert "Unknown model 'nope'" in refusal(capsys, "nope", graph)
    assert "There is no file" in refusal(capsys, tmp_path / "gone.pth", graph)
    assert "bicubic has no weights" in refusal(capsys, "bicubic", graph)
    assert "choose it by --alpha" in refusal(capsys, "esrgan", tmp_path / "x.safetensors")
    assert "not a graph's" in refusal(capsys, "esrgan", graph, "--dialect", "old")
    monkeypatch.setattr("esrgan.cli.convert.largest_difference", lambda *_: 0.02)
    assert "differs from PyTorch by 0.02 grey levels" in refusal(capsys, "srresnet", graph)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["onnx", "onnxscript", "onnxruntime"])
def test_a_missing_package_is_named_with_its_remedy(tmp_path, capsys, monkeypatch, name):
    monkeypatch.setitem(sys.modules, name, None)
    line = refusal(capsys, "srresnet", tmp_path / "x.onnx")
    assert line.startswith(f"esrgan: ONNX graphs need the package {name}, ")
    assert line.endswith("pip install onnx onnxscript onnxruntime.")


def test_a_broken_graph_is_refused_in_a_sentence(tmp_path, pair_graph):
    content = pair_graph.SerializeToString()
    for broken in (b"no graph", content[: len(content) // 2]):
        path = tmp_path / "broken.onnx"
        path.write_bytes(broken)
        for source, name in ((path, "broken.onnx"), (broken, "The graph")):
            with pytest.raises(ValueError, match=f"{name} is not a graph that ONNX Runtime") as it:
                open_session(source)
            assert len(str(it.value).splitlines()) == 1
    with pytest.raises(ValueError, match=r"gone\.onnx is not a graph"):
        open_session(tmp_path / "gone.onnx")


def test_a_picture_or_an_alpha_that_does_not_fit_is_refused_in_a_sentence(pair_graph):
    generator = generator_of("rrdbnet", NETWORKS["rrdbnet"])
    doubling = open_session(graph_of(generator).SerializeToString())
    with pytest.raises(ValueError, match="cannot enlarge a picture of 9x1 pixels") as error:
        run(doubling, pictures([(1, 9)])[0])
    assert len(str(error.value).splitlines()) == 1
    assert run(doubling, pictures([(2, 3)])[0]).shape == (1, 3, 4, 6)
    mixing, (lr, *_) = open_session(pair_graph.SerializeToString()), pictures()
    with pytest.raises(ValueError, match=r"alpha must lie between 0 and 1, not 1\.5"):
        run(mixing, lr, 1.5)
    for session, alpha in ((mixing, None), (doubling, 0.5)):
        with pytest.raises(ValueError, match=r"cannot enlarge .*alpha"):
            run(session, lr, alpha)
