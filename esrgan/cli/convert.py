"""`convert`: rewrite weights for this package or another program, or as an ONNX graph."""

import argparse
from dataclasses import replace
from pathlib import Path

from esrgan.cli.options import fetch
from esrgan.files import write_atomically
from esrgan.onnx import describe, graph_of, graph_of_pair, largest_difference, package
from esrgan.weights import Generator, Model, open_model, resolve, save_generator
from esrgan.weights.cache import expected_sha256
from esrgan.weights.dialects import dialect_names
from esrgan.weights.pairs import between, check_generators, licence_of

GRAPH_SUFFIX = ".onnx"
MAX_DIFFERENCE = 0.01
"""Largest difference of a graph from PyTorch, in grey levels."""


def add(command: argparse.ArgumentParser) -> None:
    """Declare the options."""
    command.add_argument("source", metavar="IN", help="a model's name, .pth or .safetensors")
    command.add_argument(
        "target", type=Path, metavar="OUT", help=".safetensors, .pth or .onnx (a graph)"
    )
    command.add_argument(
        "--model-gan", metavar="FILE", help="the GAN end of a pair whose PSNR-oriented end is IN"
    )
    command.add_argument(
        "--alpha",
        type=float,
        help="the network of a pair at one α, 0 (PSNR) to 1 (GAN); without it, α is an input of "
        "a pair's graph",
    )
    command.add_argument(
        "--dialect",
        choices=dialect_names(),
        help="names of the layers in OUT (default: ours in .safetensors, basicsr in .pth)",
    )
    command.add_argument("--download", action="store_true", help="fetch the model if need be")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write a network in another form; print its architecture and size."""
    model = resolve(options.source, options.model_gan)
    _check_options(options, model)
    if options.download:
        fetch(model)
    ends = open_model(model)
    if model.is_pair:
        check_generators(*ends)
    origin = _origin(model)
    if options.alpha is not None:
        psnr, gan = ends
        ends = (between(psnr, gan, options.alpha, (origin["psnr"], origin["gan"])),)
    if options.target.suffix == GRAPH_SUFFIX:
        _write_graph(options.target, ends, origin)
    else:
        metadata = dict(ends[0].metadata) | origin
        save_generator(options.target, replace(ends[0], metadata=metadata), options.dialect)
    sizes = ", ".join(f"{name} {value}" for name, value in ends[0].config.items())
    print(f"{_source(model)}: {ends[0].architecture} ({sizes}), {ends[0].dialect} dialect")
    return 0


def _check_options(options: argparse.Namespace, model: Model) -> None:
    """Refuse options that do not fit each other or the model."""
    is_graph, name = options.target.suffix == GRAPH_SUFFIX, model.name
    if not model.files and not model.remote:
        raise ValueError(f"{name} has no weights to convert.")
    if options.alpha is not None and not model.is_pair:
        raise ValueError(f"{name} is a single network: --alpha needs a pair.")
    if model.is_pair and options.alpha is None and not is_graph:
        raise ValueError(
            f"{name} is a pair, but {options.target.name} holds one network: choose it by --alpha, "
            "0 (PSNR) to 1 (GAN)."
        )
    if is_graph and options.dialect is not None:
        raise ValueError(
            "--dialect names the layers of .safetensors and .pth files, not a graph's."
        )


def _origin(model: Model) -> dict[str, str]:
    """Names and hashes of the files that the weights come from."""
    names = [file.name for file in model.remote or model.files]
    hashes = [expected_sha256(file) for file in model.remote] or model.sha256()
    ends = ("psnr", "gan") if model.is_pair else ("source",)
    by_end = dict(zip(ends, zip(names, hashes, strict=True), strict=True))
    texts = {end: name for end, (name, _) in by_end.items()}
    return texts | {f"{end}_sha256": sha256 for end, (_, sha256) in by_end.items()}


def _source(model: Model) -> str:
    """Names of the files that the weights come from, for the printed line."""
    return " and ".join(file.name for file in model.remote or model.files)


def _write_graph(target: Path, ends: tuple[Generator, ...], origin: dict[str, str]) -> None:
    """Write a graph of one network or of a pair, once it agrees with PyTorch."""
    package("onnxruntime")  # before the graph is made
    is_pair = len(ends) == 2
    graph = graph_of_pair(*ends) if is_pair else graph_of(ends[0])
    licence = licence_of(ends)
    describe(graph, origin | ({"licence": licence} if licence else {}))
    if not is_pair and "interpolation" in ends[0].metadata:
        describe(graph, {"interpolation": ends[0].metadata["interpolation"]})
    difference = largest_difference(graph, *ends)
    if not difference <= MAX_DIFFERENCE:
        raise ValueError(
            f"The graph differs from PyTorch by {difference:.3g} grey levels, more than "
            f"{MAX_DIFFERENCE}; {target.name} was not written."
        )
    write_atomically(target, graph.SerializeToString())
