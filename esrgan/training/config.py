"""What a training run is: frozen dataclasses, one a concern, stored as JSON beside the run."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from esrgan.losses import DISTANCES, TERM_WEIGHTS
from esrgan.models.discriminator import DiscriminatorConfig

SCALE = 4
SCHEDULES = ("cosine", "steps")
PRECISIONS = ("fp32", "bf16", "fp16", "auto")
OPTIMISERS = ("adam", "muon")
GAMES = ("relativistic", "standard")
FEATURE_NETWORKS = ("vgg19", "minc", "vgg16-antialiased")
SMALLEST_SEEN_PX = 32
"""The feature network halves what it sees five times."""
FROM_SCRATCH = "scratch"
"""Value of `init` that lets a GAN start from fresh weights."""


def _check_choice(name: str, value: str, known: tuple[str, ...]) -> None:
    """Refuse a value that is none of the known ones."""
    if value not in known:
        raise ValueError(f"{name} is one of {', '.join(known)}, not {value!r}.")


def _check_at_least(smallest: float, **values: float) -> None:
    """Refuse values that are too small, naming the first."""
    for name, value in values.items():
        if not value >= smallest:
            raise ValueError(f"{name} must be at least {smallest:g}, not {value:g}.")


@dataclass(frozen=True)
class DataConfig:
    """Which pictures a step sees.

    Attributes
    ----------
    batch_size
        Patches in one update, over all processes and accumulated parts together.
    patch_px
        Side of the square HR patches.
    more_data
        Whether data folders after the first are used ('more data' in figure 8).
    held_out
        Pictures of the first folder kept for validation, at most an eighth of it.
    """

    batch_size: int = 16
    patch_px: int = 128
    more_data: bool = True
    held_out: int = 8

    def __post_init__(self) -> None:
        """Refuse values that cannot train."""
        if self.patch_px % SCALE or self.patch_px < 16:
            raise ValueError(f"patch_px is a multiple of 4 of at least 16, not {self.patch_px}.")
        _check_at_least(1, batch_size=self.batch_size)
        _check_at_least(0, held_out=self.held_out)


@dataclass(frozen=True)
class LossConfig:
    """L_G = perceptual + λ · adversarial + η · content (equation 3), texture, and path.

    Attributes
    ----------
    content_weight, perceptual_weight, adversarial_weight, texture_weight
        η, 1, λ and EnhanceNet's weight; 0 leaves the term out.
    content_distance, perceptual_distance
        'l1' or 'l2'.
    feature_network
        'vgg19', 'minc' (VGG19's outline, trained on materials) or 'vgg16-antialiased'.
    perceptual_layers, texture_layers
        Weight of each layer, such as {'5_4': 1.0}.
    perceptual_activated
        Features after activation (SRGAN) instead of before it (ESRGAN).
    perceptual_crop_px
        Side of the random crop that the feature network sees; 0 is the whole patch.
    game
        'relativistic' (equations 1 and 2) or 'standard'.
    path_weight
        Of the colour of the networks between `init` and this one; none from scratch.
    adversarial_reduction
        'mean' of the two halves (official code) or their 'sum' (paper).
    """

    content_weight: float = 1.0
    content_distance: str = "l1"
    perceptual_weight: float = 0.0
    perceptual_distance: str = "l1"
    perceptual_layers: Mapping[str, float] = field(default_factory=lambda: {"5_4": 1.0})
    perceptual_activated: bool = False
    perceptual_crop_px: int = 0
    feature_network: str = "vgg19"
    adversarial_weight: float = 0.0
    game: str = "relativistic"
    adversarial_reduction: str = "mean"
    texture_weight: float = 0.0
    texture_layers: Mapping[str, float] = field(default_factory=dict)
    path_weight: float = 0.0

    def __post_init__(self) -> None:
        """Refuse values that cannot train."""
        _check_choice("content_distance", self.content_distance, tuple(DISTANCES))
        _check_choice("perceptual_distance", self.perceptual_distance, tuple(DISTANCES))
        _check_choice("feature_network", self.feature_network, FEATURE_NETWORKS)
        _check_choice("game", self.game, GAMES)
        _check_choice("adversarial_reduction", self.adversarial_reduction, tuple(TERM_WEIGHTS))
        weights = (self.content_weight, self.perceptual_weight, self.adversarial_weight)
        _check_at_least(0, weight=min(*weights, self.texture_weight, self.path_weight))
        if not any((*weights, self.texture_weight)):
            raise ValueError("At least one loss needs a weight above 0.")
        pairs = (
            (self.perceptual_weight, self.perceptual_layers),
            (self.texture_weight, self.texture_layers),
        )
        if any(weight and not layers for weight, layers in pairs):
            raise ValueError("A loss on features needs layers, such as perceptual_layers=5_4:1.")

    @property
    def layers(self) -> tuple[str, ...]:
        """Every layer that a loss reads."""
        perceptual = self.perceptual_layers if self.perceptual_weight else {}
        texture = self.texture_layers if self.texture_weight else {}
        return tuple(dict.fromkeys([*perceptual, *texture]))


@dataclass(frozen=True)
class AdversaryConfig:
    """The discriminator, where there is one; its patches are the data's."""

    discriminator: str = "vgg"
    discriminator_features: int = 64
    discriminator_learning_rate: float = 1e-4


@dataclass(frozen=True)
class OptimisationConfig:
    """The optimiser, its schedule, and what is done to gradients and weights.

    Attributes
    ----------
    optimiser
        'adam', or 'muon' for the generator; a discriminator has Adam.
    beta2
        Adam's.
    schedule
        'cosine' down to 1 %, or 'steps': times `decay` at each of `milestones`.
    warmup_steps
        Steps of linear rise to the learning rate.
    ema_decay
        Of the exponential moving average that is evaluated and published.
    clip_norm
        Largest norm of a network's gradient; 0 does not clip.
    accumulation
        Parts in which a batch is computed; relativistic means are then those of a part.
    precision
        'fp32', 'bf16', 'fp16' (CUDA only), or 'auto': bf16 where the processor computes in it.
    """

    optimiser: str = "adam"
    learning_rate: float = 2e-4
    schedule: str = "steps"
    milestones: tuple[int, ...] = ()
    decay: float = 0.5
    warmup_steps: int = 0
    beta2: float = 0.99
    ema_decay: float = 0.999
    clip_norm: float = 0.0
    accumulation: int = 1
    precision: str = "fp32"

    def __post_init__(self) -> None:
        """Refuse values that cannot train."""
        _check_choice("optimiser", self.optimiser, OPTIMISERS)
        _check_choice("schedule", self.schedule, SCHEDULES)
        _check_choice("precision", self.precision, PRECISIONS)
        _check_at_least(1, accumulation=self.accumulation)
        _check_at_least(0, clip_norm=self.clip_norm, warmup_steps=self.warmup_steps)
        if not 0 <= self.ema_decay < 1:
            raise ValueError(f"ema_decay lies in [0, 1), not {self.ema_decay}.")
        if not 0 < self.decay <= 1:
            raise ValueError(f"decay lies in (0, 1], not {self.decay}.")
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(f"learning_rate must be above 0, not {self.learning_rate}.")


@dataclass(frozen=True)
class OutputConfig:
    """How often a run reports, saves and validates, in steps; 0 never validates.

    The last of `validation_alphas` is 1: the best GAN end is chosen there.
    """

    report_every: int = 100
    checkpoint_every: int = 5000
    keep_last: int = 2
    validate_every: int = 5000
    validation_alphas: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0)

    def __post_init__(self) -> None:
        """Refuse intervals that never come."""
        _check_at_least(
            1,
            report_every=self.report_every,
            checkpoint_every=self.checkpoint_every,
            keep_last=self.keep_last,
        )
        _check_at_least(0, validate_every=self.validate_every)
        alphas = self.validation_alphas
        if alphas[-1:] != (1.0,) or not all(0 <= alpha <= 1 for alpha in alphas):
            raise ValueError(f"validation_alphas lie in [0, 1] and end with 1, unlike {alphas}.")


