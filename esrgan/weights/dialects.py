"""Translate state dicts between this package's keys and values and those of other programs.

Every architecture of `esrgan.models.ARCHITECTURES` lists its dialects; nothing here depends on a
particular one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from esrgan.models import ARCHITECTURES
from esrgan.models.dialect import Dialect, State, count_repeats
from esrgan.weights.unsupported import refuse_unsupported
from esrgan.weights.wrappers import without_common_prefix

VALUE_RANGES = (255, 1)
"""Largest pixel values that a file's constants may stand for."""
MAX_SHOWN_KEYS = 3


@dataclass(frozen=True)
class Detected:
    """A recognised network, in this package's keys and for values in [0, 1].

    Attributes
    ----------
    architecture
        A key of `esrgan.models.ARCHITECTURES`.
    config
        Fields of its config dataclass that were read from shapes.
    state
        The state dict, as the network loads it.
    dialect
        Name of the dialect that the state dict came in.
    """

    architecture: str
    config: Mapping[str, Any]
    state: dict[str, Tensor]
    dialect: str


@dataclass(frozen=True)
class _Mismatch:
    """How the keys of a state dict differ from those of a dialect."""

    architecture: str
    dialect: Dialect
    missing: list[str]
    unknown: list[str]

    @property
    def num_keys(self) -> int:
        """Number of keys that only the file, or only the dialect, has."""
        return len(self.missing) + len(self.unknown)

    def describe(self) -> str:
        """End of a sentence that names the first key that differs."""
        verb, keys = ("lacks", self.missing) if self.missing else ("has an unknown", self.unknown)
        more = f" ({self.num_keys - 1} more keys differ)" if self.num_keys > 1 else ""
        dialect = f"{self.architecture} in the {self.dialect.name} dialect"
        return f"looks like {dialect}, but {verb} {keys[0]!r}{more}"


def dialect_names() -> tuple[str, ...]:
    """Name every dialect of any architecture, each once."""
    return tuple(dict.fromkeys(dialect.name for _, dialect in _all_dialects()))


def detect(state: State) -> Detected:
    """Recognise a state dict by its keys and read the network's sizes from its shapes.

    Parameters
    ----------
    state
        Tensors by name, without wrapper and prefix (`esrgan.weights.wrappers.unwrap`). One more
        prefix that all keys have is taken off if they are known without it.

    Raises
    ------
    ValueError
        If no dialect has these keys: an architecture that is known, but not supported, is named;
        else the nearest dialect and the first key that differs, or the first keys and every known
        architecture. The message is the end of a sentence that begins with the file's name.
    """
    state, (architecture, dialect, names) = _recognise(state)
    value_range = _value_range(dialect, state)
    translated = {
        ours: _scaled(state[theirs], value_range, -dialect.range_power(ours))
        for theirs, ours in names.items()
    }
    config = ARCHITECTURES[architecture].sizes(translated, dialect.counts(state))
    return Detected(architecture, config, translated, dialect.name)


def express(architecture: str, state: State, name: str) -> tuple[dict[str, Tensor], Dialect]:
    """Translate a state dict of this package into a dialect.

    Parameters
    ----------
    architecture
        A key of `esrgan.models.ARCHITECTURES`.
    state
        Tensors in this package's keys.
    name
        Name of one of the architecture's dialects.

    Returns
    -------
    tuple
        The state dict in the dialect's keys and values, and the dialect.

    Raises
    ------
    ValueError
        If the architecture has no such dialect; those it has are listed.
    """
    dialects = ARCHITECTURES[architecture].dialects
    for dialect in (dialect for dialect in dialects if dialect.name == name):
        names = dialect.keys(count_repeats(dialect.layers, state))
        if set(names.values()) == set(state):
            return _translated(state, dialect, names), dialect
    known = ", ".join(dict.fromkeys(dialect.name for dialect in dialects)) or "none"
    raise ValueError(f"{architecture} is not written in the dialect {name!r}; it has {known}.")


def _translated(state: State, dialect: Dialect, names: Mapping[str, str]) -> dict[str, Tensor]:
    """Rename and scale a state dict of this package and add the dialect's constants."""
    value_range = dialect.value_range
    translated = {
        theirs: _scaled(state[ours], value_range, dialect.range_power(ours))
        for theirs, ours in names.items()
    }
    return translated | dict(dialect.constants.values(value_range) if dialect.constants else {})


def _all_dialects() -> Iterator[tuple[str, Dialect]]:
    """List every architecture's name with each of its dialects."""
    for name, architecture in ARCHITECTURES.items():
        for dialect in architecture.dialects:
            yield name, dialect


def _recognise(state: State) -> tuple[State, tuple[str, Dialect, dict[str, str]]]:
    """Find the state dict, without a common prefix, whose keys are known, and what they are."""
    candidates = list(without_common_prefix(state))
    mismatches: list[_Mismatch] = []
    for candidate in candidates:
        found = _match(candidate)
        if not isinstance(found, _Mismatch | None):
            return candidate, found
        mismatches += [found] if found else []
    for candidate in candidates:
        refuse_unsupported(candidate)
    nearest = min(mismatches, key=lambda mismatch: mismatch.num_keys, default=None)
    raise ValueError(nearest.describe() if nearest else _unknown(state))


def _match(state: State) -> tuple[str, Dialect, dict[str, str]] | _Mismatch | None:
    """Find the architecture and dialect with exactly these keys, and map its keys to ours.

    Where there is none, the nearest dialect is returned, or None if no dialect resembles the keys.
    """
    nearest: _Mismatch | None = None
    for architecture, dialect in _all_dialects():
        names = dialect.keys(dialect.counts(state))
        expected = dict.fromkeys([*names, *dialect.extra_keys()])
        missing = [key for key in expected if key not in state]
        unknown = [key for key in state if key not in expected]
        if not missing and not unknown:
            return architecture, dialect, names
        mismatch = _Mismatch(architecture, dialect, missing, unknown)
        is_similar = 2 * (len(expected) - len(missing)) >= len(state)
        if is_similar and (nearest is None or mismatch.num_keys < nearest.num_keys):
            nearest = mismatch
    return nearest


def _unknown(state: State) -> str:
    """Say what keys a state dict has that resembles no dialect, and what is known."""
    first = ", ".join(repr(key[:60]) for key in list(state)[:MAX_SHOWN_KEYS])
    known = ", ".join(
        dict.fromkeys(f"{name} ({dialect.name})" for name, dialect in _all_dialects())
    )
    return f"is of an unknown kind: its first keys are {first}; known are {known}"


def _value_range(dialect: Dialect, state: State) -> int:
    """Largest pixel value that a network reads: the dialect's, or as its constants show."""
    if dialect.constants is None:
        return dialect.value_range
    for value_range in VALUE_RANGES:
        expected = dialect.constants.values(value_range)
        if all(_is_close(state[key], value) for key, value in expected.items()):
            return value_range
    raise ValueError(f"has {dialect.constants.mismatch}, which is not supported")


def _is_close(value: Tensor, expected: Tensor) -> bool:
    """Whether two tensors agree to half precision."""
    return value.shape == expected.shape and torch.allclose(value.float(), expected, rtol=1e-3)


def _scaled(value: Tensor, value_range: int, power: int) -> Tensor:
    """Multiply by the range to the power of 1, 0 or −1; the same tensor where nothing changes."""
    if value_range == 1 or power == 0:
        return value
    return value * value_range if power > 0 else value / value_range
