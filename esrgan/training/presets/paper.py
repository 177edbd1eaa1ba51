"""ESRGAN and the systems that its paper compares it with, in the sizes that their papers give.

A field that a preset does not name has its default in `esrgan.training.config`: an L1 content loss
of weight 1, 16 patches of 128 px a step, Adam with a learning rate of 2e-4. Two of the defaults are
those of the ESRGAN authors' code, not of their paper: Adam's β2 is 0.99 (in the paper 0.999), and
the weights that are published are a moving average with decay 0.999 (in the paper there is none).
"""

from esrgan.training.presets.definition import Fields, define

K = 1000
FIRST_STAGE_MILESTONES = (200 * K, 400 * K, 600 * K, 800 * K)
SECOND_STAGE_MILESTONES = (50 * K, 100 * K, 200 * K, 300 * K)
SECOND_STAGE: Fields = {
    "learning_rate": 1e-4,
    "milestones": SECOND_STAGE_MILESTONES,
    "perceptual_weight": 1.0,
    "adversarial_weight": 5e-3,
}
"""The GAN training of ESRGAN, section 4.1, but for the weight of the content loss."""

RRDB_PSNR = define(
    "rrdb-psnr",
    section="ESRGAN section 4.1, first stage",
    architecture="rrdbnet",
    steps=1000 * K,
    milestones=FIRST_STAGE_MILESTONES,
)

ESRGAN = define(
    "esrgan",
    SECOND_STAGE,
    section="ESRGAN section 4.1, second stage",
    architecture="rrdbnet",
    steps=400 * K,
    content_weight=1e-2,
)

SRRESNET = define(
    "srresnet",
    section="SRGAN (arXiv 1609.04802) section 3.2, SRResNet-MSE",
    architecture="srresnet",
    steps=1000 * K,
    patch_px=96,
    content_distance="l2",
    learning_rate=1e-4,
    beta2=0.999,
)

SRGAN = define(
    "srgan",
    section="SRGAN (arXiv 1609.04802) section 3.2, SRGAN-VGG54",
    architecture="srresnet",
    steps=200 * K,
    patch_px=96,
    content_weight=0.0,
    content_distance="l2",
    perceptual_weight=0.006,
    perceptual_distance="l2",
    perceptual_activated=True,
    adversarial_weight=1e-3,
    game="standard",
    learning_rate=1e-4,
    milestones=(100 * K,),
    decay=0.1,
    beta2=0.999,
)

SRCNN = define(
    "srcnn",
    section="SRCNN (arXiv 1501.00092) section 4.1, 9-5-5",
    architecture="srcnn",
    steps=1000 * K,
    content_distance="l2",
    learning_rate=1e-4,
)

EDSR = define(
    "edsr",
    section="EDSR (arXiv 1707.02921) section 4.2",
    architecture="edsr",
    steps=300 * K,
    patch_px=192,
    learning_rate=1e-4,
    milestones=(200 * K,),
    beta2=0.999,
)

RCAN = define(
    "rcan",
    section="RCAN (arXiv 1807.02758) section 4.1",
    architecture="rcan",
    steps=1000 * K,
    patch_px=192,
    learning_rate=1e-4,
    milestones=(200 * K, 400 * K, 600 * K, 800 * K),
    beta2=0.999,
)

ENHANCENET_E = define(
    "enhancenet-e",
    section="EnhanceNet (arXiv 1612.07919) section 4.2.1, ENet-E",
    architecture="enhancenet",
    steps=400 * K,
    batch_size=32,
    content_distance="l2",
    learning_rate=1e-4,
    beta2=0.999,
)

ENHANCENET = define(
    "enhancenet",
    section="EnhanceNet (arXiv 1612.07919) section 4.2, PAT",
    architecture="enhancenet",
    steps=400 * K,
    batch_size=32,
    content_weight=0.0,
    perceptual_weight=1.0,
    perceptual_distance="l2",
    perceptual_layers={"pool2": 0.2, "pool5": 0.02},
    perceptual_activated=True,
    adversarial_weight=2.0,
    game="standard",
    texture_weight=1.0,
    texture_layers={"1_1": 0.3, "2_1": 1.0, "3_1": 1.0},  # the paper's 3e-7 : 1e-6 : 1e-6
    learning_rate=1e-4,
    beta2=0.999,
)

PIRM = define(
    "pirm",
    SECOND_STAGE,
    section="ESRGAN section 4.5, region 3 of the PIRM-SR challenge",
    architecture="msrresnet",
    steps=400 * K,
    content_weight=10.0,
    feature_network="minc",
    back_projection=20,
)

PAPER_PRESETS = (
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
