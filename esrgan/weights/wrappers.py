"""Find the state dict inside what another program stored: take off wrappers and key prefixes."""

from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

WRAPPERS = ("params_ema", "params", "state_dict", "model")
"""Keys under which some programs store the state dict; the moving average is preferred."""
GENERATOR_PREFIXES = ("generator_ema.", "generator.", "net_g_ema.", "net_g.", "netG.")
"""What some programs write before a generator's keys. Where some keys begin so, all others are
dropped, such as those of a discriminator."""
PREFIXES = ("module.", *GENERATOR_PREFIXES)
"""What some programs write before every key."""
TRAINING_STATE = {"optimizers", "schedulers"}
"""Keys of what BasicSR and its kin save to resume a training."""
MAX_DEPTH = 4
MAX_KEYS = 20_000


def unwrap(content: Any) -> dict[str, Tensor]:
    """Return the state dict inside a file's content, its keys without prefix.

    Raises
    ------
    ValueError
        If there is anything but tensors by name. The message is the end of a sentence that begins
        with the file's name.
    """
    for _ in range(MAX_DEPTH):
        inner = _inner(content)
        if inner is None:
            break
        content = inner
    if not isinstance(content, Mapping) or not content or len(content) > MAX_KEYS:
        raise ValueError("holds no state dict: tensors by name are expected")
    if set(map(str, content)) >= TRAINING_STATE:
        raise ValueError(
            "is a training state (optimisers and schedulers), which holds no weights: use the "
            "file of the generator that was saved beside it"
        )
    state = _without_prefixes(content)
    for key, value in state.items():
        if not isinstance(key, str) or not isinstance(value, Tensor):
            raise ValueError(f"holds a {type(value).__name__} at {str(key)[:60]!r}, not a tensor")
    return state


def _inner(content: Any) -> Any:
    """Return what a wrapper holds, or None where there is no wrapper."""
    if not isinstance(content, Mapping):
        return None
    for wrapper in WRAPPERS:
        if isinstance(content.get(wrapper), Mapping):
            return content[wrapper]
    return None


def _without_prefixes(content: Mapping[Any, Any]) -> dict[Any, Any]:
    """Take off nested prefixes, one after the other."""
    state = dict(content)
    for _ in range(MAX_DEPTH):
        shorter = _without_prefix(state)
        if shorter is None:
            break
        state = shorter
    return state


def without_common_prefix(state: Mapping[str, Tensor]) -> Iterator[Mapping[str, Tensor]]:
    """Yield a state dict as it is, then without one, two, … parts that all its keys begin with.

    Some programs write the name of a variable before every key, such as 'model.net_g.'; in one
    dialect every key begins with 'model.' by itself.
    """
    yield state
    for _ in range(MAX_DEPTH):
        first = next(iter(state), "").split(".")[0] + "."
        if not all(key.startswith(first) for key in state):
            return
        state = _without_prefixes({key[len(first) :]: value for key, value in state.items()})
        yield state


def _without_prefix(state: Mapping[Any, Any]) -> dict[Any, Any] | None:
    """Take off the first prefix that applies; None if none does."""
    for prefix in PREFIXES:
        chosen = {k[len(prefix) :]: v for k, v in state.items() if str(k).startswith(prefix)}
        if chosen and (len(chosen) == len(state) or prefix in GENERATOR_PREFIXES):
            return chosen
    return None
