"""How a preset is defined: fields that differ from the defaults, each of them set once."""

from collections.abc import Mapping
from typing import Any

from esrgan.training.config import TrainingConfig
from esrgan.training.settings import replace_fields

Fields = Mapping[str, Any]
"""Values of a run's fields by their names, whichever dataclass of the configuration has them."""


def define(
    preset: str, *groups: Fields, section: str, architecture: str, steps: int, **fields: Any
) -> TrainingConfig:
    """Make a preset of the defaults, of groups of fields that presets share, and of its own fields.

    Parameters
    ----------
    preset
        Its name.
    *groups
        Fields shared with other presets.
    section
        Where in which paper the run is described.
    architecture, steps
        Fields without a default.
    **fields
        The preset's other fields.

    Raises
    ------
    ValueError
        If two of these set the same field, or there is no field of a name.
    """
    values: dict[str, Any] = {"architecture": architecture, "steps": steps}
    for group in (*groups, fields):
        if twice := sorted(values.keys() & group.keys()):
            raise ValueError(
                f"Preset {preset} sets {', '.join(twice)} twice: set a field in one group, or "
                "among the preset's own fields."
            )
        values |= group
    return replace_fields(TrainingConfig(preset, section, architecture, steps), **values)
