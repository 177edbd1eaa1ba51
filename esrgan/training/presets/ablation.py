"""The ablation study of ESRGAN (section 4.4, figure 8): each column changes one thing more."""

from esrgan.training.config import TrainingConfig
from esrgan.training.presets.definition import Fields, define
from esrgan.training.presets.paper import SECOND_STAGE, SECOND_STAGE_MILESTONES, K
from esrgan.training.presets.small import (
    PATCH_DISCRIMINATOR,
    SHORT_RUN,
    SMALL_RESNET,
    SMALL_RRDB,
    VGG16_LOSS,
)

COLUMNS = range(2, 8)


def switches(column: int) -> Fields:
    """What distinguishes a column of figure 8, but for the size of its network.

    Column 2 has batch normalisation; 3 has none; 4 compares features before activation; 5 has a
    relativistic discriminator; 6 is of residual-in-residual dense blocks; 7 has more data.
    """
    return {
        "perceptual_activated": column < 4,
        "game": "relativistic" if column >= 5 else "standard",
        "more_data": column >= 7,
    }


def network(column: int) -> str:
    """The architecture of a column's generator."""
    return "rrdbnet" if column >= 6 else "msrresnet"


def normalisation(column: int) -> dict[str, float]:
    """The field of a column's network that says whether it has batch normalisation."""
    return {"batch_norm": True} if column == 2 else {}


def ablation(column: int) -> TrainingConfig:
    """A column of figure 8 in the paper's size."""
    return define(
        f"ablation-{column}",
        SECOND_STAGE,
        switches(column),
        section=f"ESRGAN section 4.4, figure 8, column {column}",
        architecture=network(column),
        model=normalisation(column),
        steps=400 * K,
        content_weight=1e-2,
    )


def small_ablation(column: int) -> TrainingConfig:
    """A column of figure 8 with a small network on small patches."""
    size = SMALL_RRDB if network(column) == "rrdbnet" else SMALL_RESNET
    return define(
        f"ablation-{column}-small",
        SHORT_RUN,
        VGG16_LOSS,
        PATCH_DISCRIMINATOR,
        switches(column),
        section=f"ESRGAN section 4.4, figure 8, column {column}",
        architecture=network(column),
        model={**normalisation(column), **size},
        steps=5000,
        batch_size=8,
        patch_px=96,
        perceptual_crop_px=64,
        adversarial_weight=0.0025,
        milestones=SECOND_STAGE_MILESTONES,
    )


ABLATION_PRESETS = tuple(map(ablation, COLUMNS))
SMALL_ABLATION_PRESETS = tuple(map(small_ablation, COLUMNS))
