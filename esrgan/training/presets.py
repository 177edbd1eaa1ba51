"""Every system of the paper as a training run, in its own size and in one for two CPU cores.

`NAME` is the paper's; `NAME-small` keeps its losses' form but trains a small network on small
patches, with VGG16 features and a spectrally normalised discriminator, for some twenty minutes.
Every small GAN run has an L1 term of weight 1: it keeps the two ends close enough to interpolate.
ESRGAN-small and SRGAN-small also mind the colours of the networks between them.
"""

from collections.abc import Mapping
from typing import Any

from esrgan.training.config import SCRATCH, OptimisationConfig, TrainingConfig
from esrgan.training.settings import changed, with_settings

K = 1000
WARM_START_STEPS = 200

RRDB_PSNR = TrainingConfig(
    "rrdb-psnr",
    "ESRGAN section 4.1, first stage",
    "rrdbnet",
    steps=1000 * K,
    optimisation=OptimisationConfig(milestones=(200 * K, 400 * K, 600 * K, 800 * K)),
)

ESRGAN: TrainingConfig = changed(
    RRDB_PSNR,
    preset="esrgan",
    section="ESRGAN section 4.1, second stage",
    steps=400 * K,
    learning_rate=1e-4,
    milestones=(50 * K, 100 * K, 200 * K, 300 * K),
    content_weight=1e-2,
    perceptual_weight=1.0,
    adversarial_weight=5e-3,
)

SRRESNET: TrainingConfig = changed(
    RRDB_PSNR,
    preset="srresnet",
    section="SRGAN (arXiv 1609.04802) section 3.2, SRResNet-MSE",
    architecture="srresnet",
    steps=1000 * K,
    learning_rate=1e-4,
    milestones=(),
    content_distance="l2",
    patch_px=96,
    beta2=0.999,
)

SRGAN: TrainingConfig = changed(
    SRRESNET,
    preset="srgan",
    section="SRGAN (arXiv 1609.04802) section 3.2, SRGAN-VGG54",
    steps=200 * K,
    milestones=(100 * K,),
    decay=0.1,
    content_weight=0.0,
    perceptual_weight=0.006,
    perceptual_activated=True,
    perceptual_distance="l2",
    adversarial_weight=1e-3,
    game="standard",
)

SRCNN: TrainingConfig = changed(
    RRDB_PSNR,
    preset="srcnn",
    section="SRCNN (arXiv 1501.00092) section 4.1, 9-5-5",
    architecture="srcnn",
    learning_rate=1e-4,
    content_distance="l2",
    milestones=(),
)

EDSR: TrainingConfig = changed(
    RRDB_PSNR,
    preset="edsr",
    section="EDSR (arXiv 1707.02921) section 4.2",
    architecture="edsr",
    steps=300 * K,
    learning_rate=1e-4,
    milestones=(200 * K,),
    patch_px=192,
    beta2=0.999,
)

RCAN: TrainingConfig = changed(
    EDSR,
    preset="rcan",
    section="RCAN (arXiv 1807.02758) section 4.1",
    architecture="rcan",
    steps=1000 * K,
    milestones=(200 * K, 400 * K, 600 * K, 800 * K),
)

ENHANCENET: TrainingConfig = changed(
    RRDB_PSNR,
    preset="enhancenet",
    section="EnhanceNet (arXiv 1612.07919) section 4.2, PAT",
    architecture="enhancenet",
    steps=400 * K,
    learning_rate=1e-4,
    milestones=(),
    batch_size=32,
    beta2=0.999,
    content_weight=0.0,
    perceptual_weight=1.0,
    perceptual_activated=True,
    perceptual_distance="l2",
    perceptual_layers={"pool2": 0.2, "pool5": 0.02},
    adversarial_weight=2.0,
    game="standard",
    texture_weight=1.0,
    texture_layers={"1_1": 0.3, "2_1": 1.0, "3_1": 1.0},  # the paper's 3e-7 : 1e-6 : 1e-6
)

PIRM: TrainingConfig = changed(
    ESRGAN,
    preset="pirm",
    section="ESRGAN section 4.5, region 3 of the PIRM-SR challenge",
    architecture="msrresnet",
    content_weight=10.0,
    feature_network="minc",
    back_projection=20,
)

