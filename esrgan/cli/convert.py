"""`convert`: rewrite a weights file in our names of layers, or another program's."""

import argparse
from dataclasses import replace
from pathlib import Path

from esrgan.files import sha256_of
from esrgan.weights import load, save_generator
from esrgan.weights.dialects import dialect_names


def add(command: argparse.ArgumentParser) -> None:
    """Declare the options."""
    command.add_argument("source", type=Path, metavar="IN", help=".pth or .safetensors")
    command.add_argument("target", type=Path, metavar="OUT", help=".safetensors or .pth")
    command.add_argument(
        "--dialect",
        choices=dialect_names(),
        help="names of the layers in OUT (default: ours in .safetensors, basicsr in .pth)",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the same network with other names of layers; print its architecture and size."""
    generator = load(options.source)
    origin = {"source": options.source.name, "source_sha256": sha256_of(options.source)}
    generator = replace(generator, metadata=dict(generator.metadata) | origin)
    save_generator(options.target, generator, options.dialect)
    sizes = ", ".join(f"{name} {value}" for name, value in generator.config.items())
    print(f"{options.source.name}: {generator.architecture} ({sizes}), {generator.dialect} dialect")
    return 0
