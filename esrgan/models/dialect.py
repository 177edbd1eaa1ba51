"""Dialects: how other programs name the layers of an architecture.

The same network is stored under other keys by each program. A `Dialect` maps this package's layer
names to those of one program. A layer name may hold the counters `{group}` and `{block}`, which
number repeated parts from 0, and the totals `{num_groups}` and `{num_blocks}`. Every layer has a
weight and a bias.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from torch import Tensor

COUNTERS = ("group", "block")
State = Mapping[str, Tensor]
Counts = Mapping[str, int]
"""Number of groups and of blocks in each group: {'group': 10, 'block': 20}."""


@dataclass(frozen=True)
class Constants:
    """Tensors that a dialect's files hold besides the layers and that training never changes.

    Attributes
    ----------
    mismatch
        What a file has whose constants differ, for error messages, such as "a mean shift
        ('sub_mean.bias') other than DIV2K's".
    values
        Largest pixel value of the network's input (1 or 255) → key → tensor.
    """

    mismatch: str
    values: Callable[[int], Mapping[str, Tensor]]


def bias_power(key: str) -> int:
    """Power of the pixel range in a network of convolutions, ReLUs and residuals.

    Such a network gives 255 times as much for an input 255 times as large if its biases are 255
    times as large too; its weights stay the same.

    Parameters
    ----------
    key
        This package's key of a weight or bias.

    Returns
    -------
    int
        1 for a bias, 0 for a weight.
    """
    return 1 if key.endswith(".bias") else 0


@dataclass(frozen=True)
class Dialect:
    """One program's layer names and value range for one architecture.

    Attributes
    ----------
    name
        Name of the program or of its convention.
    layers
        This package's name of each layer → the program's name.
    value_range
        Largest pixel value that the program's networks are trained on: 1 or 255. Where there are
        `constants`, those of a file decide when it is read.
    range_power
        This package's key → power of `value_range` by which the program's value is multiplied:
        1, 0 or −1.
    constants
        Tensors that the program's files hold besides the layers.
    wrapper
        Key under which the program's files hold the state dict, one of
        `esrgan.weights.wrappers.WRAPPERS`, or '' where they hold it bare.
    """

    name: str
    layers: Mapping[str, str]
    value_range: int = 1
    range_power: Callable[[str], int] = bias_power
    constants: Constants | None = None
    wrapper: str = ""

    def counts(self, keys: Collection[str]) -> Counts:
        """Count the groups and blocks in the program's keys: at least one, at most the keys."""
        return count_repeats(self.layers.values(), keys)

    def keys(self, counts: Counts) -> dict[str, str]:
        """Map every key of the program to this package's, for so many groups and blocks."""
        return {
            f"{theirs}.{kind}": f"{ours}.{kind}"
            for our_name, their_name in self.layers.items()
            for ours, theirs in _numbered(our_name, their_name, counts)
            for kind in ("weight", "bias")
        }

    def extra_keys(self) -> tuple[str, ...]:
        """List the keys of the constants."""
        return tuple(self.constants.values(self.value_range)) if self.constants else ()


def same_names(*names: str) -> dict[str, str]:
    """Map layers to themselves: the program names them as this package does."""
    return {name: name for name in names}


def count_repeats(names: Iterable[str], keys: Collection[str]) -> Counts:
    """Count the distinct groups and blocks that keys number.

    Parameters
    ----------
    names
        Layer names with counters, such as 'body.{block}.conv1'.
    keys
        Keys of a state dict. Those that belong to no named layer are passed over.

    Returns
    -------
    Counts
        At least one of each, and at most one block more than there are keys for each group, so
        that a forged file cannot claim more than it holds.

    Examples
    --------
    >>> count_repeats(["body.{block}.conv1"], ["body.0.conv1.bias", "body.1.conv1.bias"])
    {'group': 1, 'block': 2}
    """
    seen: dict[str, set[str]] = {name: {"0"} for name in COUNTERS}
    patterns = _patterns(tuple(names))
    for key in keys:
        for pattern in patterns:
            if match := pattern.fullmatch(key):
                for name, index in match.groupdict().items():
                    seen[name].add(index)
    groups = len(seen["group"])
    return {"group": groups, "block": min(len(seen["block"]), 1 + len(keys) // groups)}


@cache
def _patterns(names: tuple[str, ...]) -> list[re.Pattern[str]]:
    """Compile regular expressions that match keys and capture their counters."""
    patterns: list[re.Pattern[str]] = []
    for name in names:
        if any(f"{{{counter}}}" in name for counter in COUNTERS):
            text = re.escape(name)
            for counter in COUNTERS:
                text = text.replace(rf"\{{{counter}\}}", rf"(?P<{counter}>\d{{1,4}})")
            text = re.sub(r"\\\{num_\w+\\\}", r"\\d{1,4}", text)
            patterns.append(re.compile(text + r"\.(?:weight|bias)"))
    return patterns


def _numbered(ours: str, theirs: str, counts: Counts) -> Iterator[tuple[str, str]]:
    """Fill in the counters of a layer's two names, for every group and block it is part of."""
    totals = {f"num_{name}s": count for name, count in counts.items()}
    for group in range(counts["group"] if "{group}" in ours else 1):
        for block in range(counts["block"] if "{block}" in ours else 1):
            values = {"group": group, "block": block, **totals}
            yield ours.format(**values), theirs.format(**values)