SMALL_RRDB = {"num_features": 32, "num_blocks": 4, "growth_channels": 16}
SMALL_RESNET = {"num_features": 32, "num_blocks": 8}
SMALL_STAGE_ONE = {
    "steps": 8000,
    "patch_px": 96,
    "learning_rate": 1e-3,
    "schedule": "cosine",
    "warmup_steps": 100,
    "clip_norm": 1.0,
    "precision": "auto",
    "checkpoint_every": 500,
    "validate_every": 2000,
}
SMALL_STAGE_TWO = SMALL_STAGE_ONE | {
    "steps": 5000,
    "batch_size": 8,
    "learning_rate": 2e-4,
    "content_weight": 1.0,
    "perceptual_weight": 1.0,
    "perceptual_layers": {"1_2": 0.2, "2_2": 0.15, "3_3": 0.08},
    "perceptual_crop_px": 64,
    "feature_network": "vgg16-antialiased",
    "adversarial_weight": 0.0025,
    "discriminator": "patch-spectral",
    "discriminator_features": 48,
}


def ablation(column: int) -> TrainingConfig:
    """A column of figure 8: each adds one switch to the one before it."""
    return changed(
        ESRGAN,
        preset=f"ablation-{column}",
        section=f"ESRGAN section 4.4, figure 8, column {column}",
        architecture="rrdbnet" if column >= 6 else "msrresnet",
        model={"batch_norm": True} if column < 3 else {},
        perceptual_activated=column < 4,
        game="relativistic" if column >= 5 else "standard",
        more_data=column >= 7,
    )


def small(config: TrainingConfig) -> TrainingConfig:
    """The same system for two CPU cores."""
    name = {"preset": f"{config.preset}-small"}
    size = SMALL_MODELS[config.architecture]
    settings = SMALL_STAGE_TWO if config.is_adversarial else SMALL_STAGE_ONE
    return changed(config, **settings | name, model={**config.model, **size})


SMALL_MODELS: Mapping[str, Mapping[str, float]] = {
    "rrdbnet": SMALL_RRDB,
    "msrresnet": SMALL_RESNET,
    "srresnet": SMALL_RESNET,
    "srcnn": {},
    "edsr": SMALL_RESNET | {"residual_scale": 1.0},
    "rcan": {"num_features": 32, "num_groups": 2, "num_blocks": 4},
    "enhancenet": {"num_features": 32, "num_blocks": 5},
}

PAPER = (
    *(RRDB_PSNR, ESRGAN, SRRESNET, SRGAN, SRCNN, EDSR, RCAN, ENHANCENET, PIRM),
    *(ablation(column) for column in range(2, 8)),
)

# The embedded SRResNet has the published BN-free form and size: its pair interpolates cleanly.
BN_FREE = {"architecture": "msrresnet", "model": {}, "content_distance": "l1", "batch_size": 8}
# A network of that size has time for small patches only; the stronger game makes up for it.
SMALL_PATCHES = {
    "steps": 4000,
    "batch_size": 4,
    "patch_px": 64,
    "perceptual_crop_px": 48,
    "adversarial_weight": 0.005,
}

SMALL_CHANGES: Mapping[str, Mapping[str, Any]] = {
    "rrdb-psnr": {"optimiser": "muon"},
    "esrgan": {"path_weight": 1.0},
    "srresnet": {"steps": 4000, "learning_rate": 5e-4, "optimiser": "muon", **BN_FREE},
    "srgan": {"perceptual_distance": "l1", "path_weight": 1.0, **BN_FREE, **SMALL_PATCHES},
    "pirm": {"content_weight": 10.0},
}
SMALL = tuple(changed(small(it), **SMALL_CHANGES.get(it.preset, {})) for it in PAPER)

PRESETS: Mapping[str, TrainingConfig] = {config.preset: config for config in (*PAPER, *SMALL)}


def preset(name: str, settings: Mapping[str, str]) -> TrainingConfig:
    """A preset with some fields replaced by values given as text.

    A run that starts from weights warms its new optimiser up, unless `warmup_steps` is set.

    Raises
    ------
    ValueError
        If the preset or a field is unknown or a value does not fit the field's type.
    """
    if name not in PRESETS:
        raise ValueError(f"Unknown preset {name!r}; choose one of {', '.join(PRESETS)}.")
    config = with_settings(PRESETS[name], settings)
    is_warm = config.init not in ("", SCRATCH) and "warmup_steps" not in settings
    warmup_steps = max(config.optimisation.warmup_steps, WARM_START_STEPS if is_warm else 0)
    return changed(config, warmup_steps=warmup_steps)
