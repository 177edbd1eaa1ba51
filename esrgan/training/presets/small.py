"""ESRGAN and the systems that it is compared with, in sizes that two CPU cores train in minutes.

Each loss has the form of its paper's, with three changes for the GANs: the perceptual loss reads
VGG16, the discriminator is spectrally normalised, and the L1 loss weighs at least as much as the
perceptual one, so that the GAN's weights stay close enough to their PSNR-oriented start for the two
networks to interpolate. The learning rate falls along half a cosine; `milestones` and `decay` are
the paper's and count only with `--set schedule=steps`.
"""

from esrgan.training.presets.definition import Fields, define
from esrgan.training.presets.paper import FIRST_STAGE_MILESTONES, SECOND_STAGE_MILESTONES, K

SMALL_RRDB = {"num_features": 32, "num_blocks": 4, "growth_channels": 16}
SMALL_RESNET = {"num_features": 32, "num_blocks": 8}
SHORT_RUN: Fields = {
    "schedule": "cosine",
    "warmup_steps": 100,
    "clip_norm": 1.0,
    "precision": "auto",
    "checkpoint_every": 500,
    "validate_every": 2000,
}
"""What every small preset has."""
COMPARATOR: Fields = {"batch_size": 8, "optimiser": "muon", "beta2": 0.999}
"""How the compared systems learn from random weights."""
VGG16_LOSS: Fields = {
    "perceptual_weight": 1.0,
    "perceptual_layers": {"1_2": 0.2, "2_2": 0.15, "3_3": 0.08},
    "feature_network": "vgg16-antialiased",
}
"""The perceptual loss of every small GAN preset; each chooses the side of its random crops."""
PATCH_DISCRIMINATOR: Fields = {"discriminator": "patch-spectral", "discriminator_features": 48}
"""The discriminator of every small GAN preset."""

RRDB_PSNR = define(
    "rrdb-psnr-small",
    SHORT_RUN,
    section="ESRGAN section 4.1, first stage",
    architecture="rrdbnet",
    model=SMALL_RRDB,
    steps=8000,
    patch_px=96,
    optimiser="muon",
    learning_rate=1e-3,
    milestones=FIRST_STAGE_MILESTONES,
)

ESRGAN = define(
    "esrgan-small",
    SHORT_RUN,
    VGG16_LOSS,
    PATCH_DISCRIMINATOR,
    section="ESRGAN section 4.1, second stage",
    architecture="rrdbnet",
    model=SMALL_RRDB,
    steps=5000,
    batch_size=8,
    patch_px=96,
    perceptual_crop_px=64,
    adversarial_weight=0.0025,
    path_weight=1.0,
    milestones=SECOND_STAGE_MILESTONES,
)

# The form without batch normalisation in its published size: pairs of it interpolate cleanly.
SRRESNET = define(
    "srresnet-small",
    SHORT_RUN,
    section="SRGAN (arXiv 1609.04802) section 3.2, SRResNet-MSE",
    architecture="msrresnet",
    steps=4000,
    batch_size=8,
    patch_px=96,
    optimiser="muon",
    learning_rate=5e-4,
    beta2=0.999,
)

# In its published size the network has time for small patches only; a larger adversarial weight
# makes up for that.
SRGAN = define(
    "srgan-small",
    SHORT_RUN,
    VGG16_LOSS,
    PATCH_DISCRIMINATOR,
    section="SRGAN (arXiv 1609.04802) section 3.2, SRGAN-VGG54",
    architecture="msrresnet",
    steps=4000,
    batch_size=4,
    patch_px=64,
    perceptual_activated=True,
    perceptual_crop_px=48,
    adversarial_weight=0.005,
    game="standard",
    path_weight=1.0,
    milestones=(100 * K,),
    decay=0.1,
    beta2=0.999,
)

# The comparators learn from random weights; each file is below 3.2 MB in half precision.
SRCNN = define(
    "srcnn-small",
    SHORT_RUN,
    COMPARATOR,
    section="SRCNN (arXiv 1501.00092) section 4.1, 9-5-5",
    architecture="srcnn",
    steps=45_000,
    patch_px=48,
    content_distance="l2",
    learning_rate=2e-3,
)

# The size that the paper calls its baseline.
EDSR = define(
    "edsr-small",
    SHORT_RUN,
    COMPARATOR,
    section="EDSR (arXiv 1707.02921) section 4.2, baseline",
    architecture="edsr",
    model={"num_features": 64, "num_blocks": 16, "residual_scale": 1.0},
    steps=8000,
    patch_px=96,
    learning_rate=1e-3,
)

RCAN = define(
    "rcan-small",
    SHORT_RUN,
    COMPARATOR,
    section="RCAN (arXiv 1807.02758) section 4.1",
    architecture="rcan",
    model={"num_features": 64, "num_groups": 2, "num_blocks": 7},
    steps=8000,
    patch_px=96,
    learning_rate=1e-3,
)

SMALL_ENHANCENET = {"num_features": 32, "num_blocks": 5}

# The start of `enhancenet-small`, which would need a longer run from random weights.
ENHANCENET_E = define(
    "enhancenet-e-small",
    SHORT_RUN,
    COMPARATOR,
    section="EnhanceNet (arXiv 1612.07919) section 4.2.1, ENet-E",
    architecture="enhancenet",
    model=SMALL_ENHANCENET,
    steps=2000,
    patch_px=96,
    content_distance="l2",
    learning_rate=1e-3,
)

# The perceptual distance is that of the other GANs, whose weights are known to work.
ENHANCENET = define(
    "enhancenet-small",
    SHORT_RUN,
    VGG16_LOSS,
    PATCH_DISCRIMINATOR,
    section="EnhanceNet (arXiv 1612.07919) section 4.2, PAT",
    architecture="enhancenet",
    model=SMALL_ENHANCENET,
    steps=1200,
    batch_size=4,
    patch_px=96,
    perceptual_activated=True,
    perceptual_crop_px=64,
    adversarial_weight=0.005,
    game="standard",
    texture_weight=1e5,
    texture_layers={"1_1": 0.3, "2_1": 1.0, "3_1": 1.0},
    beta2=0.999,
)

PIRM = define(
    "pirm-small",
    SHORT_RUN,
    VGG16_LOSS,
    PATCH_DISCRIMINATOR,
    section="ESRGAN section 4.5, region 3 of the PIRM-SR challenge",
    architecture="msrresnet",
    model=SMALL_RESNET,
    steps=5000,
    batch_size=8,
    patch_px=96,
    content_weight=10.0,
    perceptual_crop_px=64,
    adversarial_weight=0.0025,
    milestones=SECOND_STAGE_MILESTONES,
    back_projection=20,
)

SMALL_PRESETS = (
    RRDB_PSNR,
    ESRGAN,
    SRRESNET,
    SRGAN,
    SRCNN,
    EDSR,
    RCAN,
    ENHANCENET_E,
    ENHANCENET,
    PIRM,
)
