"""The configuration of a training run: frozen dataclasses, stored as JSON in the run's folder.

A field's name is unique over all of them: `--set FIELD=VALUE` needs nothing else. Names are stored
in the files of runs, so a field is not renamed.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from esrgan.models.discriminator import DiscriminatorConfig
from esrgan.training.checks import check_at_least, check_choice
from esrgan.training.loss_config import LossConfig

SCALE = 4
SCHEDULES = ("cosine", "steps")
PRECISIONS = ("fp32", "bf16", "fp16", "auto")
OPTIMISERS = ("adam", "muon")
SMALLEST_FEATURE_INPUT_PX = 32
"""Least side of what a feature network is given, which it halves five times."""
FROM_SCRATCH = "scratch"
"""Value of `init` with which a GAN starts from random weights."""


@dataclass(frozen=True)
class DataConfig:
    """The training pictures, and the patches of a step.

    Attributes
    ----------
    batch_size
        Patches in one update, over all processes and all accumulated parts.
    patch_px
        Side of the square HR patches.
    more_data
        Whether data folders after the first are used: 'more data' in figure 8 of the paper.
    held_out
        Pictures of the first folder kept for validation; at most an eighth of them are.
    """

    batch_size: int = 16
    patch_px: int = 128
    more_data: bool = True
    held_out: int = 8

    def __post_init__(self) -> None:
        """Refuse values that cannot train."""
        if self.patch_px % SCALE or self.patch_px < 16:
            raise ValueError(f"patch_px is a multiple of 4 of at least 16, not {self.patch_px}.")
        check_at_least(1, batch_size=self.batch_size)
        check_at_least(0, held_out=self.held_out)


@dataclass(frozen=True)
class AdversaryConfig:
    """The discriminator of a GAN run and its learning rate.

    Attributes
    ----------
    discriminator
        'vgg' (the paper's), 'vgg-spectral', 'unet-spectral' or 'patch-spectral'.
    discriminator_features
        Channels of its first convolution.
    """

    discriminator: str = "vgg"
    discriminator_features: int = 64
    discriminator_learning_rate: float = 1e-4


@dataclass(frozen=True)
class OptimisationConfig:
    """Optimiser, learning rate, moving average and arithmetic.

    Attributes
    ----------
    optimiser
        The generator's: 'adam' or 'muon'. A discriminator is always trained by Adam.
    schedule
        'cosine': along half a cosine down to 1 % of the learning rate; or 'steps': multiplied by
        `decay` at each of `milestones`.
    warmup_steps
        Steps in which the learning rate rises linearly.
    beta2
        Adam's β2. The default is that of the authors' code; the paper says 0.999.
    ema_decay
        Decay of the exponential moving average of the weights, which is validated and published.
        The default is that of the authors' code; the paper has no moving average.
    clip_norm
        Largest norm of a network's gradient; 0 does not clip.
    accumulation
        Parts in which a batch is computed one after the other; the means of a relativistic loss
        are then taken over one part.
    precision
        'fp32', 'bf16', 'fp16' (CUDA only), or 'auto': bf16 on a processor that has bf16
        arithmetic, else fp32.
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
        check_choice("optimiser", self.optimiser, OPTIMISERS)
        check_choice("schedule", self.schedule, SCHEDULES)
        check_choice("precision", self.precision, PRECISIONS)
        check_at_least(1, accumulation=self.accumulation)
        check_at_least(0, clip_norm=self.clip_norm, warmup_steps=self.warmup_steps)
        if not 0 <= self.ema_decay < 1:
            raise ValueError(f"ema_decay lies in [0, 1), not {self.ema_decay}.")
        if not 0 < self.decay <= 1:
            raise ValueError(f"decay lies in (0, 1], not {self.decay}.")
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(f"learning_rate must be above 0, not {self.learning_rate}.")


@dataclass(frozen=True)
class OutputConfig:
    """How often a run reports, saves and validates.

    Attributes
    ----------
    report_every, checkpoint_every, validate_every
        Steps between two; `validate_every` of 0 never validates.
    keep_last
        Checkpoints that are kept.
    validation_alphas
        α of the networks that are validated in a GAN run. The last is 1, the trained network
        itself, by which the best weights are chosen.
    """

    report_every: int = 100
    checkpoint_every: int = 5000
    keep_last: int = 2
    validate_every: int = 5000
    validation_alphas: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0)

    def __post_init__(self) -> None:
        """Refuse values that cannot be."""
        check_at_least(
            1,
            report_every=self.report_every,
            checkpoint_every=self.checkpoint_every,
            keep_last=self.keep_last,
        )
        check_at_least(0, validate_every=self.validate_every)
        alphas = self.validation_alphas
        if alphas[-1:] != (1.0,) or not all(0 <= alpha <= 1 for alpha in alphas):
            raise ValueError(f"validation_alphas lie in [0, 1] and end with 1, unlike {alphas}.")


@dataclass(frozen=True)
class TrainingConfig:
    """The configuration of one run.

    Attributes
    ----------
    preset, section
        The preset's name, and the paper and section that describe it.
    architecture, model
        Arguments of `esrgan.models.build`: the generator and its size.
    steps
        Updates of the generator.
    init
        File of weights to start from; empty for random weights. A GAN run needs a file, so that
        its network interpolates with the PSNR-oriented one, or 'scratch' to go without.
    head_start
        Two files of a trained pair, the PSNR-oriented first. The run then starts from the weights
        in `init` plus the pair's difference; if `init` is the first of the two, that is the second.
    seed
        Decides the random weights, the patches and all other random choices.
    back_projection
        Iterations of back projection on validation results, as in the PIRM-SR challenge entry.
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
        """Refuse fields that contradict each other."""
        check_at_least(1, steps=self.steps)
        check_at_least(0, back_projection=self.back_projection)
        if self.is_adversarial:
            self.discriminator_config()
        if len(self.head_start) not in (0, 2):
            raise ValueError("head_start takes two files: PSNR.safetensors,GAN.safetensors.")
        if self.head_start and self.init in ("", FROM_SCRATCH):
            raise ValueError("head_start moves the weights of init: --set init=FILE.safetensors.")
        if self.model.get("scale", SCALE) != SCALE:
            raise ValueError(f"Networks are trained to enlarge {SCALE} times.")
        feature_input_px = min(self.losses.perceptual_crop_px or math.inf, self.data.patch_px)
        if self.losses.layers and feature_input_px < SMALLEST_FEATURE_INPUT_PX:
            raise ValueError(
                f"A loss on features needs {SMALLEST_FEATURE_INPUT_PX} px a side, not "
                f"{feature_input_px}: raise patch_px or perceptual_crop_px."
            )
        if self.data.batch_size % self.optimisation.accumulation:
            raise ValueError("batch_size must be a multiple of accumulation.")

    @property
    def is_adversarial(self) -> bool:
        """Whether the run trains a GAN."""
        return self.losses.adversarial_weight > 0

    def discriminator_config(self) -> DiscriminatorConfig:
        """The discriminator's kind and size; it judges whole patches."""
        adversary = self.adversary
        return DiscriminatorConfig(
            adversary.discriminator, adversary.discriminator_features, self.data.patch_px
        )

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists, ready for `json.dump`."""
        return asdict(self)
