"""Every sentence that a visitor reads."""

from numpy.typing import NDArray

from demo.scene import Mode, Number

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
- **PSNR** and **SSIM**: closeness to the original, higher is better; on luma, 4-px border cut.
  **NIQE**: how natural a picture looks, lower is better; its reference statistics are our own,
  so its values differ a little from published ones.
- The networks are small ones of our own training, not the authors' weights. They invent
  detail: do not read number plates, faces or medical pictures from them.
- Your picture stays on this server for at most an hour and is shown to nobody else.
"""
LABELS = {
    "alpha": "α: 0 is faithful, 1 is vivid",
    "box": "Window: drag it, or move it with the arrow keys",
    "choose": "Choose a picture",
    "compare": "Compare",
    "compare_help": "Shrink the picture ×4, rebuild it, measure against the original",
    "drop_here": "Drop it to open it",
    "drop_or_paste": "… or drop or paste one anywhere. JPEG, PNG, WebP, up to 40 MB.",
    "enlarge": "Enlarge ×4",
    "enlarge_help": "Enlarge the picture itself",
    "examples": "Examples",
    "export": "Download at full size",
    "faithful": "Faithful (blurrier)",
    "limit_megabytes": "40",
    "lost": "A picture has expired: move the window to compute it again.",
    "mode": "Way of use",
    "too_large": "This file is over the limit of 40 MB.",
    "upload_failed": "The upload failed: try again.",
    "uploading": "Uploading …",
    "vivid": "Vivid (invented detail)",
    "window_note": "Numbers are those of the window shown; zooming does not change them.",
    "working": "Rebuilding …",
    "zoom": "Zoom",
}
CANCEL = "Cancel"
COMPUTING = "Computing …"
IDLE = "The page was idle for an hour: open the picture again."
BROKEN_REQUEST = "The page sent something that is not understood: reload it."
TOO_LARGE_TO_EXPORT = (
    "Whole pictures are enlarged here up to 2 megapixels; the command line has no such limit."
)
TITLES = {
    "bicubic": "Bicubic",
    "srresnet": "SRResNet · our training",
    "original": "Original",
}


def pair_title(alpha: float) -> str:
    """Name of the live crop; 'ESRGAN' alone would mean the authors' weights."""
    return f"ESRGAN-small · α {alpha:.2f} · 4 blocks, our training"


def figure(number: Number) -> str:
    """One figure as text, such as 'PSNR 27.31 dB'."""
    if number.value is None:
        return f"{number.name} – ({number.reason})"
    if number.value == float("inf"):
        return f"{number.name} ∞ (identical)"
    unit = " dB" if number.name.endswith("PSNR") else ""
    places = 3 if number.name == "SSIM" else 2
    return f"{number.name} {number.value:.{places}f}{unit}"


def size(width: int, height: int, mode: Mode) -> str:
    """What becomes what, in pixels."""
    if mode is Mode.ENLARGE:
        return f"{width} × {height} → {4 * width} × {4 * height}"
    return f"{4 * width} × {4 * height} → {width} × {height} → back"


def progress(done: int, total: int) -> str:
    """Label of the button while the whole picture is computed."""
    return f"Computing … {done} of {total} tiles"


def ready(name: str, pixels: NDArray) -> str:
    """Label of the button that saves the file."""
    height, width = pixels.shape[:2]
    return f"Save {name} ({width} × {height})"
