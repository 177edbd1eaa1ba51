"""Training runs by name: every system of the ESRGAN paper in two sizes.

`NAME` has the size that its paper gives; `NAME-small` is a small network on small patches, which
trains in some twenty minutes on two CPU cores.
"""

from collections.abc import Mapping

from esrgan.training.config import FROM_SCRATCH, TrainingConfig
from esrgan.training.presets.ablation import ABLATION_PRESETS, SMALL_ABLATION_PRESETS
from esrgan.training.presets.paper import PAPER_PRESETS
from esrgan.training.presets.small import SMALL_PRESETS
from esrgan.training.settings import replace_fields, with_settings

WARM_START_STEPS = 200
PRESETS: Mapping[str, TrainingConfig] = {
    config.preset: config
    for config in (*PAPER_PRESETS, *ABLATION_PRESETS, *SMALL_PRESETS, *SMALL_ABLATION_PRESETS)
}


def preset(name: str, settings: Mapping[str, str]) -> TrainingConfig:
    """A preset with some fields replaced by values given as text.

    A run that starts from trained weights gets 200 steps of learning-rate warm-up for its new
    optimiser, unless the settings have `warmup_steps`.

    Raises
    ------
    ValueError
        If the preset or a field is unknown or a value does not fit the field's type.
    """
    if name not in PRESETS:
        raise ValueError(f"Unknown preset {name!r}; choose one of {', '.join(PRESETS)}.")
    config = with_settings(PRESETS[name], settings)
    if config.init in ("", FROM_SCRATCH) or "warmup_steps" in settings:
        return config
    warmup_steps = max(config.optimisation.warmup_steps, WARM_START_STEPS)
    return replace_fields(config, warmup_steps=warmup_steps)
