"""Training presets: frozen dataclasses, stored as JSON beside each run."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any


@dataclass(frozen=True)
class TrainingConfig:
    """One run. `adversarial_weight` above 0 makes it stage 2, which needs `init`."""

    preset: str
    architecture: str
    model: Mapping[str, int]
    steps: int
    batch_size: int = 16
    patch_px: int = 96
    learning_rate: float = 1e-3
    warmup_steps: int = 100
    content_weight: float = 1.0
    perceptual_weight: float = 0.0
    perceptual_layers: Mapping[str, float] = field(default_factory=dict)
    perceptual_crop_px: int = 64
    adversarial_weight: float = 0.0
    discriminator_learning_rate: float = 1e-4
    discriminator_features: int = 48
    ema_decay: float = 0.999
    clip_norm: float = 1.0
    bf16: bool = True
    init: str = ""
    seed: int = 0
    report_every: int = 100
    checkpoint_every: int = 500

    def __post_init__(self) -> None:
        """Refuse values that cannot train."""
        if self.patch_px % 4 or self.patch_px < 16:
            raise ValueError(f"patch_px is a multiple of 4 of at least 16, not {self.patch_px}.")
        if min(self.steps, self.batch_size, self.report_every, self.checkpoint_every) < 1:
            raise ValueError("steps, batch_size and the intervals must be at least 1.")

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries, ready for `json.dump`."""
        return asdict(self)


SMALL_RRDB = {"num_features": 32, "num_blocks": 4, "growth_channels": 16}

PRESETS: Mapping[str, TrainingConfig] = {
    "rrdb-psnr-small": TrainingConfig("rrdb-psnr-small", "rrdbnet", SMALL_RRDB, steps=8000),
    "srresnet-small": TrainingConfig(
        "srresnet-small", "srresnet", {}, steps=4000, batch_size=8, learning_rate=5e-4
    ),
    "esrgan-small": TrainingConfig(
        "esrgan-small",
        "rrdbnet",
        SMALL_RRDB,
        steps=5000,
        batch_size=8,
        learning_rate=2e-4,
        perceptual_weight=1.0,
        perceptual_layers={"1_2": 0.2, "2_2": 0.15, "3_3": 0.08},
        adversarial_weight=0.0025,
    ),
}


def preset(name: str, settings: Mapping[str, str]) -> TrainingConfig:
    """A preset with some fields replaced by values given as text.

    Raises
    ------
    ValueError
        If the preset or a field is unknown or a value does not fit the field's type.
    """
    if name not in PRESETS:
        raise ValueError(f"Unknown preset {name!r}; choose one of {', '.join(PRESETS)}.")
    config = PRESETS[name]
    simple = [item.name for item in fields(config) if item.type in (int, float, str, bool)]
    for key in settings:
        if key not in simple:
            raise ValueError(f"No field {key!r} can be set; valid are {', '.join(simple)}.")
    return replace(config, **{key: _parse(config, key, text) for key, text in settings.items()})


def _parse(config: TrainingConfig, key: str, text: str) -> bool | int | float | str:
    """Text to the type of the field's present value."""
    kind = type(getattr(config, key))
    if kind is bool:
        if text.lower() not in ("true", "false"):
            raise ValueError(f"{key} is true or false, not {text!r}.")
        return text.lower() == "true"
    try:
        return kind(text)
    except ValueError:
        raise ValueError(f"{key} is of type {kind.__name__}, not {text!r}.") from None
