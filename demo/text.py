"""Every sentence that a visitor reads."""

from numpy.typing import NDArray

from demo.scene import Mode, metrics
from esrgan.evaluation import METRICS, Scores, footnote
from esrgan.evaluation.scores import IDENTICAL, write_figure
from esrgan.metrics.plane import NONE_QUALIFIES
from esrgan.plots import DISTORTION_LABEL, PERCEPTION_LABEL
from esrgan.weights import MODELS

TITLE = "ESRGAN – from faithful to vivid"
INTRO = """# Enlarge a picture ×4, and choose how much detail to invent

α mixes the **weights** of two networks: at 0 one that stays faithful but blurry, at 1 one that
draws vivid detail it cannot know. In between lies
[network interpolation](https://arxiv.org/abs/1809.00219).
"""
ABOUT_TITLE = "What the numbers mean, and what to be careful about"
ABOUT = """
- **Compare** shrinks your picture to a quarter, rebuilds it, and measures against the original.
  **Enlarge ×4** enlarges the picture itself; there is nothing to measure against, so the result
  is reduced again and compared with the input (LR-PSNR).
- **PSNR** and **SSIM**: closeness to the original, higher is better; **RMSE**: distance from
  it, lower is better. **NIQE**: how natural a picture looks, lower is better; its reference
  statistics are our own, so its values differ a little from published ones.
- **PI proxy**: an estimate of the perceptual index of the PIRM 2018 challenge, lower is better,
  with its error: half of the index comes from a model that is not free to ship.
- **The plane** of distortion and perception: left is faithful, down is natural. Its regions are
  those of PIRM 2018, whose limits are meant for the mean of a data set: for one window they are
  a hint. The best α is sought in steps of 0.1.
- While α moves you see the **curve**, a blend of up to nine exact outputs whose measured error
  stands under the picture; when it rests, the network's own output, **exact**. A download is
  exact, except a brushed one, for which no single network exists.
- The networks are small ones of our own training, not the authors' weights. They invent
  detail: do not read number plates, faces or medical pictures from them.
- Your picture stays on this server for at most an hour and is shown to nobody else.
"""


def after(name: str) -> str:
    """What stands after a figure: its unit, or the error of an estimate."""
    metric = METRICS[name]
    error = "" if metric.error is None else f" ± {metric.error}"
    return error + (f" {metric.unit}" if metric.unit else "")


