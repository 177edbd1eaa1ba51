"""The command line: `python -m esrgan COMMAND --help`; one module a command."""

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from esrgan.cli import (
    benchmark,
    convert,
    evaluate,
    interpolate,
    models,
    sweep,
    train,
    upscale,
    verify,
)
from esrgan.cli.options import BAD_INPUT

COMMANDS = {
    "models": (models, "list the models"),
    "upscale": (upscale, "enlarge pictures"),
    "interpolate": (interpolate, "write the network between two"),
    "convert": (convert, "rewrite a weights file for us or for another program"),
    "verify": (verify, "download a published model and compare it with its publication"),
    "evaluate": (evaluate, "score a model on a folder of pictures"),
    "sweep": (sweep, "score a pair over α, by network and by image interpolation"),
    "train": (train, "train a preset; the same command resumes"),
    "benchmark": (benchmark, "time the α step, the forward pass and the curve on this machine"),
}


class Parser(argparse.ArgumentParser):
    """A parser that refuses with one sentence."""

    def error(self, message: str) -> NoReturn:
        """Exit with status 2."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status, 2 on bad input."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (ValueError, OSError) as error:
        print(f"esrgan: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("esrgan: interrupted.", file=sys.stderr)
        return 130


def _parser() -> Parser:
    """All commands and their options."""
    parser = Parser(prog="esrgan", description="Super-resolution, from faithful to vivid.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    for name, (command, purpose) in COMMANDS.items():
        command.add(commands.add_parser(name, help=purpose))
    return parser
