"""From anyone's state dict to ours, and back: wrapper, dialect, sizes, values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from esrgan.models.blocks import DIV2K_MEAN
from esrgan.weights.dialects import DIALECTS, MEAN_SHIFT_KEYS, Dialect, exponent

State = Mapping[str, Tensor]

WRAPPERS = ("params_ema", "params", "state_dict", "model")
"""Keys that hold the state in some programs' files; the moving average is preferred."""
PREFIXES = ("module.", "generator_ema.", "generator.")
"""What some programs put before every key; a file that has generators is read for them only."""
DEEPEST = 4
MOST_KEYS = 20_000
SHOWN_KEYS = 3
RRDBNET_SCALES = {(2, 3): 4, (2, 12): 2, (2, 48): 1, (3, 3): 8}
"""Doublings and channels read → scale; ×2 and ×1 start with a pixel-unshuffle."""


@dataclass(frozen=True)
class Detected:
    """What a state dict turned out to be, in our own names and value range."""

    architecture: str
    config: Mapping[str, Any]
    state: dict[str, Tensor]
    dialect: str


def unwrap(content: Any) -> dict[str, Tensor]:
    """The state dict inside what a file holds: no wrapper, no prefix.

    Raises
    ------
    ValueError
        If something else than tensors by name is in there.
    """
    for _ in range(DEEPEST):
        inner = _inner(content)
        if inner is None:
            break
        content = inner
    if not isinstance(content, Mapping) or not content or len(content) > MOST_KEYS:
        raise ValueError("holds no state dict: tensors by name are expected")
    stripped = _without_prefix(content)
    for key, value in stripped.items():
        if not isinstance(key, str) or not isinstance(value, Tensor):
            raise ValueError(f"holds a {type(value).__name__} at {str(key)[:60]!r}, not a tensor")
    return stripped


def _inner(content: Any) -> Any:
    """What the wrapper holds, or None where there is none."""
    if not isinstance(content, Mapping):
        return None
    for wrapper in WRAPPERS:
        if isinstance(content.get(wrapper), Mapping):
            return content[wrapper]
    return None


def _without_prefix(content: Mapping[Any, Any]) -> dict[Any, Any]:
    """The same without what stands before every key, or before those of the generator."""
    state = dict(content)
    for _ in range(DEEPEST):
        for prefix in PREFIXES:
            chosen = {k[len(prefix) :]: v for k, v in state.items() if str(k).startswith(prefix)}
            if chosen and (len(chosen) == len(state) or prefix.startswith("generator")):
                state = chosen
                break
        else:
            break
    return state


def detect(state: State) -> Detected:
    """Recognise a bare state dict by its keys and read the sizes from its shapes.

    Raises
    ------
    ValueError
        If no dialect fits: the nearest one and the first key that differs are named, or the first
        keys and everything that is known.
    """
    dialect, names = _recognise(state)
    value_range = _value_range(dialect, state)
    ours = {name: _scaled(state[key], value_range, -exponent(name)) for key, name in names.items()}
    config = SIZES[dialect.architecture](ours, dialect.counts(state))
    return Detected(dialect.architecture, config, ours, dialect.name)


def express(architecture: str, state: State, name: str) -> tuple[dict[str, Tensor], Dialect]:
    """A state of ours in the keys and values of a dialect.

    Raises
    ------
    ValueError
        If the architecture is not written in this dialect; those it has are listed.
    """
    fitting = [it for it in DIALECTS if it.architecture == architecture]
    for dialect in (it for it in fitting if it.name == name):
        names = dialect.keys(_own_counts(dialect, state))
        if set(names.values()) == set(state):
            scaled = {
                key: _scaled(state[ours], dialect.value_range, exponent(ours))
                for key, ours in names.items()
            }
            return scaled | (
                _mean_shift(dialect.value_range) if dialect.extra_keys() else {}
            ), dialect
    known = ", ".join(dict.fromkeys(it.name for it in fitting)) or "none"
    raise ValueError(f"{architecture} is not written in the dialect {name!r}; it has {known}.")


def _own_counts(dialect: Dialect, state: State) -> dict[str, int]:
    """Groups and blocks of a state in our names."""
    return Dialect("", "", {name: name for name in dialect.layers}).counts(state)


def _recognise(state: State) -> tuple[Dialect, dict[str, str]]:
    """The dialect whose keys are exactly these, and its key → our key."""
    nearest: tuple[int, Dialect, list[str], list[str]] | None = None
    for dialect in DIALECTS:
        names = dialect.keys(dialect.counts(state))
        wanted = [*names, *dialect.extra_keys()]
        missing = [key for key in wanted if key not in state]
        surplus = [key for key in state if key not in names and key not in dialect.extra_keys()]
        if not missing and not surplus:
            return dialect, names
        known = len(wanted) - len(missing)
        difference = len(missing) + len(surplus)
        if 2 * known >= len(state) and (nearest is None or difference < nearest[0]):
            nearest = difference, dialect, missing, surplus
    raise ValueError(_unknown(state) if nearest is None else _almost(*nearest[1:]))