FIRST_ALPHA = 0.8
LABELS = {
    "add": "Add",
    "after": "Right",
    "alpha": "α: 0 is faithful, 1 is vivid",
    "before": "Left",
    "best": "Best α for region",
    "best_in": "Best α in region",
    "box": "Window: drag it, or move it with the arrow keys",
    "brush": "Brush",
    "brush_alpha": "Brush α",
    "brush_help": "Paint α by region: texture here, fidelity there",
    "choose": "Choose a picture",
    "compare": "Compare",
    "compare_help": "Shrink the picture ×4, rebuild it, measure against the original",
    "comparison": "Comparison figure",
    "comparison_help": "The whole picture with the window, and the crops with their figures",
    "difference": "Difference",
    "difference_help": "What ESRGAN(α) changes against each other crop, eight times amplified",
    "distortion": DISTORTION_LABEL,
    "drop_here": "Drop it to open it",
    "drop_or_paste": "… or drop or paste one anywhere. JPEG, PNG, WebP, up to 40 MB.",
    "enlarge": "Enlarge ×4",
    "enlarge_help": "Enlarge the picture itself",
    "exact": "exact",
    "examples": "Examples",
    "export": "Download at full size",
    "faithful": "Faithful (blurrier)",
    "fit": "Fit",
    "image_path": "image interpolation",
    "growing": "curve, first approximation",
    "hold": "Hold to see before",
    "hold_help": "Bicubic in place of ESRGAN while you hold, the whole window",
    "lent": "live from the network",
    "limit_megabytes": "40",
    "lost": "A picture has expired: move the window to compute it again.",
    "mode": "Way of use",
    "network_path": "network interpolation",
    "none": NONE_QUALIFIES,
    "pause": "Pause",
    "perception": PERCEPTION_LABEL,
    "plane": "Perception and distortion of the window",
    "plane_help": "Distortion to the right, perceptual index upward; lower is better in both",
    "play": "Play",
    "play_help": "Move α from 0 to 1 and back",
    "proxy_error": after("perceptual_index"),
    "region": "region",
    "reset": "Reset",
    "save_map": "Save map",
    "save_map_help": "The α map as a grey PNG, for --alpha-map on the command line",
    "side": "Side by side",
    "size": "Size",
    "soft": "Softness",
    "split": "Split",
    "split_handle": "Where the split is",
    "too_large": "This file is over the limit of 40 MB.",
    "undo": "Undo",
    "upload_failed": "The upload failed: try again.",
    "uploading": "Uploading …",
    "view": "View",
    "vivid": "Vivid (invented)",
    "waiting": "Computing …",
    "window_note": "Numbers are those of the window shown; zooming does not change them.",
    "working": "Rebuilding …",
    "zoom": "Zoom: wheel or pinch, drag to move, double-click to fit",
}
CANCEL = "Cancel"
COMPUTING = "Computing …"
OF_THE_BOX = "Figures are those of the box, taken as a picture of its own"
DRAWING = "Drawing the figure …"
NO_GPU = "No GPU is free for you now: the small pair goes on, on the CPU."
IDLE = "The page was idle for an hour: open the picture again."
BROKEN_REQUEST = "The page sent something that is not understood: reload it."
TOO_LARGE_TO_EXPORT = (
    "Whole pictures are enlarged here up to 2 megapixels; the command line has no such limit."
)
TITLES = {
    "input": "Input · its own pixels",
    "bicubic": "Bicubic",
    "srresnet": "SRResNet · our training",
    "original": "Original",
}
NETWORKS_TITLE = "Other networks on the slider"
NETWORKS = (
    "A published pair is downloaded once and checked against its published hash. Two files of your "
    "own (.safetensors or .pth) make a pair when one was trained from the other."
)
PAIR_LABEL = "Networks on the slider"
OWN_PSNR, OWN_GAN = "PSNR-oriented end (α = 0)", "GAN end (α = 1)"
DOWNLOAD = "Download"
USE_OWN = "Use these two"


ADDED_METHODS = {
    name: TITLES.get(name, name)
    for name in ("input", *(n for n, model in MODELS.items() if not model.is_pair))
    if name not in ("bicubic", "srresnet")
}
"""Crops that a visitor can add."""


def bound(p99: float) -> str:
    """How good the curve is."""
    return f"curve, 99 % within {p99:.1f} grey levels"


def figures(scores: Scores) -> list[str]:
    """One text a figure; a reason that two of them share is said once."""
    texts: dict[str, str] = {}
    for name, value in scores.values.items():
        reason = scores.reasons.get(name, "")
        told = any(reason in text for text in texts.values())
        texts[name] = figure(name, value, "" if told else reason)
    return list(texts.values())


def figure(name: str, value: float | None, reason: str = "") -> str:
    """One figure as text, such as 'PSNR 27.31 dB'."""
    if reason == IDENTICAL:
        return f"{METRICS[name].title} ∞ (identical)"
    return write_figure(name, value) + (f" ({reason})" if reason else "")


def convention(mode: Mode) -> str:
    """How the figures of a mode are measured, in one line."""
    return footnote(metrics(mode))


def lines(words: str) -> str:
    """Each part of a caption on a line of its own."""
    return words.replace(" · ", "\n")


def size(width: int, height: int, mode: Mode) -> str:
    """What becomes what, in pixels."""
    if mode is Mode.ENLARGE:
        return f"{width} × {height} → {4 * width} × {4 * height}"
    return f"{4 * width} × {4 * height} → {width} × {height} → back"


def progress(done: int, total: int) -> str:
    """Label of the button while the whole picture is computed."""
    return f"Computing … {done} of {total} tiles"


def transfer(done: int, total: int) -> str:
    """Label of a pair's button while it is downloaded."""
    return f"Downloading … {done / 1e6:.0f} of {total / 1e6:.0f} MB"


def drawn(name: str) -> str:
    """Label of the button that saves a figure."""
    return f"Save {name}"


def ready(name: str, pixels: NDArray, p99: float | None, seconds: float) -> str:
    """Label of the button that saves the file."""
    height, width = pixels.shape[:2]
    quality = "exact" if p99 is None else bound(p99)
    return f"Save {name} ({width} × {height}, {quality}, {seconds:.1f} s)"
