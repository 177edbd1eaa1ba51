"""A run's configuration as text for a reader, grouped by concern."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from esrgan.training.config import TrainingConfig
from esrgan.training.settings import FIXED, text_of

TITLES: Mapping[str, str] = {
    "data": "Data",
    "losses": "Losses",
    "adversary": "Discriminator",
    "optimisation": "Optimisation",
    "output": "Reports, checkpoints and validation",
}
NAME_WIDTH = 28
EMPTY = "–"


def describe(config: TrainingConfig) -> str:
    """Every field of a run, in the form that `--set` takes; those that are not default marked.

    Returns
    -------
    str
        The preset's name and its paper's section; then a line for each field, under the title of
        its concern. A line of a field that differs from its default begins with `*` and ends with
        the default.
    """
    defaults = TrainingConfig(config.preset, config.section, config.architecture, config.steps)
    lines = [f"{config.preset}: {config.section}", "(* differs from the default)", "", "Run"]
    lines += _field_lines(config, defaults)
    for name, title in TITLES.items():
        is_unused = name == "adversary" and not config.is_adversarial
        lines += ["", f"{title} (not used: adversarial_weight is 0)" if is_unused else title]
        lines += _field_lines(getattr(config, name), getattr(defaults, name))
    return "\n".join(lines)


def _field_lines(config: Any, defaults: Any) -> Iterator[str]:
    """A line for each field of a dataclass that is no dataclass itself and may be set."""
    for item in fields(config):
        value, default = getattr(config, item.name), getattr(defaults, item.name)
        if item.name in FIXED or is_dataclass(value):
            continue
        mark, note = ("*", f"  (default {_shown(default)})") if value != default else (" ", "")
        yield f"{mark} {item.name:{NAME_WIDTH}} {_shown(value)}{note}"


def _shown(value: Any) -> str:
    """A value as text; a dash where it is empty."""
    return text_of(value) or EMPTY