def _almost(dialect: Dialect, missing: list[str], surplus: list[str]) -> str:
    """What keeps a state dict from being of the nearest dialect."""
    what = f"looks like {dialect.architecture} in the {dialect.name} dialect, but"
    key, verb = (missing[0], "lacks") if missing else (surplus[0], "has an unknown")
    more = len(missing) + len(surplus) - 1
    return f"{what} {verb} {key!r}" + (f" ({more} more keys differ)" if more else "")


def _unknown(state: State) -> str:
    """What is in a state dict that no dialect resembles, and what could be."""
    first = ", ".join(repr(key[:60]) for key in list(state)[:SHOWN_KEYS])
    known = ", ".join(dict.fromkeys(f"{it.architecture} ({it.name})" for it in DIALECTS))
    return f"is of an unknown kind: its first keys are {first}; known are {known}"


def _value_range(dialect: Dialect, state: State) -> int:
    """1 or 255: what the dialect says, or what the stored mean shift shows."""
    if not dialect.has_mean_shift:
        return dialect.value_range
    for value_range in (255, 1):
        expected = _mean_shift(value_range)
        if all(_is_close(state[key], expected[key]) for key in MEAN_SHIFT_KEYS):
            return value_range
    raise ValueError(
        "has a mean shift ('sub_mean.bias') other than DIV2K's, which is not supported"
    )


def _is_close(value: Tensor, expected: Tensor) -> bool:
    """Whether two tensors agree to half precision."""
    return value.shape == expected.shape and torch.allclose(value.float(), expected, rtol=1e-3)


def _mean_shift(value_range: int) -> dict[str, Tensor]:
    """The two 1x1 convolutions that subtract the mean and add it again."""
    identity, mean = torch.eye(3).view(3, 3, 1, 1), value_range * torch.tensor(DIV2K_MEAN)
    return dict(zip(MEAN_SHIFT_KEYS, (identity, -mean, identity.clone(), mean), strict=True))


def _scaled(value: Tensor, value_range: int, power: int) -> Tensor:
    """A value times a power of the range; the same tensor where that is 1."""
    if value_range == 1 or power == 0:
        return value
    return value * value_range if power > 0 else value / value_range


def _convolution(state: State, key: str) -> tuple[int, ...]:
    """Shape of a convolution's weight."""
    shape = tuple(state[key].shape)
    if len(shape) != 4:
        raise ValueError(f"has {key!r} of shape {shape}; a convolution has four dimensions")
    return shape


def _rrdbnet_sizes(state: State, counts: Mapping[str, int]) -> dict[str, Any]:
    """Features, blocks, growth and scale of an RRDBNet."""
    features, channels = _convolution(state, "conv_first.weight")[:2]
    doublings = 3 if "conv_up3.weight" in state else 2
    if (doublings, channels) not in RRDBNET_SCALES:
        raise ValueError(
            f"has a first layer ('conv_first.weight' here) that reads {channels} channels; RGB "
            "networks read 3, or 12 (×2) or 48 (×1) after a pixel-unshuffle"
        )
    return {
        "scale": RRDBNET_SCALES[doublings, channels],
        "num_features": features,
        "num_blocks": counts["block"],
        "growth_channels": _convolution(state, "body.0.rdb1.conv1.weight")[0],
    }


def _srresnet_sizes(state: State, counts: Mapping[str, int]) -> dict[str, Any]:
    """Features and blocks of an SRResNet."""
    features = _convolution(state, "conv_first.weight")[0]
    return {"scale": 4, "num_features": features, "num_blocks": counts["block"]}


def _shuffle_scale(state: State) -> int:
    """Scale of a pixel-shuffle tail: a doubling for each convolution."""
    return 2 ** sum(f"upsample.{up}.weight" in state for up in range(3))


def _edsr_sizes(state: State, counts: Mapping[str, int]) -> dict[str, Any]:
    """Sizes of an EDSR. Its residual scale is no weight: the wide network has 0.1, others 1."""
    features = _convolution(state, "conv_first.weight")[0]
    return {
        "scale": _shuffle_scale(state),
        "num_features": features,
        "num_blocks": counts["block"],
        "residual_scale": 0.1 if features >= 256 else 1.0,
    }


def _rcan_sizes(state: State, counts: Mapping[str, int]) -> dict[str, Any]:
    """Sizes of an RCAN."""
    features = _convolution(state, "conv_first.weight")[0]
    squeezed = _convolution(state, "body.0.blocks.0.attention.conv1.weight")[0]
    return {
        "scale": _shuffle_scale(state),
        "num_features": features,
        "num_groups": counts["group"],
        "num_blocks": counts["block"],
        "squeeze": features // max(1, squeezed),
    }


SIZES: Mapping[str, Callable[[State, Mapping[str, int]], dict[str, Any]]] = {
    "rrdbnet": _rrdbnet_sizes,
    "srresnet": _srresnet_sizes,
    "edsr": _edsr_sizes,
    "rcan": _rcan_sizes,
}
"""How the sizes of an architecture follow from the shapes, in our names."""
