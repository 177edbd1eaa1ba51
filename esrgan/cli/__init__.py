"""The command line: `python -m esrgan COMMAND --help`; one module a command.

A command's module is imported when the command is chosen: the list of commands, the version and
the refusal of a misspelt command need no PyTorch.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import NoReturn

from esrgan import __version__
from esrgan.cli.status import BAD_INPUT, INTERRUPTED
from esrgan.threads import share_processor

COMMANDS = {
    "models": ("esrgan.cli.models", "list the models"),
    "upscale": ("esrgan.cli.upscale", "enlarge pictures"),
    "interpolate": ("esrgan.cli.interpolate", "write the network between two"),
    "convert": ("esrgan.cli.convert", "rewrite a weights file for us or for another program"),
    "verify": (
        "esrgan.cli.verify",
        "download a published model and compare it with its publication",
    ),
    "evaluate": ("esrgan.cli.evaluate", "score a model on a folder of pictures"),
    "sweep": (
        "esrgan.cli.sweep",
        "score a pair over α, by network and by image interpolation",
    ),
    "train": ("esrgan.cli.train", "train a preset; the same command resumes"),
    "benchmark": (
        "esrgan.cli.benchmark",
        "time the α step, the forward pass and the curve on this machine",
    ),
}
"""The module and the purpose of each command."""


class Parser(argparse.ArgumentParser):
    """A parser that reports an error in one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        """Print the message and exit with status 2."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status, 2 on bad input."""
    share_processor()
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        options = _parser(arguments).parse_args(arguments)
        return options.run(options)
    except (ValueError, OSError) as error:
        print(f"esrgan: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("esrgan: interrupted.", file=sys.stderr)
        return INTERRUPTED


def _parser(arguments: Sequence[str]) -> Parser:
    """All commands, and the options of the chosen one."""
    parser = Parser(prog="esrgan", description="Super-resolution, from faithful to vivid.")
    parser.add_argument("--version", action="version", version=f"esrgan {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    chosen = next((word for word in arguments if not word.startswith("-")), None)
    for name, (module, purpose) in COMMANDS.items():
        command = commands.add_parser(name, help=purpose)
        if name == chosen:
            importlib.import_module(module).add(command)
    return parser