@dataclass(frozen=True)
class TrainingConfig:
    """One run.

    Attributes
    ----------
    preset, section
        Its name, and where in which paper it stands.
    architecture, model
        Arguments of `esrgan.models.build`.
    init
        Weights to start from (a GAN run needs them: the two ends then interpolate), 'scratch',
        or empty.
    head_start
        A trained pair's two files, PSNR end first: the run starts from `init` moved by their
        difference. With `init` as the first of them, training goes on with the second.
    back_projection
        Iterations of back projection on validation pictures (PIRM).
    """

    preset: str
    section: str
    architecture: str
    steps: int
    model: Mapping[str, float] = field(default_factory=dict)
    init: str = ""
    head_start: tuple[str, ...] = ()
    seed: int = 0
    back_projection: int = 0
    data: DataConfig = field(default_factory=DataConfig)
    losses: LossConfig = field(default_factory=LossConfig)
    adversary: AdversaryConfig = field(default_factory=AdversaryConfig)
    optimisation: OptimisationConfig = field(default_factory=OptimisationConfig)
    output: OutputConfig = field(default_factory=OutputConfig)

    def __post_init__(self) -> None:
        """Refuse values that do not go together."""
        _check_at_least(1, steps=self.steps)
        _check_at_least(0, back_projection=self.back_projection)
        if self.is_adversarial:
            self.discriminator_config()
        if len(self.head_start) not in (0, 2):
            raise ValueError("head_start takes two files: PSNR.safetensors,GAN.safetensors.")
        if self.head_start and self.init in ("", FROM_SCRATCH):
            raise ValueError("head_start moves the weights of init: --set init=FILE.safetensors.")
        if self.model.get("scale", SCALE) != SCALE:
            raise ValueError(f"Networks are trained to enlarge {SCALE} times.")
        seen_px = min(self.losses.perceptual_crop_px or math.inf, self.data.patch_px)
        if self.losses.layers and seen_px < SMALLEST_SEEN_PX:
            raise ValueError(f"A loss on features looks at {SMALLEST_SEEN_PX} px a side or more.")
        if self.data.batch_size % self.optimisation.accumulation:
            raise ValueError("batch_size must be a multiple of accumulation.")

    @property
    def is_adversarial(self) -> bool:
        """Whether the run is a GAN's."""
        return self.losses.adversarial_weight > 0

    def discriminator_config(self) -> DiscriminatorConfig:
        """The discriminator for this run's patches."""
        adversary = self.adversary
        return DiscriminatorConfig(
            adversary.discriminator, adversary.discriminator_features, self.data.patch_px
        )

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists, ready for `json.dump`."""
        return asdict(self)
